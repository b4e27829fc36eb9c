"""Whatever is tried on a record of any kind: no invariant breaks, a refusal records nothing, and
what is stored rebuilds the record exactly."""

import inspect
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import (
    article,
    asset,
    cab_meeting,
    change,
    change_moves,
    incident,
    priority,
    problem,
    question,
    release_moves,
    service,
    service_request,
    snapshots,
    tasks,
)
from domain.aggregate import Aggregate, Entry
from domain.approval_process import ApprovalProcess
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from domain.article import Article
from domain.asset import Asset
from domain.asset_approval import Governed
from domain.asset_type import AssetType
from domain.assignment_rule import AssignmentRule
from domain.cab_meeting import CabMeeting
from domain.calendar import Calendar
from domain.calendar_holidays import counted
from domain.calendar_mistakes import check as check_hours
from domain.change import Change
from domain.change_template import ChangeTemplate
from domain.change_window import ChangeWindow
from domain.gates import Gates
from domain.ids import record_id
from domain.incident import Incident
from domain.mapper import LedgerMapper
from domain.merging import MERGED, Mergeable
from domain.offering import Offering
from domain.organisation import Organisation
from domain.person import Person
from domain.problem import Problem
from domain.question import Question
from domain.release import Release
from domain.risk_model import RiskModel
from domain.rules import Refused
from domain.satisfaction import SCORE_MAX, Satisfaction
from domain.service import Service
from domain.service_level_policy import ServiceLevelPolicy
from domain.service_request import ServiceRequest
from domain.team import Team
from domain.ticket import Ticket
from domain.ticket_type import ACTS, TicketType
from domain.ticket_type import check as check_definition_of_type
from domain.time_spent import MINUTES_MAX
from domain.versioned import Versioned
from tests.domain.commands import BEGINNINGS, COMMANDS
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import STORIES, Attempt, attempts, told
from tests.keys import MemoryKeys
from tests.people import person

IMPORTED = {"Requeued"}
FORMER = {"ConditionSet", "ConditionFulfilled"}
"""Events that no command records."""

AFTERWARDS = {
    *("Commented", "Linked", "Unlinked", "Watched", "Unwatched"),
    *("EscalationAcknowledged", "MarkReached", "TargetBreached"),
    *("TimeBooked", "TimeCorrected", "Rated"),
    *("TemplateMade", "Unmerged", "Released"),
    *("StakeholdersUpdated", "TimelineNoted", "ReviewBegun", "ReviewActionAdded"),
    *("ReviewActionDone", "ReviewCompleted"),
}
"""What may still happen to a ticket that is over: talk, time, a rating, what was noticed late, a
template, the undoing of a merge, and the review of a major incident."""

State = dict[str, Any]
Moves = set[tuple[str, str]]


def state(record: Aggregate) -> State:
    return {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in vars(record).items()
        if name != "pending"
    }


def begun(kind: type[Aggregate], first: Attempt) -> Aggregate | None:
    id = person("ann") if kind is Person else record_id(kind.prefix, 1)
    try:
        record: Aggregate = getattr(kind, first.command)(id, **first.arguments, by=first.by)
    except Refused:
        return None
    return record


def lived(kind: type[Aggregate], tried: list[Attempt]) -> tuple[Aggregate, list[Entry]] | None:
    """Try it all. The record in the end and its history, or None if it never began."""
    record = begun(kind, tried[0])
    if record is None:
        return None
    history = list(record.collect_events())
    assert len(history) == 1
    check(record)
    for attempt in tried[1:]:
        before = state(record)
        copy = record.fork()
        try:
            getattr(copy, attempt.command)(**attempt.arguments, by=attempt.by)
        except Refused:
            assert not copy.pending
            assert state(copy) == before
        assert state(record) == before, "a command on a working copy changed the original"
        happened = copy.collect_events()
        assert copy.version == record.version + len(happened)
        assert happened or state(copy) == before
        check(copy)
        check_step(record, copy, happened)
        history += happened
        record = copy
    return record, history


# Invariants ------------------------------------------------------------------------------


def check(record: Aggregate) -> None:
    if isinstance(record, Ticket):
        check_ticket(record)
    CHECKS[type(record)](record)


