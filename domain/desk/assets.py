"""Assets by their types: attributes that name what exists, and what no other asset has."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

from domain import asset_attributes
from domain.asset import Asset
from domain.asset_attributes import Attribute, Mistake, Schema, WrongAttributes
from domain.asset_reminders import AssetReminders
from domain.asset_type import AssetType
from domain.desk.desk import Base, Repeat
from domain.ids import number_of
from domain.ledger import Work
from domain.person import name_digest
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require

TYPE_TAKEN = "name: another type of assets has this name."


def type_claim(name: str) -> str:
    """The name under which the ledger knows whose the name of a type is."""
    return f"asset-type:{name_digest(name)}"


class Assets(Base):
    # Types -------------------------------------------------------------------------------

    async def define_asset_type(
        self,
        *,
        name: str,
        parent: UUID | None = None,
        attributes: Sequence[Attribute] = (),
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Define a type of assets, possibly made from another. No two have one name."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if not number:
                number.append(await self.ledger.next_id(AssetType))
            id = number[0]
            above = None if parent is None else await self._asset_type(work, "parent", parent)
            defined = AssetType.define(
                id,
                name=name,
                parent=None if above is None else above.schema,
                attributes=attributes,
                by=by,
            )
            # The first record of the work is what the command is about.
            work.add(defined)
            work.claim(type_claim(defined.name), id, TYPE_TAKEN)
            if parent is not None:
                (await work.get(AssetType, parent)).extend(id, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def revise_asset_type(
        self,
        id: UUID,
        *,
        attributes: Sequence[Attribute],
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Ask for other attributes from now on, also in all types that are made from it."""

        async def decide(work: Work) -> None:
            revised = await work.get(AssetType, id, expected=expected)
            revised.revise(attributes, by=by)
            await _hand_down(work, revised, by)

        return await self.ledger.run(by, decide, **repeat)

    async def _asset_type(self, work: Work, field: str, id: UUID) -> AssetType:
        """The type that a field names, which is in use. Raises Refused."""
        try:
            found = await work.read(AssetType, id)
        except NotFound as missing:
            raise Refused(f"{field}: {missing}") from None
        require(not found.is_retired, f"{field}: {found.number} was retired.")
        return found

    # Assets ------------------------------------------------------------------------------

    async def register_asset(
        self,
        *,
        type: UUID | None = None,
        attributes: Mapping[str, object] | None = None,
        by: Provenance,
        fields: Mapping[str, Any],
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Register an asset, with its type and attributes if one is named. `fields` are those that
        `Asset.register` takes."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if not number:
                number.append(await self.ledger.next_id(Asset))
            given = dict(fields)
            schema = None
            if type is not None:
                schema = (await self._asset_type(work, "type", type)).schema
                given["asset_class"] = given["asset_class"] or schema.name
            else:
                require(not attributes, "attributes: an asset gets a type before it gets them.")
            asset = work.add(Asset.register(number[0], **given, by=by))
            if schema is not None:
                await self._classify(work, asset, schema, attributes or {}, by)

        return await self.ledger.run(by, decide, **repeat)

    async def classify_asset(
        self,
        id: UUID,
        *,
        type: UUID,
        attributes: Mapping[str, object],
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Give an asset a type, with all its attributes."""

        async def decide(work: Work) -> None:
            asset = await work.get(Asset, id, expected=expected)
            schema = (await self._asset_type(work, "type", type)).schema
            await self._classify(work, asset, schema, attributes, by)

        return await self.ledger.run(by, decide, **repeat)

    async def set_asset_attributes(
        self,
        id: UUID,
        *,
        attributes: Mapping[str, object],
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Change some attributes of an asset, checked by the latest version of its type."""

        async def decide(work: Work) -> None:
            asset = await work.get(Asset, id, expected=expected)
            await self.set_attributes(work, asset, attributes, by)

        return await self.ledger.run(by, decide, **repeat)

    async def remind_of_ends(
        self, id: UUID, *, by: Provenance, **repeat: Unpack[Repeat]
    ) -> Receipt:
        """Tell an asset or a contract what time it is: see `AssetReminders.remind_of_ends`."""
        return await self.ledger.edit(
            AssetReminders, id, lambda record: record.remind_of_ends(by=by), by=by, **repeat
        )

    async def set_attributes(
        self,
        work: Work,
        asset: Asset,
        changes: Mapping[str, object],
        by: Provenance,
        *,
        source: str = "",
        change: UUID | None = None,
    ) -> None:
        """The same, as a part of another command."""
        require(asset.type is not None, "An asset gets a type before it gets attributes.")
        type = await work.read(AssetType, asset.type)  # type: ignore[arg-type]  # just required
        before = await self._claims(work, asset)
        asset.set_attributes(type.schema, changes, source=source, change=change, by=by)
        await self._keep_claims(work, asset, type.schema, before)

    async def _classify(
        self,
        work: Work,
        asset: Asset,
        schema: Schema,
        attributes: Mapping[str, object],
        by: Provenance,
        source: str = "",
    ) -> None:
        before = await self._claims(work, asset)
        asset.classify(schema, attributes, source=source, by=by)
        await self._keep_claims(work, asset, schema, before)

    async def _claims(self, work: Work, asset: Asset) -> dict[str, str]:
        """What the asset has alone, with the rule for others."""
        if asset.type is None:
            return {}
        type = await work.read(AssetType, asset.type)
        schema = type.schema_of(asset.type_version)
        return dict(asset_attributes.claims(schema, asset.attributes))

    async def _keep_claims(
        self, work: Work, asset: Asset, schema: Schema, before: Mapping[str, str]
    ) -> None:
        """Refuse attributes that name what does not exist, and claim what is to be unique."""
        mistakes = [
            Mistake(place, f"there is no {number_of(id)}.")
            for place, id in asset_attributes.named(schema, asset.attributes)
            if await self.ledger.peek(id) is None
        ]
        if mistakes:
            raise WrongAttributes(mistakes)
        after = dict(asset_attributes.claims(schema, asset.attributes))
        for name in before.keys() - after.keys():
            work.release_claim(name)
        for name in after.keys() - before.keys():
            work.claim(name, asset.id, after[name])


async def _hand_down(work: Work, type: AssetType, by: Provenance) -> None:
    """Let the types made from one inherit what it asks for now."""
    for id in type.extensions:
        extension = await work.get(AssetType, id)
        if not extension.is_retired:
            extension.inherit(type.schema, by=by)
            await _hand_down(work, extension, by)
