"""A freeze holds the approvals that are in flight, and lets them go on exactly: on Temporal."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.asset import Asset
from domain.asset_attributes import Level, Schema
from domain.change import Change
from domain.change_window import ChangeWindow, Definition
from domain.ids import named_id
from tests.domain.desks import system
from tests.temporal import worker
from tests.workflows.floor import Floor
from tests.workflows.machinery import caught_up, eventually, running
from workflows.freezes import Freezes
from workflows.service_levels import SlaClockWorkflow
from workflows.sweep import SweepActivities
from workflows.values import Shard

MINUTE = timedelta(minutes=1)
LATE = timedelta(seconds=5)
"""How late the clock may come at most."""


def board(patience: str) -> Stage:
    return Stage(
        name="Board",
        approvers=("person:bea",),
        quorum=AnyOne(),
        patience=patience,
        on_timeout="reject",
        remind=("2s",),
    )


async def freeze(floor: Floor, start: datetime, end: datetime, **more: Any) -> UUID:
    company = floor.company
    definition = Definition(kind="freeze", reason="Year end.", start=start, end=end, **more)
    id = await company.add(ChangeWindow, "draft", name="Year end", definition=definition)
    await floor.desk.publish_window(id, by=company.signed("dan", datetime.now(UTC)))
    return id


async def due(floor: Floor, change: UUID) -> datetime | None:
    return (await floor.ledger.find(Change, change)).standing.open["Board"].due


async def test_the_clock_comes_when_a_freeze_begins_and_when_it_ends(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(board("8h"))
    began = datetime.now(UTC)
    change = await floor.submitted_change(began)
    start, end = began + 17 * MINUTE, began + 59 * MINUTE
    await freeze(floor, start, end)

    sweeps = SweepActivities(floor.ledger, floor.index, others=(Freezes(floor.desk),))
    async with worker(skipper.client, [SlaClockWorkflow], [sweeps.sweep]) as queue:
        with skipper.with_time_skipping_disabled():
            clock = await skipper.client.start_workflow(
                SlaClockWorkflow.run, Shard(shard=0), id=f"sla-clock/{uuid4()}", task_queue=queue
            )
        await skipper.fast_forward(clock, 60 * MINUTE)
        await clock.terminate()

    [held] = floor.events(change, Change.ApprovalHeld)
    [resumed] = floor.events(change, Change.ApprovalResumed)
    assert (held.by.effective_at, resumed.by.effective_at) == (start, end)
    assert timedelta(0) <= held.by.at - start < LATE
    assert timedelta(0) <= resumed.by.at - end < LATE
    assert await due(floor, change) == began + timedelta(hours=8) + (end - start)


async def test_a_freeze_holds_approvals_in_flight_and_resumes_their_timers_exactly(
    live_client: Client, floor: Floor
) -> None:
    await floor.company.publish_unchecked(board("4s"))

    async with running(floor, live_client) as reactor:
        await caught_up(reactor)
        began = datetime.now(UTC)
        change = await floor.submitted_change(began)
        start, end = began + timedelta(seconds=1.5), began + timedelta(seconds=2.7)
        await freeze(floor, start, end)
        await eventually(lambda: len(floor.events(change, Change.Rejected)) > 0)

    [held] = floor.events(change, Change.ApprovalHeld)
    [resumed] = floor.events(change, Change.ApprovalResumed)
    [reminded] = floor.events(change, Change.VotersReminded)
    [rejected] = floor.events(change, Change.Rejected)
    stood = end - start
    assert (held.by.effective_at, resumed.by.effective_at) == (start, end)
    assert resumed.due["Board"] == began + timedelta(seconds=4) + stood
    assert rejected.by.effective_at == resumed.due["Board"]
    for event, moment in (
        (held, start),
        (resumed, end),
        (reminded, began + timedelta(seconds=2) + stood),
        (rejected, resumed.due["Board"]),
    ):
        assert timedelta(0) <= event.by.at - moment < LATE, type(event)


async def test_an_exception_lets_a_change_go_on_at_once(live_client: Client, floor: Floor) -> None:
    await floor.company.publish_unchecked(board("8h"))

    async with running(floor, live_client) as reactor:
        await caught_up(reactor)
        began = datetime.now(UTC)
        change = await floor.submitted_change(began)
        window = await freeze(floor, began - MINUTE, began + 60 * MINUTE)
        await eventually(lambda: len(floor.events(change, Change.ApprovalHeld)) > 0)
        await floor.desk.except_change(
            window,
            change,
            reason="It closes a hole.",
            by=floor.company.signed("dan", datetime.now(UTC)),
        )
        await eventually(lambda: len(floor.events(change, Change.ApprovalResumed)) > 0)

    assert await due(floor, change) is not None


async def test_an_asset_that_comes_into_a_freeze_holds_the_changes_that_affect_it(
    live_client: Client, floor: Floor
) -> None:
    company = floor.company
    await company.publish_unchecked(board("8h"))

    async with running(floor, live_client) as reactor:
        await caught_up(reactor)
        began = datetime.now(UTC)
        asset = await company.add(Asset, "register", name="A", asset_class="laptop")
        change = await company.ready_change()
        by = company.signed("ann", began)
        await floor.ledger.edit(Change, change, lambda one: one.affect(asset, by=by), by=by)
        await floor.desk.submit_change(change, by=company.signed("ann", began))
        only = '"server" in subject.asset_types'
        await freeze(floor, began - MINUTE, began + 60 * MINUTE, when=only)
        for name, event in (("server", Change.ApprovalHeld), ("laptop", Change.ApprovalResumed)):
            schema = Schema(name=name, levels=(Level(type=named_id("ATY", name), version=1),))
            at = system("import", datetime.now(UTC))
            await floor.ledger.edit(
                Asset, asset, partial(Asset.classify, schema=schema, attributes={}, by=at), by=at
            )
            await eventually(lambda event=event: len(floor.events(change, event)) > 0)
            [followed] = floor.events(change, event)
            assert followed.by.effective_at == at.at
            assert timedelta(0) <= followed.by.at - at.at < LATE
