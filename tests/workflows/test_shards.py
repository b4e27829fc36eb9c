"""Many clocks over one due index, on the real server."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.incident import Incident
from domain.service_level_policy import TargetPromise
from domain.shares import Share
from ops.temporal_client import connect, prepare_namespace
from tests.temporal import shared_server
from tests.workflows.floor import Floor, open_floor
from tests.workflows.machinery import eventually, running, runs
from workflows.shards import Shards
from workflows.values import clock_id

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def namespace() -> str:
    return f"shards-{uuid4()}"


@pytest.fixture
async def client(namespace: str) -> Client:
    server = shared_server(time_skipping=False)
    await prepare_namespace(server.address, namespace)
    return await connect(server.address, namespace)


async def promise(floor: Floor) -> None:
    floor.company.office = await floor.company.add(Calendar, "define", name="All", hours=ALWAYS)
    await floor.company.publish_policy(TargetPromise(name="resolution", budget="1h"))


async def due_at(floor: Floor, due: datetime) -> UUID:
    """An incident whose target is due at a moment."""
    receipt = await floor.desk.log_incident(
        title="Mail is down",
        requester=floor.company.people["ann"],
        impact=1,
        urgency=1,
        by=floor.company.signed("ann", due - HOUR),
    )
    return receipt.subject


def breaches(floor: Floor, incident: UUID) -> list[Incident.TargetBreached]:
    return floor.events(incident, Incident.TargetBreached)


def marked_by(floor: Floor, incident: UUID) -> list[str]:
    """The workflows that have marked it."""
    causes = [event.by.cause for event in breaches(floor, incident)]
    return [cause.workflow for cause in causes if cause is not None]


async def status(client: Client, shard: int) -> WorkflowExecutionStatus | None:
    try:
        return (await client.get_workflow_handle(clock_id(shard)).describe()).status
    except RPCError:
        return None


async def test_each_of_three_clocks_marks_its_own_tickets_once(
    floor: Floor, client: Client
) -> None:
    await promise(floor)

    async with running(floor, client, shards=3):
        incidents = [await due_at(floor, now() + SECOND) for _ in range(12)]
        await eventually(lambda: all(breaches(floor, incident) for incident in incidents))

        assert await runs(client) == {clock_id(shard): 1 for shard in range(3)}

    for incident in incidents:
        [shard] = [shard for shard in range(3) if Share(shard, 3).holds(incident)]
        assert marked_by(floor, incident) == [clock_id(shard)]
        [breach] = breaches(floor, incident)
        assert timedelta(0) <= breach.by.at - breach.due < 2 * SECOND


async def test_with_another_number_of_clocks_each_ticket_has_another_and_those_left_over_end(
    floor: Floor, client: Client
) -> None:
    await promise(floor)
    async with running(floor, client, shards=3):
        waiting = [await due_at(floor, now() + 4 * SECOND) for _ in range(6)]
        await eventually(lambda: is_running(client, 2))

    async with running(floor, client, shards=2):
        await eventually(lambda: has_ended(client, 2))
        await eventually(lambda: all(breaches(floor, incident) for incident in waiting))

    async with running(floor, client, shards=4):
        later = [await due_at(floor, now() + SECOND) for _ in range(8)]
        await eventually(lambda: all(breaches(floor, incident) for incident in later))

    for incidents, count in ((waiting, 2), (later, 4)):
        for incident in incidents:
            [shard] = [shard for shard in range(count) if Share(shard, count).holds(incident)]
            assert marked_by(floor, incident) == [clock_id(shard)]


async def is_running(client: Client, shard: int) -> bool:
    return await status(client, shard) is WorkflowExecutionStatus.RUNNING


async def has_ended(client: Client, shard: int) -> bool:
    return await status(client, shard) is WorkflowExecutionStatus.COMPLETED


async def test_a_desk_that_does_not_say_how_many_clocks_there_are_goes_by_what_others_said(
    floor: Floor,
) -> None:
    recorder = floor.ledger.recorder

    first = await Shards(recorder).settle()
    said = await Shards(recorder, 3).settle()
    known = await Shards(recorder).settle()

    assert (first, said, known) == (1, 1, 3)
    assert await Shards(recorder).share(2) == Share(2, 3)
    assert await Shards(recorder).share(3) is None


@pytest.mark.proof
async def test_nothing_is_lost_or_doubled_when_desks_are_killed_and_started_with_other_numbers(
    tmp_path: Path, client: Client, namespace: str
) -> None:
    async with open_floor(tmp_path) as floor:
        await floor.company.build()
        await promise(floor)
        began = now()
        incidents = [await due_at(floor, began + n * SECOND / 4) for n in range(60)]

        for shards in (3, 2, 4):
            enough = marked(floor, incidents) + 12 if shards != 4 else len(incidents)
            async with desk(tmp_path, namespace, shards):
                await eventually(lambda n=enough: marked(floor, incidents) >= n)

    marks = [breaches(floor, id) for id in incidents]
    assert [len(each) for each in marks] == [1] * len(incidents)
    assert all(breach.by.at >= breach.due for [breach] in marks)
    causes = {workflow for id in incidents for workflow in marked_by(floor, id)}
    assert causes == {clock_id(shard) for shard in range(4)}


def marked(floor: Floor, incidents: list[UUID]) -> int:
    return sum(bool(breaches(floor, id)) for id in incidents)


@asynccontextmanager
async def desk(folder: Path, namespace: str, shards: int) -> AsyncIterator[None]:
    """Another process that works on a folder, and is killed in the end."""
    address = shared_server(time_skipping=False).address
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.workflows.clock_process"),
        *(str(folder), address, namespace, str(shards)),
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()