def check_ticket(ticket: Ticket) -> None:
    for several in (ticket.links, ticket.watchers, ticket.attachments):
        assert len(several) == len(set(several))
    assert ticket.id not in {other for _, other in ticket.links}
    assert not set(ticket.fields) & set(ticket.personal_fields)
    numbers = [item.number for item in ticket.checklist]
    assert numbers == sorted(set(numbers))
    assert not numbers or numbers[-1] <= ticket.items_added
    for item in ticket.checklist:
        assert bool(item.done_by) == (item.done_at is not None)
    for number, booking in enumerate(ticket.bookings, 1):
        assert booking.number == number
        assert 0 <= booking.minutes <= MINUTES_MAX
    if isinstance(ticket, Satisfaction):
        assert all(1 <= score <= SCORE_MAX for score in ticket.scores.values())
        assert all(1 <= resolution <= ticket.reopened + 1 for resolution in ticket.scores)
    if ticket.impact is None or ticket.urgency is None:
        assert ticket.priority is None
    else:
        assert ticket.priority == priority.priority(ticket.impact, ticket.urgency)


def check_incident(incident_: Incident) -> None:
    status = incident_.status
    assert (status is incident.Status.PENDING) == (incident_.pending_reason != "")
    assert (incident_.resolved_at is not None) == (
        status in (incident.Status.RESOLVED, incident.Status.CLOSED)
    )
    assert (incident_.closed_at is not None) == (incident_.status in ("closed", "cancelled"))
    if status is incident.Status.ASSIGNED:
        assert incident_.team or incident_.assignee
    assert len(incident_.marks) == len(set(incident_.marks))
    assert all(1 <= round <= incident_.service_level_round for round, *_ in incident_.marks)
    assert incident_.support_level in incident.SUPPORT_LEVELS
    check_merged(incident_)
    assert not (incident_.is_major and incident_.is_major_proposed)
    assert incident_.was_major or not (incident_.is_major or incident_.major_review)
    if incident_.update_due is not None:
        assert incident_.is_major
        assert incident_.is_at_work


def check_merged(ticket: Mergeable) -> None:
    assert (ticket.status == MERGED) == (ticket.merged_into is not None)
    assert (ticket.before_merge != ("", "")) == (ticket.merged_into is not None)
    assert ticket.merged_into != ticket.id
    assert len(set(ticket.absorbed)) == len(ticket.absorbed)


def check_problem(problem_: Problem) -> None:
    status = problem_.status
    assert (status is problem.Status.PENDING) == (problem_.pending_reason != "")
    if status is problem.Status.KNOWN_ERROR:
        assert problem_.is_known_error
    if problem_.is_known_error:
        assert problem_.has_cause or problem_.has_workaround
    if status is problem.Status.ASSIGNED:
        assert problem_.team or problem_.assignee


def check_question(question_: Question) -> None:
    status = question_.status
    assert (status is question.Status.PENDING) == (question_.pending_reason != "")
    assert (question_.answered_at is not None) == (
        status in (question.Status.ANSWERED, question.Status.CLOSED)
    )
    if question_.is_first_contact:
        assert question_.answered_at is not None
        assert question_.reopened == 0
    if status is question.Status.ASSIGNED:
        assert question_.team or question_.assignee
    check_merged(question_)
    assert len(question_.hands) == len(set(question_.hands))


def check_change(change_: Change) -> None:
    status, standing = change_.status, change_.standing
    assert change_.is_in_approval == bool(standing.open)
    assert (status is change.Status.IN_APPROVAL) <= change_.is_in_approval
    check_standing(change_)
    undecided = {
        change.Status.PROPOSED,
        change.Status.WITHDRAWN,
        change.Status.CANCELLED,
    }
    if status not in undecided and not change_.is_approval_owed:
        assert change_.round > 0
        assert change_.risk
        assert change_.is_planned
    if change_.type == "standard":
        assert change_.template
    if change_.is_in_approval and status is not change.Status.IN_APPROVAL:
        assert change_.is_approval_owed
    names = [owed.name for owed in change_.obligations]
    assert len(set(names)) == len(names)
    check_tasks(change_)
    assert (change_.scheduled_start is None) == (change_.scheduled_end is None)
    if change_.scheduled_start and change_.scheduled_end:
        assert change_.scheduled_start < change_.scheduled_end


