from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.testing import ActivityEnvironment, TimeSkipper

import workflows.approval
from domain.approval import All, Stage
from domain.approval import Any as AnyOne
from domain.approval_process import ApprovalProcess, Definition
from domain.change import Change, Status
from domain.ids import record_id
from tests.temporal import worker
from tests.workflows.floor import Floor
from workflows.approval import ApprovalWorkflow, next_turn
from workflows.approval_activities import ApprovalActivities
from workflows.sandbox import unsandboxed
from workflows.values import Approval, Patience

REJECTING = Stage(
    name="CAB", approvers=("role:approver",), quorum=AnyOne(), patience="4h", on_timeout="reject"
)
APPROVING = Stage(
    name="Peers", approvers=("role:agent",), quorum=All(), patience="2h", on_timeout="approve"
)
ESCALATING = Stage(
    name="Board",
    approvers=("role:approver",),
    quorum=AnyOne(),
    patience="3d",
    on_timeout="escalate",
    escalate_to=("person:dan",),
)


def now() -> datetime:
    return datetime.now(UTC)


async def start(
    client: Client, floor: Floor, change: UUID, queue: str
) -> WorkflowHandle[ApprovalWorkflow, None]:
    return await client.start_workflow(
        ApprovalWorkflow.run,
        floor.approval(change),
        id=f"approval/{uuid4()}",
        task_queue=queue,
    )


async def vote(floor: Floor, change: UUID, name: str, vote: Any, at: datetime) -> None:
    await floor.desk.vote(change, vote, comment="So.", by=floor.company.signed(name, at))


