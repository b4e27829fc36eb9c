"""Follows the ledger and acts upon each event in turn, in commands of its own.

It needs no Temporal: what it does is a command with an id made of the event and of what it does, so
whoever does it again, after an end in between or beside this process, changes nothing. How far it
has got is kept after it has acted.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.aggregate import KINDS, Entry
from domain.desk import Desk
from domain.provenance import Cause, Provenance
from domain.rules import Outdated
from workflows.signing import command_id

PAGE = 500
WAIT_SECONDS = 1.0
RETRY_SECONDS = 1.0
KEEP_SECONDS = 1.0

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Follower(ABC):
    name: ClassVar[str]
    """Under which its position is kept, and its commands are known."""
    actor: ClassVar[str]
    """Who signs what it does."""

    def __init__(self, desk: Desk, *, now: Callable[[], datetime] = utc_now) -> None:
        self.desk = desk
        self.position = 0
        """All up to here has been seen to."""
        self._kept = 0
        self._kept_at = 0.0
        self._now = now
        self._topics = self.topics()

    # What a follower says ------------------------------------------------------------------

    @abstractmethod
    def topics(self) -> list[str]:
        """The stored names of the events that it acts upon, in all their versions."""

    def is_idle(self) -> bool:
        """Whether nothing follows from any event now."""
        return False

    @abstractmethod
    async def see_to(self, entry: Entry, sign: Callable[[str, Cause], Provenance]) -> object:
        """Do what follows from an event. `sign` signs a step by its name."""

    # Follow --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow for ever, whatever the stores do meanwhile."""
        while True:
            try:
                self.position = self._kept = await asyncio.to_thread(self._tracked)
                while True:
                    await self._step_unless_early()
            except Exception:
                log.exception("%s starts again from the position that was kept.", self.name)
                await asyncio.sleep(RETRY_SECONDS)

    async def _step_unless_early(self) -> None:
        try:
            await self.step(WAIT_SECONDS)
        except Outdated as early:
            log.info("%s waits: %s", self.name, early)
            await asyncio.sleep(RETRY_SECONDS)

    async def step(self, timeout: float) -> None:
        """Wait for events, at most so many seconds, and see to a page of them."""
        recorder = self.desk.ledger.recorder
        head = await recorder.wait(self.position, timeout)
        if head > self.position:
            await self._see_to_page(head)
        await self._keep_now_and_then()

    async def _see_to_page(self, head: int) -> None:
        """See to the next events, up to a position."""
        recorder = self.desk.ledger.recorder
        # What was said before these events is known once it has caught up.
        self.desk.directory.catch_up()
        if self.is_idle():
            self.position = head
            return
        rows = await asyncio.to_thread(
            recorder.select_notifications,
            self.position,
            PAGE,
            head,
            self._topics,
            inclusive_of_start=False,
        )
        for row in rows:
            try:
                entry = self.desk.ledger.mapper.entry(row, row.id)
                by = entry.event.by
                correlation = by.correlation or by.command
                sign = partial(self.signed, at=self._now(), correlation=correlation)
                await self.see_to(entry, sign)
            except MapperDeserialisationError:
                # A record that cannot be read must not hold up the others.
                log.exception("The event at %d cannot be read: nothing follows from it.", row.id)
            self.position = row.id
        if len(rows) < PAGE:
            self.position = head

    @classmethod
    def signed(
        cls, step: str, cause: Cause, at: datetime, correlation: UUID | None = None
    ) -> Provenance:
        """The signature of a step, by a name that is the same whenever it is taken."""
        return Provenance(
            actor=cls.actor,
            at=at,
            command=command_id(cls.name, step),
            channel="rule",
            correlation=correlation,
            cause=cause,
        )

    def _tracked(self) -> int:
        return self.desk.ledger.recorder.tracked(self.name)[0]

    async def _keep_now_and_then(self) -> None:
        """Keep the position; one that is lost costs only seeing to the same events again."""
        now = asyncio.get_running_loop().time()
        if now - self._kept_at >= KEEP_SECONDS and self.position > self._kept:
            self._kept_at, self._kept = now, self.position
            await asyncio.to_thread(self.desk.ledger.recorder.track, self.name, self.position)


def stored_names(kind_base: type, names: Collection[str]) -> list[str]:
    """The stored names of events that are called so, of all kinds built on a base, in all their
    versions."""
    found = set()
    for kind in KINDS.values():
        for event in kind.topics if issubclass(kind, kind_base) else ():
            if event.__name__ in names:
                name = f"{kind.__name__}.{event.__name__}"
                found |= {name, *(f"{name}:{n}" for n in range(2, event.class_version + 1))}
    return sorted(found)
