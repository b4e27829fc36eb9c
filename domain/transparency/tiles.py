"""The hashes of the log in tiles of 256, so that appending and proving touch few rows.

A tile of level 0 holds what was logged of 256 events: for each the hash of its leaf, its stream and
version, 56 bytes in all. A tile of level k holds 256 hashes of perfect subtrees of 256^k leaves, 32
bytes each. The last tile of a level is filled from its beginning.
"""

from collections.abc import Callable

from domain.proof.leaf import LOGGED_BYTES
from domain.proof.tree import HASH_BYTES, Frontier, fold
from domain.transparency.store import TileId

TILE = 256
TILE_BITS = 8

TileOf = Callable[[int, int], bytes]


def width_of(level: int) -> int:
    return HASH_BYTES if level else LOGGED_BYTES


class Growing:
    """The end of the log: the tile of each level that is not full, and its part of the tree."""

    def __init__(self, size: int, tile_of: TileOf) -> None:
        """A log of so many events, of which the store has the tiles. Raises ValueError if not."""
        self.size = size
        self.changed: dict[TileId, bytes] = {}
        """The tiles that are not stored yet as they are."""
        self._numbers: list[int] = []
        self._contents: list[bytearray] = []
        self._parts: list[Frontier] = []
        level, left = 0, size
        while left:
            number, count = left >> TILE_BITS, left & (TILE - 1)
            self._add_level(number)
            if count:
                content = tile_of(level, number)[: count * width_of(level)]
                for hash in _hashes(content, level, count):
                    self._parts[level].append(hash)
                self._contents[level] += content
            level, left = level + 1, number

    def append(self, logged: bytes) -> None:
        """Log the next event: the hash of its leaf, its stream and version."""
        self.size += 1
        self._append(0, logged)

    def root(self) -> bytes:
        hashes = [hash for part in reversed(self._parts) for hash in part.hashes]
        return fold(hashes)

    def take_changed(self) -> dict[TileId, bytes]:
        """The tiles to be stored, those that are not full included."""
        changed, self.changed = self.changed, {}
        for level, content in enumerate(self._contents):
            if content:
                changed[level, self._numbers[level]] = bytes(content)
        return changed

    def _append(self, level: int, item: bytes) -> None:
        if level == len(self._parts):
            self._add_level(0)
        content, part = self._contents[level], self._parts[level]
        content += item
        part.append(item[:HASH_BYTES])
        if part.size == TILE:
            number = self._numbers[level]
            self.changed[level, number] = bytes(content)
            self._numbers[level] = number + 1
            self._contents[level] = bytearray()
            self._parts[level] = Frontier()
            self._append(level + 1, part.root())

    def _add_level(self, number: int) -> None:
        self._numbers.append(number)
        self._contents.append(bytearray())
        self._parts.append(Frontier())


def hash_in(tile_of: TileOf, level: int, index: int) -> bytes:
    """The hash of a perfect subtree of 2^level leaves. Raises ValueError if the log ends before."""
    tile_level, rest = divmod(level, TILE_BITS)
    first, count = index << rest, 1 << rest
    width = width_of(tile_level)
    start = (first & (TILE - 1)) * width
    content = tile_of(tile_level, first >> TILE_BITS)[start : start + count * width]
    part = Frontier()
    for hash in _hashes(content, tile_level, count):
        part.append(hash)
    return part.root()


def _hashes(content: bytes, level: int, count: int) -> list[bytes]:
    width = width_of(level)
    if len(content) != count * width:
        raise ValueError("The tiles end before the log does.")
    return [content[place : place + HASH_BYTES] for place in range(0, len(content), width)]
