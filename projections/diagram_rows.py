"""Moves rows together that have more room between them than what stands in them needs."""

from collections.abc import Iterable

from msgspec import Struct

ROW_GAP = 16.0
SIDE_GAP = 8.0


class Span(Struct, frozen=True, kw_only=True):
    """What lies on a row: from where to where, and how far it reaches above and below."""

    y: float
    left: float
    right: float
    above: float
    below: float

    def is_beside(self, other: "Span") -> bool:
        return self.right + SIDE_GAP < other.left or other.right + SIDE_GAP < self.left


def closed_up(spans: Iterable[Span]) -> dict[float, float]:
    """The new y of each row, in the same order: as high as what stands above it allows.

    A row moves as a whole, so what was straight stays straight, and nothing comes to cross that
    did not before.
    """
    rows: dict[float, list[Span]] = {}
    for span in spans:
        rows.setdefault(span.y, []).append(span)
    found: dict[float, float] = {}
    placed: list[Span] = []
    lowest = 0.0
    for y, row in sorted(rows.items()):
        needed = [
            found[upper.y] + upper.below + span.above + ROW_GAP
            for span in row
            for upper in placed
            if not span.is_beside(upper)
        ]
        lowest = max([lowest, *needed])
        found[y] = lowest
        placed += row
    return found
