"""What always holds of tickets, changes and releases."""

from itertools import pairwise

from domain import (
    change,
    change_moves,
    incident,
    priority,
    problem,
    question,
    release_moves,
    service_request,
    tasks,
)
from domain.approval_round import ApprovalRounds
from domain.asset import Asset
from domain.change import Change
from domain.gates import Gates
from domain.incident import Incident
from domain.merging import MERGED, Mergeable
from domain.problem import Problem
from domain.question import Question
from domain.release import Release
from domain.satisfaction import SCORE_MAX, Satisfaction
from domain.service_request import ServiceRequest
from domain.team import SUPPORT_LEVELS
from domain.ticket import Ticket
from domain.time_spent import MINUTES_MAX
from domain.versioned import Versioned


def check_ticket(ticket: Ticket) -> None:
    for several in (ticket.links, ticket.watchers, ticket.unread, ticket.attachments):
        assert len(several) == len(set(several))
    assert (ticket.editor is None) == (ticket.edited_until is None)
    assert ticket.editor is not None or ticket.edit_minutes == 0
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
        survey = ticket.survey
        if survey is not None:
            assert 1 <= survey.resolution <= ticket.reopened + 1
            assert survey.asks_at is None or survey.until is None
            assert survey.remind_at is None or survey.until is not None
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
    assert incident_.support_level in SUPPORT_LEVELS
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
    check_merged(problem_)


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
    for stage in standing.stages:
        cast = standing.ballots.get(stage.name, {}).values()
        assert all(ballot.is_signed for ballot in cast) or not stage.needs_signature
        assert cast or not (stage.needs_signature and stage.name in standing.passed)
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


def check_request(request: ServiceRequest) -> None:
    status = request.status
    assert (status is service_request.Status.PENDING) == (request.pending_reason != "")
    assert (request.fulfilled_at is not None) == (
        status in (service_request.Status.FULFILLED, service_request.Status.CLOSED)
    )
    assert (status is service_request.Status.IN_APPROVAL) == (request.approval == "pending")
    assert (status is service_request.Status.IN_APPROVAL) == bool(request.standing.open)
    assert (request.closed_at is not None) == (request.is_over and status != MERGED)
    check_merged(request)
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
