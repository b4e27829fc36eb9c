"""The clock of an act on an asset that is in approval: on Temporal, thrown away and rebuilt."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from temporalio.client import Client

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.asset import Asset, Status
from domain.ids import number_of
from ops.temporal_client import connect, prepare_namespace
from ops.workflows import rebuild_all
from tests.temporal import shared_server
from tests.workflows.floor import Floor
from tests.workflows.machinery import caught_up, eventually, running, runs

BOARD = Stage(
    name="Board",
    approvers=("person:bea",),
    quorum=AnyOne(),
    patience="1s",
    on_timeout="approve",
)


@pytest.fixture
async def client() -> Client:
    server = shared_server(time_skipping=False)
    namespace = f"assets-{uuid4()}"
    await prepare_namespace(server.address, namespace)
    return await connect(server.address, namespace)


async def submitted(floor: Floor, stage: Stage) -> UUID:
    """A laptop that Dan wants to retire."""
    company = floor.company
    await company.publish_unchecked(stage, subjects=("asset",))
    id = await company.add(Asset, "register", name="Laptop 7", asset_class="laptop")
    by = company.signed("dan", datetime.now(UTC))
    await floor.desk.submit_act(id, act="retire", reason="Old.", by=by)
    return id


async def test_silence_does_what_was_proposed_by_the_clock_where_that_is_the_rule(
    floor: Floor, client: Client
) -> None:
    async with running(floor, client) as reactor:
        asset = await submitted(floor, BOARD)
        await caught_up(reactor)
        await client.get_workflow_handle(f"approval/{number_of(asset)}/1").result()

    assert (await floor.ledger.find(Asset, asset)).status is Status.RETIRED
    assert floor.told(asset)[-3:] == ["StageDecided", "Approved", "Retired"]


async def test_the_clock_of_an_act_is_thrown_away_and_rebuilt(floor: Floor, client: Client) -> None:
    async with running(floor, client) as reactor:
        asset = await submitted(floor, replace(BOARD, patience="4h"))
        await caught_up(reactor)
        id = f"approval/{number_of(asset)}/1"

        async def is_seen() -> bool:
            return id in await runs(client)

        await eventually(is_seen)
        _, started = await rebuild_all(client, floor.ledger, floor.views)
        await floor.desk.vote(asset, "approve", by=floor.company.signed("bea", datetime.now(UTC)))
        await client.get_workflow_handle(id).result()

    assert started == 1
    assert (await floor.ledger.find(Asset, asset)).status is Status.RETIRED
