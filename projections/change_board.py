"""The change board, and the calendar of what is scheduled."""

from typing import Any

from msgspec.structs import replace

from domain.aggregate import Entry, Event
from domain.approval_round_state import RoundEvent, RoundState
from domain.change import Change
from domain.ticket import Ticket
from projections import tickets
from projections.rows import Rows
from projections.tables import Id, Instant, Row, Table, id_or_none, id_text, instant, number_text
from projections.view import Cases, View

NAME = "change_board"
VERSION = 4


class BoardRow(Row):
    id: Id
    number: str
    title: str
    type: str
    status: str
    requester: Id | None
    organisation: Id | None
    proposed_at: Instant
    updated_at: Instant
    version: int
    position: int
    is_open: bool = True
    risk: str = ""
    priority: int | None = None
    category: str = ""
    service: str = ""
    team: Id | None = None
    assignee: Id | None = None
    is_planned: bool = False
    round: int = 0
    open_stage: str = ""
    """The names of the open stages, with commas between them."""
    due: Instant | None = None
    """When the first patience of an open stage ends."""
    is_escalated: bool = False
    is_information_asked: bool = False
    """Whether a stage waits for information from the requester."""
    votes: int = 0
    scheduled_start: Instant | None = None
    scheduled_end: Instant | None = None
    outcome: str = ""
    is_approval_owed: bool = False
    """Whether it was begun without an approval, which is still to be decided."""


class StandingRow(Row):
    """How the round of a change stands, without the business hours."""

    change: Id
    standing: RoundState


BOARD = Table(
    NAME,
    VERSION,
    BoardRow,
    key=("id",),
    indexes=[
        ("number",),
        ("updated_at", "id"),
        ("status", "updated_at"),
        ("is_open", "updated_at"),
        ("scheduled_start", "scheduled_end"),
        ("due",),
        ("requester", "updated_at"),
        ("organisation", "updated_at"),
    ],
    past=("is_open",),
    dated="updated_at",
)
STANDINGS = Table(f"{NAME}_standings", VERSION, StandingRow, key=("change",))
WATCHERS = tickets.watchers_table(NAME, VERSION)

CASES = Cases[Any]()
tickets.head(CASES)
ROUNDS = (RoundEvent, Change.Withdrawn, Change.Cancelled)


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Change.")


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    at = instant(event.by.effective_at)
    if isinstance(event, Change.Proposed):
        row = rows.put(BOARD, _proposed(entry, event, at))
    else:
        row = rows.get(BOARD, id_text(entry.originator_id))
    if status := tickets.status_after("change", event, is_approval_owed=row.is_approval_owed):
        row.status = status
        row.is_open = status not in tickets.OVER
    if isinstance(event, ROUNDS):
        _fold_round(event, row, rows)
    elif case := CASES.of(type(event)):
        case(event, row)
    row.updated_at = at
    row.version = entry.originator_version
    row.position = entry.position
    tickets.fold_watchers(entry, rows, WATCHERS)


def _fold_round(event: Event, row: BoardRow, rows: Rows) -> None:
    known = rows.find(STANDINGS, row.id)
    standing = known.standing if known else RoundState()
    standing = event.after(standing) if isinstance(event, RoundEvent) else standing.ended()
    rows.put(STANDINGS, StandingRow(row.id, replace(standing, hours=None)))
    due = [stage.due for stage in standing.open.values() if stage.due]
    row.round = standing.number
    row.open_stage = ", ".join(standing.open)
    row.due = instant(min(due)) if due else None
    row.is_escalated = any(stage.is_escalated for stage in standing.open.values())
    row.is_information_asked = any(stage.asked_by for stage in standing.open.values())
    row.votes = sum(len(standing.votes(name)) for name in standing.open)
    if isinstance(event, Change.Approved | Change.Rejected):
        row.is_approval_owed = False


def _proposed(entry: Entry, event: Change.Proposed, at: str) -> BoardRow:
    return BoardRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        title=event.title,
        type=event.type,
        status=tickets.first_status("change"),
        requester=id_or_none(event.requester),
        organisation=id_or_none(event.organisation),
        proposed_at=at,
        updated_at=at,
        version=1,
        position=entry.position,
    )


@CASES.on(Ticket.Categorised)
def _categorised(event: Ticket.Categorised, row: BoardRow) -> None:
    row.category, row.service = event.category, event.service


@CASES.on(Ticket.Prioritised)
def _prioritised(event: Ticket.Prioritised, row: BoardRow) -> None:
    row.priority = event.priority


@CASES.on(Ticket.Assigned)
def _assigned(event: Ticket.Assigned, row: BoardRow) -> None:
    row.team, row.assignee = id_or_none(event.team), id_or_none(event.assignee)


@CASES.on(Change.RiskAssessed)
def _assessed(event: Change.RiskAssessed, row: BoardRow) -> None:
    row.risk = event.risk


@CASES.on(Change.Planned)
def _planned(_: Event, row: BoardRow) -> None:
    row.is_planned = True


@CASES.on(Change.RetrospectiveApprovalOwed)
def _approval_owed(_: Event, row: BoardRow) -> None:
    row.is_approval_owed = True


@CASES.on(Change.Scheduled)
def _scheduled(event: Change.Scheduled, row: BoardRow) -> None:
    row.scheduled_start, row.scheduled_end = instant(event.start), instant(event.end)


@CASES.on(Change.Implemented, Change.Reviewed)
def _ended(event: Change.Implemented, row: BoardRow) -> None:
    row.outcome = event.outcome


@CASES.on(Change.BackedOut)
def _backed_out(_: Event, row: BoardRow) -> None:
    row.outcome = "unsuccessful"


VIEW = View(
    NAME, VERSION, (BOARD, STANDINGS, WATCHERS), fold, concerns=concerns, keyed=(BOARD, STANDINGS)
)
