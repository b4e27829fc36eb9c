"""Real Temporal servers for tests: one that skips time and one that does not, shared by all.

A server is started by the first test that asks and lives as long as the test run; clients belong
to one test, as its event loop does. In a `conftest.py`:

    from tests.temporal import live_client as live_client, skipper as skipper

`skipper.client` starts workflows that skip every wait at once. To act in the middle of a wait,
start the workflow within `skipper.with_time_skipping_disabled()` and move its own clock by
`await skipper.fast_forward(handle, timedelta(days=3))`. Go well past what the workflow waits for,
or stop well before it: if the moment passes while a turn goes on that began just before it, this
server skips on to the next wait (temporalio/temporal#11373).
"""

import atexit
import functools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper, WorkflowEnvironment
from temporalio.worker import Worker, WorkflowRunner

from ops.temporal_client import connect
from ops.temporal_server import TemporalServer
from workflows.sandbox import sandbox


@functools.cache
def shared_server(*, time_skipping: bool) -> TemporalServer:
    """The running server of this test run."""
    folder = tempfile.mkdtemp(prefix="ledgerdesk-temporal-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = TemporalServer(Path(folder), time_skipping=time_skipping)
    atexit.register(server.stop)
    server.start()
    return server


async def client_of(server: TemporalServer, namespace: str = "") -> Client:
    """A client of this test; a failing `assert` in a workflow fails that workflow."""
    client = await connect(server.address, namespace or server.namespace)
    return WorkflowEnvironment.from_client(client).client


@asynccontextmanager
async def worker(
    client: Client,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]] = (),
    *,
    task_queue: str | None = None,
    runner: WorkflowRunner | None = None,
) -> AsyncIterator[str]:
    """Runs a worker, sandboxed unless another runner is given; yields its task queue."""
    queue = task_queue or f"test-{uuid4()}"
    with ThreadPoolExecutor() as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=workflows,
            activities=activities,
            activity_executor=threads,
            workflow_runner=runner or sandbox(),
        ):
            yield queue


@pytest.fixture
async def skipper() -> TimeSkipper:
    """Workflows started through `skipper.client` skip their waits, each on its own clock."""
    return TimeSkipper(await client_of(shared_server(time_skipping=True)))


@pytest.fixture
async def live_client() -> Client:
    """A client of a server in real time."""
    return await client_of(shared_server(time_skipping=False))
