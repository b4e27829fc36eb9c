"""The page of one ticket: all that is to be read about it."""

from collections.abc import Mapping
from typing import Any

from domain.aggregate import Entry, Event
from domain.change import Change
from domain.incident import Incident
from domain.life_cycle import LifeCycle, Reopenable, Resolvable
from domain.problem import Problem
from domain.question import Question
from domain.service_request import ServiceRequest, as_details
from domain.ticket import Ticket
from domain.wording import detail_texts
from projections import approval_page, tickets
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
    instant_or_none,
    number_text,
)
from projections.view import Cases, View

NAME = "ticket_page"
VERSION = 10

Details = dict[str, str]


class PageRow(Row):
    """What the work queue does not have: the long texts, and what only one kind of ticket has."""

    id: Id
    number: str
    title: str
    description: str
    version: int
    position: int
    details: Details = {}
    resolution_code: str = ""
    resolution: str = ""
    """How it was resolved or fulfilled, or the answer to a question."""
    answer_source: Id | None = None
    """The record that answers a question, such as an article or a known error."""
    answer_address: str = ""
    closure_code: str = ""
    reason: str = ""
    """Why a change is wanted, or why a ticket is pending, was reopened or cancelled."""
    workaround: str = ""
    symptoms: tuple[str, ...] = ()
    fix: Id | None = None
    """The change that removes the cause of a problem."""
    cause: str = ""
    plan: Details = {}
    risk: Json = {}
    requested_start: Instant | None = None
    requested_end: Instant | None = None
    scheduled_start: Instant | None = None
    scheduled_end: Instant | None = None
    outcome: str = ""
    review: str = ""
    offering: Id | None = None
    """What a request ordered, in the version beside it."""
    offering_version: int = 0
    form: Json = {}
    """The answers to the form of the offering."""
    approval: Json = {}
    """The rounds of approval by number, each with its stages and the votes in them."""

    @property
    def written(self) -> Mapping[str, str]:
        """The texts that votes may be about, by the names of their fields."""
        return {
            "title": self.title,
            "description": self.description,
            "reason": self.reason,
            **{f"{name}_plan": said for name, said in self.plan.items()},
            "details": str(self.details),
            **detail_texts(self.details),
        }


class CommentRow(Row):
    ticket: Id
    position: int
    author: str
    at: Instant
    is_internal: bool
    text: str
    workaround_of: Id | None = None
    """The known error whose workaround it is."""
    mentions: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    """The teams that are mentioned in it."""


class AttachmentRow(Row):
    ticket: Id
    sha256: str
    name: str
    media_type: str
    size: int
    by: str
    at: Instant


class LinkRow(Row):
    ticket: Id
    type: str
    other: Id
    at: Instant


PAGES = Table(NAME, VERSION, PageRow, key=("id",))
COMMENTS = Table(f"{NAME}_comments", VERSION, CommentRow, key=("ticket", "position"))
ATTACHMENTS = Table(f"{NAME}_attachments", VERSION, AttachmentRow, key=("ticket", "sha256"))
LINKS = Table(
    f"{NAME}_links",
    VERSION,
    LinkRow,
    key=("ticket", "type", "other"),
    indexes=[("other", "type")],
)
WATCHERS = tickets.watchers_table(NAME, VERSION)

CASES = Cases[Any]()
BESIDE = Cases[Any]()
"""What stands in rows of its own beside the page."""


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if entry.originator_version == 1:
        row = rows.put(
            PAGES,
            PageRow(
                id,
                number_text(entry.originator_id),
                event.title,
                event.description,
                1,
                entry.position,
                reason=getattr(event, "reason", ""),
            ),
        )
    else:
        row = rows.get(PAGES, id)
    if approval := approval_page.CASES.of(type(event)):
        approval(event, row)
    if case := CASES.of(type(event)):
        case(event, row)
    elif beside := BESIDE.of(type(event)):
        beside(entry, event, rows)
    row.version = entry.originator_version
    row.position = entry.position
    tickets.fold_watchers(entry, rows, WATCHERS)


# Beside the page ---------------------------------------------------------------------------


@BESIDE.on(Ticket.Commented)
def _commented(
    entry: Entry, event: Ticket.Commented | Incident.WorkaroundGiven, rows: Rows
) -> None:
    row = rows.put(
        COMMENTS,
        CommentRow(
            id_text(entry.originator_id),
            entry.position,
            event.by.actor,
            instant(event.by.effective_at),
            event.visibility == "internal",
            event.text,
        ),
    )
    if isinstance(event, Ticket.Commented):
        row.mentions = tuple(map(id_text, event.mentions))
        row.teams = tuple(map(id_text, event.teams))


@BESIDE.on(Incident.WorkaroundGiven)
def _given_workaround(entry: Entry, event: Incident.WorkaroundGiven, rows: Rows) -> None:
    _commented(entry, event, rows)
    row = rows.get(COMMENTS, id_text(entry.originator_id), entry.position)
    row.workaround_of = id_text(event.problem)


@BESIDE.on(Ticket.Attached)
def _attached(entry: Entry, event: Ticket.Attached, rows: Rows) -> None:
    rows.put(
        ATTACHMENTS,
        AttachmentRow(
            id_text(entry.originator_id),
            event.sha256,
            event.name,
            event.media_type,
            event.size,
            event.by.actor,
            instant(event.by.effective_at),
        ),
    )


@BESIDE.on(Ticket.Linked)
def _linked(entry: Entry, event: Ticket.Linked, rows: Rows) -> None:
    at = instant(event.by.effective_at)
    rows.put(LINKS, LinkRow(id_text(entry.originator_id), event.type, id_text(event.other), at))


