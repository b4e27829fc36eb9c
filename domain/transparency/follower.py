"""Follows the ledger: hashes what is stored, and signs checkpoints.

The log never signs what contradicts what it signed before: the tiles must lead to the newest
checkpoint, the last event that was logged must be in the ledger unchanged, and positions run on.
Where that does not hold the log stands still, and says why.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from eventsourcing.persistence import Notification
from msgspec import Struct

from domain.proof.checkpoint import Checkpoint, read, sign
from domain.proof.leaf import IDENTITY, LOGGED_BYTES, Leaf
from domain.proof.note import Signer, parse, verifier_text
from domain.proof.tree import leaf_hash, root_of
from domain.recorder import LedgerRecorder
from domain.transparency.store import Kept, LogStore, Overtaken
from domain.transparency.tiles import Growing, hash_in

PAGE = 4_096
EVENTS = 1_000
SECONDS = 60

Clock = Callable[[], float]
"""POSIX seconds."""


class LogBroken(Exception):
    """The ledger is not what was logged, or the log not what was signed. The message says where."""


class _By(Struct, frozen=True):
    at: str = ""


class _Signed(Struct, frozen=True):
    by: _By = _By()


_decode = msgspec.json.Decoder(_Signed).decode


def leaf_of(row: Notification) -> bytes:
    """The leaf of a stored event, whatever it holds."""
    id: Any = row.originator_id
    try:
        recorded = _decode(row.state).by.at
    except (msgspec.MsgspecError, UnicodeDecodeError):
        recorded = ""
    topic, time = row.topic.encode(), recorded.encode("utf-8", "surrogatepass")
    return Leaf(row.id, id.bytes, row.originator_version, topic, time, row.state).encoded()


def logged_of(leaf: bytes) -> bytes:
    """What is logged of a leaf: its hash, and the stream and version that it names."""
    return leaf_hash(leaf) + leaf[IDENTITY]


def checkpoint_of(kept: Kept) -> Checkpoint:
    return read(parse(kept.note))


class Follower:
    """Moves the log on. Any number may run: the store lets one of them through at a time."""

    def __init__(
        self,
        recorder: LedgerRecorder,
        store: LogStore,
        signer: Signer,
        clock: Clock,
        *,
        every_events: int = EVENTS,
        every_seconds: float = SECONDS,
        page: int = PAGE,
    ) -> None:
        """A checkpoint is due once so many events, or so many seconds with any event, have passed
        since the last one."""
        self.recorder = recorder
        self.store = store
        self._signer = signer
        self._key = verifier_text(signer.name, signer.public)
        self._clock = clock
        self._every_events = every_events
        self._every_seconds = every_seconds
        self._page = page
        self._growing: Growing | None = None
        self._newest: Kept | None = None
        self._last = b""
        """What was logged of the last event."""

    def follow(self) -> bool:
        """Log the events of a page, and sign a checkpoint if one is due; whether there is more.

        Raises LogBroken.
        """
        has_more = self.step_in_turn()
        self.sign_if_due()
        return has_more

    def step_in_turn(self) -> bool:
        """Like `step`, and once more where another process was first."""
        try:
            return self.step()
        except Overtaken:
            self._growing = None
            return True

    def sign_if_due(self) -> None:
        """Raises LogBroken."""
        try:
            if self.is_due():
                self.checkpoint()
        except Overtaken:
            self._growing = None

    def step(self) -> bool:
        """Log the events of a page; whether there may be more. Raises LogBroken and Overtaken."""
        growing = self._growing or self._load()
        before = growing.size
        rows = self.recorder.select_notifications(max(before, 1), self._page + 1)
        if before:
            self._check_last(before, rows)
            rows = rows[1:]
        if not rows:
            return False
        self._growing = None  # until it is stored
        known = self.store.checkpoints(before, len(rows)) if self._is_behind(before) else ()
        waiting = {kept.size: kept for kept in known}
        for row in rows:
            if row.id != growing.size + 1:
                raise LogBroken(f"The ledger has no event at position {growing.size + 1}.")
            self._last = logged_of(leaf_of(row))
            growing.append(self._last)
            if waiting and (kept := waiting.get(growing.size)):
                _require_root(kept, growing.root())
        self.store.extend(before, growing.size, growing.take_changed())
        self._growing = growing
        return len(rows) >= self._page

    def is_due(self) -> bool:
        if self._growing is None:
            return False
        signed = self._newest.size if self._newest else 0
        unsigned = self._growing.size - signed
        since = self._clock() - (self._newest.seconds if self._newest else 0)
        return unsigned >= self._every_events or (unsigned > 0 and since >= self._every_seconds)

    def checkpoint(self) -> Kept | None:
        """Sign all that is logged; None if it is signed already. Raises LogBroken and Overtaken."""
        growing = self._growing or self._load()
        size = growing.size
        if size == 0 or (self._newest is not None and self._newest.size >= size):
            return None
        seconds = int(self._clock())
        kept = Kept(
            size=size, seconds=seconds, note=sign(size, growing.root(), self._signer, seconds)
        )
        self.store.extend(size, size, {}, kept, self._key)
        self._newest = kept
        return kept

    def catch_up(self) -> Kept | None:
        """Log all that there is and sign it; the newest checkpoint. Raises LogBroken."""
        while True:
            try:
                while self.step():
                    pass
                self.checkpoint()
                return self._newest
            except Overtaken:
                self._growing = None

    def _load(self) -> Growing:
        self.store.adopt(self.recorder.identity())
        size = self.store.state().size
        self._newest = self.store.newest()
        try:
            growing = Growing(size, self.store.tile)
            if self._newest is not None and self._newest.size <= size:
                root = root_of(self._newest.size, lambda *node: hash_in(self.store.tile, *node))
                _require_root(self._newest, root)
            if size:
                last = self.store.tile(0, (size - 1) >> 8)
                place = ((size - 1) & 255) * LOGGED_BYTES
                self._last = last[place : place + LOGGED_BYTES]
        except ValueError as error:
            raise LogBroken(f"{error} Make the tiles again: ledgerdesk audit rebuild") from None
        self._growing = growing
        return growing

    def _check_last(self, position: int, rows: Sequence[Notification]) -> None:
        if not rows or rows[0].id != position:
            raise LogBroken(f"The ledger has no event at position {position} any more.")
        if logged_of(leaf_of(rows[0])) != self._last:
            raise LogBroken(f"The event at position {position} is not the one that was logged.")

    def _is_behind(self, size: int) -> bool:
        """Whether more was signed than is logged, as the tiles are being made again."""
        return self._newest is not None and self._newest.size > size


def _require_root(kept: Kept, root: bytes) -> None:
    if checkpoint_of(kept).root != root:
        raise LogBroken(f"The first {kept.size} events are not those that were signed as such.")
