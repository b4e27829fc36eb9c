"""What was found in a file, put into the hours of a calendar."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from domain.business_rules import parsed
from domain.business_time import BusinessHours, Windows
from domain.calendar import Calendar, Imported
from domain.calendar_ics import NOTES_MAX, Found, clock_of, read
from domain.calendar_mistakes import is_in_hours
from domain.open_windows import Span

Names = Mapping[str, str]
NAME_MAX = 200


def imported(
    calendar: Calendar, text: str, first_day: date, last_day: date, *, instead: bool
) -> dict[str, Any]:
    """What `Calendar.import_file` takes: the hours with what is in a file, and of which file.

    Raises Refused with the number of the line that is wrong.
    """
    own = calendar.own_hours
    found = read(text, own, first_day, last_day)
    hours, names = put_in(found, own, calendar.names, instead=instead)
    return {
        "hours": hours,
        "names": names,
        "imported": Imported(
            digest=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            first_day=str(first_day),
            last_day=str(last_day),
            events=found.events,
            ignored=tuple(found.ignored[:NOTES_MAX]),
        ),
    }


def put_in(
    found: Found, hours: BusinessHours, names: Names, *, instead: bool
) -> tuple[BusinessHours, Names]:
    """The hours with what was found, and the names of dates; `instead` drops the dates there were.

    What changes nothing is left out, and told in `found.ignored`.
    """
    if instead:
        hours = replace(hours, holidays=(), date_hours={}, date_breaks={})
        names = {}
    closed = _holidays(hours, found)
    opened = {**hours.date_hours, **{day: tuple(spans) for day, spans in found.hours.items()}}
    for day in sorted(opened):
        if _is_closed(day, closed):
            del opened[day]
            found.ignored.append(f"{day}: its hours are dropped, as it is a holiday.")
    bare = replace(
        hours,
        weekly=_weekly(hours, found),
        holidays=tuple(closed),
        date_hours=opened,
        date_breaks={},
    )
    return replace(bare, date_breaks=_breaks(bare, hours, found)), _names(names, found)


def _weekly(hours: BusinessHours, found: Found) -> Mapping[str, Windows]:
    if not found.weekly:
        return hours.weekly
    return {day: tuple(sorted(windows)) for day, windows in found.weekly.items()}


def _holidays(hours: BusinessHours, found: Found) -> list[str]:
    closed = list(hours.holidays)
    # Those of every year first: they make single days needless.
    for day in sorted(found.holidays):
        if day not in closed and not _is_closed(day, closed):
            closed.append(day)
    return closed


def _is_closed(day: str, closed: list[str]) -> bool:
    return day in closed or f"*-{day[5:]}" in closed


def _breaks(bare: BusinessHours, hours: BusinessHours, found: Found) -> dict[str, Windows]:
    """All breaks of each date, as one where they touch, but for those that close nothing."""
    before = parsed(hours).date_breaks
    rules = parsed(bare)
    breaks: dict[str, Windows] = {}
    for day in sorted({*before, *found.breaks}):
        given: list[Span] = [*before.get(day, ()), *found.breaks.get(day, ())]
        kept = [
            span
            for span in _joined(given)
            if not rules.is_holiday(day) and is_in_hours(rules, day, span)
        ]
        if kept:
            breaks[str(day)] = tuple((clock_of(begins), clock_of(ends)) for begins, ends in kept)
        elif day in found.breaks:
            found.ignored.append(f"{day}: a break lies outside the hours of that date.")
    return breaks


def _joined(spans: list[Span]) -> list[Span]:
    apart: list[Span] = []
    for begins, ends in sorted(spans):
        if apart and begins <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(ends, apart[-1][1]))
        else:
            apart.append((begins, ends))
    return apart


def _names(names: Names, found: Found) -> Names:
    of_days = {day: name for day, name in found.holidays.items() if name}
    of_spans = {day: "; ".join(said)[:NAME_MAX] for day, said in found.names.items() if said}
    return {**names, **of_spans, **of_days}


def default_days(today: date) -> tuple[date, date]:
    """The days that are read where none are named: this year and the two that follow."""
    return date(today.year, 1, 1), date(today.year + 2, 12, 31)
