"""The keys of what records say: all follow from one root, and any of them can be taken away.

A node of the tree is 32 bytes. A keyed hash of it gives each of its sixteen children, and nothing
leads back, or across. Of the tree some nodes are kept, none above another; at first the root alone.
To take a key away for good, the node that leads to it is replaced by those that lead to all others:
so a key costs nothing until it is destroyed.
"""

from collections.abc import Collection, Iterator
from hashlib import blake2b
from typing import Literal
from uuid import UUID

Part = Literal["words", "files"]
"""What can be taken away of a record: all that people wrote with all files, or its files alone."""

ROOT = ""
_DIGITS = "0123456789abcdef"
_LEAVES: dict[Part, str] = {"words": "0", "files": "1"}


def leaf(record: UUID, part: Part) -> str:
    """The place of the key of a part of a record: the digits that lead there from the root."""
    return stem(record) + _LEAVES[part]


def removal(record: UUID, part: Part) -> str:
    """The place that is taken away with a part: without its words a record keeps no file, too."""
    return stem(record) if part == "words" else leaf(record, part)


def stem(record: UUID) -> str:
    """The place above all keys of a record: its kind and its serial."""
    digits = record.hex
    return digits[:6] + digits[16:]


def above(place: str) -> list[str]:
    """A place, and all that lead to it from the root on."""
    return [place[:length] for length in range(len(place) + 1)]


def reached(node: bytes, digits: str) -> bytes:
    """The node that these digits lead to from another."""
    for digit in digits:
        node = blake2b(digit.encode(), key=node, digest_size=32, person=b"ledgerdesk tree").digest()
    return node


def without(place: str, node: bytes, gone: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The nodes to keep instead of one, with their places, so that none leads to what is gone."""
    if any(place.startswith(one) for one in gone):
        return
    below = [one for one in gone if one.startswith(place)]
    if not below:
        yield place, node
        return
    for digit in _DIGITS:
        yield from without(place + digit, reached(node, digit), below)
