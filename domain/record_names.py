"""Records by their names, as definitions are written, and by their numbers."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from domain.ids import number_of, parse_reference, prefix_of
from domain.near import near
from domain.rules import NotFound, Refused


class Known(Struct, frozen=True):
    """A record that can be named. One that is out of use has a number alone."""

    id: UUID
    name: str
    is_in_use: bool = True


class RecordNames:
    """What the records of a kind are called at a moment."""

    def __init__(self, noun: str, prefix: str, records: Iterable[Known]) -> None:
        """`noun` is what one is called, as "calendar"."""
        self._noun = noun
        self._prefix = prefix
        self._numbers: set[UUID] = set()
        self._named: dict[str, list[UUID]] = {}
        for record in records:
            self._numbers.add(record.id)
            if record.is_in_use:
                self._named.setdefault(record.name, []).append(record.id)

    def id_of(self, text: str) -> UUID:
        """The record that a name, a number or an id means. Raises Refused."""
        id = self.referred(text)
        if id is not None:
            if id not in self._numbers:
                raise Refused(f"there is no {self._noun} {text}.")
            return id
        found = self._named.get(text, [])
        if len(found) > 1:
            numbers = " or ".join(number_of(one) for one in sorted(found))
            raise Refused(f"{len(found)} {self._noun}s are called {text!r}: write {numbers}.")
        if not found:
            raise Refused(f"there is no {self._noun} {text!r:.80}{near(text, self._named)}")
        return found[0]

    def name_of(self, id: UUID) -> str:
        """What to write for a record, so that it is found again."""
        for name, ids in self._named.items():
            if ids == [id] and self.referred(name) is None:
                return name
        return number_of(id)

    def referred(self, text: str) -> UUID | None:
        """The id in a number or an id of a record of the kind."""
        try:
            id = parse_reference(text)
        except NotFound:
            return None
        return id if prefix_of(id) == self._prefix else None
