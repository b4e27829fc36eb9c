"""Looks now and then for what is due, and acts on each. The kinds of it are part of the sweep."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.desk import Desk
from domain.ids import number_of
from domain.provenance import Provenance
from domain.rules import DomainError
from workflows.signing import signed


class Lookout(ABC):
    """What is due of one sort. A kind of it says by whom, how often, what, and what to do."""

    actor: ClassVar[str]
    step: ClassVar[str]
    """What the act is called in the ids of its commands: a change of it acts a second time."""
    failure: ClassVar[str]
    """What is logged of a record that refuses; `%s` stands for its number."""
    look_again: ClassVar[timedelta] = timedelta(minutes=1)
    """What is due after days does not have to be looked for more often."""
    refused: ClassVar[timedelta] = timedelta(0)
    """How long a record is left alone that refused."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._looked: datetime | None = None
        self._next: datetime | None = None
        self._refused: dict[UUID, datetime] = {}
        self._log = logging.getLogger(type(self).__module__)

    @abstractmethod
    async def due(self, now: datetime) -> tuple[Sequence[UUID], datetime | None]:
        """The records on which to act now, and when the next is due if that has to be on time."""

    @abstractmethod
    async def act(self, id: UUID, by: Provenance) -> object:
        """Act on one of them, to no effect if it is not due any more."""

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Act on all that is due, if nobody looked a moment ago. Returns when the next is due, if
        that is soon."""
        if self._is_early(now):
            return self._soon(now)
        self._refused = {id: until for id, until in self._refused.items() if until > now}
        due, self._next = await self.due(now)
        for id in due:
            if id not in self._refused:
                await self._try(id, now, workflow)
        self._looked = now
        return self._soon(now)

    async def _try(self, id: UUID, now: datetime, workflow: str) -> None:
        step = f"{number_of(id)}/{self.step}/{now.isoformat()}"
        try:
            await self.act(id, signed(self.actor, workflow, step, now))
        except (DomainError, MapperDeserialisationError) as error:
            # One record that refuses must not hold up the others.
            self._log.warning(f"{self.failure}: %s", number_of(id), error)
            self._refused[id] = now + self.refused

    def _is_early(self, now: datetime) -> bool:
        if self._looked is None or now >= self._looked + self.look_again:
            return False
        return self._next is None or now < self._next

    def _soon(self, now: datetime) -> datetime | None:
        is_soon = self._next is not None and self._next <= now + self.look_again
        return self._next if is_soon else None
