import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import ActivityEnvironment, TimeSkipper

import workflows.service_levels
from domain.incident import Incident
from domain.service_level_policy import EscalationStep
from domain.shares import WHOLE, Share
from tests.temporal import worker
from tests.workflows.floor import Floor
from tests.workflows.levels import MINUTE, act, logged, now, publish
from workflows.sandbox import unsandboxed
from workflows.service_levels import SlaClockWorkflow
from workflows.sweep import SweepActivities
from workflows.values import Poke, Shard, Sweep

HALF = EscalationStep(target="resolution", mark="50%", notify=("person:bea",), wait="10m")


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
