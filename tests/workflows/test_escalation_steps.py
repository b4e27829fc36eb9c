from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from temporalio.testing import ActivityEnvironment

from domain.agreement import EscalationStep, TargetPromise
from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.change import Change
from domain.incident import Incident
from domain.person import Role
from domain.service_conditions import Named
from domain.team import Team
from domain.ticket import Visibility
from tests.workflows.floor import Floor
from workflows.escalation_activities import EscalationActivities
from workflows.sweep import SweepActivities
from workflows.values import Escalation, EscalationTurn, Sweep

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RESOLUTION = TargetPromise(name="resolution", budget={1: "20m", 2: "40m", 3: "80m"})
HALF = EscalationStep(target="resolution", mark="50%", wait="10m", managers=False)
TELL_BEA = structs.replace(HALF, notify=("person:bea",))


async def publish(floor: Floor, *steps: EscalationStep, **more: Any) -> UUID:
    """A policy that counts day and night."""
    company = floor.company
    company.office = await company.add(Calendar, "define", name="All", hours=ALWAYS)
    return await company.publish_policy(RESOLUTION, escalation=steps, **more)


async def logged(floor: Floor, **more: Any) -> UUID:
    """An incident of priority 3, half of whose 80 minutes have passed."""
    at = NOW - 40 * MINUTE
    receipt = await floor.desk.log_incident(
        title="Mail is down",
        requester=floor.company.people["ann"],
        impact=2,
        urgency=2,
        by=floor.company.signed("ann", at),
        **more,
    )
    return receipt.subject


async def team(floor: Floor, name: str, level: int) -> UUID:
    return await floor.company.add(Team, "form", name=name, support_level=level)


async def sweep(floor: Floor, at: datetime = NOW) -> None:
    await ActivityEnvironment().run(SweepActivities(floor.ledger, floor.index).sweep, Sweep(at=at))


async def turn(floor: Floor, escalation: Escalation, at: datetime = NOW) -> Escalation:
    act = EscalationActivities(floor.ledger, floor.desk.directory).escalate
    return await ActivityEnvironment().run(act, EscalationTurn(escalation=escalation, at=at))


async def escalated(floor: Floor, ticket: UUID, mark: str = "50%") -> Escalation:
    """Its turns up to the first that waits for somebody, or to the end."""
    await sweep(floor)
    known = Escalation(ticket=ticket, round=1, target="resolution", mark=mark)
    while not known.is_over and known.until is None:
        known = await turn(floor, known)
    return known


def taken(floor: Floor, ticket: UUID) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    found = floor.events(ticket, Incident.EscalationStepTaken)
    return [(event.step, event.did, event.refused) for event in found]


# What a step does


async def test_a_step_hands_the_incident_to_the_next_level_of_support(floor: Floor) -> None:
    second = await team(floor, "Network", 2)
    policy = await publish(floor, structs.replace(HALF, reassign="next level"))
    incident = await logged(floor, team=floor.company.service_desk)

    known = await escalated(floor, incident)

    [event] = floor.events(incident, Incident.EscalatedFunctionally)
    assert (event.team, event.support_level) == (second, 2)
    assert event.reason == "The clock of resolution has reached 50%."
    assert event.by.cause.rule == "SLP0000001/resolution/50%/1"
    assert event.by.cause.rule_version == 1
    assert policy == (await floor.ledger.find(Incident, incident)).promised[""].policy
    assert taken(floor, incident) == [(1, ("reassign",), ())]
    assert known.is_over


async def test_a_step_hands_the_incident_to_the_team_that_it_names(floor: Floor) -> None:
    network = await team(floor, "Network", 2)
    step = structs.replace(HALF, reassign="Network")
    await publish(floor, step, names=(Named("team", "Network", network),))
    incident = await logged(floor, team=floor.company.service_desk)

    await escalated(floor, incident)

    assert (await floor.ledger.find(Incident, incident)).team == network


@pytest.mark.parametrize(
    ("teams", "why"),
    [
        ((), "No team has the level 2 of support."),
        (("Network", "Mail"), "2 teams have the level 2 of support: name one in the policy."),
    ],
)
async def test_a_hand_over_to_nobody_is_noted_with_its_reason_and_the_rest_is_done(
    floor: Floor, teams: tuple[str, ...], why: str
) -> None:
    for name in teams:
        await team(floor, name, 2)
    await publish(floor, structs.replace(TELL_BEA, reassign="next level"))
    incident = await logged(floor, team=floor.company.service_desk)

    known = await escalated(floor, incident)

    assert taken(floor, incident) == [(1, ("notify",), (f"reassign: {why}",))]
    assert known.told == (floor.company.people["bea"],)
    assert known.until == NOW + 10 * MINUTE


