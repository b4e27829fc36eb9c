"""Verifies the stores themselves: the ledger against its log, event by event."""

import struct
from collections.abc import Iterator, Sequence
from itertools import chain

from eventsourcing.persistence import Notification

from domain.proof.checkpoint import Opened
from domain.proof.findings import Report
from domain.proof.leaf import LOGGED_BYTES
from domain.proof.note import Verifier
from domain.proof.verification import Verification
from domain.recorder import LedgerRecorder
from domain.transparency.follower import leaf_of
from domain.transparency.store import Kept, LogStore
from domain.transparency.tiles import TILE

PAGE = 16 * TILE
LOWEST = -(1 << 62)

UNREADABLE = b""
"""Stands for an event that cannot even be read."""


def verify_stores(
    recorder: LedgerRecorder,
    log: LogStore,
    verifiers: Sequence[Verifier],
    witnessed: Sequence[Opened] = (),
) -> Report:
    """Both verdicts on a ledger and its log. Memory is bounded by the number of records."""
    verification = Verification(verifiers, witnessed)
    for _ in rows_between(recorder, LOWEST, 0):
        verification.wrong("integrity", "inserted", "an event stands before position 1")
    checkpoints = checkpoints_of(log)
    next_checkpoint = next(checkpoints, None)
    position = 0
    for logged, leaf in logged_events(recorder, log, 1, log.state().size):
        position += 1
        if leaf is None:
            verification.missing(logged)
        else:
            verification.event(logged, leaf)
        while next_checkpoint is not None and next_checkpoint.size <= position:
            verification.checkpoint(next_checkpoint.note)
            next_checkpoint = next(checkpoints, None)
    for row in _tail(recorder, position):
        verification.unlogged(leaf_of(row))
    for kept in chain([next_checkpoint] if next_checkpoint else [], checkpoints):
        verification.checkpoint(kept.note)
    return verification.finish("the ledger and its log")


def logged_events(
    recorder: LedgerRecorder, log: LogStore, first: int, last: int
) -> Iterator[tuple[bytes, bytes | None]]:
    """For each position what was logged, and the leaf of the event that is there, if one is."""
    position = first
    while position <= last:
        end = min(last, (position - 1) // PAGE * PAGE + PAGE)
        rows = dict(rows_between(recorder, position, end))
        for place in range(position, end + 1):
            if place == position or (place - 1) % TILE == 0:
                tile = log.tile(0, (place - 1) // TILE)
            start = (place - 1) % TILE * LOGGED_BYTES
            logged = tile[start : start + LOGGED_BYTES]
            if len(logged) < LOGGED_BYTES:
                return
            yield logged, rows.get(place)
        position = end + 1


def rows_between(recorder: LedgerRecorder, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """The positions and leaves of the events between two positions, at most a page of them."""
    try:
        rows = recorder.select_notifications(first, PAGE, last)
    except (ValueError, TypeError, AttributeError):
        # One of them is not what a row of the ledger can be: all but that one are read.
        if first < last:
            middle = (first + last) // 2
            yield from rows_between(recorder, first, middle)
            yield from rows_between(recorder, middle + 1, last)
        else:
            yield first, UNREADABLE
        return
    for row in rows:
        yield row.id, _leaf_of(row)


def checkpoints_of(log: LogStore, after: int = 0) -> Iterator[Kept]:
    while page := log.checkpoints(after, PAGE):
        yield from page
        after = page[-1].size


def _tail(recorder: LedgerRecorder, after: int) -> Iterator[Notification]:
    while rows := recorder.select_notifications(after, PAGE, inclusive_of_start=False):
        yield from rows
        after = rows[-1].id


def _leaf_of(row: Notification) -> bytes:
    try:
        return leaf_of(row)
    except (struct.error, TypeError, AttributeError, ValueError):
        return UNREADABLE
