"""Checkpoints (C2SP tlog-checkpoint): signed notes of three lines, and no others.

    <origin: the name of the key>
    <size: how many leaves the tree has, in decimal>
    <base64(root)>

The desk signs each of them twice: plainly, and as a cosigner with the time at which it did.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .note import BadNote, Note, Signer, Verifier, check, parse, signed


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class Opened(NamedTuple):
    """A checkpoint whose signature was checked."""

    checkpoint: Checkpoint
    seconds: int | None
    """When its log signed it, in POSIX seconds, if that was signed too."""


def sign(size: int, root: bytes, signer: Signer, seconds: int) -> str:
    """A signed checkpoint. The origin is the name of the key."""
    return signed(Checkpoint(signer.name, size, root).text, signer, seconds)


def read(note: Note) -> Checkpoint:
    """The checkpoint that a note is about, whoever signed it. Raises BadNote."""
    lines = note.text.split("\n")
    try:
        origin, size, root, *_, end = lines
        hash = b64decode(root, validate=True)
    except ValueError:
        raise BadNote("It is no checkpoint: it has other lines.") from None
    is_number = size.isascii() and size.isdigit() and (size == "0" or size[0] != "0")
    if not origin or not is_number or len(size) > 18 or len(hash) != 32 or end or "" in lines[:-1]:
        raise BadNote("It is no checkpoint: it has other lines.")
    return Checkpoint(origin, int(size), hash)


def open_checkpoint(note: str, verifiers: Iterable[Verifier]) -> Opened:
    """A checkpoint signed by one of the keys, under the origin of that key. Raises BadNote."""
    parsed = parse(note)
    checkpoint = read(parsed)
    reason = "It is signed by none of the keys."
    for verifier in verifiers:
        if verifier.name != checkpoint.origin:
            reason = f"It is of {checkpoint.origin}, not of {verifier.name}."
            continue
        try:
            return Opened(checkpoint, check(parsed, verifier))
        except BadNote as error:
            reason = str(error)
    raise BadNote(reason)


def split(text: str) -> Iterator[str]:
    """The notes of a witness's file, which stand there one after the other."""
    lines: list[str] = []
    is_signed = False
    for line in text.splitlines(keepends=True):
        is_signature = line.startswith("\u2014 ")
        if is_signed and not is_signature:
            yield "".join(lines)
            lines, is_signed = [], False
        if lines or line.strip():
            lines.append(line)
        is_signed = is_signature
    if lines:
        yield "".join(lines)
