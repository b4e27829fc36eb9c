"""Drift: what only changes alter is found to have another value than the register says.

Each is an unauthorised change until somebody has looked into it. It stays open until the registered
value is found again, or a change makes the found one the registered one.
"""

from uuid import UUID

from msgspec import Struct

from domain.aggregate import Aggregate, Event
from domain.asset_attributes import Value
from domain.provenance import Provenance


class Drift(Struct, frozen=True):
    found: Value
    source: str


class AssetDrift(Aggregate, abstract=True):
    attributes: dict[str, Value]
    drifts: dict[str, Drift]
    """The open ones, by attribute."""
    planned_by: tuple[UUID, ...]
    """The changes that plan attributes of it, or did."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.attributes = {}
        self.drifts = {}
        self.planned_by = ()

    def note_drift(self, attribute: str, *, found: Value, source: str, by: Provenance) -> None:
        """Note that a source has found another value; the register keeps its own. Once for each."""
        expected = self.attributes.get(attribute)
        known = self.drifts.get(attribute)
        if expected is None or found == expected or (known and known.found == found):
            return
        self.record(
            self.DriftFound(
                by=by, attribute=attribute, expected=expected, found=found, source=source
            )
        )

    class DriftFound(Event):
        attribute: str
        expected: Value
        found: Value
        source: str

        def apply(self, asset: "AssetDrift", /) -> None:
            drift = Drift(self.found, self.source)
            asset.drifts = {**asset.drifts, self.attribute: drift}

    def clear_drift(self, attribute: str, *, source: str, by: Provenance) -> None:
        """Note that the registered value was found again."""
        if attribute in self.drifts:
            self.record(self.DriftCleared(by=by, attribute=attribute, source=source))

    class DriftCleared(Event):
        attribute: str
        source: str

        def apply(self, asset: "AssetDrift", /) -> None:
            asset.close_drifts((self.attribute,))

    def note_plan(self, change: UUID, *, by: Provenance) -> None:
        """Note that a change plans attributes of it. What it plans stands in the change."""
        if change not in self.planned_by:
            self.record(self.PlannedByChange(by=by, change=change))

    class PlannedByChange(Event):
        change: UUID

        def apply(self, asset: "AssetDrift", /) -> None:
            asset.planned_by = (*asset.planned_by, self.change)

    def close_drifts(self, attributes: tuple[str, ...]) -> None:
        """What an event does after which these have no drift any more."""
        left = {name: one for name, one in self.drifts.items() if name not in attributes}
        self.drifts = left
