"""What a failure does to others, where some of what they depend on is redundant.

An asset fails if one that it depends on fails; of a redundant group, if fewer than needed of its
members work. One that goes on while a member of a group of its fails is weakened.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from domain.aggregate import Entry
from domain.asset import Asset
from domain.asset_redundancy import Group
from domain.impact import DEPTH_MAX, Direction, Graph, Path, Relation

Effect = Literal["fails", "weakened", "holds"]

Groups = Mapping[UUID, tuple[Group, ...]]
"""The redundant groups of assets."""


class Net(NamedTuple):
    """What depended on what at one moment."""

    relations: frozenset[Relation]
    groups: Groups


class Impact(NamedTuple):
    asset: UUID
    path: Path
    """A shortest way to it, both ends included."""
    effect: Effect
    """Upwards what becomes of it if the first asset fails, downwards what becomes of the first
    asset if it fails."""

    @property
    def distance(self) -> int:
        return len(self.path) - 1


def net_at(history: Iterable[Entry], moment: datetime | int | None = None) -> Net:
    """The net by the events of assets that were recorded until an instant or a position."""
    assets: dict[UUID, Asset] = {}
    for entry in history:
        at = entry.position if isinstance(moment, int) else entry.event.by.at
        if moment is None or at <= moment:  # type: ignore[operator]  # of one type
            assets.setdefault(entry.originator_id, Asset(entry.originator_id)).replay(entry)
    relations = (Relation(one.id, other) for one in assets.values() for _, other in one.relations)
    groups = {one.id: tuple(one.groups.values()) for one in assets.values() if one.groups}
    return Net(frozenset(relations), groups)


def analysed(
    net: Net, start: UUID, direction: Direction, *, depth: int = DEPTH_MAX
) -> tuple[Impact, ...]:
    """All that is reached in so many steps, the nearest first, then by id."""
    graph = Graph(net.relations)
    paths = graph.paths([start], direction, depth=depth)
    if direction == "up":
        failing = _failing(net, graph, start, {start, *paths})
        effects = {asset: _effect(graph, failing, asset) for asset in paths}
    else:
        within = {start, *paths}
        effects = {
            asset: _effect(graph, _failing(net, graph, asset, within), start) for asset in paths
        }
    found = [Impact(asset, path, effects[asset]) for asset, path in paths.items()]
    return tuple(sorted(found, key=lambda one: (one.distance, one.asset)))


def _failing(net: Net, graph: Graph, first: UUID, within: set[UUID]) -> set[UUID]:
    """Those that fail with one, of some assets. What fails once works no more: it comes to rest."""
    failing = {first}
    changed = [first]
    while changed:
        failed = changed.pop()
        for asset in graph.next(failed, "up"):
            if asset in within and asset not in failing and _fails(net, graph, failing, asset):
                failing.add(asset)
                changed.append(asset)
    return failing


def _fails(net: Net, graph: Graph, failing: set[UUID], asset: UUID) -> bool:
    needs = set(graph.next(asset, "down"))
    for group in net.groups.get(asset, ()):
        members = needs.intersection(group.members)
        needs -= members
        # A group that has lost members by relations taken away needs all that are left.
        needed = min(group.needed, len(members))
        if members and len(members - failing) < needed:
            return True
    return not needs.isdisjoint(failing)


def _effect(graph: Graph, failing: set[UUID], asset: UUID) -> Effect:
    if asset in failing:
        return "fails"
    is_hit = not failing.isdisjoint(graph.next(asset, "down"))
    return "weakened" if is_hit else "holds"
