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
    week = [_spans(f"weekly.{name}", texts.weekly.get(name, ())) for name in WEEKDAYS]
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
            _day("date_hours", text): _spans(f"date_hours.{text}", windows)
            for text, windows in texts.date_hours.items()
        },
        date_breaks={
            _day("date_breaks", text): _breaks(f"date_breaks.{text}", windows)
            for text, windows in texts.date_breaks.items()
        },
    )


def _spans(place: str, windows: Sequence[tuple[str, str]]) -> list[Span]:
    """The windows of a day in order. Refused when one is empty or two overlap."""
    found = sorted(_span(place, *window) for window in windows)
    for (_, ends), (begins, _) in pairwise(found):
        require(ends <= begins, f"{place}: two windows overlap at {_clock(begins)}.")
    return found


def _breaks(place: str, windows: Sequence[tuple[str, str]]) -> list[Span]:
    found = [_span(place, *window) for window in windows]
    require(all(ends <= DAY for _, ends in found), f"{place}: a break ends by 24:00.")
    return found


def _span(place: str, begins: str, ends: str) -> Span:
    start, stop = _time(place, begins), _time(place, ends)
    require(start < DAY, f"{place}: no window begins at 24:00.")
    require(start != stop, f"{place}: the window {begins} to {ends} is empty.")
    return start, stop if stop > start else stop + DAY


def _time(place: str, text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Refused(f"{place}: {text!r} is not a time such as 09:00.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    at = hours * HOUR + minutes * MINUTE + seconds * SECOND
    require(at <= DAY, f"{place}: {text!r} is later than 24:00.")
    return at


def _holidays(texts: Sequence[str]) -> tuple[frozenset[tuple[int, int]], frozenset[date]]:
    yearly: set[tuple[int, int]] = set()
    single: set[date] = set()
    for text in texts:
        if match := _YEARLY.fullmatch(text):
            # A leap year, so that 29 February can be a holiday.
            day = _day("holidays", f"2000-{match[1]}-{match[2]}", said=text)
            yearly.add((day.month, day.day))
        else:
            single.add(_day("holidays", text))
    return frozenset(yearly), frozenset(single)


def _day(place: str, text: str, said: str = "") -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(f"{place}: {said or text!r} is not a date such as 2026-12-24.")


def _clock(at: int) -> str:
    return f"{at // HOUR % 24:02}:{at // MINUTE % 60:02}"
