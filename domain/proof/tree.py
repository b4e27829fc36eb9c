"""Merkle trees (RFC 9162, section 2.1, which is RFC 6962's tree with SHA-256).

A leaf hashes as SHA-256(0x00 || leaf), two nodes as SHA-256(0x01 || left || right), and the empty
tree as SHA-256 of nothing. Leaves count from 0. A range is [begin, end).
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()

HashOf = Callable[[int, int], bytes]
"""The hash of the perfect subtree of 2^level leaves from index * 2^level on, for (level, index)."""


class BadProof(ValueError):
    """A proof does not prove what it is said to."""


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows at its end, kept as its perfect subtrees: the compact range from 0."""

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """A tree of so many leaves by the hashes of `pieces(0, size)`."""
        if len(hashes) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} perfect subtrees.")
        self.size = size
        self.hashes = list(hashes)

    def append(self, hash: bytes) -> None:
        """Add the hash of the next leaf."""
        hashes = self.hashes
        rest = self.size
        self.size = rest + 1
        while rest & 1:
            hash = sha256(b"\x01" + hashes.pop() + hash).digest()
            rest >>= 1
        hashes.append(hash)

    def append_subtree(self, level: int, hash: bytes) -> None:
        """Add 2^level leaves by their hash. Raises ValueError where such a subtree cannot begin."""
        if self.size & ((1 << level) - 1):
            raise ValueError(f"No subtree of {1 << level} leaves begins at leaf {self.size}.")
        rest = self.size >> level
        self.size += 1 << level
        while rest & 1:
            hash = node_hash(self.hashes.pop(), hash)
            rest >>= 1
        self.hashes.append(hash)

    def root(self) -> bytes:
        return fold(self.hashes)


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range by those of its pieces."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for hash in reversed(hashes[:-1]):
        root = node_hash(hash, root)
    return root


def pieces(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The largest perfect subtrees that make up a range, from left to right: (level, index)."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        yield level, begin >> level
        begin += 1 << level


def root_of(size: int, hash_of: HashOf) -> bytes:
    return _range_hash(0, size, hash_of)


def inclusion_path(index: int, size: int, hash_of: HashOf) -> list[bytes]:
    """PATH(index, D[size]): the proof that a leaf is in a tree. Raises ValueError outside it."""
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    path = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_hash(middle, end, hash_of))
            end = middle
        else:
            path.append(_range_hash(begin, middle, hash_of))
            begin = middle
    path.reverse()
    return path


def consistency_path(first: int, second: int, hash_of: HashOf) -> list[bytes]:
    """PROOF(first, D[second]): the proof that the smaller tree begins the larger one."""
    if not 0 <= first <= second:
        raise ValueError(f"A tree of {second} leaves does not begin with {first}.")
    if first in (0, second):
        return []
    path = []
    begin, end = 0, second
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(_range_hash(middle, end, hash_of))
            end = middle
        else:
            path.append(_range_hash(begin, middle, hash_of))
            begin = middle
    if begin:
        path.append(_range_hash(begin, end, hash_of))
    path.reverse()
    return path


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf, given by its hash, is in a tree (RFC 9162, 2.1.3.2). Raises BadProof."""
    if not 0 <= index < size:
        raise BadProof(f"A tree of {size} leaves has no leaf {index}.")
    hash = leaf
    for step, is_left in zip(path, _sides(index, size - 1, len(path)), strict=True):
        hash = node_hash(step, hash) if is_left else node_hash(hash, step)
    if hash != root:
        raise BadProof("The path leads to another root.")


def verify_consistency(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Check that the first tree begins the second (RFC 9162, 2.1.4.2). Raises BadProof."""
    if not 0 <= first <= second:
        raise BadProof(f"A tree of {second} leaves does not begin with {first}.")
    if first in (0, second):
        _verify_trivial(first, second, path, first_root, second_root)
        return
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        raise BadProof("The path is too short.")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = steps[0]
    for step, is_left in zip(steps[1:], _sides(fn, sn, len(steps) - 1), strict=True):
        fr = node_hash(step, fr) if is_left else fr
        sr = node_hash(step, sr) if is_left else node_hash(sr, step)
    if fr != first_root:
        raise BadProof("The path leads to another first root.")
    if sr != second_root:
        raise BadProof("The path leads to another second root.")


def _sides(fn: int, sn: int, steps: int) -> list[bool]:
    """Whether each step of a path stands to the left. Raises BadProof for a wrong number of them.

    `fn` and `sn` are those of RFC 9162: the node on the way, and the last one beside it.
    """
    sides = []
    for _ in range(steps):
        if sn == 0:
            raise BadProof("The path is too long.")
        is_left = bool(fn & 1) or fn == sn
        sides.append(is_left)
        while is_left and not fn & 1 and fn:
            fn >>= 1
            sn >>= 1
        fn >>= 1
        sn >>= 1
    if sn:
        raise BadProof("The path is too short.")
    return sides


def _verify_trivial(
    first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    if path:
        raise BadProof("The path is too long.")
    if first == second and first_root != second_root:
        raise BadProof("Two trees of one size have different roots.")
    if first == 0 and first_root != EMPTY_ROOT:
        raise BadProof("An empty tree has another root.")


def _range_hash(begin: int, end: int, hash_of: HashOf) -> bytes:
    return fold([hash_of(level, index) for level, index in pieces(begin, end)])


def _split(size: int) -> int:
    """The largest power of two that is smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)
