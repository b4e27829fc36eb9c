"""A calendar as an iCalendar file (RFC 5545), which `calendar_ics` reads back as it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from domain.business_rules import holiday, parsed
from domain.business_time import BusinessHours
from domain.calendar_ics import MARK, UNNAMED
from domain.ics_lines import escaped, folded
from domain.ics_times import at, date_of, reading_of
from domain.open_windows import Span
from domain.recurrence import WEEKDAYS
from domain.wall_clock import SECOND, instant, stretches, zone

MONDAY = date(1970, 1, 5)
"""When the windows of the week begin to come again."""
YEARS_AHEAD = 5

Names = Mapping[str, str]


def feed(
    number: str,
    name: str,
    hours: BusinessHours,
    names: Names,
    made_at: datetime,
    *,
    with_windows: bool = False,
) -> str:
    """Holidays, hours of single dates and breaks as events; the windows of the week on request.

    `number` and `made_at` sign the events: the same version gives the same text.
    """
    rules = parsed(hours)
    stamp = f"{made_at:%Y%m%dT%H%M%SZ}"
    events = [*_holidays(hours.holidays), *_dates(rules.date_hours, hours.zone, "hours")]
    events += _dates(rules.date_breaks, hours.zone, "break")
    if with_windows:
        events += _windows(rules.week, hours.zone)
    rows = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ledgerdesk//Calendar//EN"),
        *("CALSCALE:GREGORIAN", "METHOD:PUBLISH"),
        f"X-WR-CALNAME:{escaped(name)}",
        f"X-WR-TIMEZONE:{hours.zone}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]
    if hours.zone != "UTC":
        rows += _zone(hours, made_at)
    for event in events:
        rows += event.rows(number, names, stamp)
    return folded([*rows, "END:VCALENDAR"])


class _Event:
    """One event: its kind, the date that names it, and the lines that say when it comes."""

    def __init__(self, kind: str, day: str, when: Sequence[str], at: str = "") -> None:
        self._kind = kind
        self._day = day
        self._when = when
        self._at = at

    def rows(self, number: str, names: Names, stamp: str) -> Iterator[str]:
        word = {"holiday": "Holiday", "break": "Break", "hours": "Hours", "window": "Open"}
        yield "BEGIN:VEVENT"
        key = "-".join(
            part for part in (self._kind, self._day.replace("*", "every"), self._at) if part
        )
        yield f"UID:{key}.{number}@ledgerdesk"
        yield f"DTSTAMP:{stamp}"
        yield from self._when
        name = names.get(self._day)
        # An event without a name of its own is read back without one.
        yield f"SUMMARY:{escaped(name)}" if name else f"SUMMARY:{word[self._kind]}"
        if not name:
            yield f"{UNNAMED}:TRUE"
        yield f"CATEGORIES:{word[self._kind].upper()}"
        if self._kind in ("hours", "window"):
            yield f"{MARK}:{self._kind}"
            yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"


def _holidays(days: Iterable[str]) -> Iterator[_Event]:
    for said in dict.fromkeys(days):
        found = holiday("", said)
        if isinstance(found, date):
            yield _Event("holiday", said, _whole(found))
        else:
            # 1972 has a 29 February.
            begin = date(1972 if found == (2, 29) else 1970, *found)
            yield _Event("holiday", said, [*_whole(begin), "RRULE:FREQ=YEARLY"])


def _dates(days: Mapping[date, Sequence[Span]], zone: str, kind: str) -> Iterator[_Event]:
    for day, spans in days.items():
        if not spans and kind == "hours":
            yield _Event(kind, str(day), _whole(day))
        for span in spans:
            yield _Event(kind, str(day), _timed(day, span, zone), f"{span[0] // SECOND}")


def _windows(week: Sequence[Sequence[Span]], zone: str) -> Iterator[_Event]:
    for number, spans in enumerate(week):
        day = MONDAY + timedelta(days=number)
        for span in spans:
            rule = f"RRULE:FREQ=WEEKLY;BYDAY={WEEKDAYS[number]}"
            key = f"{WEEKDAYS[number]}-{span[0] // SECOND}"
            yield _Event("window", "", [*_timed(day, span, zone), rule], key)


def _whole(day: date) -> list[str]:
    return [
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
    ]


def _timed(day: date, span: Span, zone: str) -> list[str]:
    named = "" if zone == "UTC" else f";TZID={zone}"
    begins, ends = (at(reading_of(day) + edge, zone) for edge in span)
    return [f"DTSTART{named}:{begins}", f"DTEND{named}:{ends}"]


# The zone ------------------------------------------------------------------------------------


def _zone(hours: BusinessHours, made_at: datetime) -> Iterator[str]:
    """The offsets of the years that dates are in, and of some after it was made."""
    dates = [*hours.holidays, *hours.date_hours, *hours.date_breaks]
    years = [int(day[:4]) for day in dates if day[0] != "*"]
    first = min([*years, made_at.year])
    last = max([*years, made_at.year + YEARS_AHEAD])
    pieces = [piece for year in range(first, last + 1) for piece in stretches(hours.zone, year)]
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{hours.zone}"
    before = pieces[0][2]
    yield from _observance(hours.zone, MONDAY, pieces[0][0], before, before)
    for since, _, offset in pieces[1:]:
        if offset != before:
            yield from _observance(hours.zone, None, since, before, offset)
            before = offset
    yield "END:VTIMEZONE"


def _observance(
    zone_name: str, from_day: date | None, since: int, before: int, after: int
) -> Iterator[str]:
    local = instant(since).astimezone(zone(zone_name))
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    begin = reading_of(from_day) if from_day else since + before
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{date_of(begin):%Y%m%d}T{instant(begin):%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(before)}"
    yield f"TZOFFSETTO:{_offset(after)}"
    yield f"TZNAME:{local.tzname()}"
    yield f"END:{kind}"


def _offset(micros: int) -> str:
    seconds = abs(micros) // SECOND
    text = f"{'-' if micros < 0 else '+'}{seconds // 3600:02}{seconds // 60 % 60:02}"
    return text + f"{seconds % 60:02}" if seconds % 60 else text
