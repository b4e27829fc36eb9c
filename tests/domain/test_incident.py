from datetime import timedelta
from typing import Any

import pytest

from domain.ids import record_id
from domain.incident import Incident, Status
from domain.promises import BREACH, FIRST_RESPONSE, RESOLUTION, Commitment
from domain.rules import Refused
from domain.ticket import Visibility
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CLOCK, CUSTOMER, MONDAY, signed

NETWORK, DATABASE = record_id("TEA", 1), record_id("TEA", 2)
BOSS = record_id("PER", 90)
PROMISED = (
    Commitment(name=FIRST_RESPONSE, budget="1h"),
    Commitment(name=RESOLUTION, budget="8h", pausing=("customer",)),
)
LATE = MONDAY + timedelta(hours=2)


@pytest.fixture
def incident() -> Incident:
    """A new incident of ann's."""
    incident = Incident.log(
        record_id("INC", 1),
        title="  The VPN   is down ",
        requester=record_id("PER", 7),
        organisation=CUSTOMER,
        by=ANN,
    )
    new_facts(incident)
    return incident


@pytest.fixture
def promised(incident: Incident) -> Incident:
    """An incident with a service level: first response in an hour, resolution in eight."""
    incident.apply_service_level(
        policy=record_id("SLP", 1),
        policy_version=1,
        calendar=record_id("CAL", 1),
        calendar_version=1,
        commitments=PROMISED,
        by=ANN,
    )
    new_facts(incident)
    return incident


@pytest.fixture
def resolved(incident: Incident) -> Incident:
    incident.resolve(code="fixed", resolution="Restarted the gateway.", by=BEA)
    new_facts(incident)
    return incident


def test_a_title_is_one_line_without_space_around_it() -> None:
    incident = Incident.log(
        record_id("INC", 1), title=" VPN \n down ", requester=None, organisation=None, by=ANN
    )

    assert new_facts(incident)[0][1]["title"] == "VPN down"


@pytest.mark.parametrize("title", ["", " \n", "x" * 251, "a\x00b", "\ud800"])
def test_a_title_is_needed_short_and_clean(title: str) -> None:
    with pytest.raises(Refused, match="title"):
        Incident.log(record_id("INC", 1), title=title, requester=None, organisation=None, by=ANN)


def test_an_assigned_incident_is_new_no_more(incident: Incident) -> None:
    incident.assign(team=NETWORK, by=BEA)

    assert incident.status is Status.ASSIGNED
    assert incident.reassigned == 0


def test_assigning_the_same_again_records_nothing(incident: Incident) -> None:
    incident.assign(team=NETWORK, by=BEA)
    new_facts(incident)

    incident.assign(team=NETWORK, by=BEA)

    assert new_facts(incident) == []


def test_a_functional_escalation_hands_over_with_a_reason(incident: Incident) -> None:
    incident.assign(team=NETWORK, by=BEA)

    with pytest.raises(Refused, match="needs a reason"):
        incident.escalate_functionally(team=DATABASE, support_level=2, reason=" ", by=BEA)
    incident.escalate_functionally(team=DATABASE, support_level=2, reason="Locks.", by=BEA)

    assert (incident.team, incident.support_level, incident.reassigned) == (DATABASE, 2, 1)


def test_management_is_told_once_a_level_and_acknowledges_it(incident: Incident) -> None:
    for level in (1, 1, 2):
        incident.escalate_hierarchically(to=[BOSS], level=level, reason="Late.", by=CLOCK)
    incident.acknowledge_escalation(by=BEA)
    incident.acknowledge_escalation(by=BEA)

    assert [event.__name__ for event, _ in new_facts(incident)] == [
        "EscalatedHierarchically",
        "EscalatedHierarchically",
        "EscalationAcknowledged",
    ]


def test_only_what_was_escalated_is_acknowledged(incident: Incident) -> None:
    with pytest.raises(Refused, match="has not been escalated"):
        incident.acknowledge_escalation(by=BEA)


def test_a_pending_incident_waits_until_it_is_resumed(incident: Incident) -> None:
    incident.pend("customer", by=BEA)
    with pytest.raises(Refused, match="not pending starts"):
        incident.start(by=BEA)

    incident.resume(by=BEA)

    assert incident.status is Status.IN_PROGRESS
    assert incident.pending_reason == ""


def test_a_resolution_answers_the_requester_if_nobody_has_yet(incident: Incident) -> None:
    incident.resolve(code="fixed", resolution="Restarted the gateway.", by=BEA)

    assert new_facts(incident) == [
        fact(Incident.FirstResponded),
        fact(Incident.Resolved, code="fixed", resolution="Restarted the gateway."),
    ]


def test_a_resolved_incident_is_reopened_or_closed(resolved: Incident) -> None:
    resolved.reopen(reason="It is down again.", by=ANN)
    assert (resolved.status, resolved.reopened, resolved.resolved_at) == ("in progress", 1, None)

    resolved.resolve(code="fixed", resolution="Replaced the gateway.", by=BEA)
    resolved.close(by=ANN)

    assert resolved.status is Status.CLOSED


@pytest.mark.parametrize("act", ["amend", "categorise", "prioritise", "assign"])
def test_a_closed_incident_is_not_changed(resolved: Incident, act: str) -> None:
    resolved.close(by=ANN)
    facts: dict[str, dict[str, Any]] = {
        "amend": {"title": "Other"},
        "categorise": {"category": "Network"},
        "prioritise": {"impact": 1, "urgency": 1},
        "assign": {"team": NETWORK},
    }

    with pytest.raises(Refused, match="that is over"):
        getattr(resolved, act)(**facts[act], by=BEA)


def test_a_closed_incident_can_still_be_talked_about(resolved: Incident) -> None:
    resolved.close(by=ANN)

    resolved.comment("Thank you.", visibility=Visibility.PUBLIC, by=ANN)

    assert resolved.comments == 1


def test_a_mark_is_recorded_once_a_round(promised: Incident) -> None:
    for _ in range(2):
        promised.mark(RESOLUTION, "75%", round=1, due=LATE, by=CLOCK)
        promised.mark(RESOLUTION, BREACH, round=1, due=LATE, by=CLOCK)

    assert [event.__name__ for event, _ in new_facts(promised)] == [
        "MarkReached",
        "TargetBreached",
    ]


def test_a_mark_of_an_earlier_round_records_nothing(promised: Incident) -> None:
    promised.mark(RESOLUTION, BREACH, round=0, due=LATE, by=CLOCK)

    assert new_facts(promised) == []


def test_what_was_met_in_time_is_not_marked(promised: Incident) -> None:
    promised.respond(by=BEA)
    promised.resolve(code="fixed", resolution="Done.", by=BEA)
    new_facts(promised)

    promised.mark(FIRST_RESPONSE, BREACH, round=1, due=LATE, by=CLOCK)
    promised.mark(RESOLUTION, BREACH, round=1, due=LATE, by=CLOCK)

    assert new_facts(promised) == []


def test_what_was_met_too_late_is_marked_also_afterwards(promised: Incident) -> None:
    promised.respond(by=signed("bea", MONDAY + timedelta(hours=3)))
    new_facts(promised)

    promised.mark(FIRST_RESPONSE, BREACH, round=1, due=LATE, by=CLOCK)

    assert [event for event, _ in new_facts(promised)] == [Incident.TargetBreached]


def test_only_a_promised_target_is_marked(incident: Incident) -> None:
    with pytest.raises(Refused, match="no target"):
        incident.mark(RESOLUTION, BREACH, round=0, due=LATE, by=CLOCK)
