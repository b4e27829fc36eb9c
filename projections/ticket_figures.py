"""What reports are counted from: of each ticket when it was taken up and done, how often it came
back and was handed over, how it was rated, and how the implementation of a change went."""

from typing import Any

from domain.aggregate import Entry, Event
from domain.aside import ASIDE
from domain.change import Change
from domain.ids import prefix_of
from domain.incident import Incident
from domain.life_cycle import Moved, Reopenable, Resolvable, Startable
from domain.mapper import is_person
from domain.merging import Mergeable
from domain.question import Question
from domain.satisfaction import Satisfaction
from domain.service_request import ServiceRequest
from domain.ticket import Ticket
from domain.workarounds import WORKAROUND
from projections import tickets
from projections.past import micros
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    moment,
    number_text,
)
from projections.view import Cases, View

NAME = "ticket_figures"
VERSION = 4


class FigureRow(Row):
    id: Id
    number: str
    kind: str
    requester: Id | None
    organisation: Id | None
    opened_at: Instant
    is_open: bool = True
    type: str = ""
    """Of a change: standard, normal or emergency."""
    priority: int | None = None
    category: str = ""
    service: str = ""
    team: Id | None = None
    is_held: bool = False
    """Whether a team or a person has it."""
    taken_up_at: Instant | None = None
    """When it was first given to a person, answered, begun or done."""
    taken_up_after: int | None = None
    """Microseconds from its opening until then."""
    done_at: Instant | None = None
    """When it was resolved, answered or fulfilled, while it was not taken up again; of a change,
    when its implementation ended."""
    done_after: int | None = None
    """Microseconds from its opening until then."""
    first_done_at: Instant | None = None
    reopened: int = 0
    reassigned: int = 0
    """How often it was handed over by somebody who had it."""
    returned: int = 0
    """How often it came back to a team that had it before: the ping-pong."""
    teams: tuple[str, ...] = ()
    """Those that had it, each once."""
    first_hand: Id | None = None
    """The first person other than the requester who acted on an incident or a question; on other
    tickets, by an event that this view folds."""
    is_shared: bool = False
    """Whether others did so, too."""
    is_first_contact: bool = False
    score: int | None = None
    """The latest rating of a resolution."""
    rated_at: Instant | None = None
    survey_policy: Id | None = None
    """Which policy planned in which version whether its requester is asked, of the latest
    resolution that one planned."""
    survey_version: int | None = None
    survey_due: Instant | None = None
    """When its requester is to be asked, or reminded."""
    asked_at: Instant | None = None
    """When its requester was asked last by a policy."""
    is_answered: bool = False
    """Whether they have rated it since."""
    outcome: str = ""
    known_error: Id | None = None
    """The problem whose workaround was given to an incident last."""
    worked_around_at: Instant | None = None
    """When a workaround was given to it first."""
    is_worked_around: bool = False
    """Whether it was resolved with one, as whoever resolved it says."""


FIGURES = Table(
    NAME,
    VERSION,
    FigureRow,
    key=("id",),
    indexes=[
        ("opened_at",),
        ("taken_up_at",),
        ("done_at",),
        ("first_done_at",),
        ("rated_at",),
        ("asked_at",),
        ("survey_due",),
        ("requester", "asked_at"),
        ("worked_around_at",),
        ("organisation", "opened_at"),
    ],
    past=("is_open",),
)

CASES = Cases[Any]()
MOVES: tuple[type[Event], ...] = (Moved, Mergeable.Unmerged, *tickets.STATUS)
CONTACTS = ("Incident.", "Question.")
DONE = (Resolvable.Resolved, Question.Answered, ServiceRequest.Fulfilled)


def concerns(entry: Entry) -> bool:
    """Of other events only who acted counts, and only where a first contact does."""
    if not tickets.is_of_ticket(entry):
        return False
    event = entry.event
    return (
        entry.originator_version == 1
        or isinstance(event, MOVES)
        or CASES.of(type(event)) is not None
        or (entry.topic.startswith(CONTACTS) and is_person(event.by.actor))
    )


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    if entry.originator_version == 1:
        row = rows.put(FIGURES, _begun(entry, event))
        _note_hand(event, row)
        return
    id = id_text(entry.originator_id)
    case = CASES.of(type(event))
    known = rows.peek(FIGURES, id)
    if case is None and not isinstance(event, MOVES) and known and not _is_new_hand(event, known):
        return
    row = rows.get(FIGURES, id)
    # Being approved or not opens or ends no change: the work on it does.
    if status := tickets.status_after(row.kind, event, is_approval_owed=True):
        row.is_open = status not in tickets.OVER
    _note_hand(event, row)
    if case:
        case(event, row)


def _begun(entry: Entry, event: Any) -> FigureRow:
    id = entry.originator_id
    return FigureRow(
        id=id_text(id),
        number=number_text(id),
        kind=tickets.KINDS[prefix_of(id)],
        requester=id_or_none(event.requester),
        organisation=id_or_none(event.organisation),
        opened_at=instant(event.by.effective_at),
        type=getattr(event, "type", ""),
    )


def _is_new_hand(event: Event, row: FigureRow) -> bool:
    actor = event.by.actor
    is_known = row.is_shared or actor in (row.requester, row.first_hand)
    return not is_known and is_person(actor) and not isinstance(event, ASIDE)


