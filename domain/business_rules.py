"""Reading the texts of business hours. Whatever is wrong is refused with its place."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol

from domain.open_windows import Rules, Span
from domain.rules import Refused, require
from domain.wall_clock import DAY, HOUR, MINUTE, SECOND, zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME = re.compile(r"([0-9]{2}):([0-5][0-9])(?::([0-5][0-9]))?")
_YEARLY = re.compile(r"\*-([0-9]{2})-([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Texts(Protocol):
    """Business hours as they are written."""

    @property
    def zone(self) -> str: ...
    @property
    def weekly(self) -> Mapping[str, Sequence[tuple[str, str]]]: ...
    @property
    def holidays(self) -> Sequence[str]: ...
    @property
    def date_hours(self) -> Mapping[str, Sequence[tuple[str, str]]]: ...
    @property
    def date_breaks(self) -> Mapping[str, Sequence[tuple[str, str]]]: ...


def parsed(texts: Texts) -> Rules:
    """The rules that the texts state. Raises Refused naming the place of the first mistake."""
    zone(texts.zone)
    for name in texts.weekly:
        require(name in WEEKDAYS, f"weekly.{name}: a weekday is one of {', '.join(WEEKDAYS)}.")
    week = [spans(f"weekly.{name}", texts.weekly.get(name, ())) for name in WEEKDAYS]
    for number, name in enumerate(WEEKDAYS):
        following = (number + 1) % 7
        if week[number] and week[following]:
            require(
                week[number][-1][1] - DAY <= week[following][0][0],
                f"weekly.{name}: the last window runs into the first of {WEEKDAYS[following]}.",
            )
    yearly, single = _holidays(texts.holidays)
    return Rules(
        zone=texts.zone,
        week=week,
        holidays=single,
        yearly_holidays=yearly,
        date_hours={
            day("date_hours", text): spans(f"date_hours.{text}", windows)
            for text, windows in texts.date_hours.items()
        },
        date_breaks={
            day("date_breaks", text): [
                break_span(f"date_breaks.{text}", *window) for window in windows
            ]
            for text, windows in texts.date_breaks.items()
        },
    )


def spans(place: str, windows: Sequence[tuple[str, str]]) -> list[Span]:
    """The windows of a day in order. Refused when one is empty or two overlap."""
    found = sorted(span(place, *window) for window in windows)
    for (_, ends), (begins, _) in pairwise(found):
        require(ends <= begins, f"{place}: two windows overlap at {clock(begins)}.")
    return found


def break_span(place: str, begins: str, ends: str) -> Span:
    """A closed span of a date in microseconds after midnight. Refused over midnight."""
    found = span(place, begins, ends)
    require(found[1] <= DAY, f"{place}: a break ends by 24:00.")
    return found


def span(place: str, begins: str, ends: str) -> Span:
    """A window in microseconds after midnight; one over midnight ends beyond 24 hours."""
    start, stop = _time(place, begins), _time(place, ends)
    require(start < DAY, f"{place}: no window begins at 24:00.")
    require(start != stop, f"{place}: the window {begins} to {ends} is empty.")
    return start, stop if stop > start else stop + DAY


def _time(place: str, text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Refused(f"{place}: {text[:80]!r} is not a time such as 09:00.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    at = hours * HOUR + minutes * MINUTE + seconds * SECOND
    require(at <= DAY, f"{place}: {text!r} is later than 24:00.")
    return at


def _holidays(texts: Sequence[str]) -> tuple[frozenset[tuple[int, int]], frozenset[date]]:
    yearly: set[tuple[int, int]] = set()
    single: set[date] = set()
    for text in texts:
        found = holiday("holidays", text)
        if isinstance(found, date):
            single.add(found)
        else:
            yearly.add(found)
    return frozenset(yearly), frozenset(single)


def holiday(place: str, text: str) -> date | tuple[int, int]:
    """A date, or the month and day of one that comes every year. Raises Refused."""
    match = _YEARLY.fullmatch(text)
    if match is None:
        return day(place, text)
    # A leap year, so that 29 February can be a holiday.
    found = day(place, f"2000-{match[1]}-{match[2]}", said=text)
    return found.month, found.day


def day(place: str, text: str, said: str = "") -> date:
    """A date that is written `2026-12-24`. Raises Refused."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(f"{place}: {(said or text)[:80]!r} is not a date such as 2026-12-24.")


def clock(at: int) -> str:
    """A time of day, to the second where it is not a whole minute."""
    seconds = at // SECOND % 60
    minutes = f"{at // HOUR % 24:02}:{at // MINUTE % 60:02}"
    return f"{minutes}:{seconds:02}" if seconds else minutes


def said(span: Span) -> str:
    """A span in words, such as `09:00 to 24:00`."""
    return f"{clock(span[0])} to {'24:00' if span[1] == DAY else clock(span[1])}"
