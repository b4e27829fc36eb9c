import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from temporalio.client import WorkflowHandle
from temporalio.testing import ActivityEnvironment, TimeSkipper

import workflows.service_levels
from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.incident import Incident
from domain.person import Role
from domain.service_level_policy import EscalationStep, TargetPromise
from domain.shares import WHOLE, Share
from tests.temporal import worker
from tests.workflows.floor import Floor
from workflows.escalation_activities import EscalationActivities
from workflows.sandbox import unsandboxed
from workflows.service_levels import EscalationWorkflow, SlaClockWorkflow
from workflows.sweep import SweepActivities
from workflows.values import Escalation, EscalationTurn, Poke, Shard, Sweep

MINUTE = timedelta(minutes=1)
TARGETS = (
    TargetPromise(name="first response", budget="20m"),
    TargetPromise(name="resolution", budget="40m", pausing=("customer",)),
)
HALF = EscalationStep(target="resolution", mark="50%", notify=("person:bea",), wait="10m")
BREACH = EscalationStep(target="resolution", mark="100%", notify=("person:bea",), wait="10m")
TEAM_NEXT = EscalationStep(
    target="resolution", mark="100%", notify=("team:Service desk",), wait="15m"
)


def now() -> datetime:
    return datetime.now(UTC)


async def publish(floor: Floor, *steps: EscalationStep) -> None:
    """A policy that counts day and night."""
    floor.company.office = await floor.company.add(Calendar, "define", name="All", hours=ALWAYS)
    await floor.company.publish_policy(*TARGETS, escalation=steps)


async def logged(floor: Floor, at: datetime, **more: Any) -> UUID:
    receipt = await floor.desk.log_incident(
        title="Mail is down",
        requester=floor.company.people["ann"],
        impact=1,
        urgency=1,
        by=floor.company.signed("ann", at),
        **more,
    )
    return receipt.subject


async def act(floor: Floor, incident: UUID, name: str, what: str, at: datetime, **how: Any) -> None:
    by = floor.company.signed(name, at)
    await floor.ledger.edit(
        Incident, incident, lambda record: getattr(record, what)(by=by, **how), by=by
    )


def marks(floor: Floor, incident: UUID) -> list[tuple[str, str]]:
    found = floor.events(incident, Incident.MarkReached)
    return [(event.target, event.mark) for event in found]


@asynccontextmanager
async def clock(
    skipper: TimeSkipper, floor: Floor, **more: Any
) -> AsyncIterator[WorkflowHandle[SlaClockWorkflow, None]]:
    """A clock over the due index that stands still but for `fast_forward`."""
    sweeps = SweepActivities(floor.ledger, floor.index)
    async with worker(skipper.client, [SlaClockWorkflow], [sweeps.sweep], **more) as queue:
        with skipper.with_time_skipping_disabled():
            started = await skipper.client.start_workflow(
                SlaClockWorkflow.run, Shard(shard=0), id=f"sla-clock/{uuid4()}", task_queue=queue
            )
        try:
            yield started
        finally:
            await started.terminate()


async def until_waits(
    started: WorkflowHandle[SlaClockWorkflow, None], moment: datetime | None
) -> None:
    async with asyncio.timeout(10):
        while await started.query(SlaClockWorkflow.next) != moment:
            await asyncio.sleep(0.01)


# The clock


async def test_every_mark_is_recorded_at_its_moment(skipper: TimeSkipper, floor: Floor) -> None:
    await publish(floor, HALF)
    began = now()
    incident = await logged(floor, began)

    async with clock(skipper, floor) as started:
        await skipper.fast_forward(started, 41 * MINUTE)

    found = floor.events(incident, Incident.MarkReached)
    assert [(event.target, event.mark) for event in found] == [
        ("first response", "100%"),
        ("resolution", "50%"),
        ("resolution", "100%"),
    ]
    moments = [began + 20 * MINUTE, began + 20 * MINUTE, began + 40 * MINUTE]
    for event, moment in zip(found, moments, strict=True):
        assert timedelta(0) <= event.by.at - moment < timedelta(seconds=2)
    assert [event.due for event in found] == [
        began + 20 * MINUTE,
        began + 40 * MINUTE,
        began + 40 * MINUTE,
    ]
    assert isinstance(found[0], Incident.TargetBreached)
    assert not isinstance(found[1], Incident.TargetBreached)


async def test_a_pause_moves_the_mark(skipper: TimeSkipper, floor: Floor) -> None:
    await publish(floor)
    began = now()
    incident = await logged(floor, began)
    await act(floor, incident, "bea", "respond", began + MINUTE)

    async with clock(skipper, floor) as started:
        await skipper.fast_forward(started, 10 * MINUTE)
        await act(floor, incident, "bea", "pend", began + 10 * MINUTE, reason="customer")
        await skipper.fast_forward(started, 60 * MINUTE)
        while_paused = marks(floor, incident)
        await act(floor, incident, "bea", "resume", began + 70 * MINUTE)
        await started.signal(SlaClockWorkflow.poke, Poke(at=began + 100 * MINUTE))
        await skipper.fast_forward(started, 31 * MINUTE)

    assert while_paused == []
    [breach] = floor.events(incident, Incident.TargetBreached)
    assert breach.due == began + 100 * MINUTE
    assert timedelta(0) <= breach.by.at - breach.due < timedelta(seconds=2)


