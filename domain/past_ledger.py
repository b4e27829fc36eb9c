"""The ledger as it stood at a moment: what it tells of records is what was so then.

What a desk answers with it, it would have answered then. Nothing is commanded in the past.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator
from functools import cached_property
from typing import NoReturn, TypeVar
from uuid import UUID

from domain.aggregate import KIND_OF_PREFIX, Aggregate, Entry
from domain.as_of import AsOf, until
from domain.ids import prefix_of
from domain.key_tree import Part
from domain.ledger import PAGE, Ledger, Work
from domain.provenance import Provenance
from domain.records import of_kind
from domain.rules import Refused

A = TypeVar("A", bound=Aggregate)


class PastLedger(Ledger):
    def __init__(self, present: Ledger, as_of: AsOf) -> None:
        super().__init__(present.recorder, present.mapper.keys)
        self.as_of = as_of
        self._known: dict[UUID, Aggregate | None] = {}

    @cached_property
    def unchanged_to(self) -> int:
        """A record without an event after this position stood then as it stands now."""
        positions = [] if self.as_of.position is None else [self.as_of.position]
        if self.as_of.moment is not None:
            positions.append(self.position_at(self.as_of.moment))
        return min(positions, default=self.position())

    def has(self, position: int, by: Provenance) -> bool:
        return self.as_of.has(position, by)

    def changed_since(self, topics: Collection[str]) -> set[UUID]:
        """The records to which something of these names may have happened after the moment."""
        found: set[UUID] = set()
        after = self.unchanged_to
        while rows := self.recorder.select_notifications(
            after, PAGE, topics=list(topics), inclusive_of_start=False
        ):
            found.update(UUID(str(row.originator_id)) for row in rows)
            after = rows[-1].id
        return found

    # Records -----------------------------------------------------------------------------

    def history(self, id: UUID) -> list[Entry]:
        return until(super().history(id), self.as_of)

    def stood(self, id: UUID) -> Aggregate | None:
        """A record as it was; None if it was not there yet."""
        if id not in self._known:
            self._known[id] = _folded(id, self.history(id))
        return self._known[id]

    async def peek(self, id: UUID) -> Aggregate | None:
        return self.stood(id)

    async def find(self, kind: type[A], id: UUID) -> A:
        return of_kind(kind, id, self.stood(id))

    def all_of(self, kind: type[A]) -> Iterator[tuple[A, list[Entry]]]:
        for record, entries in super().all_of(kind):
            then = until(entries, self.as_of)
            if then:
                yield of_kind(kind, record.id, _folded(record.id, then)), then

    # What the past does not do -----------------------------------------------------------

    async def run(
        self,
        by: Provenance,
        decide: Callable[[Work], Awaitable[object]],
        *,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
    ) -> NoReturn:
        raise Refused("Nothing is done in the past.")

    def forget(self, person: UUID) -> None:
        """Whoever was erased, by then or since, is erased already."""

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        """What was removed, by then or since, is removed already."""


def _folded(id: UUID, entries: list[Entry]) -> Aggregate | None:
    kind = KIND_OF_PREFIX.get(prefix_of(id))
    if kind is None or not entries:
        return None
    record = kind(id)
    for entry in entries:
        record.replay(entry)
    return record