async def test_a_raised_priority_gives_less_time_and_the_step_is_not_taken_again(
    floor: Floor,
) -> None:
    await publish(floor, structs.replace(HALF, raise_priority=2))
    incident = await logged(floor)

    await escalated(floor, incident)
    for minute in range(3):
        await sweep(floor, NOW + minute * MINUTE)

    record = await floor.ledger.find(Incident, incident)
    assert (record.priority, record.impact, record.urgency) == (2, 2, 1)
    assert record.service_level_round == 2
    marks = floor.events(incident, Incident.MarkReached)
    assert [(event.round, event.mark) for event in marks] == [(1, "50%"), (2, "100%")]
    assert taken(floor, incident) == [(1, ("raise priority",), ())]


async def test_a_priority_that_is_high_enough_stays(floor: Floor) -> None:
    await publish(floor, structs.replace(HALF, raise_priority=4))
    incident = await logged(floor)

    await escalated(floor, incident)

    assert taken(floor, incident) == [(1, (), ("raise priority: Its priority is 3 already.",))]


async def test_an_incident_is_proposed_as_a_major_one_once(floor: Floor) -> None:
    step = structs.replace(HALF, propose_major_incident=True)
    await publish(floor, step, step)
    incident = await logged(floor)

    await escalated(floor, incident)

    [event] = floor.events(incident, Incident.MajorIncidentProposed)
    assert event.reason == "The clock of resolution has reached 50%."
    again = ("propose major incident: It is proposed already.",)
    assert taken(floor, incident) == [(1, ("propose major incident",), ()), (2, (), again)]


async def test_all_actions_of_a_step_are_one_command(floor: Floor) -> None:
    await team(floor, "Network", 2)
    step = structs.replace(
        TELL_BEA, reassign="next level", raise_priority=1, propose_major_incident=True
    )
    await publish(floor, step)
    incident = await logged(floor, team=floor.company.service_desk)

    await escalated(floor, incident)

    [done] = floor.events(incident, Incident.EscalationStepTaken)
    assert done.did == ("reassign", "raise priority", "propose major incident", "notify")
    of_command = [
        entry.topic
        for entry in floor.ledger.history(incident)
        if entry.event.by.command == done.by.command
    ]
    assert of_command == [
        "Incident.EscalatedFunctionally",
        "Incident.Prioritised",
        "Incident.MajorIncidentProposed",
        "Incident.EscalatedHierarchically",
        "Incident.EscalationStepTaken",
        "Incident.ServiceLevelApplied",
    ]


async def test_a_turn_that_is_taken_twice_is_recorded_once(floor: Floor) -> None:
    await publish(floor, structs.replace(TELL_BEA, raise_priority=2))
    incident = await logged(floor)
    await sweep(floor)
    first = Escalation(ticket=incident, round=1, target="resolution", mark="50%")

    once, twice = await turn(floor, first), await turn(floor, first, NOW + MINUTE)

    assert once == twice
    assert len(taken(floor, incident)) == 1


# Whether it goes on


@pytest.mark.parametrize(
    "answer",
    [
        lambda record, by: record.resolve(code="fixed", resolution="Done.", by=by),
        lambda record, by: record.cancel(reason="A mistake.", by=by),
        lambda record, by: record.acknowledge_escalation(by=by),
    ],
)
async def test_nothing_more_is_done_about_what_was_answered(
    floor: Floor, answer: Callable[[Incident, Any], None]
) -> None:
    await publish(floor, TELL_BEA, structs.replace(TELL_BEA, raise_priority=1))
    incident = await logged(floor)
    known = await escalated(floor, incident)
    by = floor.company.signed("bea", NOW + MINUTE)
    await floor.ledger.edit(Incident, incident, lambda record: answer(record, by), by=by)

    known = await turn(floor, known, NOW + 10 * MINUTE)

    assert known.is_over
    assert len(taken(floor, incident)) == 1


async def prioritise(floor: Floor, incident: UUID, urgency: Any) -> None:
    by = floor.company.signed("bea", NOW + MINUTE)
    await floor.desk.prioritise(Incident, incident, impact=2, urgency=urgency, by=by)


