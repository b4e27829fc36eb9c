"""The bytes of attachments: in a store beside the ledger, sealed under the key of who sent them,
and that of the record that they are attached to.

The ledger has their digest. A file is in the store, durably, before the event that attaches it; a
file that no event attaches is an orphan, and is removed after a while.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.ids import number_of
from domain.limits import ATTACHMENT_BYTES_MAX
from domain.personal import KeyRing, together
from domain.rules import Refused, require
from domain.sealed_file import SealedFile, Sealer

ORPHAN_AFTER = timedelta(hours=24)
DIGEST = re.compile(r"[0-9a-f]{64}")
MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}")
PROGRAMS = frozenset(
    {
        "application/hta",
        "application/java-archive",
        "application/vnd.microsoft.portable-executable",
        "application/x-bat",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-ms-installer",
        "application/x-msdos-program",
        "application/x-msdownload",
        "application/x-msi",
        "application/x-sh",
        "application/x-sharedlib",
    }
)


class FilesUnavailable(Exception):
    """The store does not answer, or refuses us."""


class Stored(NamedTuple):
    name: str
    at: datetime
    """When it was written."""


class Incoming(Protocol):
    """A file on its way into the store, under no name yet."""

    def write(self, data: bytes) -> None: ...

    def keep(self, name: str) -> None:
        """Have it in the store under a name, durably once this returns."""

    def drop(self) -> None:
        """Leave nothing of it. Without effect on one that was kept."""


class Kept(Protocol):
    """A file of the store, to read from."""

    @property
    def size(self) -> int:
        """In bytes."""

    def read(self, start: int, length: int) -> bytes: ...


class FileStore(Protocol):
    """Bytes by name: a folder, or whatever else keeps them durably. Names are ASCII without `/`."""

    def begin(self) -> Incoming: ...

    def open(self, name: str) -> Kept | None:
        """None if there is no such file."""

    def stored(self) -> Iterator[Stored]: ...

    def remove(self, name: str) -> bool:
        """Remove a file for good. False if there is none."""

    def remove_unless_newer(self, name: str, at: datetime) -> bool:
        """Remove a file, if it was not written again after that moment."""


class Limits(NamedTuple):
    bytes_max: int = ATTACHMENT_BYTES_MAX
    media_types: tuple[str, ...] = ()
    """Those that are taken, such as `image/*`; none: all but programs."""

    def check_media_type(self, media_type: str) -> None:
        require(
            MEDIA_TYPE.fullmatch(media_type) is not None,
            "A media type has two parts, such as image/png.",
        )
        if self.media_types:
            either = {media_type, f"{media_type.partition('/')[0]}/*", "*/*"}
            taken = ", ".join(self.media_types)
            require(not either.isdisjoint(self.media_types), f"Attachments are of {taken}.")
        else:
            require(media_type not in PROGRAMS, "Programs are not taken as attachments.")

    def check_size(self, size: int) -> None:
        rule = f"An attachment has 1 to {self.bytes_max} bytes."
        require(0 < size <= self.bytes_max, rule)


class Received(NamedTuple):
    size: int
    sha256: str


class Receiving:
    """One file as it comes in: counted, hashed and sealed, and never whole in memory."""

    def __init__(self, incoming: Incoming, sealer: Sealer, owner: str, limits: Limits) -> None:
        self._incoming = incoming
        self._sealer = sealer
        self._owner = owner
        self._limits = limits
        self._hash = sha256()
        self._size = 0
        incoming.write(sealer.header)

    def add(self, data: bytes) -> None:
        """Raises Refused as soon as there are too many bytes."""
        self._size += len(data)
        if self._size > self._limits.bytes_max:
            self._limits.check_size(self._size)
        self._hash.update(data)
        self._incoming.write(self._sealer.add(data))

    @property
    def received(self) -> Received:
        """What has come. Raises Refused if that is nothing."""
        self._limits.check_size(self._size)
        return Received(self._size, self._hash.hexdigest())

    def keep(self) -> None:
        """Have the file in the store, durably once this returns."""
        digest = self.received.sha256
        self._incoming.write(self._sealer.finish(digest))
        self._incoming.keep(f"{digest}-{self._owner}")

    def drop(self) -> None:
        self._incoming.drop()


class Files:
    """The files of people. All that it does takes time: not for an event loop."""

    def __init__(self, store: FileStore, keys: KeyRing, limits: Limits = Limits()) -> None:  # noqa: B008 - immutable
        self.store = store
        self.limits = limits
        self._keys = keys

    def receive(self, person: str, record: UUID, salt: bytes) -> Receiving:
        """Begin to take a file of a person for a record. Raises Refused if they were erased, or the
        files of the record removed."""
        self._keys.ensure([person])
        key, own = self._keys.key(person), self._keys.words(record, "files")
        if key is None:
            raise Refused("The person was erased.")
        if own is None:
            raise Refused(f"The files of {number_of(record)} were removed.")
        sealer = Sealer(together(key, own), salt)
        return Receiving(self.store.begin(), sealer, _owner(person, record), self.limits)

    def has(self, digest: str, person: str, record: UUID) -> bool:
        names = names_of(digest, person, record)
        return any(self.store.open(name) is not None for name in names)

    def open(self, digest: str, person: str, record: UUID) -> SealedFile | None:
        """A file that a person sent for a record, or None if it is not there or nobody can read it
        any more.

        Raises SealBroken if it is another than was sent.
        """
        key, own = self._keys.key(person), self._keys.words(record, "files")
        if key is None or own is None:
            return None
        for name, opens in zip(
            names_of(digest, person, record), (together(key, own), key), strict=True
        ):
            if kept := self.store.open(name):
                return SealedFile(kept.read, kept.size, opens, digest)
        return None

    def remove_orphans(self, attached: Callable[[], Iterable[str]], now: datetime) -> list[str]:
        """Remove what has been in the store for a day and is not attached. Returns the names.

        `attached` gives the names of all files that events attach; it is asked after the store, so
        that a file which is attached meanwhile is among them.
        """
        before = now - ORPHAN_AFTER
        old = {stored.name: stored.at for stored in self.store.stored() if stored.at < before}
        if not old:
            return []
        orphans = sorted(old.keys() - set(attached()))
        return [name for name in orphans if self.store.remove_unless_newer(name, old[name])]


def names_of(digest: str, person: str, record: UUID) -> tuple[str, str]:
    """The name of a file in the store, and the one that it had before records had keys: the same
    content of two people, or for two records, is sealed twice."""
    return f"{digest}-{_owner(person, record)}", f"{digest}-{person}"


def _owner(person: str, record: UUID) -> str:
    return f"{person}-{number_of(record)}"