def check_standing(record: ApprovalRounds) -> None:
    standing = record.standing
    # Who has voted on a draft may write the next one, get the asset, or come to own the record.
    assert record.barred.isdisjoint(record.voted) or (
        isinstance(record, Versioned | Asset | Gates) and not standing.open
    )
    assert len({stage.name for stage in standing.stages}) == len(standing.stages)
    assert not set(standing.passed) & set(standing.open)
    if standing.open:
        assert set(standing.barred) == record.barred
    for name, opened in standing.open.items():
        assert standing.verdict(name).outcome == "pending"
        assert standing.silent(name)
        assert opened.due is not None or opened.asked_by or opened.is_held
        assert opened.is_held == bool(standing.held)
    # What was passed on another version keeps the votes of those who would have none now.
    settled = standing.passed if standing.process_version > 1 else ()
    voting = {name: votes for name, votes in standing.ballots.items() if name not in settled}
    for name, ballots in voting.items():
        assert set(ballots) <= set(standing.stage(name).voters)
        assert {ballot.seen for ballot in ballots.values()} <= {record.material_digest()} or (
            not standing.open
        )
        excluded = {*standing.exclude, *standing.stage(name).exclude}
        assert excluded.isdisjoint(ballots)
        assert excluded.isdisjoint(ballot.cast_by for ballot in ballots.values())
        hands = [ballot.cast_by for ballot in ballots.values()]
        assert len(hands) == len(set(hands))
    if not standing.repeat_voters:
        hands = [ballot.cast_by for ballots in voting.values() for ballot in ballots.values()]
        assert len(hands) == len(set(hands))


def check_tasks(change_: Change) -> None:
    known = {task.number: task for task in change_.tasks}
    assert list(known) == list(range(1, len(known) + 1))
    assert not tasks.circle({task.number: set(task.after) for task in change_.tasks})
    for task in change_.tasks:
        earlier = tasks.PHASES.index(task.phase)
        assert all(tasks.PHASES.index(known[number].phase) <= earlier for number in task.after)
    started = change_.status in change_moves.STARTED
    if started and change_.type != "emergency":
        assert not tasks.unfinished(change_.tasks, "before")
    if change_.status is change.Status.IMPLEMENTED:
        assert not tasks.unfinished(change_.tasks, "implementation")
    if change_.status is change.Status.CLOSED:
        assert not tasks.unfinished(change_.tasks, "after")
        assert not change_.is_approval_owed


def check_asset(asset_: Asset) -> None:
    has_holder = asset_.holder is not None
    if asset_.status is asset.Status.IN_USE:
        assert has_holder
    elif asset_.status is not asset.Status.IN_REPAIR:
        assert not has_holder
    assert len(asset_.relations) == len(set(asset_.relations))
    assert asset_.id not in {other for _, other in asset_.relations}
    for group in asset_.groups.values():
        assert 1 <= group.needed < len(group.members)
    check_standing(asset_)
    assert (asset_.approval == "pending") == bool(asset_.standing.open)
    if asset_.standing.open:
        assert asset_.proposal


def check_asset_type(type_: AssetType) -> None:
    assert type_.versions
    for number, schema in enumerate(type_.versions, 1):
        assert (schema.type, schema.version) == (type_.id, number)
        names = [one.name for level in schema.levels for one in level.attributes]
        assert len(names) == len(set(names))
    assert type_.id not in type_.extensions


def check_person(person_: Person) -> None:
    assert person_.roles
    assert person_.name
    assert person_.username
    assert person_.manager != person_.id
    for number, made in enumerate(person_.delegations, 1):
        assert made.number == number
        assert made.to != person_.id
    assert len({token.id for token in person_.tokens}) == len(person_.tokens)
    assert person_.password == "" or person_.password.startswith("$")
    if not person_.is_active:
        assert all(token.is_revoked for token in person_.tokens)


def check_team(team: Team) -> None:
    assert team.name
    assert set(team.leads) <= set(team.members)
    assert len(team.members) == len(set(team.members))
    if team.is_disbanded:
        assert not team.members


def check_organisation(organisation: Organisation) -> None:
    assert organisation.name
    assert organisation.parent != organisation.id


