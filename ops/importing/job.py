"""Importing a file: staged, told row by row, and recorded in large transactions.

One row is one command, whose id follows from what the row says. So whatever happens, the import
can run again: what is recorded already is known by its receipt.
"""

import csv
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Literal

from msgspec import Struct

from domain.ledger import Ledger
from ops.importing.errors import BadFile, BadInput, BadRow
from ops.importing.mapping_file import MappingFile
from ops.importing.recording import BATCH_ROWS, Recording, Totals
from ops.importing.related import Related
from ops.importing.stage import Reject, Stage, digest_of, stage
from ops.importing.teller import Teller, Telling


class Progress(Struct, frozen=True):
    phase: Literal["reading", "recording", "comparing"]
    done: int
    total: int
    """Bytes of the file while reading, then rows."""


class Report(Struct, frozen=True, kw_only=True):
    """What an import did, with all its interruptions."""

    source: str
    record: str
    rows: int
    records: int
    events: int
    related: int
    """Events of people, teams and others that were recorded because a row named them."""
    repeats: int
    """Rows that had been recorded before."""
    rejected: int
    rejects: Path | None
    """Where the rejected rows stand, if there are any."""
    seconds: float


STAGE = "rows-1.db"
"""Another form of what is staged gets another name: an old one is not read by mistake."""

Tell = Callable[[Progress], None]
Clock = Callable[[], datetime]


def silently(_: Progress) -> None:
    pass


def utc_now() -> datetime:
    return datetime.now(UTC)


async def import_file(
    ledger: Ledger,
    file: Path,
    mapping: MappingFile,
    *,
    folder: Path,
    rejects: Path | None = None,
    clock: Clock = utc_now,
    progress: Tell = silently,
) -> Report:
    """Record the history in a file, or go on where that was interrupted.

    `folder` takes scratch files while it runs. Rejected rows go to `rejects`, else to a file
    beside the imported one. Raises BadFile and BadMapping, before anything is recorded.
    """
    began = perf_counter()
    name = job_name(file, mapping)
    rejects = rejects or Path(f"{file}.rejects.csv")
    with laid_out(file, mapping, folder / name, clock(), progress) as staged:
        _write_rejects(staged, rejects)
        teller = Teller(mapping.mapping, Related(mapping.mapping))
        recording = Recording(ledger, teller, staged, f"import/{name}", clock)
        totals = await recording.run(
            lambda done: progress(Progress("recording", done, staged.rows))
        )
        rejected = _write_rejects(staged, rejects)
        report = _report(mapping, staged, totals, rejected, perf_counter() - began)
    shutil.rmtree(folder / name)
    return report


async def dry_run(
    file: Path,
    mapping: MappingFile,
    *,
    folder: Path,
    rejects: Path | None = None,
    clock: Clock = utc_now,
    progress: Tell = silently,
) -> Report:
    """Do all that an import does but record. Into a ledger with other records, fewer may fit."""
    began = perf_counter()
    name = f"{job_name(file, mapping)}-dry"
    with laid_out(file, mapping, folder / name, clock(), progress) as staged:
        totals = _tell_all(
            Teller(mapping.mapping, Related(mapping.mapping)),
            staged,
            clock(),
            lambda done: progress(Progress("recording", done, staged.rows)),
        )
        rejected = _write_rejects(staged, rejects or Path(f"{file}.rejects.csv"))
        report = _report(mapping, staged, totals, rejected, perf_counter() - began)
    shutil.rmtree(folder / name)
    return report


def job_name(file: Path, mapping: MappingFile) -> str:
    """The same for the same file and mapping: an import goes on under its name."""
    return f"{mapping.mapping.source}-{mapping.mapping.record}-{digest_of(file, mapping)}"


@contextmanager
def laid_out(
    file: Path, mapping: MappingFile, folder: Path, now: datetime, progress: Tell
) -> Iterator[Stage]:
    """The rows of a file in a scratch folder, which no other process may use meanwhile."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadFile(f"{file}: another process works on this file.") from None
        try:
            staged = stage(
                file,
                mapping,
                folder / STAGE,
                now=now,
                progress=lambda done, total: progress(Progress("reading", done, total)),
            )
        except BadInput:
            shutil.rmtree(folder)
            raise
        with closing(staged):
            yield staged
    finally:
        os.close(lock)


def _tell_all(
    teller: Teller, staged: Stage, at: datetime, progress: Callable[[int], None]
) -> Totals:
    totals = Totals()
    telling: Telling | None = None
    for ordinal, row in staged.staged():
        if telling is None or telling.ordinal != ordinal:
            telling = teller.begin(ordinal, row.key, ordinal)
        try:
            is_new = telling.story.record.version == 0
            step = teller.step(telling, row)
            totals.events += len(teller.tell(telling, step, teller.read(row), at))
            totals.records += is_new
            teller.related.make_room()
        except BadRow as bad:
            staged.reject(row, str(bad))
        totals.rows += 1
        for reference in teller.related.take_new():
            teller.begin_related(reference, step, at)
            totals.related += 1
            totals.events += 1
        if totals.rows % BATCH_ROWS == 0:
            progress(totals.rows)
    progress(totals.rows)
    return totals


def _write_rejects(staged: Stage, path: Path) -> Path | None:
    """Write the rejected rows, with their lines and the reasons, and tell where."""
    if not staged.count_rejects():
        return None
    try:
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(Reject._fields)
            # The cells are JSON: a spreadsheet takes none of them for a formula.
            writer.writerows(staged.rejects())
    except OSError as error:
        raise BadFile(f"{path}: the rejected rows cannot be written: {error.strerror}.") from None
    return path


def _report(
    mapping: MappingFile, staged: Stage, totals: Totals, rejects: Path | None, seconds: float
) -> Report:
    return Report(
        source=mapping.mapping.source,
        record=mapping.mapping.record,
        rows=staged.rows_read,
        records=totals.records,
        events=totals.events,
        related=totals.related,
        repeats=totals.repeats,
        rejected=staged.count_rejects(),
        rejects=rejects,
        seconds=seconds,
    )
