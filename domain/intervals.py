"""Half-open intervals, asked for those that overlap another: in the time of the answer.

They stand sorted by their starts, and each stretch of them knows its latest end (a segment tree
over the sorted list), so that one long interval does not make every question slow.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Intervals(Generic[T]):
    """Things by their intervals, whose ends are instants or numbers. Threads may share it."""

    def __init__(self, things: Iterable[tuple[Any, Any, T]]) -> None:
        """Each thing with its start and its end; one that ends where it starts is never found."""
        kept = sorted((row for row in things if row[0] < row[1]), key=lambda row: row[0])
        self._starts = [start for start, _, _ in kept]
        self._things = [thing for _, _, thing in kept]
        self._size = 1 << max(0, len(kept) - 1).bit_length()
        self._latest: list[Any] = [None] * self._size + [end for _, end, _ in kept]
        self._latest += [None] * (2 * self._size - len(self._latest))
        for node in range(self._size - 1, 0, -1):
            ends = [end for end in self._latest[2 * node : 2 * node + 2] if end is not None]
            self._latest[node] = max(ends, default=None)

    def overlapping(self, start: Any, end: Any) -> Iterator[T]:
        """The things whose intervals share an instant with one, in the order of their starts."""
        if start >= end:
            return
        last = bisect_left(self._starts, end)
        # Each with the number of leaves under it and the first of them.
        open_nodes = [(1, self._size, 0)]
        while open_nodes:
            node, width, first = open_nodes.pop()
            latest = self._latest[node]
            if first >= last or latest is None or latest <= start:
                continue
            if width == 1:
                yield self._things[first]
                continue
            half = width // 2
            open_nodes.append((2 * node + 1, half, first + half))
            open_nodes.append((2 * node, half, first))