@pytest.mark.parametrize(("urgency", "steps"), [(1, 2), (3, 1)])
async def test_an_escalation_goes_on_under_another_promise_unless_its_mark_lies_ahead_again(
    floor: Floor, urgency: int, steps: int
) -> None:
    generous = TargetPromise(name="resolution", budget={2: "60m", 3: "80m", 4: "10h"})
    company = floor.company
    company.office = await company.add(Calendar, "define", name="All", hours=ALWAYS)
    await company.publish_policy(generous, escalation=(TELL_BEA, TELL_BEA))
    incident = await logged(floor)
    known = await escalated(floor, incident)
    await prioritise(floor, incident, urgency)

    await turn(floor, known, NOW + 10 * MINUTE)

    assert len(taken(floor, incident)) == steps


# Managers


async def test_managers_are_told_before_the_next_step_if_the_step_says_so(floor: Floor) -> None:
    company = floor.company
    await company.hire("eve", company.operator, Role.AGENT)
    await company.hire("gus", company.operator, Role.AGENT, manager=company.people["eve"])
    to_gus = structs.replace(HALF, notify=("person:gus",), managers=True)
    await publish(floor, to_gus, structs.replace(TELL_BEA, managers=False))
    incident = await logged(floor)
    known = await escalated(floor, incident)
    while not known.is_over:
        known = await turn(floor, known)

    told = floor.events(incident, Incident.EscalatedHierarchically)
    assert [event.to for event in told] == [
        (company.people[name],) for name in ("gus", "eve", "bea")
    ]


async def test_a_step_for_managers_alone_begins_with_that_of_the_assignee(floor: Floor) -> None:
    company = floor.company
    await company.hire("eve", company.operator, Role.AGENT)
    await company.hire("gus", company.operator, Role.AGENT, manager=company.people["eve"])
    await publish(floor, structs.replace(HALF, managers=True))
    incident = await logged(floor, assignee=company.people["gus"])

    await escalated(floor, incident)

    assert taken(floor, incident) == [(1, ("notify",), ())]
    [told] = floor.events(incident, Incident.EscalatedHierarchically)
    assert told.to == (company.people["eve"],)


# Other tickets, and other agreements


async def test_a_change_is_escalated_too(floor: Floor) -> None:
    network = await team(floor, "Network", 2)
    to_own = TargetPromise(
        name="time to own", budget="80m", start="true", stop="ticket.is_assigned"
    )
    step = structs.replace(
        TELL_BEA, target="time to own", reassign="Network", propose_major_incident=True
    )
    company = floor.company
    company.office = await company.add(Calendar, "define", name="All", hours=ALWAYS)
    await company.publish_policy(
        to_own,
        kind="OLA",
        subjects=("incident", "change"),
        escalation=(step,),
        names=(Named("team", "Network", network),),
    )
    proposed = await floor.desk.propose_change(
        title="New switch",
        requester=company.people["ann"],
        by=company.signed("ann", NOW - 40 * MINUTE),
    )
    change = proposed.subject
    await sweep(floor)

    known = await turn(
        floor, Escalation(ticket=change, round=1, target="Gold: time to own", mark="50%")
    )

    assert known.until == NOW + 10 * MINUTE
    [done] = floor.events(change, Change.EscalationStepTaken)
    assert done.did == ("reassign", "notify")
    assert done.refused == ("propose major incident: Only an incident can be a major one.",)
    assert (await floor.ledger.find(Change, change)).team == network


async def test_an_escalation_of_a_reply_that_is_awaited_again_is_another(floor: Floor) -> None:
    next_response = TargetPromise(name="next response", budget="80m")
    company = floor.company
    company.office = await company.add(Calendar, "define", name="All", hours=ALWAYS)
    step = structs.replace(TELL_BEA, target="next response")
    await company.publish_policy(next_response, escalation=(step,))
    incident = await logged(floor)

    async def say(name: str, minutes: int) -> None:
        await floor.desk.comment(
            Incident,
            incident,
            "Well?",
            visibility=Visibility.PUBLIC,
            by=company.signed(name, NOW + minutes * MINUTE),
        )

    await say("ann", 0)
    await sweep(floor, NOW + 40 * MINUTE)
    await say("bea", 50)
    await say("ann", 60)
    await sweep(floor, NOW + 100 * MINUTE)

    marks = floor.events(incident, Incident.MarkReached)
    assert [(event.mark, event.cycle) for event in marks if event.mark == "50%"] == [
        ("50%", 0),
        ("50%", 1),
    ]
    late = Escalation(ticket=incident, round=1, target="next response", mark="50%")
    again = structs.replace(late, cycle=1)
    assert (await turn(floor, again, NOW + 100 * MINUTE)).until is not None
