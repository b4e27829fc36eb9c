"""What a single command may change of a record of each kind."""

from domain import (
    article,
    bulk_job,
    change,
    contract,
    incident,
    problem,
    purchase_order,
    question,
    release_moves,
    report_schedule,
    service,
    service_request,
)
from domain.aggregate import Aggregate, Entry
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.article import Article
from domain.asset import Asset
from domain.asset_approval import Governed
from domain.asset_type import AssetType
from domain.bulk_job import BulkJob
from domain.cab_meeting import CabMeeting
from domain.calendar import Calendar
from domain.change import Change
from domain.contract import Contract
from domain.incident import Incident
from domain.problem import Problem
from domain.purchase_order import PurchaseOrder
from domain.question import Question
from domain.release import Release
from domain.report_schedule import ReportSchedule
from domain.service import Service
from domain.service_request import ServiceRequest
from domain.ticket import Ticket
from domain.versioned import Versioned
from domain.webhook import Webhook

Moves = set[tuple[str, str]]

AFTERWARDS = {
    *("LegalHoldPlaced", "LegalHoldLifted", "WordsRemoved"),
    *("Commented", "MentionsRead", "Linked", "Unlinked", "Watched", "Unwatched"),
    *("EscalationAcknowledged", "MarkReached", "TargetBreached"),
    *("TimeBooked", "TimeCorrected", "Rated"),
    *("SurveyPlanned", "RatingAsked", "RatingReminded", "RatingLeftOut"),
    *("TemplateMade", "Unmerged", "Released"),
    *("StakeholdersUpdated", "TimelineNoted", "ReviewBegun", "ReviewActionAdded"),
    *("ReviewActionDone", "ReviewCompleted"),
}
"""What may still happen to a ticket that is over: talk, time, a rating, what was noticed late, a
template, the undoing of a merge, the review of a major incident, and what becomes of its words."""

MOVES: dict[type[Aggregate], Moves] = {
    Article: {
        *(
            (source, move.target)
            for move in article.MOVES.values()
            if move.target
            for source in move.sources
        ),
        # By a rejection, and by writing on what was approved and not published.
        ("in review", "draft"),
        # By writing again what was approved.
        ("draft", "in review"),
    },
    Asset: {
        ("ordered", "in stock"),
        ("ordered", "retired"),
        ("in stock", "in use"),
        ("in use", "in stock"),
        ("in stock", "in repair"),
        ("in use", "in repair"),
        ("in repair", "in stock"),
        ("in repair", "in use"),
        ("in stock", "retired"),
        ("in use", "retired"),
        ("in repair", "retired"),
        ("retired", "disposed"),
    },
    CabMeeting: {
        ("scheduled", "in session"),
        ("scheduled", "cancelled"),
        ("in session", "closed"),
    },
    Change: {
        *(
            (source, move.target)
            for move in change.MOVES.values()
            if move.target
            for source in move.sources
        ),
        ("in approval", "approved"),
        ("in approval", "rejected"),
        ("proposed", "approved"),  # a standard change
        ("rejected", "approved"),
        ("implemented", "closed"),
        ("proposed", "implementing"),  # an emergency change
        ("in approval", "implementing"),
    },
    Contract: {
        (source, move.target) for move in contract.MOVES.values() for source in move.sources
    },
    Incident: {
        *((source, move.target) for move in incident.MOVES.values() for source in move.sources),
        ("new", "assigned"),
        *(("merged", state) for state in incident.OPEN),
    },
    Problem: {
        *((source, move.target) for move in problem.MOVES.values() for source in move.sources),
        ("new", "assigned"),
        ("pending", "known error"),
        ("proposed", "assigned"),
        *(("merged", state) for state in problem.MOVES["merge"].sources),
    },
    PurchaseOrder: {
        *(
            (source, move.target)
            for move in purchase_order.MOVES.values()
            if move.target
            for source in move.sources
        ),
        ("ordered", "partly received"),
        ("ordered", "received"),
        ("partly received", "received"),
        ("partly received", "ordered"),
        ("received", "partly received"),
        ("received", "ordered"),
    },
    Question: {
        *((source, move.target) for move in question.MOVES.values() for source in move.sources),
        ("asked", "assigned"),
        *(("merged", state) for state in question.OPEN),
    },
    Release: {
        (source, target)
        for move in release_moves.MOVES.values()
        for source in move.sources
        for target in move.targets
    },
    Service: {(source, move.target) for move in service.MOVES.values() for source in move.sources},
    ServiceRequest: {
        *(
            (source, move.target)
            for move in service_request.MOVES.values()
            for source in move.sources
        ),
        ("in approval", "approved"),
        ("in approval", "rejected"),
        ("being undone", "cancelled"),
        *(("merged", state) for state in service_request.MOVES["merge"].sources),
        ("requested", "approved"),  # by a submission that is decided at once
        ("requested", "rejected"),
        ("rejected", "approved"),
    },
    BulkJob: {
        *(
            (source, move.target)
            for move in bulk_job.MOVES.values()
            if move.target
            for source in move.sources
        ),
        ("previewing", "previewed"),
        ("running", "done"),
        ("stopping", "stopped"),
        ("previewing undo", "done"),
        ("previewing undo", "stopped"),
        ("undoing", "undone"),
    },
    ReportSchedule: {
        (source, move.target)
        for move in report_schedule.MOVES.values()
        if move.target
        for source in move.sources
    },
    Webhook: {
        ("active", "disabled"),
        ("active", "removed"),
        ("disabled", "active"),
        ("disabled", "removed"),
    },
}
"""From which status to which other a single command leads."""


