"""The open windows of business hours as instants, with running sums: what makes arithmetic fast.

A calendar is compiled a UTC year at a time, when a question first reaches that year. An instant is
open when the wall clock of the zone then shows a time inside a window; so a window that the clock
jumps into begins at the jump, and an hour that the clock repeats is open twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from domain.rules import Refused
from domain.wall_clock import DAY, EPOCH, FIRST_YEAR, LAST_YEAR, instant, stretches

REACH_YEARS = 50
"""How far a question looks for open time before it is refused."""

Span = tuple[int, int]
Week = Sequence[Sequence[Span]]
# A window begins on its day and ends before the end of the next.
_MARGIN = 3 * DAY
_EPOCH_DAY = EPOCH.toordinal()


class Rules(NamedTuple):
    """Business hours with their texts read: spans are microseconds after midnight.

    A span that ends beyond 24 hours runs into the next day.
    """

    zone: str
    week: Week
    holidays: frozenset[date]
    yearly_holidays: frozenset[tuple[int, int]]
    date_hours: Mapping[date, Sequence[Span]]
    date_breaks: Mapping[date, Sequence[Span]]

    def is_holiday(self, day: date) -> bool:
        """Whether that date is closed all day."""
        return day in self.holidays or (day.month, day.day) in self.yearly_holidays

    def spans(self, day: date) -> list[Span]:
        """The windows that begin on that date, as readings of the wall clock since 1970."""
        if self.is_holiday(day):
            return []
        base = (day.toordinal() - _EPOCH_DAY) * DAY
        own = self.date_hours.get(day)
        found = [
            (base + begins, base + ends)
            for begins, ends in (self.week[day.weekday()] if own is None else own)
        ]
        for number in (0, 1):
            other = date.fromordinal(day.toordinal() + number)
            if number and self.is_holiday(other):
                found = _without(found, base + DAY, base + 2 * DAY)
            for begins, ends in self.date_breaks.get(other, ()):
                found = _without(found, base + number * DAY + begins, base + number * DAY + ends)
        return found


class Table(NamedTuple):
    """The windows of some years in order. `opened[i]` is the open time before `starts[i]`,
    `closed[i]` the open time before `ends[i]`, both from `since`."""

    since: int
    until: int
    starts: list[int]
    ends: list[int]
    opened: list[int]
    closed: list[int]
    low: int = 1
    high: int = 0
    """An instant from `low` to before `high` lies in it, and any window around it whole."""

    def position(self, at: int) -> int:
        """Open microseconds from the start of the table to an instant inside it."""
        i = bisect_right(self.starts, at) - 1
        if i < 0:
            return 0
        end = self.ends[i]
        return self.opened[i] + (at if at < end else end) - self.starts[i]


class OpenWindows:
    """The compiled windows of one calendar. Safe to share between threads: a table is replaced,
    never changed."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._years: dict[int, list[tuple[int, int, int]]] = {}
        self._table = Table(0, 0, [], [], [], [])

    def covering(self, low: int, high: int) -> Table:
        """A table in which both instants lie, and any window around them whole."""
        table = self._table
        if table.low <= low and high < table.high:
            return table
        return self._grown(instant(low - _MARGIN).year, instant(high + _MARGIN).year)

    def between(self, low: int, high: int) -> int:
        """The open time from one instant to a later one."""
        # What clocks spend their time with: two positions, without the calls.
        _, _, starts, ends, opened, _, covered, until = self._table
        if low < covered or high >= until:
            _, _, starts, ends, opened, _, _, _ = self.covering(low, high)
        last = bisect_right(starts, high) - 1
        if last < 0:
            return 0
        end = ends[last]
        if low >= (start := starts[last]):
            return (high if high < end else end) - (low if low < end else end)
        passed = opened[last] + (high if high < end else end) - start
        first = bisect_right(starts, low, 0, last) - 1
        if first < 0:
            return passed
        end = ends[first]
        return passed - opened[first] - (low if low < end else end) + starts[first]

    def after(self, at: int, span: int) -> int:
        """The instant at which so much open time (> 0) has passed since another."""
        _, _, starts, ends, opened, closed, covered, until = self._table
        if covered <= at < until and (i := bisect_right(starts, at) - 1) >= 0:
            end = ends[i]
            wanted = opened[i] + (at if at < end else end) - starts[i] + span
            if wanted <= closed[-1]:
                i = bisect_left(closed, wanted, i)
                return ends[i] - closed[i] + wanted
        return self._after(at, span)

    def _after(self, at: int, span: int) -> int:
        table = self.covering(at, at)
        wanted = table.position(at) + span
        closed = table.closed
        while not closed or closed[-1] < wanted:
            table = self._further(at, table, +1)
            wanted = table.position(at) + span
            closed = table.closed
        i = bisect_left(closed, wanted)
        return table.ends[i] - closed[i] + wanted

    def before(self, at: int, span: int) -> int:
        """The instant since which so much open time (> 0) has passed until another."""
        table = self.covering(at, at)
        while (wanted := table.position(at) - span) < 0:
            table = self._further(at, table, -1)
        i = bisect_right(table.opened, wanted) - 1
        return table.starts[i] + (wanted - table.opened[i])

    def window_at(self, at: int) -> Span | None:
        """The window in which an instant lies, if it is open."""
        table = self.covering(at, at)
        i = bisect_right(table.starts, at) - 1
        if i < 0 or at >= table.ends[i]:
            return None
        return table.starts[i], table.ends[i]

    def starting_after(self, at: int) -> Iterator[Span]:
        """The windows that start after an instant, in order. Refused when the reach is used up."""
        asked = at
        table = self.covering(at, at)
        while True:
            i = bisect_right(table.starts, at)
            if i == len(table.starts):
                table = self._further(asked, table, +1)
                continue
            # The last window may go on in the next year.
            if i == len(table.starts) - 1 and table.ends[i] == table.until:
                table = self._further(asked, table, +1)
                continue
            yield table.starts[i], table.ends[i]
            at = table.starts[i]

    def ending_before(self, at: int) -> Iterator[Span]:
        """The windows that end at or before an instant, latest first. Refused like the other."""
        asked = at
        table = self.covering(at, at)
        while True:
            i = bisect_right(table.ends, at) - 1
            if i < 0 or (i == 0 and table.starts[0] == table.since):
                table = self._further(asked, table, -1)
                continue
            yield table.starts[i], table.ends[i]
            at = table.starts[i]

    def within(self, low: int, high: int) -> list[Span]:
        """The open windows between two instants, cut to them."""
        table = self.covering(low, high)
        first = bisect_right(table.ends, low)
        last = bisect_left(table.starts, high)
        return [(max(low, table.starts[i]), min(high, table.ends[i])) for i in range(first, last)]

    def _further(self, at: int, table: Table, way: int) -> Table:
        """A table that reaches a few years further, forwards or backwards."""
        asked = instant(at).year
        edge = instant(table.until - 1).year if way > 0 else instant(table.since).year
        target = edge + way * (1 + abs(edge - asked) // 2)
        limit = max(FIRST_YEAR, min(LAST_YEAR, asked + way * REACH_YEARS))
        if (target - limit) * way > 0:
            target = limit
        if (target - edge) * way <= 0:
            raise Refused(
                f"The calendar has too little open time {'after' if way > 0 else 'before'} "
                f"{instant(at):%Y-%m-%d}."
            )
        return self._grown(min(target, asked), max(target, asked))

    def _grown(self, low: int, high: int) -> Table:
        """The table over these years and those it had."""
        table = self._table
        if table.until:
            low = min(low, instant(table.since).year)
            high = max(high, instant(table.until - 1).year)
        pieces: list[list[int]] = []
        for year in range(low, high + 1):
            if (of_year := self._years.get(year)) is None:
                of_year = self._years[year] = _pieces(self.rules, year)
            for start, end, window in of_year:
                if pieces and pieces[-1][1] == start and pieces[-1][2] == window:
                    pieces[-1][1] = end
                else:
                    pieces.append([start, end, window])
        starts = [piece[0] for piece in pieces]
        ends = [piece[1] for piece in pieces]
        closed = list(accumulate(end - start for start, end, _ in pieces))
        opened = [0, *closed[:-1]] if closed else []
        since, until = _year_start(low), _year_start(high + 1)
        low_at, high_at = since + _MARGIN, until - _MARGIN
        self._table = Table(since, until, starts, ends, opened, closed, low_at, high_at)
        return self._table


def _pieces(rules: Rules, year: int) -> list[tuple[int, int, int]]:
    """What one UTC year holds of each window: from, to, and the reading that names the window."""
    if not any(rules.week) and all(abs(day.year - year) > 1 for day in rules.date_hours):
        return []
    found: list[tuple[int, int, int]] = []
    begin, end = date(year, 1, 1).toordinal() - 2, date(year + 1, 1, 1).toordinal() + 2
    spans = [span for day in range(begin, end) for span in rules.spans(date.fromordinal(day))]
    for since, until, offset in stretches(rules.zone, year):
        for begins, ends in spans:
            start, stop = max(since, begins - offset), min(until, ends - offset)
            if start < stop:
                found.append((start, stop, begins))
    found.sort()
    joined: list[tuple[int, int, int]] = []
    for start, stop, window in found:
        if joined and start <= joined[-1][1] and (window == joined[-1][2] or start < joined[-1][1]):
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]), joined[-1][2])
        else:
            joined.append((start, stop, window))
    return joined


def _without(spans: list[Span], begins: int, ends: int) -> list[Span]:
    left: list[Span] = []
    for start, stop in spans:
        if begins >= stop or ends <= start:
            left.append((start, stop))
            continue
        if start < begins:
            left.append((start, begins))
        if ends < stop:
            left.append((ends, stop))
    return left


def _year_start(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH_DAY) * DAY
