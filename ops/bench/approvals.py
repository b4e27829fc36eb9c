"""Many approvals open at once on the embedded server: all are voted on, decided, and none is lost.

`python -m ops.bench.approvals 10000` prints the results as JSON.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from temporalio.client import Client

from domain.change import Change
from domain.change_moves import Status
from domain.desk import Desk
from ops.bench.workflows import STAGES, VOTERS, company, percentiles, signed, submitted, working
from ops.compose import open_desk, open_views
from ops.settings import Settings
from ops.temporal_client import connect
from ops.temporal_server import TemporalServer
from ops.work import Index

OPEN = 10_000
AT_ONCE = 64
PAUSE_SECONDS = 0.5
LONGEST_SECONDS = 1_200

T = TypeVar("T")


class ManyApprovals(Struct, frozen=True, kw_only=True):
    """Rates in a second; times in milliseconds where the name says nothing else."""

    approvals: int
    submitted_per_second: float
    """Proposed, assessed, planned and submitted: four commands each."""
    waited_for_seconds: float
    """From the last submission until a workflow waited for each of them."""
    votes: int
    votes_per_second: float
    vote_p50_ms: float
    vote_p99_ms: float
    ended_seconds: float
    """From the last vote until the last workflow had ended."""
    undecided: int
    still_running: int
    temporal_mb: float
    """The memory of the Temporal server with all of them open."""


async def run(folder: Path, count: int) -> ManyApprovals:
    """Open so many approvals in an empty folder, and decide them all."""
    with TemporalServer(folder / "temporal") as server:
        client = await connect(server.address, server.namespace)
        settings = Settings(data=folder)
        async with open_desk(settings) as desk, open_views(settings) as views:
            people = await company(desk)
            async with working(client, desk, Index(views)):
                began = time.monotonic()
                changes = await _at_once(
                    [lambda: submitted(desk, people["ann"]) for _ in range(count)]
                )
                ready = time.monotonic()
                await _running(client, count)
                waited = time.monotonic()
                memory = _resident_mb(server.pid)
                times = await _votes(desk, people, changes)
                voted = time.monotonic()
                left = await _running(client, 0)
                ended = time.monotonic()
                undecided = sum([await _is_open(desk, change) for change in changes])
    p50, p99 = percentiles(times)
    return ManyApprovals(
        approvals=count,
        submitted_per_second=count / (ready - began),
        waited_for_seconds=waited - ready,
        votes=len(times),
        votes_per_second=len(times) / (voted - waited),
        vote_p50_ms=p50,
        vote_p99_ms=p99,
        ended_seconds=ended - voted,
        undecided=undecided,
        still_running=left,
        temporal_mb=memory,
    )


async def _votes(desk: Desk, people: dict[str, UUID], changes: Sequence[UUID]) -> list[float]:
    """Every voter votes in every stage of every change; how long each vote took, in ms."""

    async def vote(change: UUID, name: str) -> float:
        began = time.perf_counter()
        await desk.vote(change, "approve", by=signed(str(people[name])))
        return (time.perf_counter() - began) * 1000

    async def decide(change: UUID) -> list[float]:
        return [await vote(change, name) for _ in STAGES for name in VOTERS]

    found = await _at_once([partial(decide, change) for change in changes])
    return [each for times in found for each in times]


async def _at_once(tasks: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Run the tasks, a fixed number at a time, and give their results in order."""
    places = asyncio.Semaphore(AT_ONCE)

    async def run(task: Callable[[], Awaitable[T]]) -> T:
        async with places:
            return await task()

    return list(await asyncio.gather(*(run(task) for task in tasks)))


async def _running(client: Client, wanted: int) -> int:
    """Wait until so many approvals run, as Temporal counts them; how many do then."""
    query = 'WorkflowType="Approval" AND ExecutionStatus="Running"'
    deadline = time.monotonic() + LONGEST_SECONDS
    while (count := (await client.count_workflows(query)).count) != wanted:
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    return count


async def _is_open(desk: Desk, id: UUID) -> bool:
    return (await desk.ledger.find(Change, id)).status is not Status.APPROVED


def _resident_mb(pid: int | None) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in told.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else OPEN
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(run(Path(folder), count))
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(results)).decode() + "\n")


if __name__ == "__main__":
    main()
