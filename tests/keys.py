"""The keys of people in memory."""

from collections.abc import Collection
from hashlib import blake2b
from uuid import UUID

from domain import key_tree
from domain.key_tree import Part
from domain.personal import KEY_BYTES
from domain.rules import Refused


class MemoryKeys:
    """A key ring that makes the same keys in every run, of the ids of the people."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}
        self._erased: set[str] = set()
        self._root = _key_of("root")
        self._removed: set[str] = set()
        self._removed_to = (0, 0)

    def key(self, subject: str) -> bytes | None:
        return self._keys.get(subject)

    def ensure(self, subjects: Collection[str]) -> None:
        if gone := self._erased.intersection(subjects):
            raise Refused(f"{', '.join(sorted(gone))} was erased.")
        for subject in subjects:
            self._keys.setdefault(subject, _key_of(subject))

    def destroy(self, subject: str) -> None:
        """Destroy the key of a person for good."""
        self._keys.pop(subject, None)
        self._erased.add(subject)

    def words(self, record: UUID, part: Part) -> bytes | None:
        place = key_tree.leaf(record, part)
        if self._removed.intersection(key_tree.above(place)):
            return None
        return key_tree.reached(self._root, place)

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        self._removed |= {key_tree.removal(record, part) for record, part in removed}

    def removed_to(self) -> tuple[int, int]:
        return self._removed_to

    def note_removed_to(self, position: int, last: int) -> None:
        self._removed_to = position, last


def _key_of(subject: str) -> bytes:
    return blake2b(subject.encode(), digest_size=KEY_BYTES, person=b"tests").digest()
