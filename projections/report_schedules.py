"""Report schedules: what they send, when and to whom, and what came of it last."""

from typing import Any

from msgspec import to_builtins

from domain.aggregate import Entry, Event
from domain.report_schedule import ReportSchedule, Status
from projections.one_row import fold_of
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    as_json,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import Cases, View

NAME = "report_schedules"
VERSION = 1


class ScheduleRow(Row):
    id: Id
    number: str
    name: str
    status: str
    owner: Id
    organisation: Id
    at: Instant
    """When anything last happened to it."""
    version: int
    position: int
    report: str = ""
    saved_view: Id | None = None
    contents: Json = {}
    rhythm: Json = {}
    zone: str = "UTC"
    people: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    due_at: Instant | None = None
    """When it fell due last."""
    outstanding: int = 0
    """How many are still to be sent it."""
    outcomes: Json = {}
    """How many had which outcome when it fell due last."""


SCHEDULES = Table(
    NAME,
    VERSION,
    ScheduleRow,
    key=("id",),
    indexes=[("number",), ("owner",), ("organisation",)],
    past=(),
    is_small=True,
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("ReportSchedule.")


def _defined(entry: Entry, event: ReportSchedule.Defined, at: str) -> ScheduleRow:
    return ScheduleRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        name=event.name,
        status=Status.ACTIVE,
        owner=id_text(event.owner),
        organisation=id_text(event.organisation),
        at=at,
        version=1,
        position=entry.position,
    )


fold = fold_of(SCHEDULES, ReportSchedule.Defined, _defined, CASES)


@CASES.on(ReportSchedule.Defined, ReportSchedule.Amended)
def _said(event: ReportSchedule.Defined | ReportSchedule.Amended, row: ScheduleRow) -> None:
    row.name = event.name
    row.report, row.saved_view = event.contents.report, id_or_none(event.contents.view)
    row.contents = as_json(to_builtins(event.contents))
    row.rhythm, row.zone = as_json(to_builtins(event.rhythm)), event.zone
    row.people = tuple(map(id_text, event.people))
    row.teams = tuple(map(id_text, event.teams))


@CASES.on(ReportSchedule.Paused)
def _paused(_: Event, row: ScheduleRow) -> None:
    row.status = Status.PAUSED


@CASES.on(ReportSchedule.Resumed)
def _resumed(_: Event, row: ScheduleRow) -> None:
    row.status = Status.ACTIVE


@CASES.on(ReportSchedule.Ended)
def _ended(_: Event, row: ScheduleRow) -> None:
    row.status, row.outstanding = Status.ENDED, 0


@CASES.on(ReportSchedule.FellDue)
def _fell_due(event: ReportSchedule.FellDue, row: ScheduleRow) -> None:
    row.due_at = instant(event.moment)
    row.outstanding += len(event.recipients)
    row.outcomes = {}


@CASES.on(ReportSchedule.PreviewAsked)
def _preview_asked(_: Event, row: ScheduleRow) -> None:
    row.outstanding += 1


@CASES.on(ReportSchedule.Delivered)
def _delivered(event: ReportSchedule.Delivered, row: ScheduleRow) -> None:
    row.outstanding -= 1
    if not event.is_preview and instant(event.moment) == row.due_at:
        row.outcomes = {**row.outcomes, event.outcome: row.outcomes.get(event.outcome, 0) + 1}


VIEW = View(NAME, VERSION, (SCHEDULES,), fold, concerns=concerns, keyed=(SCHEDULES,))
