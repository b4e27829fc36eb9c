"""The sweep reminds of what ends with assets, at its moment, and tells when the next is."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from domain.asset import Asset
from domain.contract import Contract
from domain.ids import record_id
from domain.ledger import Work
from domain.purchase_lines import Line
from domain.purchase_order import PurchaseOrder
from tests.domain.desks import open_desk, system
from tests.people import MONDAY
from workflows.reminders import Reminders

LAST_DAY = date(2026, 12, 31)
FIRST = datetime(2026, 12, 1, tzinfo=UTC)


async def test_reminders_are_given_once_at_their_moments(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        receipt = await desk.register_asset(
            fields={"name": "Laptop", "asset_class": "laptop"}, by=system(at=MONDAY)
        )
        by = system(at=MONDAY)
        await desk.ledger.edit(
            Asset,
            receipt.subject,
            lambda asset: asset.describe(ends={"warranty": LAST_DAY}, by=by),
            by=by,
        )
        clock = Reminders(desk)

        early = await clock.keep(FIRST - timedelta(hours=1), "sla-clock/0")
        soon = await clock.keep(FIRST - Reminders.look_again / 2, "sla-clock/0")
        before = (await desk.ledger.find(Asset, receipt.subject)).version
        await clock.keep(FIRST, "sla-clock/0")
        await clock.keep(FIRST, "sla-clock/0")
        await Reminders(desk).keep(FIRST + timedelta(days=1), "sla-clock/1")

        assert (early, soon) == (None, FIRST)
        history = desk.ledger.history(receipt.subject)[before:]
        assert [entry.topic for entry in history] == ["Asset.EndReminded"]
        assert history[0].event.by.at == FIRST
        assert history[0].event.by.actor == "reminder-clock"


async def test_late_deliveries_are_reminded_of(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        receipt = await desk.draft_order(
            supplier="Boxes Ltd",
            currency="EUR",
            lines=[Line(item="Cable", quantity=2, price=450)],
            expected_on=LAST_DAY,
            by=system(at=MONDAY),
        )
        placed = system(at=MONDAY + timedelta(hours=1))
        await desk.ledger.edit(
            PurchaseOrder, receipt.subject, lambda one: one.place(by=placed), by=placed
        )

        await Reminders(desk).keep(datetime(2026, 12, 31, tzinfo=UTC), "sla-clock/0")
        before = desk.ledger.history(receipt.subject)[-1].topic
        await Reminders(desk).keep(datetime(2027, 1, 1, tzinfo=UTC), "sla-clock/0")

        assert before == "PurchaseOrder.Placed"
        assert desk.ledger.history(receipt.subject)[-1].topic == "PurchaseOrder.EndReminded"


async def test_contracts_in_force_are_reminded_of_as_assets_are(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        ids = record_id("CON", 1), record_id("CON", 2)

        async def decide(work: Work) -> None:
            for id in ids:
                drafted = Contract.draft(
                    id, name="Support", supplier="Metal Ltd", last_day=LAST_DAY, by=by
                )
                work.add(drafted)

        by = system(at=MONDAY)
        await desk.ledger.run(by, decide)
        signs = system(at=MONDAY + timedelta(hours=1))
        await desk.ledger.edit(Contract, ids[0], lambda one: one.sign(by=signs), by=signs)

        await Reminders(desk).keep(FIRST, "sla-clock/0")

        told = [desk.ledger.history(id)[-1].topic for id in ids]
        assert told == ["Contract.EndReminded", "Contract.Drafted"]