def check_step(before: Aggregate, after: Aggregate, happened: tuple[Entry, ...]) -> None:
    kind = type(after)
    if kind in MOVES:
        old, new = before.status, after.status  # type: ignore[attr-defined]  # all of MOVES have one
        assert old == new or (old, new) in MOVES[kind]
    if isinstance(before, ApprovalRounds) and isinstance(after, ApprovalRounds):
        check_approval(before, after, [type(entry.event) for entry in happened])
    if isinstance(before, Ticket) and before.is_over:
        assert {entry.topic.partition(".")[2] for entry in happened} <= AFTERWARDS
    if isinstance(before, Question) and isinstance(after, Question):
        assert str(after.requester) not in set(after.hands) - set(before.hands)
    if isinstance(after, Article):
        check_publication(before, after, happened)
    if isinstance(before, Ticket) and isinstance(after, Ticket):
        check_requester(before, after, happened)
    if isinstance(before, Versioned | Calendar | AssetType):
        published = before.versions
        assert vars(after)["versions"][: len(published)] == published


def check_requester(before: Ticket, after: Ticket, happened: tuple[Entry, ...]) -> None:
    whose, now = (
        (ticket.requester, ticket.organisation, ticket.watchers) for ticket in (before, after)
    )
    changed = [
        entry.event for entry in happened if isinstance(entry.event, Ticket.RequesterChanged)
    ]
    assert (whose[:2] != now[:2]) == bool(changed)
    for event in changed:
        assert event.reason
        assert not before.is_over
        assert not (isinstance(before, ApprovalRounds) and before.round)
        assert whose[2] == now[2]


def check_publication(before: Aggregate, after: Article, happened: tuple[Entry, ...]) -> None:
    assert isinstance(before, Article)
    for entry in happened:
        event = entry.event
        if isinstance(event, Article.VersionPublished):
            assert event.round or event.by.actor not in before.authors
            assert event.definition == after.versions[-1] == before.draft_definition
            assert before.draft_status is article.Status.IN_REVIEW


def check_approval(before: ApprovalRounds, after: ApprovalRounds, happened: list[type]) -> None:
    decided = happened.count(ApprovalRounds.Approved) + happened.count(ApprovalRounds.Rejected)
    ends = decided + sum(issubclass(event, GivenUp) for event in happened)
    was_open = bool(before.standing.open) or ApprovalRounds.Submitted in happened
    assert decided <= was_open
    if was_open and not after.standing.open:
        assert ends == 1
    assert happened.count(ApprovalRounds.VoteCast) <= 1
    if isinstance(before, Versioned) and before.VersionPublished in happened:
        assert not before.standing.open
    if isinstance(before, Asset) and any(issubclass(event, Governed) for event in happened):
        assert not before.standing.open
        assert before.granted is None or len(happened) == 1