async def test_a_stage_that_nobody_answers_reminds_at_half_and_ends_at_its_due_moment(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(REJECTING)
    change = await floor.submitted_change(now())
    [opened] = floor.approval(change).open

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        await (await start(skipper.client, floor, change, queue)).result()

    assert floor.told(change) == ["VotersReminded", "StageTimedOut", "StageDecided", "Rejected"]
    reminded, timed_out = floor.events(change, Change.VotersReminded, Change.StageTimedOut)
    half = opened.since + timedelta(hours=2)
    assert half <= reminded.by.at < half + timedelta(seconds=1)
    assert timed_out.by.effective_at == opened.due
    assert opened.due <= timed_out.by.at < opened.due + timedelta(seconds=1)
    assert (await floor.ledger.find(Change, change)).status is Status.REJECTED


async def test_a_stage_escalates_once_with_a_fresh_patience_and_then_rejects(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(ESCALATING)
    began = now()
    change = await floor.submitted_change(began)

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        await (await start(skipper.client, floor, change, queue)).result()

    assert floor.told(change) == [
        *("VotersReminded", "StageTimedOut", "StageEscalated"),
        *("VotersReminded", "StageTimedOut", "StageDecided", "Rejected"),
    ]
    escalated, rejected = floor.events(change, Change.StageEscalated, Change.Rejected)
    assert escalated.by.effective_at == began + timedelta(days=3)
    assert escalated.due == began + timedelta(days=6)
    assert rejected.by.effective_at == began + timedelta(days=6)
    assert rejected.by.actor == "approval-clock"
    assert rejected.by.channel == "workflow"


async def test_the_next_stage_is_waited_for_when_silence_approves_one(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(APPROVING, REJECTING)
    change = await floor.submitted_change(now())

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        await (await start(skipper.client, floor, change, queue)).result()

    decided = floor.events(change, Change.StageDecided)
    assert [(event.stage, event.outcome) for event in decided] == [
        ("Peers", "approved"),
        ("CAB", "rejected"),
    ]


async def test_the_deciding_vote_ends_the_wait_and_nothing_is_sent(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(REJECTING)
    change = await floor.submitted_change(now())

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        with skipper.with_time_skipping_disabled():
            approval = await start(skipper.client, floor, change, queue)
        await vote(floor, change, "bea", "approve", now())
        await approval.signal(ApprovalWorkflow.stand, floor.approval(change))
        await approval.result()

    assert floor.told(change) == []
    assert (await floor.ledger.find(Change, change)).status is Status.APPROVED


async def test_a_vote_after_the_reminder_opens_the_next_stage_with_its_own_patience(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(REJECTING, APPROVING)
    change = await floor.submitted_change(now())

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        with skipper.with_time_skipping_disabled():
            approval = await start(skipper.client, floor, change, queue)
        await skipper.fast_forward(approval, timedelta(hours=3))
        voted_at = await skipper.get_current_time(approval)
        await vote(floor, change, "bea", "approve", voted_at)
        await approval.signal(ApprovalWorkflow.stand, floor.approval(change))
        await skipper.fast_forward(approval)

    assert floor.told(change) == [
        "VotersReminded",
        *("VotersReminded", "StageTimedOut", "StageDecided", "Approved"),
    ]
    [timed_out] = floor.events(change, Change.StageTimedOut)
    assert timed_out.by.effective_at == voted_at + timedelta(hours=2)


async def test_an_approval_that_is_moved_to_another_version_ends_at_its_new_due_moment(
    skipper: TimeSkipper, floor: Floor
) -> None:
    process = await floor.company.publish_unchecked(REJECTING)
    change = await floor.submitted_change(now())
    slower = Definition(subjects=("change",), stages=(replace(REJECTING, patience="3d"),))
    by = floor.company.signed("dan", now())

    def publish(record: ApprovalProcess) -> None:
        record.revise(slower, by=by)
        record.publish(by=by)

    await floor.ledger.edit(ApprovalProcess, process, publish, by=by)

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        with skipper.with_time_skipping_disabled():
            approval = await start(skipper.client, floor, change, queue)
        await skipper.fast_forward(approval, timedelta(hours=1))
        moved_at = await skipper.get_current_time(approval)
        await floor.desk.migrate_approval(change, 2, by=floor.company.signed("dan", moved_at))
        await approval.signal(ApprovalWorkflow.stand, floor.approval(change))
        await skipper.fast_forward(approval)

    assert floor.told(change) == ["VotersReminded", "StageTimedOut", "StageDecided", "Rejected"]
    reminded, timed_out = floor.events(change, Change.VotersReminded, Change.StageTimedOut)
    assert reminded.by.at >= moved_at + timedelta(hours=36)
    assert timed_out.by.effective_at == moved_at + timedelta(days=3)


async def test_a_withdrawal_ends_the_wait(skipper: TimeSkipper, floor: Floor) -> None:
    await floor.company.publish_unchecked(REJECTING)
    change = await floor.submitted_change(now())

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        with skipper.with_time_skipping_disabled():
            approval = await start(skipper.client, floor, change, queue)
        await skipper.fast_forward(approval, timedelta(hours=1))
        by = floor.company.signed("ann", now())
        await floor.ledger.edit(
            Change, change, lambda record: record.withdraw(reason="No more.", by=by), by=by
        )
        await approval.signal(ApprovalWorkflow.stand, floor.approval(change))
        await approval.result()

    assert floor.told(change) == []


async def test_news_may_come_twice_late_and_of_another_round(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(REJECTING, ESCALATING)
    change = await floor.submitted_change(now())
    first = floor.approval(change)

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        with skipper.with_time_skipping_disabled():
            approval = await start(skipper.client, floor, change, queue)
        await vote(floor, change, "bea", "approve", now())
        second = floor.approval(change)
        other = Approval(record=change, round=2, begun=90, version=99, is_over=True)
        for news in (second, first, other, second, first):
            await approval.signal(ApprovalWorkflow.stand, news)
        known = await approval.query(ApprovalWorkflow.approval)
        await approval.terminate()

    assert known == second
    assert [patience.stage for patience in known.open] == ["Board"]


async def test_an_act_that_ran_twice_is_recorded_once(floor: Floor) -> None:
    await floor.company.publish_unchecked(ESCALATING)
    change = await floor.submitted_change(now())
    activities = ApprovalActivities(floor.desk)
    environment = ActivityEnvironment()

    for _ in range(4):
        turn = next_turn(floor.approval(change), now())
        assert turn is not None
        turn_then = await environment.run(activities.take_turn, turn)
        again = await environment.run(activities.take_turn, turn)
        assert turn_then == again == floor.approval(change)

    assert floor.told(change) == [
        *("VotersReminded", "StageTimedOut", "StageEscalated"),
        *("VotersReminded", "StageTimedOut", "StageDecided", "Rejected"),
    ]


async def test_a_second_run_of_the_same_workflow_doubles_nothing(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(ESCALATING)
    change = await floor.submitted_change(now())
    at_first = floor.approval(change)
    id = f"approval/{uuid4()}"

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        for _ in range(2):
            await skipper.client.execute_workflow(
                ApprovalWorkflow.run, at_first, id=id, task_queue=queue
            )

    assert floor.told(change).count("VotersReminded") == 2
    assert floor.told(change).count("StageEscalated") == 1
    assert floor.told(change).count("Rejected") == 1


async def test_a_long_history_goes_on_in_a_fresh_run(
    skipper: TimeSkipper, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.approval, "HISTORY_MAX", 5)
    await floor.company.publish_unchecked(ESCALATING)
    change = await floor.submitted_change(now())

    async with worker(
        skipper.client,
        [ApprovalWorkflow],
        [ApprovalActivities(floor.desk).take_turn],
        runner=unsandboxed(),
    ) as queue:
        approval = await start(skipper.client, floor, change, queue)
        await approval.result()
        last = await approval.describe()

    assert last.run_id != approval.first_execution_run_id
    assert floor.told(change).count("StageEscalated") == 1
    assert floor.told(change)[-1] == "Rejected"


async def test_a_change_that_is_not_in_the_ledger_fails_the_workflow_for_all_to_see(
    skipper: TimeSkipper, floor: Floor
) -> None:
    patience = Patience(index=0, stage="CAB", since=now() - timedelta(hours=4), due=now())
    stray = Approval(record=record_id("CHG", 4711), round=1, begun=1, version=2, patience=patience)

    async with worker(
        skipper.client, [ApprovalWorkflow], [ApprovalActivities(floor.desk).take_turn]
    ) as queue:
        with pytest.raises(WorkflowFailureError) as failed:
            await skipper.client.execute_workflow(
                ApprovalWorkflow.run, stray, id=f"approval/{uuid4()}", task_queue=queue
            )

    assert "There is no change CHG0004711." in str(failed.value.cause)


def test_a_reminder_that_would_come_after_the_due_moment_is_left_out() -> None:
    patience = Patience(
        index=0, stage="CAB", since=now() - timedelta(hours=4), due=now() - timedelta(hours=1)
    )
    approval = Approval(record=uuid4(), round=1, begun=1, version=2, patience=patience)

    turn = next_turn(approval, now())

    assert turn is not None
    assert turn.act == "time out"
    assert turn.due == patience.due
