"""The clocks of approvals of definitions: waited for, thrown away, and rebuilt from the ledger."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from temporalio.client import Client

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.ids import number_of
from domain.person import Role
from domain.versioned import Versioned
from ops.temporal_client import connect, prepare_namespace
from ops.workflows import rebuild_all
from tests.domain.desks import CAB
from tests.temporal import shared_server
from tests.workflows.floor import Floor
from tests.workflows.machinery import caught_up, eventually, running, runs
from workflows.approval import ApprovalWorkflow

ON_CHANGES = Definition(subjects=("change",), stages=(CAB,))
OWNER = Stage(
    name="Process owner",
    approvers=("person:pia",),
    quorum=AnyOne(),
    patience="2s",
    on_timeout="fallback",
)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def client() -> Client:
    server = shared_server(time_skipping=False)
    namespace = f"publishing-{uuid4()}"
    await prepare_namespace(server.address, namespace)
    return await connect(server.address, namespace)


async def governed(floor: Floor, stage: Stage) -> None:
    company = floor.company
    for name in ("ola", "pia", "rob"):
        await company.hire(name, company.operator, Role.PROCESS_OWNER)
    await company.publish_unchecked(stage, subjects=("approval process",), fallback=("person:rob",))


async def submitted(floor: Floor) -> UUID:
    """A process that Ola has drafted, submitted to the process of processes."""
    id = await floor.ledger.next_id(ApprovalProcess)
    by = floor.company.signed("ola", now())

    async def decide(work: Any) -> None:
        work.add(ApprovalProcess.draft(id, name="Changes", definition=ON_CHANGES, by=by))

    await floor.ledger.run(by, decide)
    await floor.desk.submit_definition(id, by=floor.company.signed("ola", now()))
    return id


async def found(floor: Floor, id: UUID) -> Versioned[Any]:
    record = await floor.ledger.peek(id)
    assert isinstance(record, Versioned)
    return record


async def test_a_silent_voter_is_replaced_and_the_next_vote_publishes_the_process(
    floor: Floor, client: Client
) -> None:
    await governed(floor, OWNER)

    async with running(floor, client) as reactor:
        process = await submitted(floor)
        await caught_up(reactor)

        async def is_handed_over() -> bool:
            opened = (await found(floor, process)).standing.open.get("Process owner")
            return opened is not None and opened.has_fallback

        await eventually(is_handed_over)
        await floor.desk.vote(process, "approve", by=floor.company.signed("rob", now()))
        await client.get_workflow_handle_for(
            ApprovalWorkflow.run, f"approval/{number_of(process)}/1"
        ).result()

    record = await found(floor, process)
    assert (record.published, record.approval) == (ON_CHANGES, "approved")
    assert floor.told(process)[-2:] == ["StageTimedOut", "FallbackAsked"]


async def test_silence_at_the_end_rejects_the_draft_which_stays(
    floor: Floor, client: Client
) -> None:
    await governed(floor, replace(OWNER, on_timeout="reject", patience="1s"))

    async with running(floor, client) as reactor:
        process = await submitted(floor)
        await caught_up(reactor)
        await client.get_workflow_handle_for(
            ApprovalWorkflow.run, f"approval/{number_of(process)}/1"
        ).result()

    record = await found(floor, process)
    assert (record.published_version, record.approval) == (0, "rejected")
    assert record.draft_definition == ON_CHANGES


async def test_silence_publishes_a_process_by_the_clock_where_that_is_the_rule(
    floor: Floor, client: Client
) -> None:
    await governed(floor, replace(OWNER, on_timeout="approve", patience="1s"))

    async with running(floor, client) as reactor:
        process = await submitted(floor)
        await caught_up(reactor)
        await client.get_workflow_handle_for(
            ApprovalWorkflow.run, f"approval/{number_of(process)}/1"
        ).result()

    assert (await found(floor, process)).published == ON_CHANGES
    assert floor.told(process)[-2:] == ["Approved", "VersionPublished:2"]


async def test_the_clock_of_a_definition_is_thrown_away_and_rebuilt(
    floor: Floor, client: Client
) -> None:
    await governed(floor, replace(OWNER, patience="4h"))

    async with running(floor, client) as reactor:
        process = await submitted(floor)
        await caught_up(reactor)
        id = f"approval/{number_of(process)}/1"

        async def is_seen() -> bool:
            return id in await runs(client)

        await eventually(is_seen)
        before = await client.get_workflow_handle(id).describe()
        _, started = await rebuild_all(client, floor.ledger, floor.views)
        after = await client.get_workflow_handle(id).describe()
        withdrawn = floor.company.signed("ola", now())
        await floor.ledger.edit(
            ApprovalProcess,
            process,
            lambda one: one.withdraw(reason="Not yet.", by=withdrawn),
            by=withdrawn,
        )
        await client.get_workflow_handle(id).result()

    assert started == 1
    assert after.run_id != before.run_id
