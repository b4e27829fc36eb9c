"""What is asked of relations is what their events tell, as of every moment."""

from decimal import Decimal
from random import Random

from domain.asset import Asset
from domain.asset_record import Cost
from domain.ids import record_id
from domain.impact_analysis import analysed, net_at
from domain.rules import Refused
from projections.views import Views
from tests.people import signed
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
        for direction in ("up", "down"):
            expected = analysed(net, IDS[0], direction, depth=3)
            rows = await views.impact(IDS[0], direction=direction, depth=3, as_of=moment)
            found = [(row["id"], row["path"], row["effect"]) for row in rows]
            assert found == [
                (str(one.asset), [str(id) for id in one.path], one.effect) for one in expected
            ]
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
