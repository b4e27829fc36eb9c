"""Closed days and spans in an iCalendar file, for a calendar.

An event of whole days closes them; one with a time closes that span, on the clocks of the calendar.
What comes again does so within the days that are asked for; whole days that come back each year
without an end are holidays of every year. Events that say X-LEDGERDESK-HOURS, as our own feed does,
are hours: `window` those of the week, `hours` those of their date in place of the weekday's.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import Struct, field

from domain.business_time import BusinessHours
from domain.ics_lines import Component, Line, parts
from domain.ics_times import Time, date_of, length_of, reading_of, time_of
from domain.recurrence import Rule, Steps, TooManySteps, occurrences, parse
from domain.rules import Refused, require
from domain.wall_clock import DAY, HOUR, MINUTE, SECOND

DAYS_MAX = 366 * 15
SPAN_DAYS_MAX = 366
NOTES_MAX = 20
MARK = "X-LEDGERDESK-HOURS"
UNNAMED = "X-LEDGERDESK-UNNAMED"
KINDS = ("", "window", "hours")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Windows = list[tuple[str, str]]


class Found(Struct, kw_only=True):
    """What a file says: days with their names, spans, hours of dates and of the week."""

    events: int = 0
    holidays: dict[str, str] = field(default_factory=dict)
    breaks: dict[date, list[tuple[int, int]]] = field(default_factory=dict)
    """Microseconds after midnight, as they were read: some may overlap."""
    hours: dict[str, Windows] = field(default_factory=dict)
    weekly: dict[str, Windows] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    """Of the dates of breaks and hours."""
    ignored: list[str] = field(default_factory=list)


class Days(NamedTuple):
    """The days that are read, on the clocks of a zone."""

    zone: str
    first: date
    last: date


Moment = tuple[str, bool, int]
"""The UID of an event, and when it comes: whether that is a day, and what clocks show in UTC."""


class Event(NamedTuple):
    """One event. `length` is on the wall clock; `wall` is the zone of its own clock."""

    component: Component
    kind: str
    name: str
    start: Time
    length: int
    rule: Rule | None
    until: Time | None

    def moment(self, start: Time) -> Moment:
        return self.component.text("UID"), start.is_day, start.on("UTC")


def read(text: str, hours: BusinessHours, first_day: date, last_day: date) -> Found:
    """What the file says of the days from the first to the last, for a calendar with these hours.

    Raises Refused with the number of the line that is wrong.
    """
    require(first_day <= last_day, "The last day is not before the first.")
    require((last_day - first_day).days < DAYS_MAX, "At most 15 years can be read of a file.")
    days = Days(hours.zone, first_day, last_day)
    found, steps = Found(), Steps()
    events = []
    for component in parts(text).events:
        steps.take()
        if component.text("STATUS").upper() == "CANCELLED" and not _is_change(component):
            _ignore(found, component, "it was cancelled")
        else:
            events.append(_event(component, hours.zone))
    changed = {one for event in events if (one := _changed(event, hours.zone)) is not None}
    for event in events:
        found.events += 1
        try:
            _take(event, days, changed, steps, found)
        except TooManySteps as refused:
            event.component.wrong(str(refused))
    return found


def _take(event: Event, days: Days, changed: set[Moment], steps: Steps, found: Found) -> None:
    component = event.component
    if event.kind == "window":
        _take_window(event, days.zone, found)
    elif _is_yearly(event, days.first):
        day = date_of(event.start.shown)
        found.holidays[f"*-{day:%m-%d}"] = event.name
    elif component.text("STATUS").upper() == "CANCELLED":
        _ignore(found, component, "it was cancelled")
    elif _is_free(event):
        _ignore(found, component, "it takes no time from anybody (TRANSP:TRANSPARENT)")
    elif event.length == 0:
        _ignore(found, component, "it has no length")
    else:
        for start in _starts(event, days, changed, steps):
            _take_one(event, start, days, steps, found)


def _is_free(event: Event) -> bool:
    # Holidays are often said to be free time, so that they do not stop appointments.
    is_timed = not event.start.is_day and not event.kind
    return is_timed and event.component.text("TRANSP").upper() == "TRANSPARENT"


def _take_one(event: Event, start: Time, days: Days, steps: Steps, found: Found) -> None:
    begins = start.on(days.zone)
    ends = Time(start.zone, start.shown + event.length).on(days.zone)
    if ends <= begins:
        event.component.wrong(f"it has no length on the clocks of {days.zone}.")
    if event.kind == "hours":
        _take_hours(event, begins, ends, days, found)
        return
    day = max(date_of(begins), days.first)
    while day <= days.last and (midnight := reading_of(day)) < ends:
        steps.take()
        if start.is_day:
            found.holidays.setdefault(str(day), event.name)
        else:
            span = (max(begins - midnight, 0), min(ends - midnight, DAY))
            found.breaks.setdefault(day, []).append(span)
            _name(found, str(day), event.name)
        day += timedelta(days=1)


def _take_hours(event: Event, begins: int, ends: int, days: Days, found: Found) -> None:
    day = date_of(begins)
    if days.first <= day <= days.last:
        windows = found.hours.setdefault(str(day), [])
        if not event.start.is_day:
            windows.append(_window(event, begins, ends))
        _name(found, str(day), event.name)


def _take_window(event: Event, zone: str, found: Found) -> None:
    if event.start.is_day or event.rule is None or event.rule.frequency != "WEEKLY":
        event.component.wrong("a window of the week has a time and comes again WEEKLY.")
    if event.start.zone != zone:
        event.component.wrong(f"the hours of the week are those of {event.start.zone}, not {zone}.")
    window = _window(event, event.start.shown, event.start.shown + event.length)
    own = date_of(event.start.shown).weekday()
    for day in sorted({day for _, day in event.rule.week_days} or {own}):
        found.weekly.setdefault(WEEKDAYS[day], []).append(window)


def _window(event: Event, begins: int, ends: int) -> tuple[str, str]:
    if not 0 < ends - begins <= DAY:
        event.component.wrong("a window is at most 24 hours long.")
    return clock_of(begins % DAY), clock_of((ends - 1) % DAY + 1)


def clock_of(at: int) -> str:
    """Microseconds after midnight as business hours have them, to the second."""
    seconds = at // SECOND % 60
    text = f"{at // HOUR:02}:{at // MINUTE % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


# One event -----------------------------------------------------------------------------------


def _event(component: Component, zone: str) -> Event:
    started = component.first("DTSTART")
    if started is None:
        component.wrong("an event says when it starts (DTSTART).")
    start = time_of(started, started.value, zone)
    kind = component.text(MARK).lower()
    if kind not in KINDS:
        component.wrong(f"{MARK} is one of window and hours.")
    rule, until = _rule(component, start, zone)
    return Event(
        component=component,
        kind=kind,
        name="" if UNNAMED in component.properties else _said(component)[:200],
        start=start,
        length=_length(component, start, zone),
        rule=rule,
        until=until,
    )


def _length(component: Component, start: Time, zone: str) -> int:
    ended, lasts = component.first("DTEND"), component.first("DURATION")
    if ended is not None and lasts is not None:
        ended.wrong("an event has an end (DTEND) or a DURATION, not both.")
    if lasts is not None:
        length = length_of(lasts)
    elif ended is None:
        length = DAY if start.is_day else 0
    else:
        end = time_of(ended, ended.value, zone)
        if end.is_day != start.is_day:
            ended.wrong("it starts on a day and ends at a time, or the other way round.")
        length = end.on(start.zone or "UTC") - start.shown
        # Some say the same day for an event of one day.
        length = DAY if start.is_day and length == 0 else length
    if length < 0:
        component.wrong("it ends before it begins.")
    if length > SPAN_DAYS_MAX * DAY:
        component.wrong(f"it is longer than {SPAN_DAYS_MAX} days.")
    if start.is_day and length % DAY:
        component.wrong("an event of whole days lasts whole days.")
    return length


def _rule(component: Component, start: Time, zone: str) -> tuple[Rule | None, Time | None]:
    line = component.first("RRULE")
    if line is None:
        return None, None
    if len(component.properties["RRULE"]) > 1:
        line.wrong("an event has one RRULE at most.")
    if "EXRULE" in component.properties:
        component.wrong("EXRULE is not read.")
    try:
        rule = parse(line.value)
    except Refused as refused:
        line.wrong(str(refused))
    return rule, time_of(line, rule.until, start.zone or zone) if rule.until else None


def _is_yearly(event: Event, first_day: date) -> bool:
    """Whether it is a day of every year, so that it need not be written out."""
    if event.rule is None or not event.start.is_day or event.length != DAY:
        return False
    if {"EXDATE", "RDATE"} & event.component.properties.keys() or event.kind:
        return False
    day = date_of(event.start.shown)
    rule = event.rule
    return (
        rule._replace(months=(), month_days=(), week_start=0) == Rule("YEARLY")
        and rule.months in ((), (day.month,))
        and rule.month_days in ((), (day.day,))
        and (bool(rule.months) or not rule.month_days)
        and day.year <= first_day.year
    )


# When it comes -------------------------------------------------------------------------------


def _starts(event: Event, days: Days, changed: set[Moment], steps: Steps) -> Iterator[Time]:
    """The starts that matter for the days, and a few around them: clocks differ by a day."""
    left_out = {
        event.moment(time)
        for line in event.component.properties.get("EXDATE", ())
        for time in _times(line, event, days.zone)
    }
    if not _is_change(event.component):
        left_out |= changed
    for start in _each(event, days, steps):
        if (moment := event.moment(start)) not in left_out:
            left_out.add(moment)
            yield start


def _each(event: Event, days: Days, steps: Steps) -> Iterator[Time]:
    start = event.start
    if event.rule is None:
        yield start
    else:
        begin = date_of(start.shown)
        first = max(days.first - timedelta(days=event.length // DAY + 2), begin)
        last = days.last + timedelta(days=2)
        until = _until(event)
        for day in occurrences(event.rule, begin, first, last, steps):
            shown = reading_of(day) + start.shown % DAY
            if until is not None and shown > until:
                break
            yield Time(start.zone, shown)
    for line in event.component.properties.get("RDATE", ()):
        for time in _times(line, event, days.zone):
            steps.take()
            yield time


def _until(event: Event) -> int | None:
    """The last reading of its own clock at which it may come."""
    until, start = event.until, event.start
    if until is None:
        return None
    if until.is_day and not start.is_day:
        return until.shown + DAY - 1
    return until.on(start.zone) if start.zone else until.shown


def _times(line: Line, event: Event, zone: str) -> Iterator[Time]:
    for value in line.value.split(","):
        time = time_of(line, value, zone)
        if time.is_day != event.start.is_day:
            line.wrong("it names days where the event has a time, or the other way round.")
        yield Time(event.start.zone, time.on(event.start.zone))


def _is_change(component: Component) -> bool:
    return "RECURRENCE-ID" in component.properties


def _changed(event: Event, zone: str) -> Moment | None:
    """The one time of a repeated event that this event is instead of."""
    line = event.component.first("RECURRENCE-ID")
    if line is None:
        return None
    if "RANGE" in line.parameters:
        line.wrong("a change of all that follows (RANGE) is not read.")
    return event.moment(time_of(line, line.value, zone))


def _said(component: Component) -> str:
    return " ".join(component.text("SUMMARY").split())


def _name(found: Found, day: str, name: str) -> None:
    names = found.names.setdefault(day, [])
    if name and name not in names:
        names.append(name)


def _ignore(found: Found, component: Component, why: str) -> None:
    if len(found.ignored) < NOTES_MAX:
        name = _said(component)[:60]
        found.ignored.append(f"line {component.number}: {name!r} is not taken: {why}.")
