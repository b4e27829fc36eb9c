"""Escalations of breached service levels, level by level."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from temporalio.testing import ActivityEnvironment, TimeSkipper

from domain.incident import Incident
from domain.person import Role
from domain.service_level_policy import EscalationStep
from tests.temporal import worker
from tests.workflows.floor import Floor
from tests.workflows.levels import MINUTE, act, logged, now, publish, swept
from workflows.escalation_activities import EscalationActivities
from workflows.service_levels import EscalationWorkflow
from workflows.values import Escalation, EscalationTurn

BREACH = EscalationStep(target="resolution", mark="100%", notify=("person:bea",), wait="10m")

TEAM_NEXT = EscalationStep(
    target="resolution", mark="100%", notify=("team:Service desk",), wait="15m"
)


# Escalations


async def breached(floor: Floor, at: datetime, **more: Any) -> UUID:
    """An incident whose resolution was due at a moment, and marked."""
    incident = await logged(floor, at - 40 * MINUTE, **more)
    await act(floor, incident, "bea", "respond", at - 39 * MINUTE)
    await swept(floor, at)
    return incident


async def start(skipper: TimeSkipper, incident: UUID, queue: str) -> Any:
    with skipper.with_time_skipping_disabled():
        return await skipper.client.start_workflow(
            EscalationWorkflow.run,
            Escalation(ticket=incident, round=1, target="resolution", mark="100%"),
            id=f"escalation/{uuid4()}",
            task_queue=queue,
        )


def told(floor: Floor, incident: UUID) -> list[tuple[int, list[str]]]:
    """The levels that were told, with the names of those who were."""
    names = {id: name for name, id in floor.company.people.items()}
    found = floor.events(incident, Incident.EscalatedHierarchically)
    return [(event.level, [names[id] for id in event.to]) for event in found]


def escalations(floor: Floor) -> EscalationActivities:
    return EscalationActivities(floor.ledger, floor.desk.directory)


async def test_levels_are_told_one_after_the_other_until_nobody_is_left(
    skipper: TimeSkipper, floor: Floor
) -> None:
    company = floor.company
    await company.hire("eve", company.operator, Role.AGENT)
    await company.hire("fay", company.operator, Role.AGENT, manager=company.people["eve"])
    await company.hire("gus", company.operator, Role.AGENT, manager=company.people["fay"])
    await publish(floor, structs.replace(BREACH, notify=("person:gus",)))
    began = now()
    incident = await breached(floor, began)

    async with worker(skipper.client, [EscalationWorkflow], [escalations(floor).escalate]) as queue:
        escalation = await start(skipper, incident, queue)
        await skipper.fast_forward(escalation)
        ended = await escalation.result()

    assert told(floor, incident) == [(1, ["gus"]), (2, ["fay"]), (3, ["eve"])]
    first, second, third = floor.events(incident, Incident.EscalatedHierarchically)
    assert first.reason == "The promised time of resolution has passed."
    for earlier, later in ((first, second), (second, third)):
        waited = later.by.at - earlier.by.at
        assert 10 * MINUTE <= waited < 10 * MINUTE + timedelta(seconds=2)
    assert ended.is_over


async def test_the_steps_of_the_policy_come_before_the_managers(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await publish(floor, BREACH, TEAM_NEXT)
    incident = await breached(floor, now())

    async with worker(skipper.client, [EscalationWorkflow], [escalations(floor).escalate]) as queue:
        escalation = await start(skipper, incident, queue)
        await skipper.fast_forward(escalation)

    assert told(floor, incident) == [(1, ["bea"]), (2, ["cem"])]


async def test_an_acknowledgement_ends_the_escalation(skipper: TimeSkipper, floor: Floor) -> None:
    await publish(floor, BREACH, TEAM_NEXT)
    incident = await breached(floor, now())

    async with worker(skipper.client, [EscalationWorkflow], [escalations(floor).escalate]) as queue:
        escalation = await start(skipper, incident, queue)
        await skipper.fast_forward(escalation, 5 * MINUTE)
        await act(floor, incident, "bea", "acknowledge_escalation", now() + 5 * MINUTE)
        await escalation.signal(EscalationWorkflow.end)
        await escalation.result()

    assert told(floor, incident) == [(1, ["bea"])]


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ("acknowledge_escalation", {}),
        ("resolve", {"code": "fixed", "resolution": "Restarted."}),
        ("cancel", {"reason": "A mistake."}),
    ],
)
async def test_nobody_is_told_of_what_was_answered_even_if_the_escalation_did_not_hear_of_it(
    skipper: TimeSkipper, floor: Floor, what: str, how: dict[str, str]
) -> None:
    await publish(floor, BREACH, TEAM_NEXT)
    incident = await breached(floor, now())

    async with worker(skipper.client, [EscalationWorkflow], [escalations(floor).escalate]) as queue:
        escalation = await start(skipper, incident, queue)
        await skipper.fast_forward(escalation, 5 * MINUTE)
        await act(floor, incident, "bea", what, now() + 5 * MINUTE, **how)
        await skipper.fast_forward(escalation)

    assert told(floor, incident) == [(1, ["bea"])]


async def test_a_later_mark_is_told_although_an_earlier_one_was_acknowledged(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await publish(floor, BREACH)
    began = now()
    incident = await logged(floor, began - 40 * MINUTE)
    await act(floor, incident, "bea", "respond", began - 39 * MINUTE)
    await act(
        floor,
        incident,
        "cem",
        "escalate_hierarchically",
        began,
        to=(floor.company.people["cem"],),
        level=1,
        reason="Soon.",
    )
    await act(floor, incident, "cem", "acknowledge_escalation", began)
    await swept(floor, began)

    async with worker(skipper.client, [EscalationWorkflow], [escalations(floor).escalate]) as queue:
        escalation = await start(skipper, incident, queue)
        await skipper.fast_forward(escalation)

    assert told(floor, incident) == [(1, ["cem"]), (2, ["bea"])]


async def test_a_step_that_names_nobody_tells_who_leads_the_team(
    skipper: TimeSkipper, floor: Floor
) -> None:
    company = floor.company
    await floor.desk.add_member(
        company.service_desk, company.people["dan"], is_lead=True, by=company.signed("dan")
    )
    await publish(floor, structs.replace(BREACH, notify=("manager-of:assignee",)))
    incident = await breached(floor, now(), team=company.service_desk)

    async with worker(skipper.client, [EscalationWorkflow], [escalations(floor).escalate]) as queue:
        escalation = await start(skipper, incident, queue)
        await skipper.fast_forward(escalation)

    assert told(floor, incident) == [(1, ["dan"])]


async def test_a_level_that_is_told_twice_is_recorded_once(floor: Floor) -> None:
    await publish(floor, BREACH)
    began = now()
    incident = await breached(floor, began)
    turn = EscalationTurn(
        escalation=Escalation(ticket=incident, round=1, target="resolution", mark="100%"),
        at=began,
    )

    first, second = [
        await ActivityEnvironment().run(escalations(floor).escalate, turn) for _ in range(2)
    ]

    assert first == second
    assert first.until == began + 10 * MINUTE
    assert told(floor, incident) == [(1, ["bea"])]
