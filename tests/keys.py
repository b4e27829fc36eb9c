"""The keys of people in memory."""

from collections.abc import Collection
from hashlib import blake2b

from domain.personal import KEY_BYTES
from domain.rules import Refused


class MemoryKeys:
    """A key ring that makes the same keys in every run, of the ids of the people."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}
        self._erased: set[str] = set()

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


def _key_of(subject: str) -> bytes:
    return blake2b(subject.encode(), digest_size=KEY_BYTES, person=b"tests").digest()
