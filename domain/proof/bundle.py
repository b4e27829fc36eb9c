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
import json
import struct
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
        with gzip.open(path, "rb") as stream:
            if stream.read(len(OPENING)) != OPENING:
                raise Malformed("It is no bundle of format 1.")
            yield from _records(stream)
    except (gzip.BadGzipFile, EOFError, OSError, struct.error) as error:
        raise Malformed(f"The file is damaged or cut off: {error}") from None
    except ValueError as error:
        raise Malformed(str(error)) from None
    except Exception as error:  # zlib has an error of its own, which derives from nothing else
        if type(error).__module__ != "zlib":
            raise
        raise Malformed(f"The file is damaged: {error}") from None


def _records(stream: gzip.GzipFile) -> Iterator[tuple[bytes, bytes]]:
    buffer, place = b"", 0
    count = 0
    while True:
        if len(buffer) - place < _HEAD.size:
            buffer, place = buffer[place:] + stream.read(_CHUNK), 0
            if len(buffer) < _HEAD.size:
                raise Malformed("It ends without its last record.")
        kind, length = _HEAD.unpack_from(buffer, place)
        if length > RECORD_BYTES_MAX:
            raise Malformed("A record is too long.")
        place += _HEAD.size
        while len(buffer) - place < length:
            more = stream.read(max(_CHUNK, length))
            if not more:
                raise Malformed("It ends within a record.")
            buffer, place = buffer[place:] + more, 0
        content = buffer[place : place + length]
        place += length
        yield kind, content
        if kind == END:
            if json.loads(content).get("records") != count:
                raise Malformed(f"It has {count} records, and says another number.")
            if place < len(buffer) or stream.read(1):
                raise Malformed("Something follows its last record.")
            return
        count += 1
