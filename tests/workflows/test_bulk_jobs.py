"""Bulk jobs by Temporal: page by page, whatever becomes of who sees to them."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from api import bulk_runner
from domain.bulk_job import BulkJob, Outcome, Status
from domain.ids import number_of
from domain.incident import Incident
from tests.temporal import shared_server
from tests.workflows.bulk import begin, propose, running_jobs
from tests.workflows.floor import Floor
from tests.workflows.machinery import eventually
from workflows.bulk_values import workflow_id

ROWS = 300


def logs(count: int) -> list[object]:
    return [{"act": "incident.log", "body": {"title": f"Ticket {row}"}} for row in range(count)]


async def status(floor: Floor, id: UUID) -> Status:
    return (await floor.ledger.find(BulkJob, id)).status


def logged(floor: Floor) -> list[str]:
    return [
        entry.event.title
        for _, entries in floor.ledger.all_of(Incident)
        for entry in entries
        if isinstance(entry.event, Incident.Logged)
    ]


async def test_a_job_is_previewed_run_and_undone_one_stage_after_the_other(
    floor: Floor, tmp_path: Path, live_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_runner, "PAGE_ROWS", 2)
    id = await propose(floor, tmp_path, "bea", logs(5))

    async def becomes(wanted: Status) -> None:
        async def is_so() -> bool:
            return await status(floor, id) is wanted

        await eventually(is_so)

    async with running_jobs(floor, tmp_path, live_client, f"bulk-{uuid4()}"):
        await becomes(Status.PREVIEWED)
        assert logged(floor) == []
        await begin(floor, id, "start")
        await becomes(Status.DONE)
        assert logged(floor) == [f"Ticket {row}" for row in range(5)]
        await begin(floor, id, "undo")
        await becomes(Status.UNDONE)
        # The next job of this name is another desk's, and is not to find this workflow at work.
        await live_client.get_workflow_handle(workflow_id(number_of(id))).result()

    assert {incident.status for incident, _ in floor.ledger.all_of(Incident)} == {"cancelled"}


async def test_each_row_is_done_once_though_the_worker_is_killed_in_the_middle(
    floor: Floor, tmp_path: Path, live_client: Client
) -> None:
    id = await propose(floor, tmp_path, "bea", logs(ROWS))
    queue = f"bulk-{uuid4()}"

    async def is_previewed() -> bool:
        return await status(floor, id) is Status.PREVIEWED

    async def is_done() -> bool:
        return await status(floor, id) is Status.DONE

    async with process(tmp_path, live_client.namespace, queue):
        await eventually(is_previewed)
        await begin(floor, id, "start")
        await eventually(lambda: len(logged(floor)) >= ROWS // 4)
    at_the_end_of_the_first = len(logged(floor))
    async with process(tmp_path, live_client.namespace, queue):
        await eventually(is_done)

    assert at_the_end_of_the_first < ROWS
    assert Counter(logged(floor)) == Counter(f"Ticket {row}" for row in range(ROWS))
    job = await floor.ledger.find(BulkJob, id)
    assert {result.outcome for result in job.results.values()} == {Outcome.CREATED}
    assert len({result.record for result in job.results.values()}) == ROWS


@asynccontextmanager
async def process(folder: Path, namespace: str, queue: str) -> AsyncIterator[None]:
    """Another process that sees to jobs, and is killed in the end."""
    address = shared_server(time_skipping=False).address
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.workflows.bulk_process"),
        *(str(folder), address, namespace, queue),
    )
    try:
        yield
    finally:
        running.kill()
        await running.wait()
