"""On which dates something comes again: the RRULE of iCalendar (RFC 5545), within bounds.

What comes again within a day (HOURLY, BYHOUR) is refused, as are BYYEARDAY and BYWEEKNO.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from domain.rules import Refused, require

STEPS_MAX = 200_000
"""How many dates and periods all the rules of a file may need."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_OTHERS = ("HOURLY", "MINUTELY", "SECONDLY")
_PARTS = (
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"),
)
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_ONE = timedelta(days=1)


class Rule(NamedTuple):
    """`until` is as it was written. A week day has the number of its week, 0 for all of them."""

    frequency: str
    interval: int = 1
    times: int | None = None
    until: str = ""
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    week_days: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


class TooManySteps(Refused):
    """Repetitions that nobody needs."""


class Steps:
    """What is left of the steps that may be taken."""

    def __init__(self, left: int = STEPS_MAX) -> None:
        self._left = left

    def take(self, number: int = 1) -> None:
        self._left -= number
        if self._left < 0:
            raise TooManySteps("the file asks for too many repetitions.")


def parse(text: str) -> Rule:
    """A rule. Raises Refused with what is wrong in it."""
    given: dict[str, str] = {}
    for part in text.upper().rstrip(";").split(";"):
        name, _, value = part.partition("=")
        require(name not in given, f"RRULE has {name[:20]} twice.")
        require(name in _PARTS, f"RRULE: {name[:20]!r} is not known here.")
        given[name] = value
    frequency = given.get("FREQ", "")
    require(frequency not in _OTHERS, f"RRULE: {frequency} comes again within a day.")
    require(frequency in _FREQUENCIES, "RRULE: FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.")
    require("COUNT" not in given or "UNTIL" not in given, "RRULE has both COUNT and UNTIL.")
    rule = Rule(
        frequency=frequency,
        interval=_whole("INTERVAL", given.get("INTERVAL", "1"), 1, 10_000),
        times=_whole("COUNT", given["COUNT"], 1, STEPS_MAX) if "COUNT" in given else None,
        until=given.get("UNTIL", ""),
        months=_wholes(given, "BYMONTH", 1, 12),
        month_days=_wholes(given, "BYMONTHDAY", -31, 31),
        week_days=tuple(_week_days(given.get("BYDAY", ""))),
        positions=_wholes(given, "BYSETPOS", -366, 366),
        week_start=_week_start(given.get("WKST", "MO")),
    )
    has_numbers = any(number for number, _ in rule.week_days)
    if frequency in ("DAILY", "WEEKLY"):
        require(not has_numbers, f"RRULE: BYDAY has no numbers with {frequency}.")
        require(not rule.positions, f"RRULE: BYSETPOS does not go with {frequency}.")
    if frequency == "WEEKLY":
        require(not rule.month_days, "RRULE: BYMONTHDAY does not go with WEEKLY.")
    return rule


def occurrences(rule: Rule, start: date, first: date, last: date, steps: Steps) -> Iterator[date]:
    """The dates from `first` to `last` on which something comes that begins on `start`.

    Raises Refused when it takes too many steps.
    """
    left = rule.times
    for day in _from_start(rule, start, first, last, steps):
        if left is not None:
            if left == 0:
                return
            left -= 1
        if day >= first:
            yield day


def _from_start(rule: Rule, start: date, first: date, last: date, steps: Steps) -> Iterator[date]:
    # A count is a count from the start, so only without one the dates before can be left out.
    skip = first if rule.times is None and first > start else start
    for days in _PERIODS[rule.frequency](rule, start, skip, last, steps):
        for day in _picked(days, rule.positions):
            if day > last:
                return
            if day >= start:
                steps.take()
                yield day


def _picked(days: list[date], positions: tuple[int, ...]) -> list[date]:
    if not positions:
        return days
    number = len(days)
    indexes = {at - 1 if at > 0 else number + at for at in positions}
    return [days[index] for index in sorted(indexes) if 0 <= index < number]


# The dates of each period, in order --------------------------------------------------------------


def _daily(rule: Rule, start: date, skip: date, last: date, steps: Steps) -> Iterator[list[date]]:
    number = (skip - start).days // rule.interval
    day = start + number * rule.interval * _ONE
    while day <= last:
        steps.take()
        if (
            (not rule.months or day.month in rule.months)
            and (not rule.month_days or _is_month_day(day, rule.month_days))
            and _is_week_day(day, rule)
        ):
            yield [day]
        day += rule.interval * _ONE


