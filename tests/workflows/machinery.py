"""Reactor, clock, worker and projector of a desk, running against a Temporal server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from temporalio.client import Client

from ops.temporal_client import namespace_id
from ops.work import Index
from tests.workflows.floor import Floor
from workflows.due_index import Horizons
from workflows.poker import Poker
from workflows.reactor import Reactor
from workflows.shards import Shards
from workflows.temporal import Temporal
from workflows.worker import worker

SECONDS = 30.0


async def eventually(holds: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds. Raises TimeoutError after half a minute."""
    async with asyncio.timeout(SECONDS):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.02)


def reactor_of(floor: Floor, client: Client, horizons: Horizons, shards: int = 1) -> Reactor:
    temporal = Temporal(client, namespace_id)
    kept = Shards(floor.ledger.recorder, shards)
    return Reactor(floor.ledger, temporal, Poker(temporal, Index(floor.views), horizons, kept))


@asynccontextmanager
async def reacting(floor: Floor, client: Client) -> AsyncIterator[Reactor]:
    """Only the reactor."""
    reactor = reactor_of(floor, client, Horizons())
    following = asyncio.create_task(reactor.run())
    try:
        yield reactor
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


@asynccontextmanager
async def running(floor: Floor, client: Client, shards: int = 1) -> AsyncIterator[Reactor]:
    """All of it."""
    horizons = Horizons()
    reactor = reactor_of(floor, client, horizons, shards)
    index = Index(floor.views)
    async with worker(client, floor.desk, index, horizons=horizons, sandboxed=True):
        tasks = [
            asyncio.create_task(reactor.run()),
            asyncio.create_task(floor.projector.run()),
        ]
        try:
            yield reactor
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def caught_up(reactor: Reactor) -> None:
    """Wait until Temporal has acknowledged all that the ledger holds."""
    await eventually(lambda: reactor.position >= reactor.ledger.position())


async def runs(client: Client) -> dict[str, int]:
    """How many runs each workflow id has in the client's namespace."""
    found: dict[str, int] = {}
    async for run in client.list_workflows():
        found[run.id] = found.get(run.id, 0) + 1
    return found
