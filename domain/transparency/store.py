"""What the log asks of a store. One test suite holds for all of them.

The tiles hold hashes, and can be made again from the ledger at any time. The checkpoints cannot:
they are what was signed and handed out, so they are only ever added.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from msgspec import Struct

TileId = tuple[int, int]
"""The level of a tile, and its number within the level."""


class Kept(Struct, frozen=True, kw_only=True):
    """A checkpoint that was signed."""

    size: int
    seconds: int
    """When it was signed, in POSIX seconds."""
    note: str


class LogState(Struct, frozen=True):
    ledger: str
    """The identity of the ledger; "" as long as none was logged."""
    size: int
    """How many events are logged."""
    key: str
    """The verifier key of the newest checkpoint; "" as long as there is none."""


class Overtaken(Exception):
    """Another process has moved the log on."""


class LogStore(ABC):
    @abstractmethod
    def state(self) -> LogState: ...

    @abstractmethod
    def adopt(self, ledger: str) -> None:
        """Remember the ledger that is logged here. Raises ValueError if it is another."""

    @abstractmethod
    def extend(
        self,
        before: int,
        size: int,
        tiles: Mapping[TileId, bytes],
        checkpoint: Kept | None = None,
        key: str = "",
    ) -> None:
        """Move the log from one size to another, with the tiles that changed and perhaps a
        checkpoint signed by a key; durably, all or nothing. Raises Overtaken if the log has
        another size, or a checkpoint of this size."""

    @abstractmethod
    def clear(self) -> None:
        """Forget the tiles, which are made again, and nothing else."""

    @abstractmethod
    def tile(self, level: int, number: int) -> bytes:
        """A tile as far as it is filled; b"" if there is none."""

    @abstractmethod
    def newest(self) -> Kept | None: ...

    @abstractmethod
    def covering(self, size: int) -> Kept | None:
        """The smallest checkpoint of at least a size."""

    @abstractmethod
    def checkpoints(self, after: int, limit: int) -> Sequence[Kept]:
        """The next checkpoints of more than a size."""

    @abstractmethod
    def delivered(self, witness: str) -> int:
        """The size of the newest checkpoint that a witness has; 0 for none."""

    @abstractmethod
    def deliver(self, witness: str, size: int, cosignatures: str = "") -> None:
        """Remember that a witness has a checkpoint, and the signature lines that it gave for it."""

    @abstractmethod
    def cosignatures(self, size: int) -> str:
        """The signature lines that witnesses gave for a checkpoint."""

    @abstractmethod
    def close(self) -> None: ...
