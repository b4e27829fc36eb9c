"""Calendars in words, for the command line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from domain.business_time import BusinessHours
from domain.calendar import Calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHOWN_MAX = 40


def held(calendar: Calendar, version: int) -> Iterator[str]:
    """All that a version of a calendar says."""
    hours, given = calendar.hours_of(version), calendar.given_of(version)
    which = f"version {version} of {calendar.hours_version}"
    retired = ", retired" if calendar.is_retired else ""
    yield f"{calendar.number} {calendar.name}, {which}{retired}"
    yield f"zone {hours.zone}"
    for day in WEEKDAYS:
        yield f"  {day}  {_said(hours.weekly.get(day, ()))}"
    names = given.all_names
    for title, days in (("holidays", dict.fromkeys(hours.holidays, "")), *_dated(hours)):
        if days:
            yield title
        for day, what in sorted(days.items()):
            yield "  " + "  ".join(part for part in (day, what, names.get(day, "")) if part)
    for public in given.public_holidays:
        years = f"{public.first_year} to {public.last_year}"
        left_out = f", without {', '.join(public.without)}" if public.without else ""
        yield f"public holidays of {public.place}, {years}, from {public.source}{left_out}"
    if given.imported:
        digest = given.imported.digest[:12]
        yield f"imported from a file of {given.imported.events} events (SHA-256 {digest}…)"


def windows(hours: BusinessHours, begin: datetime, end: datetime) -> Iterator[str]:
    """The windows of each day, as the clocks of the calendar show them, and the open time."""
    zone = ZoneInfo(hours.zone)
    found = [
        (start.astimezone(zone), stop.astimezone(zone))
        for start, stop in hours.windows_between(begin, end)
    ]
    by_day = {day: list(spans) for day, spans in groupby(found, lambda span: span[0].date())}
    day, last = begin.date(), (end - timedelta(seconds=1)).date()
    while day <= last:
        spans = ", ".join(f"{a:%H:%M}-{_end(a, b)}" for a, b in by_day.get(day, ()))
        holiday = "holiday" if hours.is_holiday(day) else "closed"
        yield f"{day} {day:%a}  {spans or holiday}"
        day += timedelta(days=1)
    yield f"{hours.between(begin, end) / timedelta(hours=1):g} h open"


def differences(before: Calendar, after: Calendar) -> Iterator[str]:
    """What a later version of a calendar has that the earlier has not, and the other way round."""
    names = {**before.given[-1].all_names, **after.given[-1].all_names}
    old, new = before.hours, after.hours
    lines = [
        *_changed("holiday", _plain(old.holidays), _plain(new.holidays)),
        *_changed("hours", old.date_hours, new.date_hours),
        *_changed("break", old.date_breaks, new.date_breaks),
        *_changed("weekly", old.weekly, new.weekly),
    ]
    for sign, what, day in lines[:SHOWN_MAX]:
        yield f"{sign} {what} {day} {names.get(day, '')}".rstrip()
    if len(lines) > SHOWN_MAX:
        yield f"and {len(lines) - SHOWN_MAX} more"
    for one, other in zip(before.public_holidays, after.public_holidays, strict=False):
        if other.last_year != one.last_year:
            yield f"public holidays of {one.place} known until {other.last_year}"


Days = Mapping[str, Sequence[tuple[str, str]]]


def _changed(what: str, old: Days, new: Days) -> list[tuple[str, str, str]]:
    gone = [("-", what, day) for day in sorted(old) if new.get(day) != old[day]]
    return gone + [("+", what, day) for day in sorted(new) if new[day] != old.get(day)]


def _plain(days: Sequence[str]) -> Days:
    return {day: () for day in days}


def _dated(hours: BusinessHours) -> Iterator[tuple[str, dict[str, str]]]:
    for title, days in (("hours of dates", hours.date_hours), ("breaks", hours.date_breaks)):
        yield title, {day: _said(spans) for day, spans in days.items()}


def _said(spans: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{begins}-{ends}" for begins, ends in spans) or "closed"


def _end(begin: datetime, end: datetime) -> str:
    if end.date() == begin.date():
        return f"{end:%H:%M}"
    is_midnight = (end.hour, end.minute) == (0, 0)
    return "24:00" if is_midnight and _next(begin.date()) == end.date() else f"{end:%H:%M} (+1)"


def _next(day: date) -> date:
    return day + timedelta(days=1)
