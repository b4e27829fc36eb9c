"""Attributes of assets under changes: planned, verified, and given when the change is closed."""

from collections.abc import Mapping
from typing import Unpack
from uuid import UUID

from domain import asset_attributes
from domain.asset import Asset
from domain.asset_attributes import Mistake, Value, WrongAttributes
from domain.asset_reconciliation import Plan, Planned, Said, give
from domain.asset_type import AssetType
from domain.change import Change, ClosureCode
from domain.change_configuration import UNDER_WAY
from domain.desk.assets import Assets
from domain.desk.desk import Repeat
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused, require

NOT_APPLIED: tuple[ClosureCode, ...] = ("partly implemented", "backed out", "failed")


class Configuration(Assets):
    async def plan_attributes(
        self,
        id: UUID,
        *,
        asset: UUID,
        attributes: Mapping[str, object],
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Say which attributes an asset will have by a change. They are checked by its type."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            affected = await work.get(Asset, asset)
            values = await self._planned_values(work, affected, attributes)
            change.plan_attributes(asset, values, by=by)
            if values:
                affected.note_plan(id, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def _planned_values(
        self, work: Work, asset: Asset, attributes: Mapping[str, object]
    ) -> dict[str, Value]:
        if not attributes:
            return {}
        require(asset.type is not None, "asset: an asset gets a type before it gets attributes.")
        type = await work.read(AssetType, asset.type)  # type: ignore[arg-type]  # just required
        known = type.schema.attributes
        values: dict[str, Value] = {}
        mistakes: list[Mistake] = []
        for name, given in attributes.items():
            try:
                if name not in known:
                    raise Refused(f"{type.name} has no such attribute.")
                values[name] = asset_attributes.spelled(known[name], given)
            except Refused as refused:
                mistakes.append(Mistake(f"attributes.{name[:80]}", str(refused)))
        if mistakes:
            raise WrongAttributes(mistakes)
        return values

    async def close_change(
        self,
        id: UUID,
        *,
        code: ClosureCode,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Close a change, and give the assets the attributes that it planned if it was implemented.

        Refused if something else was found since: then it was not implemented as planned.
        """

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            change.close(code=code, by=by)
            if code in NOT_APPLIED:
                return
            for asset_id, values in change.planned_attributes.items():
                asset = await work.get(Asset, asset_id)
                for name, value in values.items():
                    drift = asset.drifts.get(name)
                    require(
                        drift is None or drift.found == value,
                        f"{asset.number}: {name} is planned to be {value}, and {_found(drift)}.",
                    )
                await self.set_attributes(work, asset, values, by, change=id)

        return await self.ledger.run(by, decide, **repeat)

    async def planned_by_changes(self, asset: Asset) -> Planned:
        """What the changes that are being implemented plan for an asset."""
        found: dict[str, dict[UUID, Value]] = {}
        for id in asset.planned_by:
            change = await self.ledger.find(Change, id)
            if change.status in UNDER_WAY:
                for name, value in change.planned_attributes.get(asset.id, {}).items():
                    found.setdefault(name, {})[id] = value
        return found

    async def reconcile(
        self, work: Work, asset: Asset, plan: Plan, *, source: str, by: Provenance
    ) -> None:
        """Do what is planned for an asset by what a source has said."""
        if plan.fields:
            give(asset, plan.fields, source=source, by=by)
        if plan.attributes:
            await self.set_attributes(work, asset, plan.attributes, by, source=source)
        for name, found in plan.drifts.items():
            asset.note_drift(name, found=found, source=source, by=by)
        for name in plan.cleared:
            asset.clear_drift(name, source=source, by=by)

    async def register_found(
        self,
        work: Work,
        id: UUID,
        *,
        type: AssetType,
        said: Said,
        organisation: UUID | None,
        by: Provenance,
    ) -> Asset:
        """Register an asset that a source knows and nobody else did."""
        asset = work.add(
            Asset.register(
                id,
                name=str(said.fields["name"]),
                asset_class=type.name,
                tag=str(said.fields.get("tag", "")),
                organisation=organisation,
                by=by,
            )
        )
        await self._classify(work, asset, type.schema, said.attributes, by, said.source)
        give(asset, said.fields, source=said.source, by=by)
        return asset


def _found(drift: object) -> str:
    return f"was found to be {getattr(drift, 'found', '')}"
