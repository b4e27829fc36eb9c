r"""A bundle: what an auditor takes home, in one file, gzipped (RFC 1952).

It begins with the line `ledgerdesk audit bundle 1\n`. Then come records: one byte that says the
kind, four bytes with the length of what follows (unsigned, big-endian), and that:

    H  the header, JSON: `origin`, `key` (the verifier key that the desk claims, of no value to who
       verifies), `scope` (`all` or `slice`), `size` (how many events the log has in it), `from`,
       `to` (positions, or null) and `streams` (ids, or null) of a slice
    E  an event: what was logged of it (56 bytes), then the leaf (see `leaf`)
    M  what was logged of an event that the ledger had no more when the bundle was made (56 bytes)
    S  a perfect subtree whose events are left out: one byte with its level, and its hash. It
       covers 2^level events
    C  a checkpoint over all events so far, UTF-8 (see `checkpoint`)
    V  heads of streams, any number: the id (16 bytes) and the last version (8 bytes)
    Z  the end, JSON: `records`, how many came before it

What was logged: the hash of the leaf (32 bytes), the id of the stream (16) and the version (8).
E, M and S stand in the order of the log and cover every position from 1 to `size`; C stands where
its size is reached; V after them; H is the first and Z the last record. Other kinds are ignored.
"""

import gzip
import io
import itertools
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .leaf import Malformed

OPENING = b"ledgerdesk audit bundle 1\n"
HEADER, EVENT, MISSING, OMITTED = b"H", b"E", b"M", b"S"
CHECKPOINT, HEADS, END = b"C", b"V", b"Z"
RECORD_BYTES_MAX = 1 << 28
HEADS_PER_RECORD = 10_000
_CHUNK = 1 << 20
_HEAD = struct.Struct(">cI")


class Writer:
    """Writes the records of a bundle."""

    def __init__(self, file: IO[bytes], *, level: int = 4) -> None:
        self._gzip = gzip.GzipFile(
            filename="", mode="wb", fileobj=file, compresslevel=level, mtime=0
        )
        self._buffer = io.BufferedWriter(self._gzip, _CHUNK)
        self._records = 0
        self._buffer.write(OPENING)

    def record(self, kind: bytes, *parts: bytes) -> None:
        self._buffer.write(_HEAD.pack(kind, sum(map(len, parts))))
        for part in parts:
            self._buffer.write(part)
        self._records += 1

    def document(self, kind: bytes, content: dict[str, Any]) -> None:
        self.record(kind, json.dumps(content, sort_keys=True).encode())

    def end(self) -> None:
        self.document(END, {"records": self._records})
        self._buffer.close()
        self._gzip.close()


def records(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """The records of a bundle: kind and content. Raises Malformed, also where it ends too soon."""
    try:
        with path.open("rb") as file:
            yield from _records(_inflated(file))
    except (zlib.error, OSError, ValueError) as error:
        raise Malformed(str(error)) from None


def _inflated(file: IO[bytes]) -> Iterator[bytes]:
    """The content of a gzipped file, as far as it goes, in pieces of bounded size."""
    inflate = zlib.decompressobj(wbits=31)
    while not inflate.eof:
        data = inflate.unconsumed_tail or file.read(_CHUNK)
        if not data:
            raise Malformed("It is cut off.")
        yield inflate.decompress(data, _CHUNK)
    if inflate.unused_data or file.read(1):
        raise Malformed("Something follows its end.")


def _records(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    buffer = _Buffer(chunks)
    if buffer.take(len(OPENING)) != OPENING:
        raise Malformed("It is no bundle of format 1.")
    for count in itertools.count():
        kind, length = _HEAD.unpack(buffer.take(_HEAD.size))
        if length > RECORD_BYTES_MAX:
            raise Malformed("A record is too long.")
        content = buffer.take(length)
        yield kind, content
        if kind == END:
            if json.loads(content).get("records") != count:
                raise Malformed(f"It has {count} records, and says another number.")
            if not buffer.is_at_end():
                raise Malformed("Something follows its last record.")
            return


class _Buffer:
    """Takes pieces of one size and gives those of another."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._data = b""
        self._place = 0

    def take(self, length: int) -> bytes:
        """Raises Malformed where there is no more."""
        end = self._place + length
        while len(self._data) < end:
            more = next(self._chunks, None)
            if more is None:
                raise Malformed("It ends without its last record.")
            self._data = self._data[self._place :] + more
            self._place, end = 0, length
        taken = self._data[self._place : end]
        self._place = end
        return taken

    def is_at_end(self) -> bool:
        return self._place == len(self._data) and not any(self._chunks)
