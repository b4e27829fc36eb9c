"""The attributes that assets are to have by a change: planned before it is submitted, and given to
them when it is closed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.aggregate import Event
from domain.asset_attributes import Value, Values
from domain.change_draft import ChangeDraft
from domain.change_moves import Status
from domain.provenance import Provenance
from domain.rules import require

ASSETS_MAX = 100
UNDER_WAY = frozenset({Status.IMPLEMENTING, Status.IMPLEMENTED, Status.REVIEWED})
"""When a planned value may be found already."""


class ChangeConfiguration(ChangeDraft, abstract=True):
    attribute_plans: dict[UUID, dict[str, Value]]
    """By asset: the attributes that it is to have."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.attribute_plans = {}

    @property
    def planned_attributes(self) -> Mapping[UUID, Values]:
        """Of the assets that it still affects."""
        affected = self.affected_assets
        return {id: plan for id, plan in self.attribute_plans.items() if id in affected}

    def plan_attributes(self, asset: UUID, attributes: Values, *, by: Provenance) -> None:
        """Say which attributes an affected asset will have; none takes the plan for it back."""
        self._require("plan")
        require(asset in self.affected_assets, "A change plans for the assets that it affects.")
        if self.attribute_plans.get(asset, {}) == attributes:
            return
        require(
            asset in self.attribute_plans or len(self.attribute_plans) < ASSETS_MAX,
            f"A change plans the attributes of at most {ASSETS_MAX} assets.",
        )
        self.record(self.AttributesPlanned(by=by, asset=asset, attributes=dict(attributes)))

    class AttributesPlanned(Event):
        asset: UUID
        attributes: dict[str, Value] = {}

        def apply(self, change: Any, /) -> None:
            plans = {id: one for id, one in change.attribute_plans.items() if id != self.asset}
            change.attribute_plans = (
                {**plans, self.asset: self.attributes} if self.attributes else plans
            )
