"""Erasures of people, as the ledger tells them, carried out in a process.

Whoever opens a ledger does so first: a file of keys from before an erasure, put back by mistake or
from a backup, loses the keys again of those who were erased since.
"""

from uuid import UUID

from domain.ledger import Ledger
from domain.person import Person

TOPIC = Person.topics[Person.Erased]


def carry_out(ledger: Ledger) -> int:
    """Forget everybody who was erased. Returns the position of the last erasure, 0 for none."""
    last = 0
    for row in ledger.recorder.select_kind(Person.prefix):
        if row.topic == TOPIC:
            ledger.forget(UUID(str(row.originator_id)))
            last = max(last, row.id)
    return last
