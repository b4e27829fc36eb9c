"""Redundant groups: of several assets that one depends on, so many must work."""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Aggregate, Event
from domain.provenance import Provenance
from domain.rules import require

GROUPS_MAX = 50
MEMBERS_MAX = 200


class Group(Struct, frozen=True):
    members: tuple[UUID, ...]
    needed: int
    """How many of them must work."""


class AssetRedundancy(Aggregate, abstract=True):
    relations: tuple[tuple[str, UUID], ...]
    groups: dict[str, Group]
    """By name. A member counts while the asset is related to it."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.relations = ()
        self.groups = {}

    def require_changeable(self) -> None:
        raise NotImplementedError

    def group(self, name: str, *, members: Collection[UUID], needed: int, by: Provenance) -> None:
        """Say that of some assets which it depends on so many must work. No members end a group."""
        self.require_changeable()
        name = text.name(name, "The name of a group")
        distinct = tuple(sorted(set(members)))
        if not distinct:
            if name in self.groups:
                self.record(self.Ungrouped(by=by, name=name))
            return
        self._check(name, distinct, needed)
        if self.groups.get(name) != Group(distinct, needed):
            self.record(self.Grouped(by=by, name=name, members=distinct, needed=needed))

    def _check(self, name: str, members: tuple[UUID, ...], needed: int) -> None:
        require(
            2 <= len(members) <= MEMBERS_MAX, f"members: a group has 2 to {MEMBERS_MAX} of them."
        )
        require(1 <= needed < len(members), "needed: at least one, and fewer than all.")
        require(
            name in self.groups or len(self.groups) < GROUPS_MAX,
            f"An asset has at most {GROUPS_MAX} groups.",
        )
        related = {other for _, other in self.relations}
        require(related.issuperset(members), "members: they are assets that it is related to.")
        others = [one.members for other, one in self.groups.items() if other != name]
        require(
            all(set(members).isdisjoint(one) for one in others),
            "members: an asset is in one group at most.",
        )

    class Grouped(Event):
        name: str
        members: tuple[UUID, ...]
        needed: int

        def apply(self, asset: "AssetRedundancy", /) -> None:
            asset.groups = {**asset.groups, self.name: Group(self.members, self.needed)}

    class Ungrouped(Event):
        name: str

        def apply(self, asset: "AssetRedundancy", /) -> None:
            asset.groups = {name: one for name, one in asset.groups.items() if name != self.name}
