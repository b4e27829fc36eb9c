"""Deliveries: what is received of a purchase order comes into the register, and what is sent back
leaves it, in the same command."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.asset import Asset
from domain.asset_attributes import Schema
from domain.contract import Contract
from domain.desk.asset_acts import AssetActs
from domain.desk.configuration import Configuration
from domain.desk.desk import Repeat
from domain.ids import number_of
from domain.ledger import Work
from domain.provenance import Cause, Provenance
from domain.purchase_lines import Line, cost_of, warranty_until
from domain.purchase_order import PurchaseOrder
from domain.recorder import Receipt
from domain.rules import NotFound, Refused, require


class Unit(Struct, frozen=True, kw_only=True):
    """What is known of one of the assets that a delivery brings."""

    name: str = ""
    """Without one, it has the name of its line."""
    tag: str = ""
    attributes: Mapping[str, object] = {}


class Purchasing(Configuration, AssetActs):
    async def draft_order(
        self, *, by: Provenance, fingerprint: bytes = b"", is_repeatable: bool = False, **said: Any
    ) -> Receipt:
        """Draft an order of types and by contracts that there are: see `PurchaseOrder.draft`."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if not number:
                number.append(await self.ledger.next_id(PurchaseOrder))
            order = work.add(PurchaseOrder.draft(number[0], **said, by=by))
            await self._require_named(work, order.lines)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    async def amend_order(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
        **said: Any,
    ) -> Receipt:
        """Correct what an order says: see `PurchaseOrder.amend`."""

        async def decide(work: Work) -> None:
            order = await work.get(PurchaseOrder, id, expected=expected)
            order.amend(**said, by=by)
            if said.get("lines") is not None:
                await self._require_named(work, order.lines)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    async def _require_named(self, work: Work, lines: Sequence[Line]) -> None:
        """Refuse lines that name a type or a contract that there is not."""
        for place, line in enumerate(lines):
            if line.type is not None:
                await self._asset_type(work, f"lines[{place}].type", line.type)
            if line.contract is not None:
                try:
                    await work.read(Contract, line.contract)
                except NotFound as missing:
                    raise Refused(f"lines[{place}].contract: {missing}") from None

    async def receive_goods(
        self,
        id: UUID,
        *,
        line: int,
        quantity: int,
        units: Sequence[Unit] = (),
        delivery: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Take in a delivery of a line: see `PurchaseOrder.receive`. Each unit of a line that
        brings assets is one in stock, with its price, its supplier and its warranty; of the first
        ones is known what `units` say."""
        numbers: list[UUID] = []

        async def decide(work: Work) -> None:
            order = await work.get(PurchaseOrder, id, expected=expected)
            brings = order.line(line).brings_assets
            require(len(units) <= (quantity if brings else 0), "units: there are not so many.")
            while len(numbers) < (quantity if brings else 0):
                numbers.append(await self.ledger.next_id(Asset))
            order.receive(line, quantity, assets=numbers, delivery=delivery, by=by)
            known = (*units, *(Unit() for _ in range(len(numbers) - len(units))))
            for number, unit in zip(numbers, known, strict=True):
                await self._take_in(work, number, order, order.line(line), unit, by)

        return await self.ledger.run(by, decide, **repeat)

    async def _take_in(
        self,
        work: Work,
        id: UUID,
        order: PurchaseOrder,
        line: Line,
        unit: Unit,
        by: Provenance,
    ) -> None:
        because = _because(order, by)
        schema: Schema | None = None
        if line.type is not None:
            schema = (await self._asset_type(work, "type", line.type)).schema
        asset = Asset.register(
            id,
            name=unit.name or line.item,
            asset_class=line.asset_class or (schema.name if schema else ""),
            tag=unit.tag,
            organisation=order.organisation,
            owner=order.owner,
            by=because,
        )
        work.add(asset)
        if schema is not None:
            await self._classify(work, asset, schema, unit.attributes, because)
        else:
            require(not unit.attributes, "attributes: an asset gets a type before it gets them.")
        warranty = warranty_until(by.effective_at.date(), line.warranty_months)
        asset.describe(
            cost=cost_of(line.price, order.currency),
            supplier=order.supplier,
            contract=number_of(line.contract) if line.contract else None,
            ends={"warranty": warranty},
            by=because,
        )

    async def send_goods_back(
        self,
        id: UUID,
        *,
        line: int,
        quantity: int,
        assets: Sequence[UUID] = (),
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Give units of a line back: see `PurchaseOrder.send_back`. The assets among them are
        retired, and so have to be in a state in which that can be."""

        async def decide(work: Work) -> None:
            order = await work.get(PurchaseOrder, id, expected=expected)
            order.send_back(line, quantity, assets=assets, reason=reason, by=by)
            for one in assets:
                asset = await work.get(Asset, one)
                asset.retire(reason=f"Sent back: {order.number}.", by=_because(order, by))

        return await self.ledger.run(by, decide, **repeat)


def _because(order: PurchaseOrder, by: Provenance) -> Provenance:
    """What a delivery or a return entails is caused by it."""
    workflow = "" if by.cause is None else by.cause.workflow
    return replace(by, cause=Cause(rule=order.number, workflow=workflow))
