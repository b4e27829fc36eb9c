"""The work on tickets: what is on their checklists, who spent time on them, and their ratings."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import to_builtins

from domain.affected import AffectedPeople
from domain.aggregate import KIND_OF_PREFIX, Entry, Event
from domain.checklist import Checklist
from domain.custom_fields import CustomFields
from domain.editing import Editing
from domain.incident import Incident
from domain.life_cycle import Reopenable
from domain.personal import ERASED
from domain.question import Question
from domain.satisfaction import RATED_WITHIN, Satisfaction
from domain.service_request import ServiceRequest
from domain.ticket import Ticket
from domain.time_spent import TimeSpent
from projections import tickets
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Key,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import Cases, View

NAME = "ticket_work"
VERSION = 6


class WorkRow(Row):
    id: Id
    number: str
    requester: Id | None
    organisation: Id | None
    minutes_spent: int = 0
    minutes_billable: int = 0
    items: int = 0
    items_done: int = 0
    score: int | None = None
    """What the requester thinks of the latest resolution."""
    fields: Json = {}
    """The values of the fields that the desk has added."""
    rated_until: Instant | None = None
    """Until when the requester is asked for that; None while they are not."""
    editor: Id | None = None
    """Who has said that they are editing it."""
    edited_until: Instant | None = None
    is_locked: bool = False
    """Whether they keep others from it until then."""


class ItemRow(Row):
    ticket: Id
    number: int
    title: str
    assignee: Id | None
    added_by: str
    done_by: str = ""
    done_at: Instant | None = None
    is_internal: bool = True


class TimeRow(Row):
    ticket: Id
    number: int
    ticket_number: str
    ticket_kind: str
    requester: Id | None
    organisation: Id | None
    person: Id
    day: str
    month: str
    at: Instant
    """The start of the day (UTC)."""
    minutes: int
    activity: str
    is_billable: bool
    note: str
    is_internal: bool = True


class RatingRow(Row):
    ticket: Id
    resolution: int
    """Its number: 1, and one more each time that the ticket was taken up again."""
    score: int
    comment: str
    at: Instant


class AffectedRow(Row):
    ticket: Id
    person: Id


WORK = Table(NAME, VERSION, WorkRow, key=("id",))
ITEMS = Table(f"{NAME}_items", VERSION, ItemRow, key=("ticket", "number"))
TIME = Table(
    "time_spent",
    VERSION,
    TimeRow,
    key=("ticket", "number"),
    indexes=[("at",), ("person", "at"), ("organisation", "at")],
    past=(),
)
RATINGS = Table(f"{NAME}_ratings", VERSION, RatingRow, key=("ticket", "resolution"))

AFFECTED = Table(
    f"{NAME}_affected",
    VERSION,
    AffectedRow,
    key=("ticket", "person"),
    indexes=[("person", "ticket")],
)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    is_taken = entry.originator_version == 1 or CASES.of(type(entry.event)) is not None
    return is_taken and tickets.is_of_ticket(entry)


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if entry.originator_version == 1:
        rows.put(
            WORK,
            WorkRow(
                id,
                number_text(entry.originator_id),
                id_or_none(event.requester),
                id_or_none(event.organisation),
            ),
        )
        return
    if case := CASES.of(type(event)):
        case(event, rows.get(WORK, id), rows)


# On the checklist --------------------------------------------------------------------------


@CASES.on(AffectedPeople.AffectedPersonAdded)
def _affected(event: AffectedPeople.AffectedPersonAdded, row: WorkRow, rows: Rows) -> None:
    rows.put(AFFECTED, AffectedRow(row.id, id_text(event.person)))


@CASES.on(AffectedPeople.AffectedPersonRemoved)
def _unaffected(event: AffectedPeople.AffectedPersonRemoved, row: WorkRow, rows: Rows) -> None:
    rows.remove(AFFECTED, row.id, id_text(event.person))


@CASES.on(Checklist.ItemAdded)
def _added(event: Checklist.ItemAdded, row: WorkRow, rows: Rows) -> None:
    item = ItemRow(row.id, event.number, event.title, id_or_none(event.assignee), event.by.actor)
    rows.put(ITEMS, item)
    row.items += 1


@CASES.on(Checklist.ItemRemoved)
def _removed(event: Checklist.ItemRemoved, row: WorkRow, rows: Rows) -> None:
    row.items -= 1
    row.items_done -= bool(rows.get(ITEMS, row.id, event.number).done_by)
    rows.remove(ITEMS, row.id, event.number)


@CASES.on(Checklist.ItemCompleted)
def _completed(event: Checklist.ItemCompleted, row: WorkRow, rows: Rows) -> None:
    item = rows.get(ITEMS, row.id, event.number)
    item.done_by, item.done_at = event.by.actor, instant(event.by.effective_at)
    row.items_done += 1


@CASES.on(Checklist.ItemReopened)
def _reopened(event: Checklist.ItemReopened, row: WorkRow, rows: Rows) -> None:
    item = rows.get(ITEMS, row.id, event.number)
    item.done_by, item.done_at = "", None
    row.items_done -= 1


# Who is editing it --------------------------------------------------------------------------


@CASES.on(Editing.EditBegun)
def _begun_to_edit(event: Editing.EditBegun, row: WorkRow, _: Rows) -> None:
    row.editor, row.edited_until = event.by.actor, instant(event.until)
    row.is_locked = event.lock_minutes > 0


@CASES.on(Editing.EditEnded, Editing.LockBroken)
def _ended_to_edit(_event: Event, row: WorkRow, _: Rows) -> None:
    row.editor, row.edited_until, row.is_locked = None, None, False


# Time --------------------------------------------------------------------------------------


@CASES.on(TimeSpent.TimeBooked)
def _booked(event: TimeSpent.TimeBooked, row: WorkRow, rows: Rows) -> None:
    _count(row, rows.put(TIME, _time(event, row)), 1)


@CASES.on(TimeSpent.TimeCorrected)
def _corrected(event: TimeSpent.TimeCorrected, row: WorkRow, rows: Rows) -> None:
    booked = rows.get(TIME, row.id, event.number)
    _count(row, booked, -1)
    booked.minutes, booked.is_billable = event.minutes, event.is_billable
    _count(row, booked, 1)


def _time(event: TimeSpent.TimeBooked, row: WorkRow) -> TimeRow:
    day = event.day.isoformat()
    return TimeRow(
        ticket=row.id,
        number=event.number,
        ticket_number=row.number,
        ticket_kind=tickets.KINDS[row.number[:3]],
        requester=row.requester,
        organisation=row.organisation,
        person=id_text(event.person),
        day=day,
        month=day[:7],
        at=f"{day}T00:00:00.000000Z",
        minutes=event.minutes,
        activity=event.activity,
        is_billable=event.is_billable,
        note=event.note,
    )


def _count(row: WorkRow, booked: TimeRow, sign: int) -> None:
    row.minutes_spent += sign * booked.minutes
    if booked.is_billable:
        row.minutes_billable += sign * booked.minutes


# Fields ------------------------------------------------------------------------------------


@CASES.on(CustomFields.FieldsSet)
def _set(event: CustomFields.FieldsSet, row: WorkRow, _: Rows) -> None:
    said: dict[str, Any] = {name: ERASED for name in event.personal_names}
    if event.personal and event.personal != ERASED:
        said = msgspec.json.decode(event.personal)
    values = {name: to_builtins(value) for name, value in event.values.items()}
    kept = {name: value for name, value in row.fields.items() if name not in event.cleared}
    row.fields = {**kept, **values, **said}


# Satisfaction ------------------------------------------------------------------------------


@CASES.on(Incident.Resolved, Question.Answered, ServiceRequest.Fulfilled)
def _done(event: Event, row: WorkRow, _: Rows) -> None:
    if issubclass(KIND_OF_PREFIX[row.number[:3]], Satisfaction):
        row.score, row.rated_until = None, instant(event.by.effective_at + RATED_WITHIN)


@CASES.on(Satisfaction.SurveyPlanned)
def _planned(_event: Event, row: WorkRow, _: Rows) -> None:
    row.rated_until = None


@CASES.on(Satisfaction.RatingAsked)
def _asked(event: Satisfaction.RatingAsked, row: WorkRow, _: Rows) -> None:
    row.rated_until = instant(event.until)


@CASES.on(Reopenable.Reopened, Question.AskedAgain)
def _taken_up(_event: Event, row: WorkRow, _: Rows) -> None:
    row.score, row.rated_until = None, None


@CASES.on(Satisfaction.Rated)
def _rated(event: Satisfaction.Rated, row: WorkRow, rows: Rows) -> None:
    at = instant(event.by.effective_at)
    rows.put(RATINGS, RatingRow(row.id, event.resolution, event.score, event.comment, at))
    row.score, row.rated_until = event.score, None


@CASES.on(Ticket.RequesterChanged)
def _asked_by(event: Ticket.RequesterChanged, row: WorkRow, _: Rows) -> None:
    row.requester, row.organisation = id_or_none(event.requester), id_or_none(event.organisation)


def _keys(entry: Entry) -> Iterable[tuple[Table[Any], Key]]:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, Checklist.ItemRemoved | Checklist.ItemCompleted | Checklist.ItemReopened):
        yield ITEMS, (id, event.number)
    elif isinstance(event, TimeSpent.TimeCorrected):
        yield TIME, (id, event.number)


VIEW = View(
    NAME,
    VERSION,
    (WORK, ITEMS, TIME, RATINGS, AFFECTED),
    fold,
    concerns=concerns,
    keyed=(WORK,),
    keys=_keys,
)
