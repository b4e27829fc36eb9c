"""Erasures of people, and removals of what records say, as the ledger tells them, carried out in a
process.

Whoever opens a ledger does so first: a file of keys from before an erasure, put back by mistake or
from a backup, loses the keys again of what was erased since.
"""

from collections.abc import Iterable
from uuid import UUID

import domain.kinds  # noqa: F401 - every kind whose words can be removed must be known
from domain.aggregate import KINDS, Entry
from domain.key_tree import Part
from domain.ledger import PAGE, Ledger
from domain.own_words import OwnWords
from domain.person import Person

TOPIC = Person.topics[Person.Erased]
REMOVALS = tuple(
    kind.topics[OwnWords.WordsRemoved] for kind in KINDS.values() if issubclass(kind, OwnWords)
)
TOPICS = frozenset({TOPIC, *REMOVALS})
"""What the views must not show any more once it is told."""
NOTED_EVERY = 10_000
"""Positions: so seldom it is noted that there was nothing to remove."""


def carry_out(ledger: Ledger) -> int:
    """Forget everybody who was erased, and all that was removed. Returns the position of the last
    of these, 0 for none."""
    last = 0
    for row in ledger.recorder.select_kind(Person.prefix):
        if row.topic == TOPIC:
            ledger.forget(UUID(str(row.originator_id)))
            last = max(last, row.id)
    return max(last, _carry_out_removals(ledger))


def last_erasure(ledger: Ledger) -> int:
    """The position at which somebody was erased last, 0 if nobody was."""
    rows = ledger.recorder.select_kind(Person.prefix)
    return max((row.id for row in rows if row.topic == TOPIC), default=0)


def removed_by(entries: Iterable[Entry]) -> list[tuple[UUID, Part]]:
    """What these entries remove."""
    return [
        (entry.originator_id, entry.event.part)
        for entry in entries
        if isinstance(entry.event, OwnWords.WordsRemoved)
    ]


def _carry_out_removals(ledger: Ledger) -> int:
    keys, head = ledger.mapper.keys, ledger.position()
    noted, last = keys.removed_to()
    # A ledger that was put back from a backup ends before what the keys have seen.
    after = min(noted, head) if ledger.removed_to is None else ledger.removed_to
    found = 0
    while rows := ledger.recorder.select_notifications(
        after, PAGE, head, REMOVALS, inclusive_of_start=False
    ):
        ledger.remove_words(removed_by(ledger.mapper.entry(row, row.id) for row in rows))
        found = after = rows[-1].id
    ledger.removed_to = head
    last = max(last, found) if last <= head else found
    if found or not noted <= head < noted + NOTED_EVERY:
        keys.note_removed_to(head, last)
    return last
