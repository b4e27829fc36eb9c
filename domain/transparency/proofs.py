"""What the log can prove: that an event is in it, and that one state of it begins another."""

from functools import lru_cache

from msgspec import Struct

from domain.proof.inclusion import proof_text
from domain.proof.leaf import LOGGED_BYTES
from domain.proof.tree import consistency_path, inclusion_path, root_of
from domain.recorder import LedgerRecorder
from domain.rules import NotFound, Refused
from domain.transparency.follower import leaf_of, logged_of
from domain.transparency.store import Kept, LogStore
from domain.transparency.tiles import TILE, TileOf, hash_in

TILES_CACHED = 64


class Inclusion(Struct, frozen=True, kw_only=True):
    position: int
    leaf: bytes
    leaf_hash: bytes
    path: list[bytes]
    checkpoint: Kept

    @property
    def text(self) -> str:
        """The proof as it can be handed on (C2SP tlog-proof)."""
        return proof_text(self.leaf, self.position - 1, self.path, self.checkpoint.note)


class Consistency(Struct, frozen=True, kw_only=True):
    first: int
    second: int
    first_root: bytes
    second_root: bytes
    path: list[bytes]


class Proofs:
    """Reads the log. Safe in any thread."""

    def __init__(self, recorder: LedgerRecorder, store: LogStore) -> None:
        self.recorder = recorder
        self.store = store

    def newest(self) -> Kept:
        """The newest checkpoint. Raises NotFound before the first."""
        newest = self.store.newest()
        if newest is None:
            raise NotFound("Nothing was signed yet.")
        return newest

    def inclusion(self, position: int, size: int | None = None) -> Inclusion:
        """The proof that an event is in the log: by the newest checkpoint, or by that of a size.

        Raises NotFound for what is not signed yet, and Refused if the event is not as it was.
        """
        kept = self.newest() if size is None else self.store.covering(size)
        if kept is None or (size is not None and kept.size != size):
            raise NotFound(f"There is no checkpoint over {size} events.")
        if not 1 <= position <= kept.size:
            raise NotFound(
                f"Position {position} is not under a checkpoint over {kept.size} events."
            )
        rows = self.recorder.select_notifications(position, 1, position)
        tile_of = self._cached()
        logged = tile_of(0, (position - 1) // TILE)[(position - 1) % TILE * LOGGED_BYTES :][
            :LOGGED_BYTES
        ]
        leaf = leaf_of(rows[0]) if rows else b""
        if not rows or logged_of(leaf) != logged:
            raise Refused(f"The event at position {position} is not what was logged there.")
        path = inclusion_path(position - 1, kept.size, lambda *node: hash_in(tile_of, *node))
        return Inclusion(
            position=position, leaf=leaf, leaf_hash=logged[:32], path=path, checkpoint=kept
        )

    def consistency(self, first: int, second: int) -> Consistency:
        """The proof that the log of one size begins that of another. Raises NotFound beyond it."""
        size = self.store.state().size
        if not 0 <= first <= second <= size:
            raise NotFound(f"The log has {size} events: sizes from 0 to {size}, in order.")
        tile_of = self._cached()

        def hash_of(level: int, index: int) -> bytes:
            return hash_in(tile_of, level, index)

        return Consistency(
            first=first,
            second=second,
            first_root=root_of(first, hash_of),
            second_root=root_of(second, hash_of),
            path=consistency_path(first, second, hash_of),
        )

    def root(self, size: int) -> bytes:
        """The root of the log when it had a size."""
        tile_of = self._cached()
        return root_of(size, lambda *node: hash_in(tile_of, *node))

    def _cached(self) -> TileOf:
        """The tiles, each read once for one question."""
        return lru_cache(TILES_CACHED)(self.store.tile)
