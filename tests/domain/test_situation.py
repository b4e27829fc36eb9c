from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.change import Change
from domain.change_moves import STARTED
from domain.ids import record_id
from domain.incident import Incident
from domain.question import Question
from domain.service_conditions import FIELDS
from domain.service_request import ServiceRequest
from domain.situation import NOBODY, NOTHING, Situation, situation_of
from domain.situation_events import EVENTS, after, told
from domain.ticket import Visibility
from tests.domain.stories import attempts
from tests.people import BEA, CUSTOMER, person, signed, system
from tests.projections.lives import lived

RANDOM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
TEAM = record_id("TEA", 1)
ANN = signed("ann")


def incident() -> Incident:
    return Incident.log(
        record_id("INC", 1),
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )


def now(ticket: Incident | Change | ServiceRequest) -> Situation:
    return after(entry.event for entry in ticket.pending)


@RANDOM
@given(data=st.data())
def test_the_situation_of_an_incident_is_its_state(data: st.DataObject) -> None:
    ticket = lived(Incident, data.draw(attempts(Incident)))
    assume(ticket is not None)
    assert isinstance(ticket, Incident)

    situation = now(ticket)

    assert situation == Situation(
        kind="incident",
        status=ticket.status,
        waiting_for=ticket.pending_reason,
        priority=ticket.priority or 0,
        impact=ticket.impact or 0,
        urgency=ticket.urgency or 0,
        category=ticket.category,
        subcategory=ticket.subcategory,
        service=ticket.service,
        requester=ticket.requester,
        organisation=ticket.organisation,
        team=ticket.team,
        assignee=ticket.assignee,
        support_level=ticket.support_level,
        responded=ticket.responded_at is not None,
        resolved=ticket.resolved_at is not None,
        awaits_reply=situation.awaits_reply,
        reopened=ticket.reopened,
        is_over=ticket.is_over,
        is_major=ticket.is_major,
        channel=ticket.channel,
    )


@RANDOM
@given(data=st.data())
def test_the_situation_of_a_question_is_its_state(data: st.DataObject) -> None:
    ticket = lived(Question, data.draw(attempts(Question)))
    assume(ticket is not None)
    assert isinstance(ticket, Question)

    situation = after(entry.event for entry in ticket.pending)

    assert situation == Situation(
        kind="question",
        status=ticket.status,
        waiting_for=ticket.pending_reason,
        priority=ticket.priority or 0,
        impact=ticket.impact or 0,
        urgency=ticket.urgency or 0,
        category=ticket.category,
        subcategory=ticket.subcategory,
        service=ticket.service,
        requester=ticket.requester,
        organisation=ticket.organisation,
        team=ticket.team,
        assignee=ticket.assignee,
        responded=ticket.is_answered,
        resolved=ticket.answered_at is not None,
        awaits_reply=ticket.awaits_reply,
        reopened=ticket.reopened,
        support_level=ticket.support_level,
        is_over=ticket.is_over,
        channel=ticket.channel,
    )


@RANDOM
@given(data=st.data())
def test_the_situation_of_a_request_is_its_state(data: st.DataObject) -> None:
    ticket = lived(ServiceRequest, data.draw(attempts(ServiceRequest)))
    assume(ticket is not None)
    assert isinstance(ticket, ServiceRequest)

    assert now(ticket) == situation_of(ticket)


@RANDOM
@given(data=st.data())
def test_the_situation_of_a_change_is_its_state(data: st.DataObject) -> None:
    ticket = lived(Change, data.draw(attempts(Change)))
    assume(ticket is not None)
    assert isinstance(ticket, Change)

    situation = now(ticket)

    approval = "in approval" if ticket.approval == "pending" else ticket.approval
    assert situation == Situation(
        kind="change",
        type=ticket.type,
        status=ticket.status,
        priority=ticket.priority or 0,
        impact=ticket.impact or 0,
        urgency=ticket.urgency or 0,
        category=ticket.category,
        subcategory=ticket.subcategory,
        service=ticket.service,
        requester=ticket.requester,
        organisation=ticket.organisation,
        team=ticket.team,
        assignee=ticket.assignee,
        responded=situation.responded,
        resolved=ticket.status in STARTED and ticket.outcome is not None,
        awaits_reply=situation.awaits_reply,
        approval=approval,
        is_approval_owed=ticket.is_approval_owed,
        is_over=ticket.is_over,
    )


def test_a_situation_has_every_field_that_conditions_can_ask_for() -> None:
    assert all(hasattr(NOTHING, field.name) for field in FIELDS)


@pytest.mark.parametrize("by", [BEA, system("mailer")])
def test_people_alone_answer_the_requester(by: Any) -> None:
    ticket = incident()
    ticket.comment("Any news?", visibility=Visibility.PUBLIC, by=ANN)
    asked = now(ticket)
    ticket.comment("They ask.", visibility=Visibility.INTERNAL, by=BEA)
    ticket.comment("We are at it.", visibility=Visibility.PUBLIC, by=by)

    assert (asked.awaits_reply, now(ticket).awaits_reply) == (True, by != BEA)


def test_a_change_is_answered_by_the_first_word_of_somebody_else() -> None:
    change = Change.propose(
        record_id("CHG", 1), title="Disk", requester=person("ann"), organisation=CUSTOMER, by=ANN
    )
    change.comment("Please.", visibility=Visibility.PUBLIC, by=ANN)
    asked = now(change)
    change.comment("On Monday.", visibility=Visibility.PUBLIC, by=BEA)

    assert (asked.responded, now(change).responded) == (False, True)


def test_what_changes_nothing_leaves_the_same_situation() -> None:
    ticket = incident()
    before = now(ticket)
    ticket.watch(person("cem"), by=BEA)
    ticket.comment("Look.", visibility=Visibility.INTERNAL, by=BEA)

    situation = before
    for entry in ticket.pending[1:]:
        situation = told(situation, entry.event)

    assert situation is before
    assert Incident.Watched not in EVENTS


def test_each_moment_is_the_turn_of_one_party() -> None:
    ticket = incident()
    turns = [now(ticket).party]
    ticket.assign(team=TEAM, by=BEA)
    turns.append(now(ticket).party)
    ticket.escalate_functionally(team=TEAM, support_level=2, reason="Hard.", by=BEA)
    turns.append(now(ticket).party)
    ticket.pend("vendor", by=BEA)
    turns.append(now(ticket).party)
    ticket.resolve(code="fixed", resolution="Done.", by=BEA)
    turns.append(now(ticket).party)

    assert turns == [NOBODY, (TEAM, 1), (TEAM, 2), "vendor", "customer"]
