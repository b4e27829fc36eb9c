"""Keeps a workflow running for each record of a kind that needs one, and tells it of changes."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from domain.ids import number_of
from domain.ledger import Ledger
from workflows.temporal import Temporal

PAGE = 500
WAIT_SECONDS = 5.0
AGAIN_SECONDS = 60.0
"""How often all are started that do not run: what was lost with Temporal's database comes back."""
RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Starts(ABC):
    workflow: str
    topics: Sequence[str]
    """The stored names of the events after which a workflow is needed, or is to look."""

    def __init__(self, ledger: Ledger, temporal: Temporal) -> None:
        self.ledger = ledger
        self.temporal = temporal

    @abstractmethod
    def all(self) -> Iterable[UUID]:
        """The records that need a workflow now, and perhaps others."""

    @abstractmethod
    async def value(self, id: UUID) -> Any:
        """What the workflow of a record is given; None if it needs none."""

    @abstractmethod
    def workflow_id(self, number: str) -> str: ...

    async def run(self) -> None:
        """Follow for ever, whatever Temporal and the stores do meanwhile."""
        while True:
            try:
                await self._follow()
            except Exception:
                log.exception("The workflows of %s are started again.", self.workflow)
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        loop, recorder = asyncio.get_running_loop(), self.ledger.recorder
        position = await asyncio.to_thread(self.ledger.position)
        for id in await asyncio.to_thread(lambda: list(self.all())):
            await self._start(id)
        end = loop.time() + AGAIN_SECONDS
        while loop.time() < end:
            head = await recorder.wait(position, WAIT_SECONDS)
            if head <= position:
                continue
            rows = await asyncio.to_thread(
                recorder.select_notifications,
                position,
                PAGE,
                head,
                self.topics,
                inclusive_of_start=False,
            )
            ids: dict[Any, None] = dict.fromkeys(row.originator_id for row in rows)
            for id in ids:
                await self._start(id)
                if not await self.temporal.signal(self.workflow_id(number_of(id)), "look"):
                    # It was just coming to its end, and had looked before this happened.
                    await self._start(id)
            position = rows[-1].id if len(rows) == PAGE else head

    async def _start(self, id: UUID) -> None:
        value = await self.value(id)
        if value is not None:
            await self.temporal.keep_running(self.workflow, self.workflow_id(number_of(id)), value)