@BESIDE.on(Ticket.Unlinked)
def _unlinked(entry: Entry, event: Ticket.Unlinked, rows: Rows) -> None:
    rows.remove(LINKS, id_text(entry.originator_id), event.type, id_text(event.other))


# On the page -------------------------------------------------------------------------------


@CASES.on(Ticket.Amended)
def _amended(event: Ticket.Amended, row: PageRow) -> None:
    if event.title is not None:
        row.title = event.title
    if event.description is not None:
        row.description = event.description
    row.details = {**row.details, **event.details}


@CASES.on(Change.Justified)
def _justified(event: Change.Justified, row: PageRow) -> None:
    row.reason = event.reason


@CASES.on(Change.TemplateApplied)
def _templated(event: Change.TemplateApplied, row: PageRow) -> None:
    row.details = {**row.details, **event.form}


@CASES.on(LifeCycle.Paused)
def _paused(event: LifeCycle.Paused, row: PageRow) -> None:
    row.reason = event.note


@CASES.on(LifeCycle.Resumed)
def _resumed(_: Event, row: PageRow) -> None:
    row.reason = ""


@CASES.on(Resolvable.Resolved)
def _resolved(event: Resolvable.Resolved, row: PageRow) -> None:
    row.resolution_code, row.resolution, row.reason = event.code, event.resolution, ""


@CASES.on(ServiceRequest.Ordered)
def _ordered(event: ServiceRequest.Ordered, row: PageRow) -> None:
    row.details = as_details(event.form)
    row.offering, row.offering_version = id_or_none(event.offering), event.offering_version
    row.form = event.form


@CASES.on(ServiceRequest.Fulfilled)
def _fulfilled(event: ServiceRequest.Fulfilled, row: PageRow) -> None:
    row.resolution, row.reason = event.text, ""


@CASES.on(Question.Answered)
def _answered(event: Question.Answered, row: PageRow) -> None:
    row.resolution, row.reason = event.text, ""
    row.answer_source, row.answer_address = id_or_none(event.source), event.address


@CASES.on(Question.AskedAgain)
def _asked_again(event: Question.AskedAgain, row: PageRow) -> None:
    row.resolution, row.reason = "", event.text
    row.answer_source, row.answer_address = None, ""


@CASES.on(Reopenable.Reopened)
def _reopened(event: Reopenable.Reopened, row: PageRow) -> None:
    row.resolution_code, row.resolution, row.reason = "", "", event.reason


@CASES.on(Incident.Closed, Change.Closed)
def _closed(event: Incident.Closed, row: PageRow) -> None:
    row.closure_code = event.code


@CASES.on(LifeCycle.Cancelled, ServiceRequest.CalledOff)
def _cancelled(event: LifeCycle.Cancelled, row: PageRow) -> None:
    # When all is undone of a request, why it was cancelled is known.
    row.reason = event.reason or row.reason


@CASES.on(Change.BackedOut)
def _backed_out(event: Change.BackedOut, row: PageRow) -> None:
    row.outcome, row.reason = "unsuccessful", event.reason


@CASES.on(Problem.WorkaroundDocumented)
def _workaround(event: Problem.WorkaroundDocumented, row: PageRow) -> None:
    row.workaround = event.text


@CASES.on(Problem.SymptomNoted)
def _symptom(event: Problem.SymptomNoted, row: PageRow) -> None:
    row.symptoms = (*row.symptoms, event.text)


@CASES.on(Problem.FixPlanned)
def _fix(event: Problem.FixPlanned, row: PageRow) -> None:
    row.fix = id_text(event.change)


@CASES.on(Problem.Reviewed)
def _problem_reviewed(event: Problem.Reviewed, row: PageRow) -> None:
    row.review = event.notes


@CASES.on(Problem.CauseIdentified)
def _cause(event: Problem.CauseIdentified, row: PageRow) -> None:
    row.cause = event.text


@CASES.on(Change.Planned)
def _planned(event: Change.Planned, row: PageRow) -> None:
    row.plan = {
        "implementation": event.implementation,
        "backout": event.backout,
        "test": event.test,
    }


@CASES.on(Change.RiskAssessed)
def _assessed(event: Change.RiskAssessed, row: PageRow) -> None:
    row.risk = {"impact": event.impact, "likelihood": event.likelihood, "risk": event.risk}
    if event.model is not None:
        row.risk |= {
            "model": id_text(event.model),
            "model_version": event.model_version,
            "answers": event.answers,
            "score": event.score,
            "by_answers": event.by_answers,
            "rules": list(event.rules),
        }


@CASES.on(Change.TimeRequested)
def _time_requested(event: Change.TimeRequested, row: PageRow) -> None:
    row.requested_start = instant_or_none(event.start)
    row.requested_end = instant_or_none(event.end)


@CASES.on(Change.Scheduled)
def _scheduled(event: Change.Scheduled, row: PageRow) -> None:
    row.scheduled_start = instant_or_none(event.start)
    row.scheduled_end = instant_or_none(event.end)


@CASES.on(Change.Implemented)
def _implemented(event: Change.Implemented, row: PageRow) -> None:
    row.outcome = event.outcome


@CASES.on(Change.Reviewed)
def _reviewed(event: Change.Reviewed, row: PageRow) -> None:
    row.outcome, row.review = event.outcome, event.notes


@CASES.on(Change.Withdrawn, Change.Cancelled)
def _given_up(event: Change.Withdrawn, row: PageRow) -> None:
    row.reason = event.reason


VIEW = View(
    NAME,
    VERSION,
    (PAGES, COMMENTS, ATTACHMENTS, LINKS, WATCHERS),
    fold,
    concerns=tickets.is_of_ticket,
    keyed=(PAGES,),
)
