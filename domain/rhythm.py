"""When something comes again: each day, week or month at a time of the wall clock, on days on which
somebody works if a calendar says which those are."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain.business_time import BusinessHours
from domain.recurrence import WEEKDAYS
from domain.rules import require
from domain.wall_clock import DAY, EPOCH, HOUR, MINUTE, first_showing, instant, micros, reading

Every = Literal["day", "week", "month"]
Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

CLOSED_DAYS_MAX = 31
"""What falls on so many days in a row on which nobody works comes as if there were no calendar."""
_REACH_DAYS = 32 + CLOSED_DAYS_MAX
"""From one moment to the next it is never longer."""
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_ONE = timedelta(days=1)


class Rhythm(Struct, frozen=True, kw_only=True):
    """`weekday` is that of each week, `day` that of each month; a shorter month has its last.

    at: what the wall clock shows then, as HH:MM. calendar: where the day is none of its workdays,
    it comes on the next that is.
    """

    every: Every
    at: str = "08:00"
    weekday: Weekday = "MO"
    day: int = 1
    calendar: UUID | None = None


def check(rhythm: Rhythm) -> None:
    """Refuse what is no time or no day."""
    require(_TIME.fullmatch(rhythm.at) is not None, "at: a time of the day such as 08:00.")
    require(rhythm.weekday in get_args(Weekday), "weekday: one of MO, TU, WE, TH, FR, SA, SU.")
    require(1 <= rhythm.day <= 31, "day: a day of the month, from 1 to 31.")


def next_moment(
    rhythm: Rhythm, zone: str, after: datetime, hours: BusinessHours | None = None
) -> datetime:
    """When it comes next after a moment, in an IANA zone. `hours` are those of its calendar."""
    first = _shown(zone, after)
    return min(
        moment
        for moment in _moments(rhythm, zone, first, first + _REACH_DAYS * _ONE, hours)
        if moment > after
    )


def latest_moment(
    rhythm: Rhythm,
    zone: str,
    after: datetime,
    until: datetime,
    hours: BusinessHours | None = None,
) -> datetime | None:
    """When it came last after a moment and not after another; None if it did not."""
    last = _shown(zone, until)
    moments = _moments(rhythm, zone, last - _REACH_DAYS * _ONE, last, hours)
    return max((moment for moment in moments if after < moment <= until), default=None)


def _moments(
    rhythm: Rhythm, zone: str, first: date, last: date, hours: BusinessHours | None
) -> Iterator[datetime]:
    """Those of some dates, and those that came to be put off to one of them."""
    time = int(rhythm.at[:2]) * HOUR + int(rhythm.at[3:]) * MINUTE
    day = first - CLOSED_DAYS_MAX * _ONE
    while day <= last:
        if _is_named(rhythm, day):
            since = (_workday(day, hours) - EPOCH.date()).days
            yield instant(first_showing(zone, since * DAY + time))
        day += _ONE


def _is_named(rhythm: Rhythm, day: date) -> bool:
    match rhythm.every:
        case "day":
            return True
        case "week":
            return WEEKDAYS[day.weekday()] == rhythm.weekday
    is_last = (day + _ONE).day == 1
    return day.day == rhythm.day or (is_last and day.day < rhythm.day)


def _workday(day: date, hours: BusinessHours | None) -> date:
    if hours is None:
        return day
    days = (day + number * _ONE for number in range(CLOSED_DAYS_MAX))
    return next((one for one in days if hours.is_workday(one)), day)


def _shown(zone: str, at: datetime) -> date:
    return EPOCH.date() + timedelta(microseconds=reading(zone, micros(at))) // _ONE * _ONE
