"""Business hours: open time between two instants, and the instant after so much open time.

Windows are half-open: the closing instant is closed. Everything is exact to the microsecond, and
elapsed time decides across a clock change. Instants given may have any offset; those returned are
in UTC. A question that no date within 50 years answers is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal, cast

import msgspec

from domain.business_rules import parsed
from domain.open_windows import REACH_YEARS, OpenWindows, Rules
from domain.rules import Refused, require
from domain.wall_clock import DAY, EPOCH, first_showing, instant, length, micros, reading

Windows = tuple[tuple[str, str], ...]
"""Half-open windows of one day, such as `(("09:00", "12:30"), ("13:00", "24:00"))`.

An end that is not after the start lies on the next day: `("22:00", "06:00")`. Such a window belongs
to the day on which it begins, and a holiday on the next day cuts it at midnight.
"""

_DURATION = re.compile(r"([1-9][0-9]{0,5})(s|m|h|bd|d)")
_OPEN_SECONDS = {"s": 1, "m": 60, "h": 3600}
_EPOCH_DAY = EPOCH.toordinal()
_REACH_DAYS = REACH_YEARS * 365


class BusinessHours(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """When a desk is open: windows of each weekday in a zone, holidays and single dates.

    weekly: `mon` to `sun`; an absent day is closed.
    holidays: `YYYY-MM-DD`, or `*-MM-DD` every year; closed all day, whatever else is said.
    date_hours: the windows of one date in place of its weekday's.
    date_breaks: closed spans of one date.
    """

    zone: str
    weekly: Mapping[str, Windows] = {}
    holidays: tuple[str, ...] = ()
    date_hours: Mapping[str, Windows] = {}
    date_breaks: Mapping[str, Windows] = {}

    @cached_property
    def _windows(self) -> OpenWindows:
        return _compiled(msgspec.json.encode(self, order="sorted"))

    @cached_property
    def _in_zones(self) -> dict[str, "BusinessHours"]:
        return {}

    @property
    def _rules(self) -> Rules:
        return self._windows.rules

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The instant at which so much open time has passed since the start.

        Time used up exactly at closing time falls on the closing instant; no time at all is the
        start itself. Raises Refused for a negative duration.
        """
        at, span = micros(start), length(duration)
        if span <= 0:
            require(span == 0, "A duration is not negative.")
            return instant(at)
        return instant(self._windows.after(at, span))

    def sub(self, end: datetime, duration: timedelta) -> datetime:
        """The instant since which so much open time has passed until the end.

        Time used up exactly at opening time falls on the opening instant.
        """
        at, span = micros(end), length(duration)
        if span <= 0:
            require(span == 0, "A duration is not negative.")
            return instant(at)
        return instant(self._windows.before(at, span))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time between two instants, negative when the end comes first."""
        a, b = micros(start), micros(end)
        opened = self._windows.between(a, b) if a <= b else -self._windows.between(b, a)
        return timedelta(microseconds=opened)

    # Two questions that clocks ask all the time, each without a call on the way.

    @cached_property
    def open_between(self) -> Callable[[int, int], int]:
        """The open microseconds from one moment to a later one, both in microseconds."""
        return self._windows.between

    @cached_property
    def after(self) -> Callable[[int, int], int]:
        """The moment at which so much open time (> 0) has passed since another, in microseconds."""
        return self._windows.after

    def open_within(self, since: int, until: int) -> list[tuple[int, int]]:
        """The open windows from one moment to a later one, cut to them, all in microseconds."""
        return self._windows.within(since, until)

    def in_zone(self, zone: str) -> "BusinessHours":
        """The same hours on the wall clock of another zone, or of their own where none is named."""
        if not zone or zone == self.zone:
            return self
        known = self._in_zones
        if zone not in known:
            known[zone] = msgspec.structs.replace(self, zone=zone)
        return known[zone]

    def windows_between(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open windows between two instants, cut to them."""
        a, b = micros(start), micros(end)
        if b <= a:
            return []
        return [(instant(since), instant(until)) for since, until in self._windows.within(a, b)]

    def is_open(self, at: datetime) -> bool:
        """Whether the wall clock shows an open time at that instant."""
        return self._windows.window_at(micros(at)) is not None

    def next_open(self, at: datetime) -> datetime:
        """The instant itself when it is open, otherwise the next opening instant."""
        if self.is_open(at):
            return instant(micros(at))
        return self.next_window(at)[0]

    def prev_open(self, at: datetime) -> datetime:
        """The instant itself when open time leads up to it, otherwise the closing instant before
        it. An opening instant has closed time before it."""
        here = micros(at)
        if self._windows.window_at(here - 1) is not None:
            return instant(here)
        return instant(next(self._windows.ending_before(here))[1])

    def next_close(self, at: datetime) -> datetime:
        """The next instant after that one at which open time ends and closed time begins."""
        here = micros(at)
        window = self._windows.window_at(here)
        following = self._windows.starting_after(here)
        until = (window or next(following))[1]
        for since, next_until in following:
            if since > until:
                break
            until = next_until
            require(
                until - here < _REACH_DAYS * DAY,
                f"The calendar does not close within {REACH_YEARS} years after {at:%Y-%m-%d}.",
            )
        return instant(until)

    def next_window(self, at: datetime) -> tuple[datetime, datetime]:
        """The first window that starts after an instant."""
        since, until = next(self._windows.starting_after(micros(at)))
        return instant(since), instant(until)

    def windows_after(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The windows from an instant on, in order, the first cut to it; raises Refused at the
        end of the reach."""
        here = micros(at)
        window = self._windows.window_at(here)
        if window is not None and window[0] < here:
            yield instant(here), instant(window[1])
        for since, until in self._windows.starting_after(here - 1):
            yield instant(since), instant(until)

    def windows_before(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The windows until an instant, latest first, the first cut to it; raises Refused at the
        end of the reach."""
        here = micros(at)
        window = self._windows.window_at(here)
        if window is not None and window[0] < here:
            yield instant(window[0]), instant(here)
        for since, until in self._windows.ending_before(here):
            yield instant(since), instant(until)

    def local_date(self, at: datetime) -> date:
        """The date that the wall clock of the zone shows."""
        return _date(reading(self.zone, micros(at)))

    def is_workday(self, day: date | datetime) -> bool:
        """Whether a window begins on that date."""
        return bool(self._rules.spans(self._day(day)))

    def is_holiday(self, day: date | datetime) -> bool:
        """Whether that date is a holiday."""
        return self._rules.is_holiday(self._day(day))

    def is_break(self, at: datetime) -> bool:
        """Whether the wall clock shows a time inside a break of its date."""
        shown = reading(self.zone, micros(at))
        breaks = self._rules.date_breaks.get(_date(shown), ())
        return any(begins <= shown % DAY < ends for begins, ends in breaks)

    def add_workdays(self, day: date, days: int) -> date:
        """The date so many workdays after one (before it when negative), counted from that day."""
        step = 1 if days > 0 else -1
        left, number = abs(days), day.toordinal()
        unanswered = 0
        while left:
            number += step
            unanswered += 1
            require(
                unanswered <= _REACH_DAYS and _EPOCH_DAY - 25_000 < number < _EPOCH_DAY + 83_000,
                f"The calendar has too few workdays {'after' if days > 0 else 'before'} {day}.",
            )
            if self._rules.spans(date.fromordinal(number)):
                left -= 1
                unanswered = 0
        return date.fromordinal(number)

    def add_days(self, start: datetime, days: int) -> datetime:
        """So many business days later (earlier when negative), at the same wall-clock time."""
        if days == 0:
            return instant(micros(start))
        shown = reading(self.zone, micros(start))
        return self._at(self.add_workdays(_date(shown), days), shown % DAY)

    def add_calendar_days(self, start: datetime, days: int) -> datetime:
        """So many calendar days later (earlier when negative), at the same wall-clock time."""
        if days == 0:
            return instant(micros(start))
        require(abs(days) <= 110_000, "That is too many days.")
        return instant(first_showing(self.zone, reading(self.zone, micros(start)) + days * DAY))

    def first_workday(self, start: datetime) -> datetime:
        """The instant itself on a workday, otherwise the same time on the next one."""
        return instant(micros(start)) if self.is_workday(start) else self.add_days(start, 1)

    def previous_workday(self, start: datetime) -> datetime:
        """The instant itself on a workday, otherwise the same time on the last one before."""
        return instant(micros(start)) if self.is_workday(start) else self.add_days(start, -1)

    def workdays_in(self, first: date | datetime, last: date | datetime, inclusive: bool) -> int:
        """The number of workdays from one date to another, with or without the last."""
        begin, end = self._day(first).toordinal(), self._day(last).toordinal() + inclusive
        require(end - begin <= _REACH_DAYS, f"Workdays are counted over {REACH_YEARS} years.")
        return sum(bool(self._rules.spans(date.fromordinal(day))) for day in range(begin, end))

    def days_between(self, start: date | datetime, end: date | datetime) -> int:
        """The workdays after the first date up to the second, negative when it comes first."""
        begin, stop = self._day(start), self._day(end)
        if stop < begin:
            return -self.days_between(stop, begin)
        return self.workdays_in(begin, stop, True) - self.is_workday(begin)

    def _day(self, day: date | datetime) -> date:
        return self.local_date(day) if isinstance(day, datetime) else day

    def _at(self, day: date, time_of_day: int) -> datetime:
        shown = (day.toordinal() - _EPOCH_DAY) * DAY + time_of_day
        return instant(first_showing(self.zone, shown))


def check(hours: BusinessHours) -> None:
    """Refuse business hours that are wrong or never open. Raises Refused naming the place."""
    rules = parsed(hours)
    dated = [day for day, spans in rules.date_hours.items() if spans and rules.spans(day)]
    require(any(rules.week) or bool(dated), "The calendar has no open time at all.")


class Duration(msgspec.Struct, frozen=True):
    """So much time in a unit that says what it means.

    `90s`, `30m`, `8h` are open time; `2bd` business days and `3d` calendar days, both at the same
    wall-clock time.
    """

    amount: int
    unit: Literal["s", "m", "h", "bd", "d"]

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def open_time(self) -> timedelta | None:
        """The open time that it means; None for days, which have no length of their own."""
        seconds = _OPEN_SECONDS.get(self.unit)
        return None if seconds is None else timedelta(seconds=self.amount * seconds)


@lru_cache(maxsize=1024)
def duration(text: str) -> Duration:
    """Read a duration such as `8h`, `30m`, `90s`, `2bd` or `3d`. Raises Refused for any other."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise Refused(
            f"{text!r} is not a duration: write open time as 90s, 30m or 8h, "
            "business days as 2bd, calendar days as 3d."
        )
    return Duration(int(match[1]), cast('Literal["s", "m", "h", "bd", "d"]', match[2]))


def due(start: datetime, wait: Duration, hours: BusinessHours) -> datetime:
    """The instant at which a duration that begins at the start is used up."""
    if (span := wait.open_time) is not None:
        return hours.add(start, span)
    if wait.unit == "bd":
        return hours.add_days(start, wait.amount)
    return hours.add_calendar_days(start, wait.amount)


@lru_cache(maxsize=1024)
def _compiled(encoded: bytes) -> OpenWindows:
    return OpenWindows(parsed(msgspec.json.decode(encoded, type=BusinessHours)))


def _date(shown: int) -> date:
    return date.fromordinal(_EPOCH_DAY + shown // DAY)
