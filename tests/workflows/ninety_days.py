"""A quarter of a desk's life on the time-skipping server: tickets that wait, are prioritised anew
and answered, under policies that change. Its clock and its escalations are the real ones; what it
plays itself is the people, and the passing of time.

A workflow's time jumps once at a time, to what it waits for or to the moment that is played, and
only while it waits. Were it to go on skipping, a turn that outlasts the moment could be followed by
a jump to whatever comes next: the server notices only afterwards that it was to stop.

All that people do happens half a minute after a full minute, and all that is due on a full minute:
so a few seconds that pass while it plays put nothing in another order.
"""

import asyncio
import bisect
import heapq
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from domain.agreement import Agreement, EscalationStep, TargetPromise
from domain.incident import Incident
from domain.person import Role
from domain.rules import DomainError
from domain.service_level_policy import ServiceLevelPolicy
from domain.team import Team
from domain.ticket import Visibility
from tests.domain.desks import system
from tests.temporal import worker
from tests.workflows.floor import Floor
from workflows.due_index import Horizons
from workflows.escalation_activities import EscalationActivities
from workflows.poker import Poker
from workflows.policy_moves import PolicyMoves
from workflows.reactor import Reactor
from workflows.sandbox import unsandboxed
from workflows.service_levels import EscalationWorkflow, SlaClockWorkflow
from workflows.shards import Shards
from workflows.sweep import SweepActivities
from workflows.temporal import Temporal
from workflows.values import Escalation, Shard, clock_id

Act = Callable[[datetime], Awaitable[object]]

DAYS = 90
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = 24 * 60
PLAY_SECONDS = 120
"""A policy for all open tickets makes hundreds of marks due at once."""
JUMP_MIN = SECOND
"""Less is waited for: a turn may take so long."""

STEPS = (
    EscalationStep(target="first response", mark="-20m", notify=("person:cem",), wait="20m"),
    EscalationStep(target="resolution", mark="50%", reassign="next level", managers=False),
    EscalationStep(target="resolution", mark="50%", notify=("person:bea",), wait="60m"),
    EscalationStep(target="resolution", mark="75%", notify=("person:bea",), wait="40m"),
    EscalationStep(target="resolution", mark="75%", notify=("person:gus",), managers=True),
    EscalationStep(target="resolution", mark="100%", notify=("person:cem",), raise_priority=2),
    EscalationStep(target="resolution", mark="+2h", propose_major_incident=True, managers=False),
)


def agreement(calendar: UUID, hours: int, *steps: EscalationStep, **more: Any) -> Agreement:
    budget = {1: f"{hours}h", 2: f"{2 * hours}h", 3: f"{4 * hours}h", 4: "3bd", 5: "10d"}
    targets = (
        TargetPromise(name="first response", budget="60m"),
        TargetPromise(name="next response", budget="8h"),
        TargetPromise(name="resolution", budget=budget, pausing=("customer", "vendor")),
    )
    return Agreement(calendar=calendar, targets=targets, escalation=steps, **more)


class Delayed(Temporal):
    """Temporal, in which what is started begins at the moment that is played."""

    def __init__(self, quarter: "Quarter", queue: str) -> None:
        async def identify(_: object) -> str:
            return "played"

        super().__init__(quarter.skipper.client, identify, queue)
        self.quarter = quarter

    async def start(self, workflow: str, id: str, value: Any) -> bool:
        ahead = max(timedelta(0), self.quarter.at - datetime.now(UTC))
        try:
            with self.quarter.skipper.with_time_skipping_disabled():
                handle = await self.client.start_workflow(
                    workflow,
                    value,
                    id=id,
                    task_queue=self.queue,
                    id_reuse_policy=self.reuse,
                    start_delay=ahead,
                )
        except WorkflowAlreadyStartedError:
            return False
        self.started += 1
        await self.quarter.follow(handle)
        return True