def _note_hand(event: Event, row: FigureRow) -> None:
    if not _is_new_hand(event, row):
        return
    if row.first_hand is None:
        row.first_hand = event.by.actor
    else:
        row.is_shared = True


# Taken up and done -------------------------------------------------------------------------


@CASES.on(Incident.FirstResponded, Startable.WorkStarted)
def _take_up(event: Event, row: FigureRow) -> None:
    if row.taken_up_at is None:
        row.taken_up_at = instant(event.by.effective_at)
        row.taken_up_after = _after_opening(event, row)


@CASES.on(*DONE)
def _do(event: Event, row: FigureRow) -> None:
    _take_up(event, row)
    _end(event, row)
    row.is_first_contact = (
        row.first_hand is not None
        and not row.is_shared
        and row.reassigned == 0
        and row.reopened == 0
    )


@CASES.on(Incident.Resolved)
def _resolve(event: Incident.Resolved, row: FigureRow) -> None:
    _do(event, row)
    row.is_worked_around = row.known_error is not None and event.code.casefold() == WORKAROUND


@CASES.on(Incident.WorkaroundGiven)
def _work_around(event: Incident.WorkaroundGiven, row: FigureRow) -> None:
    row.known_error = id_text(event.problem)
    row.worked_around_at = row.worked_around_at or instant(event.by.effective_at)


def _end(event: Event, row: FigureRow) -> None:
    row.done_at = instant(event.by.effective_at)
    row.done_after = _after_opening(event, row)
    row.first_done_at = row.first_done_at or row.done_at


def _after_opening(event: Event, row: FigureRow) -> int:
    return micros(event.by.effective_at) - micros(moment(row.opened_at))


@CASES.on(Reopenable.Reopened, Question.AskedAgain)
def _reopen(_: Event, row: FigureRow) -> None:
    row.reopened += 1
    _undo(row)


@CASES.on(Resolvable.Requeued)
def _requeue(_: Event, row: FigureRow) -> None:
    row.is_open = True
    _undo(row)


def _undo(row: FigureRow) -> None:
    row.done_at, row.done_after, row.is_first_contact = None, None, False
    row.is_worked_around, row.survey_due = False, None


@CASES.on(Change.Implemented)
def _implement(event: Change.Implemented, row: FigureRow) -> None:
    _end(event, row)
    row.outcome = event.outcome


@CASES.on(Change.BackedOut)
def _back_out(event: Event, row: FigureRow) -> None:
    if row.done_at is None:
        _end(event, row)
    row.outcome = "unsuccessful"


@CASES.on(Change.Reviewed)
def _review(event: Change.Reviewed, row: FigureRow) -> None:
    row.outcome = event.outcome


@CASES.on(Satisfaction.Rated)
def _rate(event: Satisfaction.Rated, row: FigureRow) -> None:
    row.score, row.rated_at = event.score, instant(event.by.effective_at)
    row.survey_due, row.is_answered = None, row.asked_at is not None


@CASES.on(Satisfaction.SurveyPlanned)
def _plan_survey(event: Satisfaction.SurveyPlanned, row: FigureRow) -> None:
    row.survey_policy, row.survey_version = id_text(event.policy), event.version
    row.survey_due = instant_or_none(event.asks_at)


@CASES.on(Satisfaction.RatingAsked)
def _ask(event: Satisfaction.RatingAsked, row: FigureRow) -> None:
    row.asked_at, row.is_answered = instant(event.by.effective_at), False
    row.survey_due = instant_or_none(event.remind_at)


@CASES.on(Satisfaction.RatingLeftOut, Satisfaction.RatingReminded)
def _settle_survey(_: Event, row: FigureRow) -> None:
    row.survey_due = None


# Whose it is -------------------------------------------------------------------------------


@CASES.on(Ticket.Assigned, Incident.EscalatedFunctionally)
def _assign(event: Any, row: FigureRow) -> None:
    if row.is_held:
        row.reassigned += 1
    _give(row, id_or_none(event.team))
    row.is_held = event.team is not None or event.assignee is not None
    if event.assignee is not None:
        _take_up(event, row)


def _give(row: FigureRow, team: Id | None) -> None:
    if team is not None and team != row.team:
        if team in row.teams:
            row.returned += 1
        else:
            row.teams = (*row.teams, team)
    row.team = team


@CASES.on(Ticket.RequesterChanged)
def _ask_for(event: Ticket.RequesterChanged, row: FigureRow) -> None:
    row.requester, row.organisation = id_or_none(event.requester), id_or_none(event.organisation)


@CASES.on(Ticket.Categorised)
def _categorise(event: Ticket.Categorised, row: FigureRow) -> None:
    row.category, row.service = event.category, event.service


@CASES.on(Ticket.Prioritised)
def _prioritise(event: Ticket.Prioritised, row: FigureRow) -> None:
    row.priority = event.priority


@CASES.on(Change.Classified)
def _classify(event: Change.Classified, row: FigureRow) -> None:
    row.type = event.type


VIEW = View(NAME, VERSION, (FIGURES,), fold, concerns=concerns, keyed=(FIGURES,))
