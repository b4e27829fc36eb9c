"""Proofs that one event is in the log (C2SP tlog-proof): text that stands for itself.

The extra line holds the leaf.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .checkpoint import Opened, open_checkpoint
from .leaf import Leaf, Malformed, decode
from .note import Verifier
from .tree import BadProof, leaf_hash, verify_inclusion

OPENING = "c2sp.org/tlog-proof@v1"


class Proven(NamedTuple):
    leaf: Leaf
    opened: Opened


def proof_text(leaf: bytes, index: int, path: Sequence[bytes], note: str) -> str:
    lines = [
        OPENING,
        f"extra {b64encode(leaf).decode()}",
        f"index {index}",
        *(b64encode(hash).decode() for hash in path),
    ]
    return "\n".join(lines) + "\n\n" + note


def split(text: str) -> Iterator[str]:
    """The proofs of a file, which stand there one after the other."""
    for part in text.split(f"{OPENING}\n")[1:]:
        yield f"{OPENING}\n{part.rstrip()}\n"


def verify(text: str, verifiers: Iterable[Verifier]) -> Proven:
    """The event that a proof proves. Raises Malformed, BadProof and BadNote."""
    head, blank, note = text.partition("\n\n")
    try:
        opening, extra, index, *steps = head.split("\n")
        leaf = b64decode(extra.removeprefix("extra "), validate=True)
        path = [b64decode(step, validate=True) for step in steps]
        number = int(index.removeprefix("index "))
    except ValueError:
        raise Malformed("It is no proof: it has other lines.") from None
    if opening != OPENING or not blank or any(len(hash) != 32 for hash in path):
        raise Malformed("It is no proof: it has other lines.")
    opened = open_checkpoint(note, verifiers)
    verify_inclusion(leaf_hash(leaf), number, opened.checkpoint.size, path, opened.checkpoint.root)
    event = decode(leaf)
    if event.position != number + 1:
        raise BadProof("The event says another position.")
    return Proven(event, opened)
