"""Conflicts of planned changes: with each other, and with the windows in force.

Two changes conflict when their times overlap and they touch the same asset, assets that depend on
each other, the same service, or the same people. What touches what is looked up by asset, service
and person, and each look-up finds those whose times overlap, so that ten thousand planned changes
are compared without comparing every two.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from domain.impact import Direction, Graph, Path
from domain.intervals import Intervals
from domain.planned import Conflict, Planned, Reason
from domain.window_rules import Window, conflicts_with_windows

DEPTH = 5
"""So many relations away an asset still counts as one that depends on another."""

K = TypeVar("K", bound=Hashable)

_UP_AND_DOWN: tuple[tuple[Direction, Reason], ...] = (
    ("up", "upstream asset"),
    ("down", "downstream asset"),
)


class Schedule:
    """Planned changes, the assets that depend on each other, and the windows in force.

    A change that is asked for need not be one of the planned ones, and is never in conflict with
    itself.
    """

    def __init__(
        self,
        planned: Iterable[Planned],
        graph: Graph | None = None,
        windows: Sequence[Window] = (),
    ) -> None:
        plans = list(planned)
        self.windows = windows
        self._graph = graph or Graph(())
        self._of_asset = _by(plans, lambda plan: plan.assets)
        self._of_service = _by(plans, lambda plan: plan.services)
        self._of_person = _by(plans, lambda plan: plan.people)
        self._reached: dict[tuple[frozenset[UUID], Direction], dict[UUID, Path]] = {}

    def conflicts(self, planned: Planned) -> tuple[Conflict, ...]:
        """All that speaks against a change, by time; one of each reason with another change."""
        found = [
            *self._in_common(planned, "same asset", planned.assets, self._of_asset),
            *self._dependent(planned),
            *self._in_common(planned, "same service", planned.services, self._of_service),
            *self._in_common(planned, "implementer is busy", planned.people, self._of_person),
            *conflicts_with_windows(planned, self.windows),
        ]
        return tuple(sorted(found, key=lambda one: (one.start, one.other, one.reason)))

    def _in_common(
        self,
        planned: Planned,
        reason: Reason,
        mine: Iterable[K],
        index: dict[K, Intervals[Planned]],
    ) -> Iterable[Conflict]:
        shared: dict[UUID, list[str]] = {}
        others: dict[UUID, Planned] = {}
        for thing in mine:
            for other in self._overlapping(planned, index.get(thing)):
                others[other.change] = other
                shared.setdefault(other.change, []).append(str(thing))
        for change, things in shared.items():
            yield _conflict(planned, others[change], reason, things=tuple(sorted(things)))

    def _dependent(self, planned: Planned) -> Iterable[Conflict]:
        for direction, reason in _UP_AND_DOWN:
            nearest: dict[UUID, Path] = {}
            others: dict[UUID, Planned] = {}
            for asset, path in self._reach(planned.assets, direction).items():
                for other in self._overlapping(planned, self._of_asset.get(asset)):
                    # What touches the same asset conflicts by that, seen from both.
                    if not other.assets.isdisjoint(planned.assets):
                        continue
                    others[other.change] = other
                    # Paths come with the shortest first.
                    nearest.setdefault(other.change, path)
            for change, path in nearest.items():
                yield _conflict(planned, others[change], reason, path=path)

    def _overlapping(self, planned: Planned, plans: Intervals[Planned] | None) -> Iterable[Planned]:
        found = plans.overlapping(planned.start, planned.end) if plans else ()
        return (other for other in found if other.change != planned.change)

    def _reach(self, assets: frozenset[UUID], direction: Direction) -> dict[UUID, Path]:
        key = (assets, direction)
        if key not in self._reached:
            self._reached[key] = self._graph.paths(assets, direction, depth=DEPTH)
        return self._reached[key]


def _by(
    plans: Sequence[Planned], keys: Callable[[Planned], Iterable[K]]
) -> dict[K, Intervals[Planned]]:
    rows: dict[K, list[Planned]] = {}
    for plan in plans:
        for key in keys(plan):
            rows.setdefault(key, []).append(plan)
    return {
        key: Intervals((plan.start, plan.end, plan) for plan in of_key)
        for key, of_key in rows.items()
    }


def _conflict(
    planned: Planned,
    other: Planned,
    reason: Reason,
    *,
    things: tuple[str, ...] = (),
    path: Path = (),
) -> Conflict:
    return Conflict(
        reason=reason,
        other=other.change,
        start=max(planned.start, other.start),
        end=min(planned.end, other.end),
        things=things,
        path=path,
    )