def check_definition(record: Versioned[Any]) -> None:
    assert record.name
    assert record.draft_definition is not None
    assert record.published_version == len(record.versions)
    assert all(one != next for one, next in zip(record.versions, record.versions[1:], strict=False))
    if record.is_retired:
        assert record.published is None
    assert (record.approval == "pending") == bool(record.standing.open)
    check_standing(record)
    if record.granted_round:
        assert record.approval == "approved"
        assert record.is_news()
    if record.outstanding:
        assert record.granted_round or record.is_retired


def check_release(record: Release) -> None:
    assert record.name
    assert (record.approval == "pending") == bool(record.standing.open)
    check_standing(record)
    phases = record.phases
    assert [phase.number for phase in phases] == list(range(1, len(phases) + 1))
    assert len({phase.name for phase in phases}) == len(phases)
    assert all(one.end <= next.start for one, next in pairwise(phases))
    assert all(phase.start < phase.end for phase in phases)
    changes = [change for phase in phases for change in phase.changes]
    assert len(changes) == len(set(changes))
    assert record.passed.keys() <= record.written.keys() & set(record.gates)
    states = [phase.state for phase in phases]
    order = ["done", "rolling out", "backed out", "planned"]
    assert states == sorted(states, key=order.index)
    assert states.count("rolling out") <= 1
    for phase in phases:
        assert (phase.outcome != "") == (phase.state == "done")
        if phase.state in ("rolling out", "done"):
            assert phase.name in record.passed
            assert record.backout
    status = record.status
    if status in (release_moves.Status.PLANNED, release_moves.Status.CANCELLED):
        assert set(states) <= {"planned"}
    if status is release_moves.Status.COMPLETED:
        assert set(states) == {"done"}
    if status is release_moves.Status.BACKED_OUT:
        assert "backed out" in states
        assert not {"done", "rolling out"} & set(states)
    if record.is_over:
        assert not record.standing.open


def check_service(record: Service) -> None:
    assert record.name
    assert (record.approval == "pending") == bool(record.standing.open)
    check_standing(record)
    assert record.passed.keys() <= record.written.keys()
    for status, act in ((service.Status.CHARTERED, "charter"), (service.Status.LIVE, "go_live")):
        if record.status is status:
            assert set(service.MOVES[act].gates) <= record.passed.keys()
            assert all(getattr(record, field) for field in service.MOVES[act].fields)
    if record.standing.open:
        assert record.status is service.GATES[record.gate]
        assert record.gate not in record.passed
    assert record.is_in_catalogue <= (record.live_since is not None)


def check_article(record: Article) -> None:
    check_definition(record)
    assert record.name == (record.draft_definition or record.versions[-1]).title
    assert (record.review_due is not None) == bool(record.versions)
    assert not record.is_overdue or record.versions
    assert not record.is_submitted or not record.standing.open
    assert record.answers >= 0
    assert record.versions or not (record.feedback or record.answers)
    in_review = record.draft_status is article.Status.IN_REVIEW
    waits = record.is_submitted or bool(record.standing.open) or record.granted_round > 0
    assert in_review == (waits and record.news is not None and not record.is_retired)


def check_meeting(meeting: CabMeeting) -> None:
    assert meeting.start
    assert meeting.end
    assert meeting.start < meeting.end
    assert set(meeting.minuted) <= set(meeting.agenda)
    has_begun = meeting.status in (cab_meeting.Status.IN_SESSION, cab_meeting.Status.CLOSED)
    assert bool(meeting.present) == has_begun


def check_calendar(calendar: Calendar) -> None:
    assert calendar.name
    assert calendar.hours_version == len(calendar.given) >= 1
    check_hours(calendar.own_hours, calendar.names)
    assert counted(calendar.own_hours, calendar.public_holidays) == calendar.hours


def check_request(request: ServiceRequest) -> None:
    status = request.status
    assert (status is service_request.Status.PENDING) == (request.pending_reason != "")
    assert (request.fulfilled_at is not None) == (
        status in (service_request.Status.FULFILLED, service_request.Status.CLOSED)
    )
    assert (status is service_request.Status.IN_APPROVAL) == (request.approval == "pending")
    assert (status is service_request.Status.IN_APPROVAL) == bool(request.standing.open)
    assert (request.closed_at is not None) == request.is_over
    assert status is not service_request.Status.APPROVED or request.approval == "approved"
    assert (request.offering is None) == (request.offering_version == 0)
    check_fulfilment(request)


