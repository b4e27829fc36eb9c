"""What the ledger asks of a store: the library's recorder, with receipts, claims and group commit.

A store implements `LedgerRecorder`. One test suite holds for all of them.
"""

from abc import abstractmethod
from collections.abc import Sequence
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
)
from msgspec import Struct


class Write(Struct, frozen=True, kw_only=True):
    """All that one command records, in one transaction or not at all."""

    command: UUID
    subject: UUID
    """The record that the command was about; its receipt names it."""
    version: int
    """The version of the subject after the command."""
    events: Sequence[StoredEvent]
    claims: Sequence[tuple[str, UUID]] = ()
    """Names that must not be taken yet, each with the record that takes it."""
    releases: Sequence[str] = ()
    """Names that become free."""
    fingerprint: bytes = b""
    """A digest of what was asked, to tell a repeat from another command under the same id."""
    answer: bytes = b""
    """JSON that a repeat is to get back besides the receipt."""


class Receipt(Struct, frozen=True, kw_only=True):
    """That a command was recorded: durable, and given again to whoever repeats the command."""

    command: UUID
    subject: UUID
    version: int
    position: int
    """The position in the ledger of the last event recorded, or of the last before, if none was."""
    fingerprint: bytes = b""
    answer: bytes = b""
    is_repeat: bool = False


class ClaimTaken(IntegrityError):
    """A name is taken by another record."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class LedgerRecorder(ApplicationRecorder):
    """The store of a ledger.

    Positions are integers in the order of commits, never used twice; a jump in them is no gap.
    `append` and `append_now` return once the write is durable. A write whose command has a
    receipt already records nothing and returns that receipt, marked as a repeat.
    """

    @abstractmethod
    async def append(self, write: Write) -> Receipt:
        """Commit together with the others that wait, each conflict for itself.

        Raises IntegrityError if a version is taken, ClaimTaken if a name is.
        """

    @abstractmethod
    def append_now(self, writes: Sequence[Write]) -> list[Receipt]:
        """Commit many writes in one transaction, all or none. For imports and tools."""

    @abstractmethod
    async def receipt(self, command: UUID) -> Receipt | None: ...

    @abstractmethod
    async def stream(
        self, id: UUID, *, after: int = 0, until: int | None = None
    ) -> Sequence[StoredEvent]:
        """The events of one record with versions above `after` and up to `until`, in order."""

    @abstractmethod
    async def version(self, id: UUID) -> int:
        """The latest version of a record, 0 if there is none."""

    @abstractmethod
    async def claimed(self, name: str) -> UUID | None:
        """The record that holds a name."""

    @abstractmethod
    async def reserve(self, prefix: str, count: int) -> int:
        """Take the next serials of a kind for oneself, and return the first of them."""

    @abstractmethod
    def advance_serial(self, prefix: str, serial: int) -> None:
        """Leave out the serials up to and including this one, as an import used them."""

    @abstractmethod
    def select_kind(self, prefix: str) -> Sequence[Notification]:
        """All events of one kind of record, record by record, in order. For small kinds."""

    @abstractmethod
    def select_history(self, id: UUID) -> Sequence[Notification]:
        """The events of one record with their positions, in order."""

    @abstractmethod
    async def snapshot(self, id: UUID) -> tuple[int, bytes] | None:
        """The latest snapshot of a record: its version and state."""

    @abstractmethod
    async def keep_snapshot(self, id: UUID, version: int, state: bytes) -> None:
        """Replace the snapshot of a record."""

    @abstractmethod
    async def wait(self, after: int, timeout: float) -> int:
        """Wait for an event after a position, at most so many seconds; return the latest position.

        Wakes for events of this process and of others.
        """

    @abstractmethod
    def tracked(self, follower: str) -> tuple[int, str]:
        """How far a follower has got, and its note; (0, "") for a new one."""

    @abstractmethod
    def track(self, follower: str, position: int, note: str = "") -> None:
        """Keep how far a follower has got."""

    @abstractmethod
    def move(self, follower: str, was: int, position: int) -> bool:
        """Move a follower on from where it was; whether it was there."""

    @abstractmethod
    def tracked_all(self, prefix: str) -> list[tuple[str, int, str]]:
        """The followers whose names begin so, in order: name, position and note."""

    @abstractmethod
    def untrack(self, follower: str) -> None:
        """Forget a follower."""

    @abstractmethod
    def identity(self) -> str:
        """The id of this ledger, made when its store was created."""

    @abstractmethod
    async def aclose(self) -> None:
        """Commit what waits, and let go of everything."""