def _weekly(rule: Rule, start: date, skip: date, last: date, steps: Steps) -> Iterator[list[date]]:
    week = start - (start.weekday() - rule.week_start) % 7 * _ONE
    week += (skip - week).days // (7 * rule.interval) * 7 * rule.interval * _ONE
    wanted = {day for _, day in rule.week_days} or {start.weekday()}
    while week <= last:
        steps.take()
        days = [week + number * _ONE for number in range(7)]
        yield [
            day
            for day in days
            if day.weekday() in wanted and (not rule.months or day.month in rule.months)
        ]
        week += 7 * rule.interval * _ONE


def _monthly(rule: Rule, start: date, skip: date, last: date, steps: Steps) -> Iterator[list[date]]:
    begin = start.year * 12 + start.month - 1
    month = begin + (skip.year * 12 + skip.month - 1 - begin) // rule.interval * rule.interval
    while month <= last.year * 12 + last.month - 1:
        steps.take()
        if not rule.months or month % 12 + 1 in rule.months:
            yield _of_month(rule, start, month // 12, month % 12 + 1)
        month += rule.interval


def _yearly(rule: Rule, start: date, skip: date, last: date, steps: Steps) -> Iterator[list[date]]:
    year = start.year + (skip.year - start.year) // rule.interval * rule.interval
    while year <= last.year:
        steps.take(12)
        if rule.week_days and not rule.months and not rule.month_days:
            yield sorted({day for one in rule.week_days for day in _of_year(year, *one)})
        else:
            months = rule.months or (range(1, 13) if rule.month_days else (start.month,))
            yield [
                day for month in sorted(set(months)) for day in _of_month(rule, start, year, month)
            ]
        year += rule.interval


def _of_month(rule: Rule, start: date, year: int, month: int) -> list[date]:
    size = monthrange(year, month)[1]
    days = [date(year, month, number) for number in range(1, size + 1)]
    if not rule.month_days and not rule.week_days:
        return [day for day in days if day.day == start.day]
    if rule.month_days:
        days = [day for day in days if _is_month_day(day, rule.month_days)]
    if rule.week_days:
        days = [
            day
            for day in days
            if any(
                day.weekday() == wanted and _is_nth(day.day, size, nth)
                for nth, wanted in rule.week_days
            )
        ]
    return days


def _of_year(year: int, nth: int, wanted: int) -> list[date]:
    begin = date(year, 1, 1)
    size = 366 if monthrange(year, 2)[1] == 29 else 365
    found = [begin + number * _ONE for number in range((wanted - begin.weekday()) % 7, size, 7)]
    return [day for day in found if _is_nth(day.timetuple().tm_yday, size, nth)]


def _is_nth(number: int, size: int, nth: int) -> bool:
    """Whether the day of that number is the nth of its weekday in so many days, 0 for any."""
    if nth >= 0:
        return nth in (0, (number + 6) // 7)
    return -nth == (size - number) // 7 + 1


def _is_month_day(day: date, wanted: tuple[int, ...]) -> bool:
    size = monthrange(day.year, day.month)[1]
    return day.day in wanted or day.day - size - 1 in wanted


def _is_week_day(day: date, rule: Rule) -> bool:
    return not rule.week_days or any(day.weekday() == wanted for _, wanted in rule.week_days)


_PERIODS = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}


# Reading -------------------------------------------------------------------------------------


def _whole(name: str, text: str, low: int, high: int) -> int:
    try:
        number = int(text) if len(text) <= 7 else high + 1
    except ValueError:
        number = low - 1
    require(low <= number <= high, f"RRULE: {name} is a number from {low} to {high}.")
    return number


def _wholes(given: dict[str, str], name: str, low: int, high: int) -> tuple[int, ...]:
    if name not in given:
        return ()
    numbers = tuple(_whole(name, part, low, high) for part in given[name].split(",")[:400])
    require(0 not in numbers, f"RRULE: {name} is never 0.")
    return numbers


def _week_days(text: str) -> Iterator[tuple[int, int]]:
    for part in text.split(",")[:100] if text else ():
        found = _DAY.fullmatch(part)
        if found is None:
            raise Refused(f"RRULE: {part[:20]!r} is no day such as MO or -1FR.")
        nth = int(found[1] or 0)
        require(
            abs(nth) <= 53 and found[1] not in ("0", "00"), "RRULE: BYDAY has 53 weeks at most."
        )
        yield nth, WEEKDAYS.index(found[2])


def _week_start(text: str) -> int:
    require(text in WEEKDAYS, "RRULE: WKST is a day such as MO.")
    return WEEKDAYS.index(text)
