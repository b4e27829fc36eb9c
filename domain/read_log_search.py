"""Finding who read what, in the order of the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Entry
from domain.ledger import PAGE, Ledger
from domain.read_log import ReadLog, Why

SCANNED_MAX = 20 * PAGE
"""So many reads are looked at for one page at most."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which reads: those that fit all that is given."""

    who: str = ""
    subject: UUID | None = None
    why: Why | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""

    def fits(self, event: ReadLog.Noted) -> bool:
        at = event.by.at
        return (
            (not self.who or event.by.actor == self.who)
            and (self.subject is None or event.subject == self.subject)
            and (self.why is None or self.why in event.why)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
        )


class Page(NamedTuple):
    entries: Sequence[Entry]
    next: int
    """The position to go on after."""
    has_more: bool


def search(ledger: Ledger, wanted: Wanted, *, after: int, limit: int) -> Page:
    """The next reads after a position. It may be short, or empty, and still not be the last."""
    topic = ReadLog.topics[ReadLog.Noted]
    found: list[Entry] = []
    scanned = 0
    while scanned < SCANNED_MAX:
        rows = ledger.recorder.select_notifications(
            after, PAGE, topics=[topic], inclusive_of_start=False
        )
        for row in rows:
            entry = ledger.mapper.entry(row, row.id)
            after = entry.position
            if isinstance(entry.event, ReadLog.Noted) and wanted.fits(entry.event):
                found.append(entry)
                if len(found) == limit:
                    return Page(found, after, True)
        scanned += len(rows)
        if len(rows) < PAGE:
            return Page(found, after, False)
    return Page(found, after, True)
