"""The records that a process has at hand, each as of some version."""

from collections import OrderedDict
from typing import TypeVar
from uuid import UUID

from domain import snapshots
from domain.aggregate import KIND_OF_PREFIX, Aggregate
from domain.ids import number_of, prefix_of
from domain.mapper import LedgerMapper
from domain.recorder import LedgerRecorder
from domain.rules import NotFound

A = TypeVar("A", bound=Aggregate)

CACHED_MAX = 20_000


class Records:
    """The latest used records, kept true by looks at the store where that matters."""

    def __init__(self, recorder: LedgerRecorder, mapper: LedgerMapper) -> None:
        self._recorder = recorder
        self._mapper = mapper
        self._cache: OrderedDict[UUID, Aggregate] = OrderedDict()

    async def latest(self, id: UUID) -> Aggregate | None:
        """A record as it is now, whoever moved it on."""
        record = self._cached(id)
        return await self._load(id) if record is None else await self.forward(record)

    async def peek(self, id: UUID) -> Aggregate | None:
        """A record from the cache, or loaded; possibly one that has been moved on elsewhere."""
        record = self._cached(id)
        return record if record is not None else await self._load(id)

    async def forward(self, record: Aggregate) -> Aggregate:
        """Bring a cached record up to date with what other processes recorded."""
        fork: Aggregate | None = None
        for stored in await self._recorder.stream(record.id, after=record.version):
            fork = fork or record.fork()
            fork.replay(self._mapper.entry(stored, 0))
        if fork is None:
            return record
        self.keep(fork)
        return fork

    def keep(self, record: Aggregate) -> None:
        """Have a record at hand, unless a later version of it is."""
        present = self._cache.get(record.id)
        if present is not None and present.version > record.version:
            return
        self._cache[record.id] = record
        self._cache.move_to_end(record.id)
        while len(self._cache) > CACHED_MAX:
            self._cache.popitem(last=False)

    def clear(self) -> None:
        """Have nothing at hand."""
        self._cache.clear()

    def _cached(self, id: UUID) -> Aggregate | None:
        record = self._cache.get(id)
        if record is not None:
            self._cache.move_to_end(id)
        return record

    async def _load(self, id: UUID) -> Aggregate | None:
        kind = KIND_OF_PREFIX.get(prefix_of(id))
        if kind is None:
            return None
        record = kind(id)
        if kind.can_snapshot and (kept := await self._recorder.snapshot(id)):
            record = snapshots.restore(kind, id, *kept)
        for stored in await self._recorder.stream(id, after=record.version):
            record.replay(self._mapper.entry(stored, 0))
        if record.version == 0:
            return None
        self.keep(record)
        return record


def of_kind(kind: type[A], id: UUID, record: Aggregate | None) -> A:
    """The record, if there is one and it is of this kind. Raises NotFound."""
    if record is None or record.version == 0:
        raise NotFound(f"There is no {kind.__name__.lower()} {number_of(id)}.")
    if not isinstance(record, kind):
        raise NotFound(f"{number_of(id)} is no {kind.__name__.lower()}.")
    return record