class Quarter:
    def __init__(self, floor: Floor, skipper: TimeSkipper, seed: int) -> None:
        self.floor = floor
        self.skipper = skipper
        skipper.config = TimeSkippingConfig(max_session_skip_count=1)
        self.random = random.Random(seed)
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        # A Monday, so that each run has the same weekends.
        began = today + timedelta(days=7 - today.weekday())
        self.began = self.at = began
        self.ends = began + timedelta(days=DAYS)
        self.tickets: list[UUID] = []
        self.refused = 0
        self._moments: list[datetime] = []
        self._heads: list[int] = []
        """How far the ledger went before each moment that was played, and after the last."""
        self._acts: list[tuple[datetime, int, Act]] = []
        self._count = 0
        self._clock: WorkflowHandle[Any, Any]

    def plan(self, minutes: float, act: Act, *, half: bool = True) -> None:
        """Something that happens so many minutes after the beginning."""
        at = self.began + int(minutes) * MINUTE + (30 * SECOND if half else timedelta(0))
        self._plan_at(at, act)

    def _plan_at(self, at: datetime, act: Act) -> None:
        self._count += 1
        heapq.heappush(self._acts, (at, self._count, act))

    def recorded(self, at: datetime) -> int:
        """How much was recorded while it played the half minute up to a moment."""
        first = bisect.bisect_left(self._moments, at - 30 * SECOND)
        return self._heads[bisect.bisect(self._moments, at)] - self._heads[first]

    async def live(self, tickets: int) -> None:
        """Play it all."""
        await self._found()
        for _ in range(tickets):
            self._plan_ticket()
        horizons = Horizons()
        sweeps = SweepActivities(self.floor.ledger, self.floor.index, horizons)
        escalations = EscalationActivities(self.floor.ledger, self.floor.desk.directory)
        async with AsyncExitStack() as stack:
            queue = await stack.enter_async_context(
                worker(
                    self.skipper.client,
                    [SlaClockWorkflow, EscalationWorkflow],
                    [sweeps.sweep, escalations.escalate],
                    runner=unsandboxed(),
                )
            )
            temporal = Delayed(self, queue)
            shards = Shards(self.floor.ledger.recorder)
            poker = Poker(temporal, self.floor.index, horizons, shards, now=lambda: self.at)
            self._reactor = Reactor(self.floor.ledger, temporal, poker)
            self._reactor.position = self.floor.ledger.position()
            self._poker = poker
            with self.skipper.with_time_skipping_disabled():
                self._clock = await self.skipper.client.start_workflow(
                    SlaClockWorkflow.run,
                    Shard(shard=0),
                    id=clock_id(0),
                    task_queue=queue,
                    start_delay=self.began - datetime.now(UTC),
                )
            try:
                await self._play()
            finally:
                await self._clock.terminate()

    async def _play(self) -> None:
        self._heads.append(self.floor.ledger.position())
        while True:
            due = await self.floor.index.next_due()
            act = self._acts[0][0] if self._acts else self.ends
            moment = min(act, self.ends, *(() if due is None else (max(due, self.at),)))
            if moment >= self.ends:
                return
            if due is not None and max(due, self.at) <= moment:
                await self._sweep(moment)
            else:
                await self._tick(moment)
                self.at = moment
                await heapq.heappop(self._acts)[2](moment)
            await self._react()
            self._moments.append(moment)
            self._heads.append(self.floor.ledger.position())

    async def _sweep(self, moment: datetime) -> None:
        """Let the clock come to what is due, and see to it."""
        await self._tick(moment)
        self.at = moment
        async with asyncio.timeout(PLAY_SECONDS):
            while (due := await self.floor.index.next_due()) is not None and due <= moment:
                await self._react()
                await asyncio.sleep(0.002)

    async def _react(self) -> None:
        head = self.floor.ledger.position()
        while self._reactor.position < head:
            await self._reactor._react(head)
            await self._poker._poke()
            head = self.floor.ledger.position()

    async def follow(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Let an escalation come to the moment that is played, and plan its next turn."""
        await self._forward(handle, self.at)
        async with asyncio.timeout(PLAY_SECONDS):
            while True:
                known = await self._known(handle)
                if known is not None and known.is_over:
                    return
                if known is not None and known.until is not None and known.until > self.at:
                    break
                await asyncio.sleep(0.002)

        async def again(_: datetime) -> None:
            if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                await self.follow(handle)

        self._plan_at(known.until, again)

    async def _known(self, handle: WorkflowHandle[Any, Any]) -> Escalation | None:
        """How an escalation stands; None before it has begun."""
        known: Escalation | None = await self._asked(handle, EscalationWorkflow.escalation)
        return known

    async def _tick(self, moment: datetime) -> None:
        """Let the clock's time come to a moment; on its way it wakes as often as it wants to."""
        async with asyncio.timeout(PLAY_SECONDS):
            while True:
                here = await self.skipper.get_current_time(self._clock)
                if here >= moment:
                    return
                next = await self._asked(self._clock, SlaClockWorkflow.next)
                if next is not None and next <= here:
                    await asyncio.sleep(0.002)
                else:
                    await self._jump(self._clock, moment - here)

    async def _forward(self, handle: WorkflowHandle[Any, Any], moment: datetime) -> None:
        """Let a workflow's time come to a moment, or to what it waits for until then."""
        await self._jump(handle, moment - await self.skipper.get_current_time(handle))

    async def _jump(self, handle: WorkflowHandle[Any, Any], ahead: timedelta) -> None:
        if ahead <= JUMP_MIN:
            await asyncio.sleep(ahead / SECOND)
            return
        try:
            await self.skipper.fast_forward(handle, ahead)
        except RPCError as error:
            # It has ended meanwhile.
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def _asked(self, handle: WorkflowHandle[Any, Any], query: Any) -> Any:
        """What a workflow answers as soon as it waits; None before it has begun."""
        try:
            return await handle.query(query)
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
            return None

    # What people do --------------------------------------------------------------------------

    async def _found(self) -> None:
        """The company, its policies, and how these change."""
        company, desk = self.floor.company, self.floor.desk
        await company.hire("eve", company.operator, Role.AGENT)
        await company.hire("gus", company.operator, Role.AGENT, manager=company.people["eve"])
        await company.add(Team, "form", name="Network", support_level=2)
        first = agreement(company.office, 4, *STEPS)
        policy = await company.add(ServiceLevelPolicy, "draft", name="Gold", definition=first)
        await desk.publish_policy(policy, by=system())
        ola = agreement(company.office, 2, STEPS[3], kind="OLA", when="ticket.priority <= 3")
        other = await company.add(ServiceLevelPolicy, "draft", name="Inside", definition=ola)
        await desk.publish_policy(other, by=system())

        async def publish(at: datetime, hours: int, applies_to: Any, *steps: Any) -> None:
            definition = agreement(company.office, hours, *steps)
            by = system(at=at)
            await self.floor.ledger.edit(
                ServiceLevelPolicy, policy, lambda one: one.revise(definition, by=by), by=by
            )
            await desk.publish_policy(policy, applies_to=applies_to, by=system(at=at))
            while await PolicyMoves(desk).keep(at, "sla-clock/0") is not None:
                pass

        for day, hours, applies_to, steps in (
            (25, 6, "open", STEPS),
            (50, 3, "new", STEPS[1:]),
            (70, 5, "open", STEPS[:6]),
        ):
            self.plan(
                day * DAY,
                lambda at, h=hours, a=applies_to, s=steps: publish(at, h, a, *s),  # type: ignore[misc]  # No defaults are inferred.
            )

    def _plan_ticket(self) -> None:
        """An incident, and what happens to it."""
        dice, ids = self.random, []
        opened = dice.randrange((DAYS - 5) * DAY)
        company = self.floor.company

        async def log(at: datetime) -> None:
            receipt = await self.floor.desk.log_incident(
                title="No mail",
                requester=company.people["ann"],
                impact=dice.choice((1, 2, 3)),
                urgency=dice.choice((1, 2, 3)),
                team=dice.choice((None, company.service_desk)),
                assignee=dice.choice((None, company.people["gus"])),
                by=company.signed("ann", at),
            )
            ids.append(receipt.subject)
            self.tickets.append(receipt.subject)

        def act(name: str, how: Callable[[Incident, Any], object]) -> Act:
            async def acts(at: datetime) -> None:
                by = company.signed(name, at)
                await self._try(
                    self.floor.ledger.edit(Incident, ids[0], lambda one: how(one, by), by=by)
                )

            return acts

        def say(name: str) -> Act:
            return lambda at: self._try(
                self.floor.desk.comment(
                    Incident,
                    ids[0],
                    "Well?",
                    visibility=Visibility.PUBLIC,
                    by=company.signed(name, at),
                )
            )

        def prioritise(at: datetime) -> Awaitable[object]:
            return self._try(
                self.floor.desk.prioritise(
                    Incident,
                    ids[0],
                    impact=dice.choice((1, 2, 3)),
                    urgency=dice.choice((1, 2, 3)),
                    by=company.signed("bea", at),
                )
            )

        self.plan(opened, log, half=False)
        known: tuple[Act, ...] = (
            act("bea", lambda one, by: one.pend(dice.choice(REASONS), by=by)),
            act("bea", lambda one, by: one.resume(by=by)),
            act("bea", lambda one, by: one.acknowledge_escalation(by=by)),
            act("bea", lambda one, by: one.resolve(code="fixed", resolution="Done.", by=by)),
            act("ann", lambda one, by: one.reopen(reason="No.", by=by)),
            act("ann", lambda one, by: one.close(by=by)),
            say("ann"),
            say("bea"),
            prioritise,
        )
        at = float(opened)
        for _ in range(dice.randrange(2, 9)):
            at += dice.expovariate(1 / (12 * 60)) + 1
            [chosen] = dice.choices(known, weights=(4, 5, 2, 1, 2, 1, 2, 2, 3))
            self.plan(at, chosen)

    async def _try(self, act: Awaitable[object]) -> None:
        try:
            await act
        except DomainError:
            self.refused += 1


REASONS: Any = ("customer", "vendor", "problem")
