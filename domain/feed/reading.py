"""Pages of the feed: each event once, in the order of the ledger, from any position on."""

import asyncio
import logging
from collections.abc import Iterable

from eventsourcing.persistence import MapperDeserialisationError, Notification
from msgspec import Struct

from domain.aggregate import KINDS, Entry
from domain.feed.sight import Level, Sight
from domain.feed.wanted import EVERYTHING, Wanted
from domain.ledger import Ledger

SCAN = 500
"""Events read from the store at a time."""
SCANNED_MAX = 10_000
FILTERED_COST = 10
"""As many events it counts to ask a condition of one."""
LOOK_UPS_MAX = 250
"""So many events are read, and so many records looked up, for one page; it may end before it is
full, and its `next` says where to go on."""

log = logging.getLogger(__name__)


class Page(Struct, frozen=True):
    entries: list[tuple[Entry, Level]]
    next: int
    """Nothing that is wanted was left out up to here."""
    has_more: bool
    """Whether the ledger went on after `next`."""


async def read(
    ledger: Ledger,
    sight: Sight,
    wanted: Wanted,
    *,
    after: int,
    limit: int,
    until: int | None = None,
) -> Page:
    """What is wanted and in sight after a position, at most so many events."""
    head = await asyncio.to_thread(ledger.position) if until is None else until
    topics = wanted.topics(sight.kinds)
    found: list[tuple[Entry, Level]] = []
    position, scanned = after, 0
    while topics and position < head:
        rows = await asyncio.to_thread(_rows, ledger, wanted, topics, position, head)
        for entry in await asyncio.to_thread(readable, ledger, rows):
            level = await sight.told_if_known(entry, wanted)
            if level is not Level.NOTHING:
                if len(found) == limit:
                    return Page(found, position, True)
                found.append((entry, level))
            position = entry.position
            scanned += FILTERED_COST if wanted.condition else 1
            if sight.looked_up >= LOOK_UPS_MAX or scanned >= SCANNED_MAX:
                return Page(found, position, position < head)
        if len(rows) < SCAN:
            break
        position = rows[-1].id
    return Page(found, max(after, head), False)


def readable(ledger: Ledger, rows: Iterable[Notification]) -> list[Entry]:
    """The entries of these rows; what cannot be read is said in the log and left out, as it must
    not hold up all that comes after it."""
    found = []
    for row in rows:
        try:
            found.append(ledger.mapper.entry(row, row.id))
        except MapperDeserialisationError:
            log.exception("The event at %d cannot be read, and is not in the feed.", row.id)
    return found


def _rows(
    ledger: Ledger, wanted: Wanted, topics: frozenset[str], after: int, head: int
) -> list[Notification]:
    """The next events of these topics, at most SCAN of them."""
    recorder = ledger.recorder
    if wanted.subjects:
        # They have few events each: those of others are not read.
        rows = [
            row
            for subject in wanted.subjects
            for row in recorder.select_history(subject)
            if after < row.id <= head and row.topic in topics
        ]
        rows = sorted(rows, key=lambda row: row.id)[:SCAN]
    else:
        only = () if topics == _ALL_TOPICS else sorted(topics)
        rows = list(
            recorder.select_notifications(after, SCAN, head, only, inclusive_of_start=False)
        )
    return rows


_ALL_TOPICS = EVERYTHING.topics(KINDS.values())
