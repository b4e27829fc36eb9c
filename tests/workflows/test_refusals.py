"""What the ledger refuses to a clock or an escalation comes later, and holds up nothing else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError
from msgspec import structs
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import ActivityEnvironment, TimeSkipper

from domain.aggregate import Aggregate, Entry
from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.change import Change
from domain.incident import Incident
from domain.rules import Refused
from tests.temporal import worker
from tests.workflows.floor import Floor
from tests.workflows.test_escalation_steps import (
    MINUTE,
    NOW,
    TELL_BEA,
    escalated,
    logged,
    publish,
    sweep,
    taken,
    turn,
)
from workflows import service_levels
from workflows.approval import ApprovalWorkflow
from workflows.approval_activities import ApprovalActivities
from workflows.escalation_activities import EscalationActivities
from workflows.sandbox import unsandboxed
from workflows.service_levels import EscalationWorkflow
from workflows.sweep import SweepActivities
from workflows.values import Escalation, EscalationTurn, Sweep

HOUR = 60 * MINUTE


class Rule:
    """A rule of the ledger that refuses a record while it stands."""

    def __init__(self, floor: Floor, refuses: Callable[[Aggregate], bool]) -> None:
        self.refuses = refuses
        self.stands = True
        self.asked = 0
        floor.ledger.rules.insert(0, self.ask)

    async def ask(self, record: Aggregate) -> None:
        if self.stands and self.refuses(record):
            self.asked += 1
            raise Refused("It is under a legal hold.")


@contextmanager
def unreadable(floor: Floor, ticket: UUID) -> Iterator[None]:
    """While it lasts, what happened to a ticket cannot be read."""
    read = floor.ledger.history

    def history(id: UUID) -> list[Entry]:
        if id == ticket:
            raise MapperDeserialisationError("It is written in another alphabet.")
        return read(id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(floor.ledger, "history", history)
        yield


def about(ticket: UUID) -> Callable[[Aggregate], bool]:
    return lambda record: record.id == ticket


def half(ticket: UUID) -> Escalation:
    return Escalation(ticket=ticket, round=1, target="resolution", mark="50%")


async def test_people_are_told_at_least_if_the_rest_of_a_step_is_refused(floor: Floor) -> None:
    await publish(floor, structs.replace(TELL_BEA, raise_priority=1))
    incident = await logged(floor)
    Rule(
        floor,
        lambda record: any(isinstance(one.event, Incident.Prioritised) for one in record.pending),
    )

    known = await escalated(floor, incident)

    refused = ("raise priority: It is under a legal hold.",)
    assert taken(floor, incident) == [(1, ("notify",), refused)]
    assert known.told == (floor.company.people["bea"],)
    assert (await floor.ledger.find(Incident, incident)).priority == 3


async def test_a_step_that_is_refused_comes_again_after_longer_and_longer_pauses(
    floor: Floor,
) -> None:
    await publish(floor, TELL_BEA)
    incident = await logged(floor)
    await sweep(floor)
    rule = Rule(floor, about(incident))
    known, at, pauses = half(incident), NOW, []

    for _ in range(9):
        known = await turn(floor, known, at)
        assert known.until is not None
        pauses.append((known.until - at) / MINUTE)
        at = known.until
    rule.stands = False
    known = await turn(floor, known, at)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert taken(floor, incident) == [(1, ("notify",), ())]
    assert (known.level, known.refused, known.until) == (1, 0, at + 10 * MINUTE)


async def test_an_escalation_that_is_refused_waits_and_holds_up_no_other(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await publish(floor, TELL_BEA)
    held, free = await logged(floor), await logged(floor)
    await sweep(floor)
    rule = Rule(floor, about(held))
    act = EscalationActivities(floor.ledger, floor.desk.directory).escalate

    async with worker(skipper.client, [EscalationWorkflow], [act], runner=unsandboxed()) as queue:
        with skipper.with_time_skipping_disabled():
            waiting, other = [
                await skipper.client.start_workflow(
                    EscalationWorkflow.run,
                    half(ticket),
                    id=f"escalation/{uuid4()}",
                    task_queue=queue,
                )
                for ticket in (held, free)
            ]
        await skipper.fast_forward(other, 11 * MINUTE)
        of_other = (await other.result()).is_over
        await skipper.fast_forward(waiting, 2 * HOUR)
        asked, status = rule.asked, (await waiting.describe()).status
        rule.stands = False
        await skipper.fast_forward(waiting, 2 * HOUR)
        result = await waiting.result()

    assert of_other
    assert taken(floor, free) == taken(floor, held) == [(1, ("notify",), ())]
    assert status is WorkflowExecutionStatus.RUNNING
    # Each turn is tried with all that the step says, and with people alone.
    assert 2 * 6 <= asked <= 2 * 9
    assert result.is_over


async def test_a_ticket_that_cannot_be_read_is_escalated_after_it_can_be(floor: Floor) -> None:
    await publish(floor, TELL_BEA)
    incident = await logged(floor)
    await sweep(floor)
    known = half(incident)

    with unreadable(floor, incident):
        put_off = [known := await turn(floor, known), await turn(floor, known, NOW + MINUTE)]
    done = await turn(floor, put_off[-1], NOW + 3 * MINUTE)

    assert [one.until for one in put_off] == [NOW + MINUTE, NOW + 3 * MINUTE]
    assert taken(floor, incident) == [(1, ("notify",), ())]
    assert (done.level, done.refused) == (1, 0)


async def test_an_approval_that_cannot_be_read_goes_on_when_it_can_be(
    skipper: TimeSkipper, floor: Floor
) -> None:
    await floor.company.publish_unchecked(
        Stage(
            name="CAB",
            approvers=("role:approver",),
            quorum=AnyOne(),
            patience="4h",
            on_timeout="reject",
        )
    )
    began = datetime.now(UTC)
    change = await floor.submitted_change(began)
    take_turn = ApprovalActivities(floor.desk).take_turn

    async with worker(
        skipper.client, [ApprovalWorkflow], [take_turn], runner=unsandboxed()
    ) as queue:
        with skipper.with_time_skipping_disabled():
            approval = await skipper.client.start_workflow(
                ApprovalWorkflow.run,
                floor.approval(change),
                id=f"approval/{uuid4()}",
                task_queue=queue,
            )
        with unreadable(floor, change):
            await skipper.fast_forward(approval, 10 * HOUR)
            history = await approval.fetch_history()
        await skipper.fast_forward(approval, 2 * HOUR)
        await approval.result()

    [rejected] = floor.events(change, Change.Rejected)
    assert rejected.by.effective_at == began + 4 * HOUR
    # Twelve tries or so, and not one every few seconds.
    assert len(history.events) < 150


async def test_an_escalation_that_is_refused_for_ever_begins_a_fresh_history(
    skipper: TimeSkipper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_levels, "HISTORY_MAX", 60)
    turns: list[int] = []

    @activity.defn(name="service_levels.escalate")
    async def escalate(turn: EscalationTurn) -> Escalation:
        turns.append(turn.escalation.refused)
        return structs.replace(
            turn.escalation,
            until=turn.at + HOUR,
            refused=len(turns),
            is_over=len(turns) == 30,
        )

    async with worker(
        skipper.client, [EscalationWorkflow], [escalate], runner=unsandboxed()
    ) as queue:
        handle = await skipper.client.start_workflow(
            EscalationWorkflow.run, half(uuid4()), id=f"escalation/{uuid4()}", task_queue=queue
        )
        await handle.result()
        last = await skipper.client.get_workflow_handle(handle.id).describe()

    assert turns == list(range(30))
    assert last.run_id != handle.first_execution_run_id
    assert last.history_length < 60 + 20


async def test_a_mark_that_is_refused_comes_within_a_minute_and_holds_up_no_other(
    floor: Floor,
) -> None:
    await publish(floor, TELL_BEA)
    held, free = await logged(floor), await logged(floor)
    rule = Rule(floor, about(held))
    sweeps = SweepActivities(floor.ledger, floor.index)

    async def swept(seconds: float) -> timedelta:
        """How long after a moment the sweep wants to come again."""
        at = NOW + timedelta(seconds=seconds)
        answer = await ActivityEnvironment().run(sweeps.sweep, Sweep(at=at))
        assert answer.next is not None
        return answer.next - at

    pause = await swept(0)
    again = await swept(20)
    asked = rule.asked
    rule.stands = False
    await swept(61)

    assert len(floor.events(free, Incident.MarkReached)) == 1
    assert timedelta(seconds=59) < pause <= MINUTE
    assert timedelta(seconds=39) < again <= timedelta(seconds=40)
    assert asked == 1
    [mark] = floor.events(held, Incident.MarkReached)
    assert mark.by.at == NOW + timedelta(seconds=61)
