"""Bulk jobs: how far each has got, and what came of its rows."""

from collections.abc import Mapping
from typing import Any

from domain.aggregate import Entry, Event
from domain.bulk_job import BulkJob, Outcome, Stage, Status
from domain.ids import number_of
from domain.personal import ERASED
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import Cases, View

NAME = "bulk_jobs"
VERSION = 1


class JobRow(Row):
    id: Id
    number: str
    name: str
    status: str
    stage: str
    owner: Id
    organisation: Id
    rows: int
    seen_to: int
    """How many rows the present stage has seen to."""
    proposed_at: Instant
    at: Instant
    """When anything last happened to it."""
    version: int
    position: int
    act: str = ""
    media_type: str = ""
    size: int = 0
    sha256: str = ""
    reason: str = ""
    """Why it was stopped."""
    preview: Json = {}
    """How many rows would have which outcome."""
    run: Json = {}
    """How many rows had which outcome."""
    undo_preview: Json = {}
    undo: Json = {}


JOBS = Table(
    NAME,
    VERSION,
    JobRow,
    key=("id",),
    indexes=[("number",), ("owner",), ("organisation",)],
    past=(),
    is_small=True,
)


class RowRow(Row):
    job: Id
    stage: str
    row: int
    """Its number in the file, from 1, without the line of headers."""
    act: str
    outcome: str
    record: Id | None
    number: str
    """Of the record; empty if there is none, or none yet."""
    version: int
    """Of the record after the row, 0 without one."""
    at: Instant
    position: int
    problem: Json = {}
    """Why it failed, or is left."""


ROWS = Table(
    "bulk_rows",
    VERSION,
    RowRow,
    key=("job", "stage", "row"),
    indexes=[("job", "stage", "outcome")],
    past=(),
)

COUNTS = {
    Stage.PREVIEW: "preview",
    Stage.RUN: "run",
    Stage.UNDO_PREVIEW: "undo_preview",
    Stage.UNDO: "undo",
}
"""In which column of a job its rows are counted, by the stage."""

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("BulkJob.")


def fold(entry: Entry, rows: Rows) -> None:
    fold_job(entry, rows)
    if isinstance(entry.event, BulkJob.RowsRecorded):
        for row in rows_of(entry):
            rows.put(ROWS, row)


def fold_job(entry: Entry, rows: Rows) -> None:
    """What happened to a job, without its rows."""
    event = entry.event
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    if isinstance(event, BulkJob.Proposed):
        row = rows.put(JOBS, _proposed(entry, event, at))
    else:
        row = rows.get(JOBS, id)
    if case := CASES.of(type(event)):
        case(event, row)
    row.at, row.version, row.position = at, entry.originator_version, entry.position


def rows_of(entry: Entry) -> list[RowRow]:
    """What an event says that came of rows."""
    event: Any = entry.event
    return [
        RowRow(
            job=id_text(entry.originator_id),
            stage=event.stage,
            row=result.row,
            act=result.act,
            outcome=result.outcome,
            record=id_or_none(result.record),
            number="" if result.record is None else number_of(result.record),
            version=result.version,
            at=instant(event.by.effective_at),
            position=entry.position,
            problem=_problem(event.problems.get(str(result.row), {})),
        )
        for result in event.results
    ]


def _problem(said: Any) -> Json:
    return {"detail": ERASED} if said == ERASED else said


def _proposed(entry: Entry, event: BulkJob.Proposed, at: str) -> JobRow:
    return JobRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        name=event.name,
        status=Status.PREVIEWING,
        stage=Stage.PREVIEW,
        owner=id_text(event.owner),
        organisation=id_text(event.organisation),
        rows=event.rows,
        seen_to=0,
        proposed_at=at,
        at=at,
        version=1,
        position=entry.position,
        act=event.act,
        media_type=event.media_type,
        size=event.size,
        sha256=event.sha256,
    )


@CASES.on(BulkJob.Started)
def _started(_: Event, row: JobRow) -> None:
    _begun(row, Status.RUNNING, Stage.RUN, row.run)


@CASES.on(BulkJob.Retried)
def _retried(_: Event, row: JobRow) -> None:
    run = {outcome: count for outcome, count in row.run.items() if outcome != Outcome.FAILED}
    _begun(row, Status.RUNNING, Stage.RUN, run)


@CASES.on(BulkJob.UndoPreviewed)
def _undo_previewed(_: Event, row: JobRow) -> None:
    _begun(row, Status.PREVIEWING_UNDO, Stage.UNDO_PREVIEW, {})


@CASES.on(BulkJob.UndoStarted)
def _undo_started(_: Event, row: JobRow) -> None:
    _begun(row, Status.UNDOING, Stage.UNDO, {})


def _begun(row: JobRow, status: Status, stage: Stage, counts: Mapping[str, int]) -> None:
    row.status, row.stage, row.reason = status, stage, ""
    row.seen_to = sum(counts.values())
    setattr(row, COUNTS[stage], dict(counts))


@CASES.on(BulkJob.RowsRecorded)
def _recorded(event: BulkJob.RowsRecorded, row: JobRow) -> None:
    column = COUNTS[event.stage]
    counts = dict(getattr(row, column))
    for outcome, count in event.counts.items():
        counts[str(outcome)] = counts.get(outcome, 0) + count
    setattr(row, column, counts)
    row.seen_to += len(event.results)


@CASES.on(BulkJob.Finished)
def _finished(event: BulkJob.Finished, row: JobRow) -> None:
    row.status = event.status


@CASES.on(BulkJob.Stopped)
def _stopped(event: BulkJob.Stopped, row: JobRow) -> None:
    row.status, row.reason = Status.STOPPING, event.reason


@CASES.on(BulkJob.GivenUp)
def _given_up(event: BulkJob.GivenUp, row: JobRow) -> None:
    row.status, row.reason = Status.STOPPED, event.reason


VIEW = View(NAME, VERSION, (JOBS, ROWS), fold, concerns=concerns, keyed=(JOBS,))
