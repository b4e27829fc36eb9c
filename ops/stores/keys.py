"""The keys of people: one random key each, wrapped by the master key, apart from the ledger.

Beside them stands what is left of the tree of the keys of records (`domain.key_tree`): its nodes,
wrapped in the same way, under names that no person has.

Destroying a person's key erases whatever was sealed under it, wherever copies of that are. A
tombstone stays, so that the key is never made again. Two things outlive a destroyed key for a
while: backups of this store, and other processes that have the key in memory, until `forget`.
"""

import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from uuid import UUID

from domain import key_tree
from domain.key_tree import Part
from domain.personal import KEY_BYTES, drop_ciphers
from domain.rules import Refused
from ops.stores.master_key import MasterKey, MasterKeyUnusable

KEYS_CACHED_MAX = 50_000
BATCH = 1000
NODE = "words/"
"""Comes before the place of a node, in the name that it is kept under."""
NEAR = 3
"""So many digits before its end, the place of a key is one that leads to 256 records."""


class Keys(ABC):
    """A key ring for any number of threads and processes. Its stores differ only in their SQL."""

    def __init__(self, master: MasterKey, *, keys_cached_max: int = KEYS_CACHED_MAX) -> None:
        self._master = master
        self._keys_cached_max = keys_cached_max
        self._cached: dict[str, bytes] = {}
        """From the least to the most recently used."""
        self._lock = threading.Lock()
        self._forgotten = 0
        self._nodes: dict[str, bytes] = {}
        """Of the tree, by place; empty where all that leads there was destroyed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._master!r})"

    def key(self, subject: str) -> bytes | None:
        """The key of a person, or None if it was destroyed or never made."""
        with self._lock:
            key = self._cached.pop(subject, None)
            if key is not None:
                self._cached[subject] = key
                return key
        return self._load([subject]).get(subject)

    def load(self, subjects: Collection[str]) -> None:
        """Read the keys of many people at once, to have them at hand."""
        for batch in self._missing(subjects):
            self._load(batch)

    def ensure(self, subjects: Collection[str]) -> None:
        """Make the missing keys, durably. Raises Refused if one of the people was erased."""
        for batch in self._missing(subjects):
            found = self._load(batch)
            new = [subject for subject in batch if subject not in found]
            if new:
                self._create([(s, self._master.wrap(secrets.token_bytes(KEY_BYTES))) for s in new])
                # Read again: another process may have been first with some of them.
                found = self._load(batch)
            for subject in batch:
                if found[subject] is None:
                    raise Refused(f"The person {subject} has been erased.")

    def destroy(self, subject: str) -> None:
        """Destroy a person's key for ever, durably; and again without effect."""
        if dict(self._read([subject])).get(subject, b"") is not None:
            self._bury(subject)
        self.forget(subject)

    def forget(self, subject: str) -> None:
        """Drop a key from memory, because it was destroyed elsewhere."""
        with self._lock:
            self._forgotten += 1
            self._cached.pop(subject, None)
        drop_ciphers()

    # Records -----------------------------------------------------------------------------

    def words(self, record: UUID, part: Part) -> bytes | None:
        """The key of a part of what a record says, or None if it was destroyed."""
        place = key_tree.leaf(record, part)
        key = self._nodes.get(place)
        if key is None:
            key = self._reach(place)
        return key or None

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        """Destroy the keys of parts for ever, durably; and again without effect."""
        gone = {key_tree.removal(record, part) for record, part in removed}
        self._prune(gone)
        with self._lock:
            self._forgotten += 1
            self._nodes.clear()
        drop_ciphers()

    def _reach(self, place: str) -> bytes:
        """The node at a place, empty if what leads there was destroyed. It is kept at hand, and so
        is one that leads to the records beside this."""
        forgotten, near = self._forgotten, place[:-NEAR]
        kept_at, node = near, self._nodes.get(near, b"")
        if not node:
            read = self._read(names_above(place))
            kept = {name: wrapped for name, wrapped in read if wrapped is not None}
            if kept:
                name = max(kept, key=len)
                kept_at, node = name.removeprefix(NODE), self._master.unwrap(kept[name])
        found = {}
        if node and len(kept_at) <= len(near):
            node, kept_at = key_tree.reached(node, near[len(kept_at) :]), near
            found[near] = node
        found[place] = key_tree.reached(node, place[len(kept_at) :]) if node else b""
        with self._lock:
            if forgotten == self._forgotten:
                if len(self._nodes) >= self._keys_cached_max:
                    self._nodes.clear()
                self._nodes |= found
        return found[place]

    def _pruned(
        self, gone: Collection[str], kept: Iterable[tuple[str, bytes]]
    ) -> list[tuple[str, bytes]]:
        """What to keep instead of the wrapped nodes that lead to what is gone, or stand below."""
        return [
            (NODE + at, self._master.wrap(node))
            for name, wrapped in kept
            for at, node in key_tree.without(
                name.removeprefix(NODE), self._master.unwrap(wrapped), gone
            )
        ]

    def rotate_master(self, new: MasterKey) -> None:
        """Wrap all keys anew, at once or not at all. Other processes must then start again.

        Keep the new master key safe before, and the old one until this returns.
        """
        old = self._master
        self._rewrap(lambda wrapped: new.wrap(old.unwrap(wrapped)), new)
        self._master = new

    def close(self) -> None:
        """Close the store, and forget all keys."""
        with self._lock:
            self._cached.clear()
            self._nodes.clear()

    def _missing(self, subjects: Collection[str]) -> Iterator[list[str]]:
        # All in one order: so two processes that make the same keys cannot block each other.
        missing = sorted({subject for subject in subjects if subject not in self._cached})
        for start in range(0, len(missing), BATCH):
            yield missing[start : start + BATCH]

    def _load(self, subjects: list[str]) -> dict[str, bytes | None]:
        forgotten = self._forgotten
        found = {
            subject: None if wrapped is None else self._master.unwrap(wrapped)
            for subject, wrapped in self._read(subjects)
        }
        with self._lock:
            # What was read before somebody was forgotten might bring that key back.
            if forgotten == self._forgotten:
                self._cached |= {s: key for s, key in found.items() if key is not None}
            while len(self._cached) > self._keys_cached_max:
                del self._cached[next(iter(self._cached))]
        return found

    def _check_master(self, fingerprint: str) -> None:
        if fingerprint != self._master.fingerprint:
            raise MasterKeyUnusable(
                f"The keys are wrapped under the master key {fingerprint}, "
                f"and the one given is {self._master.fingerprint}."
            )

    @abstractmethod
    def _read(self, subjects: list[str]) -> Iterable[tuple[str, bytes | None]]:
        """What is stored of these people: the wrapped key, or None as the tombstone."""

    @abstractmethod
    def _create(self, rows: list[tuple[str, bytes]]) -> None:
        """Store wrapped keys in one transaction, except where there is something already."""

    @abstractmethod
    def _bury(self, subject: str) -> None:
        """Put the tombstone in the place of a key, or where there was none."""

    @abstractmethod
    def removed_to(self) -> tuple[int, int]: ...

    @abstractmethod
    def note_removed_to(self, position: int, last: int) -> None: ...

    @abstractmethod
    def _prune(self, gone: Collection[str]) -> None:
        """Replace the nodes that lead to places, in one transaction: see `_pruned`. A tombstone
        stays for the root."""

    @abstractmethod
    def _rewrap(self, rewrap: Callable[[bytes], bytes], new: MasterKey) -> None:
        """Change all wrapped keys and the fingerprint of the master key in one transaction."""


def names_above(place: str) -> list[str]:
    """The names of the nodes that lead to a place."""
    return [NODE + one for one in key_tree.above(place)]
