"""Writes a bundle: the ledger as it was logged, or a slice of it among hashes."""

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from domain.proof import bundle
from domain.proof.leaf import IDENTITY_BYTES
from domain.proof.tree import pieces
from domain.recorder import LedgerRecorder
from domain.transparency.store import Kept, LogStore
from domain.transparency.tiles import hash_in
from ops.audit.check import checkpoints_of, logged_events
from ops.problems import UserProblem

TILES_CACHED = 64


class Slice(Struct, frozen=True, kw_only=True):
    """What a bundle is to show: all, unless something is said."""

    first: int | None = None
    last: int | None = None
    streams: Sequence[UUID] = ()

    @property
    def is_whole(self) -> bool:
        return self.first is None and self.last is None and not self.streams


def export(recorder: LedgerRecorder, log: LogStore, path: Path, wanted: Slice) -> int:
    """Write a bundle up to the newest checkpoint; how many events it shows.

    Raises UserProblem before the first checkpoint, and for a slice of nothing.
    """
    newest = log.newest()
    if newest is None:
        raise UserProblem("Nothing was signed yet. Start `ledgerdesk up` or `project`.")
    runs = list(_runs(recorder, wanted, newest.size))
    if not runs:
        raise UserProblem("There is no such event under the newest checkpoint.")
    half = path.with_name(f"{path.name}.half")
    try:
        with half.open("wb") as file:
            shown = _Export(recorder, log, bundle.Writer(file)).write(wanted, runs, newest)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as error:
        raise UserProblem(f"{path}: {error.strerror}.") from None
    finally:
        half.unlink(missing_ok=True)
    return shown


def _runs(recorder: LedgerRecorder, wanted: Slice, size: int) -> Iterator[tuple[int, int]]:
    """The wanted positions, as first and last of those that follow each other."""
    first, last = max(wanted.first or 1, 1), min(wanted.last or size, size)
    if not wanted.streams:
        if first <= last:
            yield first, last
        return
    positions = {
        row.id
        for stream in wanted.streams
        for row in recorder.select_history(stream)
        if first <= row.id <= last
    }
    for position in sorted(positions):
        yield position, position


class _Export:
    def __init__(self, recorder: LedgerRecorder, log: LogStore, writer: bundle.Writer) -> None:
        self._recorder = recorder
        self._log = log
        self._writer = writer
        self._tile = lru_cache(TILES_CACHED)(log.tile)
        self._checkpoints = checkpoints_of(log)
        self._next: Kept | None = next(self._checkpoints, None)
        self._heads: dict[bytes, bytes] = {}

    def write(self, wanted: Slice, runs: Sequence[tuple[int, int]], newest: Kept) -> int:
        self._writer.document(
            bundle.HEADER,
            {
                "origin": newest.note.partition("\n")[0],
                "key": self._log.state().key,
                "scope": "all" if wanted.is_whole else "slice",
                "size": newest.size,
                "from": wanted.first,
                "to": wanted.last,
                "streams": [str(stream) for stream in wanted.streams] or None,
            },
        )
        shown = place = 0
        for first, last in runs:
            self._omit(place, first - 1, newest.size)
            shown += self._show(first, last, newest.size)
            place = last
        self._omit(place, newest.size, newest.size)
        if wanted.is_whole or wanted.streams:
            self._write_heads()
        self._writer.end()
        return shown

    def _show(self, first: int, last: int, size: int) -> int:
        shown = 0
        place = first
        for place, (logged, leaf) in enumerate(
            logged_events(self._recorder, self._log, first, last), first
        ):
            if leaf is None:
                self._writer.record(bundle.MISSING, logged)
            else:
                self._writer.record(bundle.EVENT, logged, leaf)
                shown += 1
            self._heads[logged[32:48]] = logged[48:]
            self._sign(place, size)
        return shown

    def _omit(self, begin: int, end: int, size: int) -> None:
        """Leave out the events from index `begin` to before `end`, cut at each checkpoint."""
        while begin < end:
            stop = min(end, self._next.size) if self._next is not None else end
            for level, index in pieces(begin, stop):
                hash = hash_in(self._tile, level, index)
                self._writer.record(bundle.OMITTED, bytes([level]), hash)
            begin = stop
            self._sign(begin, size)

    def _sign(self, place: int, size: int) -> None:
        """Write the checkpoint over all events so far, if there is one."""
        if self._next is not None and self._next.size == place <= size:
            note = self._next.note + self._log.cosignatures(place)
            self._writer.record(bundle.CHECKPOINT, note.encode())
            self._next = next(self._checkpoints, None)

    def _write_heads(self) -> None:
        heads = sorted(self._heads.items())
        for place in range(0, len(heads), bundle.HEADS_PER_RECORD):
            page = heads[place : place + bundle.HEADS_PER_RECORD]
            content = b"".join(stream + version for stream, version in page)
            assert len(content) == len(page) * IDENTITY_BYTES
            self._writer.record(bundle.HEADS, content)
