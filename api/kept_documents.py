"""The documents of tickets that were read, as long as the records themselves are at hand.

A record of another version is another object, and whoever erases a person lets go of all records:
so what is kept of a record is true for as long as it can be found.
"""

from weakref import WeakKeyDictionary

from domain.ticket import Ticket

KEPT_MAX = 2_000


class KeptDocuments:
    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Ticket, dict[bool, bytes]] = WeakKeyDictionary()

    def find(self, ticket: Ticket, *, with_internal: bool) -> bytes | None:
        """The JSON of a ticket as it is, with what agents say among themselves or without."""
        kept = self._kept.get(ticket)
        return None if kept is None else kept.get(with_internal)

    def keep(self, ticket: Ticket, document: bytes, *, with_internal: bool) -> None:
        while len(self._kept) >= KEPT_MAX:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept.setdefault(ticket, {})[with_internal] = document
