"""`ledgerdesk attachments`, and the daily removal of files that are attached to nothing, or are of
bulk jobs that have been over for a while."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from uuid import UUID

import structlog
from rich.console import Console

from domain.aggregate import KINDS
from domain.bulk_job import BulkJob
from domain.erasure import last_erasure
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
        removed = remove_orphans(
            ledger, open_files(settings, ledger.mapper.keys), settings.bulk_days
        )
    for name in removed:
        out.print(name, markup=False, highlight=False)
    out.print(f"{len(removed)} removed")


async def clean_daily(ledger: Ledger, files: Files, bulk_days: int) -> None:
    """Remove orphans once a day, until cancelled."""
    while True:
        await asyncio.sleep(CLEANED_EVERY.total_seconds())
        try:
            removed = await asyncio.to_thread(remove_orphans, ledger, files, bulk_days)
        except Exception:
            log.exception("attachments not cleaned")
        else:
            log.info("attachments cleaned", removed=len(removed))


def remove_orphans(ledger: Ledger, files: Files, bulk_days: int) -> list[str]:
    """Remove the files that no event attaches, and no bulk job needs. Returns their names."""
    now = datetime.now(UTC)
    kept = timedelta(days=bulk_days)
    return files.remove_orphans(lambda: chain(attached(ledger), of_jobs(ledger, now, kept)), now)


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


def of_jobs(ledger: Ledger, now: datetime, kept: timedelta) -> Iterator[str]:
    """The names of the files of bulk jobs to which something happened not long ago."""
    erased = last_erasure(ledger)
    names: dict[UUID, tuple[str, ...]] = {}
    latest: dict[UUID, datetime] = {}
    for row in ledger.recorder.select_kind(BulkJob.prefix):
        job, event = UUID(str(row.originator_id)), ledger.mapper.entry(row, row.id).event
        latest[job] = event.by.at
        # Nobody can read what an erased person sent; and whom the rows of others tell of, nobody
        # knows any more.
        if isinstance(event, BulkJob.Proposed) and event.name != ERASED and row.id > erased:
            names[job] = names_of(event.sha256, event.by.actor, job)
    return (name for job in names if now < latest[job] + kept for name in names[job])
