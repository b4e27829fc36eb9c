"""The workflows of a desk thrown away and rebuilt, on the real server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.change import Change, Status
from domain.ids import number_of
from ops.temporal_client import connect, prepare_namespace
from ops.workflows import rebuild_all
from tests.temporal import shared_server
from tests.workflows.floor import Floor, open_floor
from tests.workflows.machinery import caught_up, eventually, running, runs

SLOW = Stage(
    name="CAB", approvers=("role:approver",), quorum=AnyOne(), patience="4h", on_timeout="reject"
)


@pytest.fixture
async def client() -> Client:
    server = shared_server(time_skipping=False)
    namespace = f"rebuild-{uuid4()}"
    await prepare_namespace(server.address, namespace)
    return await connect(server.address, namespace)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with open_floor(tmp_path) as opened:
        await opened.company.build()
        yield opened


async def test_workflows_are_thrown_away_and_go_on_from_the_ledger(
    floor: Floor, client: Client
) -> None:
    await floor.company.publish_process(SLOW)

    async with running(floor, client) as reactor:
        change = await floor.submitted_change(datetime.now(UTC))
        decided = await floor.submitted_change(datetime.now(UTC))
        by = floor.company.signed("bea", datetime.now(UTC))
        await floor.desk.vote(decided, "approve", by=by)
        await caught_up(reactor)
        id = f"approval/{number_of(change)}/1"

        async def is_seen() -> bool:
            return id in await runs(client)

        await eventually(is_seen)
        before = await client.get_workflow_handle(id).describe()
        _, started = await rebuild_all(client, floor.ledger, floor.views)
        after = await client.get_workflow_handle(id).describe()
        by = floor.company.signed("cem", datetime.now(UTC))
        await floor.desk.vote(change, "approve", by=by)
        await client.get_workflow_handle(id).result()

    assert started == 1
    assert after.run_id != before.run_id
    record = await floor.ledger.find(Change, change)
    assert record.status is Status.APPROVED
