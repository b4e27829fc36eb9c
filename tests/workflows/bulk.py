"""Bulk jobs on a floor: proposed, and run by a worker as a desk has it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID

import msgspec
from temporalio.client import Client

from api.bulk_runner import BulkRunner
from api.context import Context
from api.settings import Settings, now
from domain.bulk_job import BulkJob
from domain.files import Files
from domain.provenance import Provenance
from domain.sealed_file import SALT_BYTES
from ops.stores.file_folder import FolderFiles
from ops.temporal_client import namespace_id
from tests.domain.desks import system
from tests.workflows.floor import Floor
from workflows.bulk_jobs import BulkActivities
from workflows.bulk_starts import BulkStarts
from workflows.temporal import Temporal
from workflows.worker import bulk_worker


def files_of(floor: Floor, folder: Path) -> Files:
    return Files(FolderFiles(folder / "attachments"), floor.ledger.mapper.keys)


@asynccontextmanager
async def running_jobs(
    floor: Floor, folder: Path, client: Client, queue: str
) -> AsyncIterator[None]:
    """A worker that sees to the jobs of a floor, under a queue of its own."""
    settings = Settings(signing_key=b"a key that signs the cursors of tests")
    context = Context(floor.desk, floor.views, settings, now, files=files_of(floor, folder))
    starts = BulkStarts(floor.ledger, Temporal(client, namespace_id, queue=queue))
    activities = BulkActivities(BulkRunner(context))
    async with bulk_worker(client, activities, sandboxed=True, queue=queue):
        following = asyncio.create_task(starts.run())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def propose(floor: Floor, folder: Path, who: str, rows: list[Any]) -> UUID:
    """A job of somebody, with the rows of a file."""
    person = floor.desk.directory.person(floor.company.people[who])
    assert person is not None
    organisation = person.organisation
    assert organisation is not None
    data = msgspec.json.Encoder().encode_lines(rows)
    id = await floor.ledger.next_id(BulkJob)
    receiving = files_of(floor, folder).receive(str(person.id), id, token_bytes(SALT_BYTES))
    receiving.add(data)
    receiving.keep()
    size, digest = receiving.received
    by = floor.company.signed(who)

    async def decide(work: Any) -> None:
        work.add(
            BulkJob.propose(
                id,
                name="tickets",
                media_type="application/x-ndjson",
                size=size,
                sha256=digest,
                rows=len(rows),
                owner=person.id,
                organisation=organisation,
                scopes=["read", "write"],
                by=by,
            )
        )

    await floor.ledger.run(by, decide)
    return id


async def begin(floor: Floor, id: UUID, act: str) -> None:
    by: Provenance = system()
    await floor.ledger.edit(
        BulkJob, id, lambda job: getattr(job, act)(scopes=["read", "write"], by=by), by=by
    )
