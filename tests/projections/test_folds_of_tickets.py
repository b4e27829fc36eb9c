"""Whatever happens to a ticket, the views say of it what the ticket says of itself."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.approvable_ticket import ApprovableTicket
from domain.approval_round import Terms
from domain.change import Change
from domain.ids import record_id
from domain.incident import Incident
from domain.problem import Problem
from domain.promises import BREACH, FIRST_RESPONSE
from domain.question import Question
from domain.rules import Refused
from domain.satisfaction import Satisfaction
from domain.service_request import ServiceRequest
from domain.tasks import OVER
from domain.ticket import Ticket
from projections import (
    approvals_inbox,
    change_board,
    change_work,
    fulfilment,
    mentions,
    sla_board,
    ticket_lists,
    ticket_page,
    ticket_work,
    work_queue,
)
from projections.tables import instant_or_none
from tests.domain.changes import PROCESS, planned, stage
from tests.domain.kinds import EVERY_KIND
from tests.people import ANN, CUSTOMER, MONDAY, OPERATOR, person, signed
from tests.projections.folding import ASKING, RANDOM, a_life, text
from tests.projections.lives import entries_of, folded, row_of, rows_of

TICKETS = [kind for kind in EVERY_KIND if issubclass(kind, Ticket)]


@pytest.mark.parametrize("kind", TICKETS)
@RANDOM
@given(data=st.data())
def test_the_work_queue_agrees_with_the_ticket(kind: type[Aggregate], data: st.DataObject) -> None:
    record, entries = a_life(kind, data)

    store = folded(ticket_lists.VIEW, entries)
    row = row_of(store, work_queue.QUEUE, str(record.id))

    assert row.number == record.number
    assert (row.status, row.version) == (record.status, record.version)
    assert (row.impact, row.urgency, row.priority) == (
        record.impact,
        record.urgency,
        record.priority,
    )
    assert (row.category, row.subcategory, row.service) == (
        record.category,
        record.subcategory,
        record.service,
    )
    assert (row.team, row.assignee) == (text(record.team), text(record.assignee))
    assert (row.requester, row.organisation) == (text(record.requester), text(record.organisation))
    assert row.comments == record.comments
    assert row.pending_reason == getattr(record, "pending_reason", "")
    assert {watcher.person for watcher in rows_of(store, work_queue.WATCHERS)} == {
        str(person) for person in record.watchers
    }
    assert row.support_level == getattr(record, "support_level", None)
    if kind is Incident:
        assert row.channel == record.channel
        assert (row.support_level, row.escalation_level) == (
            record.support_level,
            record.escalation_level,
        )
        assert (row.responded_at, row.resolved_at, row.closed_at) == (
            instant_or_none(record.responded_at),
            instant_or_none(record.resolved_at),
            instant_or_none(record.closed_at),
        )
    if kind is Problem:
        assert row.is_known_error == record.is_known_error
    if kind is Question:
        assert (row.is_first_contact, row.hands) == (record.is_first_contact, record.hands)
        assert row.resolved_at == instant_or_none(record.answered_at)
    assert row.fields == {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in record.fields.items()
    }
    assert row.reassigned == record.reassigned
    assert row.reopened == getattr(record, "reopened", 0)
    if kind is Change:
        assert (row.type, row.is_approval_owed) == (record.type, record.is_approval_owed)
    if isinstance(record, ApprovableTicket):
        opened = record.standing.open
        assert set(row.asked_in) == {name for name, stage in opened.items() if stage.asked_by}
        assert row.is_information_asked == bool(row.asked_in)
    if record.is_over:
        assert not row.is_open


@pytest.mark.parametrize("kind", TICKETS)
@RANDOM
@given(data=st.data())
def test_the_ticket_page_agrees_with_the_ticket(kind: type[Aggregate], data: st.DataObject) -> None:
    record, entries = a_life(kind, data)
    assert isinstance(record, Ticket)

    store = folded(ticket_page.VIEW, entries)
    row = row_of(store, ticket_page.PAGES, str(record.id))

    assert row.details == record.details
    assert len(rows_of(store, ticket_page.COMMENTS)) == record.comments
    assert {(link.type, link.other) for link in rows_of(store, ticket_page.LINKS)} == {
        (type, str(other)) for type, other in record.links
    }
    assert {file.sha256 for file in rows_of(store, ticket_page.ATTACHMENTS)} == {
        *record.attachments
    }
    if isinstance(record, Change):
        assert len(row.approval) == record.round
        assert bool(row.plan) == record.is_planned
        stages = row.approval[str(record.round)]["stages"] if record.round else []
        standing = record.standing
        opened = {stage["name"] for stage in stages if stage["state"] == "open"}
        passed = {stage["name"] for stage in stages if stage["state"] == "approved"}
        assert (opened, passed) == (set(standing.open), set(standing.passed))
        for stage in stages:
            if stage["state"] != "skipped":
                votes = {vote["voter"]: vote["vote"] for vote in stage["votes"]}
                assert votes == standing.votes(stage["name"])
                assert tuple(stage["voters"]) == standing.stage(stage["name"]).voters
            if stage["state"] == "open":
                assert stage["due"] == instant_or_none(standing.open[stage["name"]].due)
        if record.round:
            conditions = row.approval[str(record.round)]["conditions"]
            told = {one["number"]: one["is_fulfilled"] for one in conditions}
            known = {one.number: one for one in record.tasks}
            assert {task.number for task in record.conditions} <= told.keys()
            assert told == {number: known[number].state == "done" for number in told}
    if isinstance(record, Problem):
        assert (bool(row.workaround), bool(row.cause)) == (record.has_workaround, record.has_cause)
        assert (len(row.symptoms), row.fix) == (record.symptoms, text(record.fix))


@pytest.mark.parametrize("kind", TICKETS)
@RANDOM
@given(data=st.data())
def test_the_work_on_a_ticket_agrees_with_the_ticket(
    kind: type[Aggregate], data: st.DataObject
) -> None:
    record, entries = a_life(kind, data)
    assert isinstance(record, Ticket)

    store = folded(ticket_work.VIEW, entries)
    row = row_of(store, ticket_work.WORK, str(record.id))

    assert (row.minutes_spent, row.minutes_billable) == (
        record.minutes_spent,
        record.minutes_billable,
    )
    assert {one.person for one in rows_of(store, ticket_work.AFFECTED)} == {
        str(person) for person in record.affected_people
    }
    assert [(item.number, item.done_by) for item in rows_of(store, ticket_work.ITEMS)] == [
        (item.number, item.done_by) for item in record.checklist
    ]
    assert set(row.fields) == {*record.filled}
    assert {name: row.fields[name] for name in record.fields} == {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in record.fields.items()
    }
    assert row.items == len(record.checklist)
    assert row.items_done == sum(bool(item.done_by) for item in record.checklist)
    assert [one.minutes for one in rows_of(store, ticket_work.TIME)] == [
        booking.minutes for booking in record.bookings
    ]
    if isinstance(record, Satisfaction):
        ratings = rows_of(store, ticket_work.RATINGS)
        assert {one.resolution: one.score for one in ratings} == record.scores
        assert row.rated_until == instant_or_none(record.asks_until)


@RANDOM
@given(data=st.data())
def test_the_change_board_agrees_with_the_change(data: st.DataObject) -> None:
    change, entries = a_life(Change, data)
    assert isinstance(change, Change)

    row = row_of(folded(change_board.VIEW, entries), change_board.BOARD, str(change.id))

    assert (row.status, row.type, row.risk) == (change.status, change.type, change.risk or "")
    assert (row.is_planned, row.round) == (change.is_planned, change.round)
    assert row.is_approval_owed == change.is_approval_owed
    assert row.is_information_asked == any(one.asked_by for one in change.standing.open.values())
    opened = change.standing.open
    assert row.open_stage == ", ".join(opened)
    due = [stage.due for stage in opened.values() if stage.due]
    assert row.due == instant_or_none(min(due, default=None))
    assert row.is_escalated == any(stage.is_escalated for stage in opened.values())
    assert row.votes == sum(len(change.standing.votes(name)) for name in opened)
    assert row.scheduled_start == instant_or_none(change.scheduled_start)
    assert row.scheduled_end == instant_or_none(change.scheduled_end)
    assert row.outcome == (change.outcome or "")


@RANDOM
@given(data=st.data())
def test_the_work_on_a_change_agrees_with_the_change(data: st.DataObject) -> None:
    change, entries = a_life(Change, data)
    assert isinstance(change, Change)

    store = folded(change_work.VIEW, entries)
    row = row_of(store, change_work.WORK, str(change.id))
    tasks = rows_of(store, change_work.TASKS)
    findings = rows_of(store, change_work.FINDINGS)

    assert (row.template, row.template_version) == (text(change.template), change.template_version)
    assert row.approval_state == change.approval
    assert row.affects == tuple(map(str, change.affected_assets))
    assert [(task.number, task.phase, task.after, task.state) for task in tasks] == [
        (task.number, task.phase, task.after, task.state) for task in change.tasks
    ]
    assert [(task.team, task.assignee) for task in tasks] == [
        (text(task.team), text(task.assignee)) for task in change.tasks
    ]
    assert {
        (finding.name, finding.due, finding.is_overdue) for finding in findings if finding.is_open
    } == {(owed.name, instant_or_none(owed.due), owed.is_overdue) for owed in change.obligations}
    assert {finding.type for finding in findings} <= {change.type}


@pytest.mark.parametrize("kind", [ServiceRequest, Problem])
@RANDOM
@given(data=st.data())
def test_the_tasks_of_a_ticket_agree_with_the_ticket(
    kind: type[Aggregate], data: st.DataObject
) -> None:
    request, entries = a_life(kind, data)
    assert isinstance(request, ServiceRequest | Problem)

    store = folded(fulfilment.VIEW, entries)
    tasks = rows_of(store, fulfilment.TASKS)
    work = rows_of(store, fulfilment.WORK)

    if isinstance(request, ServiceRequest):
        assert row_of(store, fulfilment.REQUESTS, str(request.id)).status == request.status
    assert [(task.number, task.after, task.state, task.compensates) for task in tasks] == [
        (task.number, task.after, task.state, task.compensates) for task in request.tasks
    ]
    assert [(one.task, one.team, one.assignee, one.state) for one in work] == [
        (task.number, text(task.team), text(task.assignee), task.state) for task in request.tasks
    ]
    assert {one.task for one in work if one.is_ready} == {
        task.number for task in request.tasks if can_be_done(request, task.number)
    }


def can_be_done(request: ServiceRequest | Problem, number: int) -> bool:
    if request.task(number).state in OVER:
        return False
    try:
        request.fork().complete_task(number, by=signed("kim"))
    except Refused:
        return False
    return True


@RANDOM
@given(data=st.data())
def test_the_inbox_asks_those_who_may_still_vote(data: st.DataObject) -> None:
    change, entries = a_life(Change, data)
    assert isinstance(change, Change)

    asked = rows_of(folded(approvals_inbox.VIEW, entries), approvals_inbox.INBOX)

    standing = change.standing
    assert {(row.voter, row.stage) for row in asked if row.asks == "information"} == {
        (str(change.requester), name)
        for name, opened in standing.open.items()
        if opened.asked_by and change.requester is not None
    }
    assert {(row.voter, row.stage) for row in asked if row.asks == "vote"} == {
        (voter, name)
        for name in standing.open
        for voter in set(standing.stage(name).voters) - set(standing.votes(name)) - change.barred
        if voter in standing.entitled(name)
    }
    for row in asked:
        verdict, opened = standing.verdict(row.stage), standing.open[row.stage]
        assert (row.round, row.due) == (change.round, instant_or_none(opened.due))
        assert (row.still_needed, row.next) == (verdict.still_needed, verdict.next)


@RANDOM
@given(data=st.data())
def test_the_sla_board_agrees_with_the_incident(data: st.DataObject) -> None:
    incident, entries = a_life(Incident, data)
    assert isinstance(incident, Incident)

    rows = rows_of(folded(ticket_lists.VIEW, entries), sla_board.BOARD)
    rows = [row for row in rows if row.agreement == "SLA"]

    promised = {commitment.name: commitment for commitment in incident.commitments}
    shown = {row.target: row for row in rows}
    assert promised.keys() <= shown.keys()
    for name, row in shown.items():
        over = incident.responded_at if name == FIRST_RESPONSE else incident.resolved_at
        assert row.round == incident.service_level_round
        if name not in promised:
            assert row.state in ("cancelled", "met")
        elif over is not None:
            assert row.state in ("met", "cancelled")
        elif incident.is_over:
            assert row.state == "cancelled"
        elif incident.pending_reason in promised[name].pausing:
            assert row.state == "paused"
        else:
            assert row.state == "running"
        done = {
            mark
            for round, target, mark, _ in incident.marks
            if (round, target) == (row.round, name)
        }
        assert row.next_mark not in done
        assert row.next_mark in ("", BREACH) or row.state == "running"
        assert row.next_mark == "" or row.state != "cancelled"
        assert (row.due is None) == (row.state != "running")


def test_the_lists_of_changes_and_of_tasks_follow_who_asks() -> None:
    change, request = (
        planned(),
        ServiceRequest.order(
            record_id("REQ", 1), title="A screen", requester=ASKING, organisation=CUSTOMER, by=ANN
        ),
    )
    request.add_task(title="Order it.", team=record_id("TEA", 1), by=ANN)
    for ticket in (change, request):
        ticket.change_requester(person("bea"), organisation=OPERATOR, reason="It is ours.", by=ANN)

    on_board = row_of(
        folded(change_board.VIEW, entries_of(change)), change_board.BOARD, str(change.id)
    )
    task = row_of(folded(fulfilment.VIEW, entries_of(request)), fulfilment.WORK, str(request.id), 1)

    for row in (on_board, task):
        assert (row.requester, row.organisation) == (str(person("bea")), str(OPERATOR))


def test_a_stage_that_a_freeze_holds_has_no_due_moment_on_the_page_after_a_migration_either() -> (
    None
):
    change = planned()
    change.submit(process=PROCESS, process_version=1, stages=[stage("Peers", "bea")], by=ANN)
    change.hold_approval(record_id("WIN", 1), by=signed("eve", MONDAY + timedelta(hours=1)))
    change.migrate_approval(
        2,
        stages=[stage("Peers", "bea", "dan")],
        terms=Terms(),
        by=signed("olga", MONDAY + timedelta(hours=2)),
    )

    row = row_of(folded(ticket_page.VIEW, entries_of(change)), ticket_page.PAGES, str(change.id))

    [peers] = row.approval["1"]["stages"]
    assert (peers["state"], peers["due"]) == ("open", None)
    assert change.standing.open["Peers"].due is None


@pytest.mark.parametrize("kind", TICKETS)
@RANDOM
@given(data=st.data())
def test_the_mentions_agree_with_the_ticket(kind: type[Aggregate], data: st.DataObject) -> None:
    record, entries = a_life(kind, data)

    rows = rows_of(folded(mentions.VIEW, entries), mentions.MENTIONS)

    assert {row.person for row in rows if not row.is_read} == set(map(str, record.unread))
    watchers = set(map(str, record.watchers))
    for row in rows:
        assert (row.requester, row.organisation) == (
            text(record.requester),
            text(record.organisation),
        )
        assert (row.follower is not None) == (row.person in watchers)