def check_fulfilment(request: ServiceRequest) -> None:
    known = {task.number: task for task in request.tasks}
    assert list(known) == list(range(1, len(known) + 1))
    assert not tasks.circle({task.number: set(task.after) for task in request.tasks})
    left = {task.number for task in request.tasks if task.state not in tasks.OVER}
    match request.status:
        case service_request.Status.BEING_UNDONE:
            assert left
            assert all(known[number].compensates for number in left)
        case service_request.Status.FULFILLED | service_request.Status.CLOSED:
            assert not left
        case service_request.Status.CANCELLED:
            assert not left
    for task in request.tasks:
        assert not task.compensates or known[task.compensates].state == "done"


def check_ticket_type(type: TicketType) -> None:
    assert type.ticket in ACTS
    assert type.definition_version >= 1
    for definition in type.versions:
        check_definition_of_type(type.ticket, definition)


CHECKS: dict[type[Aggregate], Callable[[Any], None]] = {
    ApprovalProcess: check_definition,
    Article: check_article,
    Asset: check_asset,
    AssetType: check_asset_type,
    CabMeeting: check_meeting,
    Calendar: check_calendar,
    Change: check_change,
    ChangeTemplate: check_definition,
    ChangeWindow: check_definition,
    Incident: check_incident,
    Offering: check_definition,
    Organisation: check_organisation,
    Person: check_person,
    Problem: check_problem,
    Question: check_question,
    AssignmentRule: check_definition,
    Release: check_release,
    RiskModel: check_definition,
    Service: check_service,
    ServiceLevelPolicy: check_definition,
    ServiceRequest: check_request,
    Team: check_team,
    TicketType: check_ticket_type,
}

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
    Incident: {
        *((source, move.target) for move in incident.MOVES.values() for source in move.sources),
        ("new", "assigned"),
        *(("merged", state) for state in incident.OPEN),
    },
    Problem: {
        *((source, move.target) for move in problem.MOVES.values() for source in move.sources),
        ("new", "assigned"),
        ("pending", "known error"),
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
        ("requested", "approved"),  # by a submission that is decided at once
        ("requested", "rejected"),
        ("rejected", "approved"),
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
        assert str(before.requester) not in set(after.hands) - set(before.hands)
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


# The tests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EVERY_KIND)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_no_invariant_breaks_and_history_rebuilds_the_state(
    kind: type[Aggregate], data: st.DataObject
) -> None:
    life = lived(kind, data.draw(attempts(kind)))
    if life is None:
        return
    record, history = life

    mapper = LedgerMapper(MemoryKeys())
    mapper.keys.ensure(mapper.subjects(history))
    rebuilt = kind(record.id)
    for position, entry in enumerate(history, 1):
        read = mapper.entry(mapper.to_stored_event(entry), position)
        assert read.event == entry.event
        rebuilt.replay(read)

    assert vars(rebuilt) == vars(record)
    if kind.can_snapshot:
        restored = snapshots.restore(kind, record.id, record.version, snapshots.take(record))
        assert vars(restored) == vars(record)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_command_is_tried(kind: type[Aggregate]) -> None:
    commands = {
        name
        for name, member in inspect.getmembers(kind, callable)
        if not name.startswith("_")
        and not isinstance(member, type)
        and "by" in inspect.signature(member).parameters
    }

    assert {*COMMANDS[kind], BEGINNINGS[kind][0]} == commands


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_stories_record_every_event_that_a_command_records(kind: type[Aggregate]) -> None:
    recorded = set()
    for story in STORIES[kind]:
        life = lived(kind, told(story))
        assert life is not None
        recorded |= {type(entry.event).__name__ for entry in life[1]}

    assert recorded == {event.__name__ for event in kind.topics} - IMPORTED - FORMER


def test_people_are_not_kept_in_snapshots() -> None:
    assert [kind for kind in EVERY_KIND if not kind.can_snapshot] == [Person]
