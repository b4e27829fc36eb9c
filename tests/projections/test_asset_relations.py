"""What is asked of relations is what their events tell, as of every moment."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random

from domain.asset import Asset
from domain.asset_record import Cost
from domain.ids import record_id
from domain.impact_analysis import analysed, net_at
from domain.outlook import around
from domain.rules import Refused
from projections.past import AsOf
from projections.views import Views
from tests.domain.asset_types import A_SERVER
from tests.people import MONDAY, signed
from tests.projections.conftest import Kit, keep

BY = signed("bea")
IDS = [record_id("AST", number) for number in range(1, 8)]


async def test_impact_is_that_of_the_events_as_of_every_position(kit: Kit, views: Views) -> None:
    random = Random(7)
    assets = [Asset.register(id, name=str(id), asset_class="server", by=BY) for id in IDS]
    keep(kit.ledger, *assets)
    for _ in range(60):
        asset, other = random.choice(assets), random.choice(IDS)
        members = [other for _, other in asset.relations][:3]
        try:
            match random.randrange(5):
                case 0:
                    asset.unrelate(other, type="runs on", by=BY)
                case 1:
                    asset.group("A", members=members, needed=len(members) - 1, by=BY)
                case _:
                    asset.relate(other, type="runs on", by=BY)
        except Refused:
            continue
        keep(kit.ledger, asset)
    kit.projector().catch_up()
    history = kit.ledger.after(0)

    for moment in (None, *range(1, len(history) + 1, 9)):
        net = net_at(history, moment)
        as_of = None if moment is None else AsOf(position=moment)
        for direction in ("up", "down"):
            expected = analysed(net, IDS[0], direction, depth=3)
            rows = await views.impact(IDS[0], direction=direction, depth=3, as_of=as_of)
            found = [(row["id"], row["path"], row["effect"]) for row in rows]
            assert found == [
                (str(one.asset), [str(id) for id in one.path], one.effect) for one in expected
            ]
        around_them = await views.relations_around(IDS[:2], 3, as_of)
        assert around_them == around(net.relations, IDS[:2], 3)
    assert any(asset.groups for asset in assets)


async def test_installations_are_counted_against_what_a_licence_is_good_for(
    kit: Kit, views: Views
) -> None:
    licence, *servers = [
        Asset.register(id, name=str(id), asset_class="server", by=BY) for id in IDS[:5]
    ]
    licence.entitle(installations=2, by=BY)
    licence.describe(cost=Cost(Decimal(99), "EUR"), by=BY)
    for server in servers:
        server.relate(licence.id, type="licensed by", by=BY)
    servers[0].retire(reason="Old.", by=BY)
    keep(kit.ledger, licence, *servers)
    kit.projector().catch_up()

    (row,) = await views.licences()

    assert (row["id"], row["entitled"], row["installed"]) == (str(licence.id), 2, 3)
    assert row["over"] == 1
    related = 5
    for position, installed in ((related, 1), (related + 1, 0), (kit.ledger.position() - 1, 2)):
        for moment in (None, BY.at):
            (then,) = await views.licences(AsOf(position=position, moment=moment))
            assert then["installed"] == installed
    assert await views.licences(AsOf(moment=BY.at - timedelta(seconds=1))) == []


async def test_findings_and_reminders_are_listed_as_they_were_recorded(
    kit: Kit, views: Views
) -> None:
    asset = Asset.register(IDS[0], name="Mail 1", asset_class="server", by=BY)
    asset.classify(A_SERVER, {"serial": "S1", "memory": 64}, by=BY)
    last_day = MONDAY.date() + timedelta(days=8)
    asset.describe(ends={"warranty": last_day}, by=BY)
    asset.note_drift("memory", found=128, source="scan", by=BY)
    keep(kit.ledger, asset)
    kit.projector().catch_up()
    due = datetime.combine(last_day - timedelta(days=7), time(), UTC)

    assert await views.reminders_due(due - timedelta(seconds=1)) == ([], due)
    assert (await views.reminders_due(due))[0] == [asset.id]
    asset.remind_of_ends(by=signed("clock", due))
    asset.clear_drift("memory", source="scan", by=BY)
    keep(kit.ledger, asset)
    kit.projector().catch_up()

    (finding,) = (await views.list_rows("asset_findings")).rows
    (reminder,) = (await views.list_rows("asset_reminders")).rows
    assert (finding["expected"], finding["found"], finding["is_open"]) == ("64", "128", False)
    assert finding["closed_by"] == "found again"
    assert (reminder["end_name"], reminder["days"]) == ("warranty", 7)
    assert await views.reminders_due(due) == ([], due + timedelta(days=7))
