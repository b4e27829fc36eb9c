"""`ledgerdesk attachments`, and the daily removal of files that are attached to nothing."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from rich.console import Console

from domain.aggregate import KINDS
from domain.files import Files, names_of
from domain.ledger import PAGE, Ledger
from domain.personal import ERASED
from domain.ticket import Ticket
from ops.compose import open_files, open_ledger
from ops.settings import Settings

CLEANED_EVERY = timedelta(days=1)

log = structlog.get_logger()


async def clean(settings: Settings, out: Console) -> None:
    """Remove the orphans, and name each."""
    async with open_ledger(settings) as ledger:
        removed = remove_orphans(ledger, open_files(settings, ledger.mapper.keys))
    for name in removed:
        out.print(name, markup=False, highlight=False)
    out.print(f"{len(removed)} removed")


async def clean_daily(ledger: Ledger, files: Files) -> None:
    """Remove orphans once a day, until cancelled."""
    while True:
        await asyncio.sleep(CLEANED_EVERY.total_seconds())
        try:
            removed = await asyncio.to_thread(remove_orphans, ledger, files)
        except Exception:
            log.exception("attachments not cleaned")
        else:
            log.info("attachments cleaned", removed=len(removed))


def remove_orphans(ledger: Ledger, files: Files) -> list[str]:
    """Remove the files that no event attaches. Returns their names."""
    return files.remove_orphans(lambda: attached(ledger), datetime.now(UTC))


def attached(ledger: Ledger) -> Iterator[str]:
    """The names of the files that events attach."""
    topics = [f"{name}.Attached" for name, kind in KINDS.items() if issubclass(kind, Ticket)]
    position = 0
    while rows := ledger.recorder.select_notifications(
        position, PAGE, topics=topics, inclusive_of_start=False
    ):
        for row in rows:
            event = ledger.mapper.entry(row, row.id).event
            # Nobody can read what an erased person sent, nor what was removed.
            if isinstance(event, Ticket.Attached) and event.name != ERASED:
                yield from names_of(event.sha256, event.by.actor, UUID(str(row.originator_id)))
        position = rows[-1].id
