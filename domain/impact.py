"""What depends on what: which assets are reached from others through their relations, and how.

A relation says that an asset depends on another, whatever its type: `A runs on B` is a step down
from A to B and a step up from B to A. What fails is felt upwards.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple
from uuid import UUID

Direction = Literal["up", "down"]
"""To what depends on an asset (up), or to what it depends on (down)."""

DEPTH_MAX = 10


class Relation(NamedTuple):
    """An asset depends on another."""

    asset: UUID
    other: UUID


Path = tuple[UUID, ...]
"""The assets from the first to the last, both included."""


class Graph:
    """The relations of assets, looked at from both ends. Threads may share it."""

    def __init__(self, relations: Iterable[Relation]) -> None:
        up: dict[UUID, set[UUID]] = {}
        down: dict[UUID, set[UUID]] = {}
        for asset, other in relations:
            if asset != other:
                up.setdefault(other, set()).add(asset)
                down.setdefault(asset, set()).add(other)
        self._next: dict[Direction, Mapping[UUID, tuple[UUID, ...]]] = {
            "up": {asset: tuple(sorted(others)) for asset, others in up.items()},
            "down": {asset: tuple(sorted(others)) for asset, others in down.items()},
        }

    def next(self, asset: UUID, direction: Direction) -> tuple[UUID, ...]:
        """The assets one step away."""
        return self._next[direction].get(asset, ())

    def paths(
        self, starts: Iterable[UUID], direction: Direction, *, depth: int = DEPTH_MAX
    ) -> dict[UUID, Path]:
        """A shortest path to every asset reached from the starts in so many steps at most.

        The starts are no part of what is reached, and a circle is gone round once. Of paths of
        one length the one with the lowest ids is given; the nearest assets come first.
        """
        known = set(starts)
        at: dict[UUID, Path] = {start: (start,) for start in sorted(known)}
        found: dict[UUID, Path] = {}
        for _ in range(depth):
            reached: dict[UUID, Path] = {}
            for asset, path in at.items():
                for other in self.next(asset, direction):
                    if other not in known:
                        known.add(other)
                        reached[other] = (*path, other)
            if not reached:
                break
            found |= reached
            at = reached
        return found
