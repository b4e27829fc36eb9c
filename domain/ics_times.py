"""Times in iCalendar files as readings of a wall clock: microseconds since 1970 without a zone."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from domain.calendar_mistakes import zones
from domain.ics_lines import Line
from domain.wall_clock import DAY, EPOCH, HOUR, MINUTE, SECOND, first_showing, instant, reading
from domain.windows_zones import WINDOWS_ZONES

FIRST_YEAR = 1970
LAST_YEAR = 2198

_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(r"([0-9]{8})T([0-9]{2})([0-9]{2})([0-9]{2})(Z?)")
_DURATION = re.compile(
    r"\+?P(?:([0-9]{1,4})W|(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?)"
)
_EPOCH_DAY = EPOCH.toordinal()


class Time(NamedTuple):
    """What a clock shows. `zone` is "" where a whole day is meant."""

    zone: str
    shown: int

    @property
    def is_day(self) -> bool:
        return self.zone == ""

    def on(self, zone: str) -> int:
        """What the clocks of another zone show at that moment."""
        if self.zone in ("", zone):
            return self.shown
        return reading(zone, first_showing(self.zone, self.shown))


def time_of(line: Line, value: str, zone: str) -> Time:
    """A time as the line says it; one without a zone is of the given zone. Refused with the line.

    Raises Refused for a date that does not exist, or one that is out of range.
    """
    if found := _TIME.fullmatch(value):
        day, hour, minute, second = found[1], int(found[2]), int(found[3]), int(found[4])
        if hour > 23 or minute > 59 or second > 60:
            line.wrong(f"{value[:40]!r} is no time of a day.")
        named = "UTC" if found[5] else _zone(line, zone)
        at = hour * HOUR + minute * MINUTE + min(second, 59) * SECOND
        return Time(named, reading_of(_day(line, day)) + at)
    return Time("", reading_of(_day(line, value)))


def length_of(line: Line) -> int:
    """A duration in microseconds. Refused with the line."""
    found = _DURATION.fullmatch(line.value)
    if found is None or not any(found.groups()):
        line.wrong(f"{line.value[:40]!r} is no duration such as PT30M.")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return (weeks * 7 + days) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND


def reading_of(day: date) -> int:
    """What clocks show as a date begins."""
    return (day.toordinal() - _EPOCH_DAY) * DAY


def date_of(shown: int) -> date:
    return (EPOCH + timedelta(days=shown // DAY)).date()


def at(shown: int, zone: str) -> str:
    """A reading as a file has it: `20261224T090000`, with a Z in UTC."""
    return f"{instant(shown):%Y%m%dT%H%M%S}{'Z' if zone == 'UTC' else ''}"


def zone_named(name: str) -> str | None:
    """The IANA zone that a TZID means; None where it is not known."""
    if name in zones():
        return name
    if name in WINDOWS_ZONES:
        return WINDOWS_ZONES[name]
    # Some write a path before it: /mozilla.org/20050126_1/Europe/Berlin
    steps = name.split("/")
    for length in (3, 2, 1):
        if len(steps) > length and (last := "/".join(steps[-length:])) in zones():
            return last
    return None


def _zone(line: Line, otherwise: str) -> str:
    name = line.parameters.get("TZID", "")
    if not name:
        return otherwise
    found = zone_named(name)
    if found is None:
        line.wrong(f"{name[:80]!r} is no time zone that is known here.")
    return found


def _day(line: Line, value: str) -> date:
    found = _DATE.fullmatch(value)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    if day is None:
        line.wrong(f"{value[:40]!r} is no date such as 20261224, nor a time: 20261224T090000.")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        line.wrong(f"{value[:40]} is not between the years {FIRST_YEAR} and {LAST_YEAR}.")
    return day