async def test_an_earlier_deadline_is_kept_when_the_clock_is_poked(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await publish(floor)
    began = now()
    await logged(floor, began)

    async with clock(skipper, floor) as started:
        await until_waits(started, began + 20 * MINUTE)
        earlier = await logged(floor, began - 18 * MINUTE)
        await started.signal(SlaClockWorkflow.poke, Poke(at=began + 2 * MINUTE))
        await started.signal(SlaClockWorkflow.poke, Poke(at=began + 30 * MINUTE))
        await skipper.fast_forward(started, 2 * MINUTE + timedelta(seconds=5))

    [breach] = floor.events(earlier, Incident.TargetBreached)
    assert timedelta(0) <= breach.by.at - (began + 2 * MINUTE) < timedelta(seconds=2)


async def test_a_lost_poke_costs_minutes_only(skipper: TimeSkipper, floor: Floor) -> None:
    await publish(floor)
    began = now()

    async with clock(skipper, floor) as started:
        await until_waits(started, None)
        incident = await logged(floor, began - 18 * MINUTE)
        await skipper.fast_forward(started, 6 * MINUTE)

    assert marks(floor, incident) == [("first response", "100%")]


async def test_the_clock_goes_on_in_fresh_runs(
    skipper: TimeSkipper, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.service_levels, "TICKS_MAX", 2)
    await publish(floor)
    began = now()
    incidents = [await logged(floor, began + minute * MINUTE) for minute in range(5)]

    async with clock(skipper, floor, runner=unsandboxed()) as started:
        await skipper.fast_forward(started, 46 * MINUTE)
        # The server lets a moment pass before a run that follows another so soon.
        async with asyncio.timeout(10):
            while [len(marks(floor, incident)) for incident in incidents] != [2] * 5:
                await asyncio.sleep(0.01)
        last = await started.describe()

    assert last.run_id != started.first_execution_run_id


# The sweep


async def test_a_mark_that_is_swept_twice_is_recorded_once(floor: Floor) -> None:
    await publish(floor)
    began = now()
    incident = await logged(floor, began - 25 * MINUTE)
    environment = ActivityEnvironment()

    first, second = [
        await environment.run(SweepActivities(floor.ledger, floor.index).sweep, Sweep(at=began))
        for _ in range(2)
    ]

    assert first.marked == 1
    assert second.marked == 0
    assert marks(floor, incident) == [("first response", "100%")]


async def test_a_mark_is_not_recorded_when_the_index_has_not_heard_of_a_pause_yet(
    floor: Floor,
) -> None:
    await publish(floor)
    began = now()
    incident = await logged(floor, began - 45 * MINUTE)
    await act(floor, incident, "bea", "respond", began - 44 * MINUTE)
    behind = await floor.index.due_before(began, 10)
    await act(floor, incident, "bea", "pend", began - 30 * MINUTE, reason="customer")
    stale = Stale(behind)

    swept = await ActivityEnvironment().run(
        SweepActivities(floor.ledger, stale).sweep, Sweep(at=began)
    )

    assert [row.mark for row in behind] == ["100%"]
    assert swept.marked == 0
    assert marks(floor, incident) == []


async def test_rows_that_an_index_keeps_showing_are_left_alone_and_hold_nothing_up(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.sweep.ROWS_MAX", 2)
    await publish(floor)
    began = now()
    incidents = [await logged(floor, began - (25 + n) * MINUTE) for n in range(5)]
    stale = Stale(await floor.index.due_before(began, 10))
    sweeps = SweepActivities(floor.ledger, stale)

    swept = [await ActivityEnvironment().run(sweeps.sweep, Sweep(at=began)) for _ in range(3)]

    assert [each.marked for each in swept] == [5, 0, 0]
    assert all(each.next is not None and each.next > began for each in swept)
    assert all(len(marks(floor, incident)) == 1 for incident in incidents)


class Stale:
    """A due index that has stood still."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows

    async def due_before(self, now: datetime, limit: int, share: Share = WHOLE) -> list[Any]:
        return [row for row in self.rows if row.at <= now][:limit]

    async def next_due(self, share: Share = WHOLE) -> datetime | None:
        return min((row.at for row in self.rows), default=None)

    async def reached(self, position: int, timeout: float) -> bool:
        return False


# Escalations


async def breached(floor: Floor, at: datetime, **more: Any) -> UUID:
    """An incident whose resolution was due at a moment, and marked."""
    incident = await logged(floor, at - 40 * MINUTE, **more)
    await act(floor, incident, "bea", "respond", at - 39 * MINUTE)
    await swept(floor, at)
    return incident


async def swept(floor: Floor, at: datetime) -> None:
    sweeps = SweepActivities(floor.ledger, floor.index)
    for _ in range(2):
        await ActivityEnvironment().run(sweeps.sweep, Sweep(at=at))


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
