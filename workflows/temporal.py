"""Telling Temporal: every call is made until it is acknowledged, and may be made twice."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from workflows.values import QUEUE

T = TypeVar("T")

CALL_SECONDS = timedelta(seconds=5)
DELAYS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Seconds between attempts while Temporal is away; the last one repeats."""

log = logging.getLogger(__name__)


class Replaced(Exception):
    """Temporal's database is another one than before."""


class Temporal:
    """One namespace. `identify` tells the id of the database behind it."""

    def __init__(
        self,
        client: Client,
        identify: Callable[[Client], Awaitable[str]],
        queue: str = QUEUE,
        reuse: WorkflowIDReusePolicy = WorkflowIDReusePolicy.REJECT_DUPLICATE,
    ) -> None:
        """`reuse` says whether a workflow that ran already may be started again."""
        self.client = client
        self.queue = queue
        self.reuse = reuse
        self.started = 0
        self.known = ""
        self._identify = identify
        self.is_away = False
        """Whether the last call failed."""

    async def identify(self) -> str:
        """The id of the database, as soon as Temporal answers."""
        return await self._insist(lambda: self._identify(self.client))

    async def check(self) -> None:
        """Raises Replaced if the database is not the known one."""
        if await self.identify() != self.known:
            raise Replaced

    async def start(self, workflow: str, id: str, value: Any) -> bool:
        """Start a workflow unless it runs, or ran already and is not used again; whether it was
        started now."""

        async def call() -> bool:
            try:
                await self.client.start_workflow(
                    workflow,
                    value,
                    id=id,
                    task_queue=self.queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    id_reuse_policy=self.reuse,
                    rpc_timeout=CALL_SECONDS,
                )
            except WorkflowAlreadyStartedError:
                return False
            self.started += 1
            return True

        return await self._insist(call)

    async def signal(self, id: str, signal: str, *values: Any) -> bool:
        """Signal a workflow if it runs; whether it did."""

        async def call() -> bool:
            handle = self.client.get_workflow_handle(id)
            try:
                await handle.signal(signal, args=values, rpc_timeout=CALL_SECONDS)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return False
            return True

        return await self._insist(call)

    async def keep_running(self, workflow: str, id: str, value: Any) -> None:
        """Start a workflow that is to run for ever, unless it does."""

        async def call() -> None:
            await self.client.start_workflow(
                workflow,
                value,
                id=id,
                task_queue=self.queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                rpc_timeout=CALL_SECONDS,
            )

        await self._insist(call)

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        attempt = 0
        while True:
            try:
                # What was away may have come back as another.
                if attempt and self.known and await self._identify(self.client) != self.known:
                    raise Replaced
                answer = await call()
            except RPCError as error:
                self._note(f"Temporal does not answer: {error.message}", away=True)
                await asyncio.sleep(DELAYS[min(attempt, len(DELAYS) - 1)])
                attempt += 1
            else:
                self._note("Temporal answers again.", away=False)
                return answer

    def _note(self, what: str, *, away: bool) -> None:
        """Say once that it went, and once that it came back."""
        if away is not self.is_away:
            self.is_away = away
            log.warning(what)
