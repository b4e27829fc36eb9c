"""What service levels wait for: the next mark of all clocks, and people who acknowledge.

Clocks are rows of an index that is derived from the ledger; none of them is a workflow. One
perpetual workflow waits for the nearest moment of all, or one for each share of the tickets. A mark
that people are told of has an escalation, a workflow of its own, as it waits for people.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.values import Escalation, EscalationTurn, Poke, Shard, Sweep, Swept

SWEEP_SECONDS = 60
TURN_SECONDS = 20
TICKS_MAX = 300
"""Sweeps after which a run hands over to a fresh one."""
HISTORY_MAX = 2_000
"""Events after which an escalation that is refused again and again hands over to a fresh run."""
LOOK_AGAIN = timedelta(minutes=5)
"""The clock looks at the index this often unasked: a lost poke costs minutes, not a deadline."""

RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=0.2), maximum_interval=timedelta(seconds=10)
)


@workflow.defn(name="SlaClock")
class SlaClockWorkflow:
    """Sweeps the due index at the moment when its next row is due."""

    @workflow.init
    def __init__(self, shard: Shard) -> None:
        self._shard = shard.shard
        self._next = shard.next
        self._is_over = False

    @workflow.run
    async def run(self, shard: Shard) -> None:
        if shard.next is None:
            await self._sweep()
        for _ in range(TICKS_MAX):
            if self._is_over:
                return
            await self._due()
            await self._sweep()
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(Shard(shard=shard.shard, next=self._next))

    @workflow.signal
    def poke(self, poke: Poke) -> None:
        """Hear of a row that is due at a moment, perhaps before the one that is waited for."""
        if self._next is None or poke.at < self._next:
            self._next = poke.at

    @workflow.query
    def next(self) -> datetime | None:
        return self._next

    async def _due(self) -> None:
        """Wait until the next moment has come, and wait anew when an earlier one is told."""
        look = workflow.now() + LOOK_AGAIN
        while (left := min(self._next or look, look) - workflow.now()) > timedelta(0):
            known = self._next
            try:
                await workflow.wait_condition(lambda: self._next != known, timeout=left)  # noqa: B023 - awaited here
            except TimeoutError:
                return

    async def _sweep(self) -> None:
        # Pokes that come while it sweeps may be about rows that the sweep did not see.
        self._next = None
        swept = await workflow.execute_local_activity(
            "service_levels.sweep",
            Sweep(at=workflow.now(), shard=self._shard),
            result_type=Swept,
            start_to_close_timeout=timedelta(seconds=SWEEP_SECONDS),
            retry_policy=RETRIES,
        )
        self._is_over = swept.is_over
        if swept.next is not None:
            self.poke(Poke(at=swept.next))


@workflow.defn(name="Escalation")
class EscalationWorkflow:
    """Tells one level after the other until somebody acknowledges or nobody is left to tell."""

    @workflow.init
    def __init__(self, escalation: Escalation) -> None:
        self._escalation = escalation
        self._is_over = False

    @workflow.run
    async def run(self, escalation: Escalation) -> Escalation:
        while not (self._is_over or self._escalation.is_over):
            if workflow.info().get_current_history_length() > HISTORY_MAX and workflow.patched(
                "escalation hands over"
            ):
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._escalation)
            self._escalation = await workflow.execute_local_activity(
                "service_levels.escalate",
                EscalationTurn(escalation=self._escalation, at=workflow.now()),
                result_type=Escalation,
                start_to_close_timeout=timedelta(seconds=TURN_SECONDS),
                retry_policy=RETRIES,
            )
            await self._acknowledged(self._escalation.until)
        return self._escalation

    @workflow.signal
    def end(self) -> None:
        """Hear that it was acknowledged, or that the incident needs no escalation any more."""
        self._is_over = True

    @workflow.query
    def escalation(self) -> Escalation:
        return self._escalation

    async def _acknowledged(self, until: datetime | None) -> None:
        """Wait for an acknowledgement, at most until a moment."""
        if until is None or self._escalation.is_over:
            return
        left = max(timedelta(0), until - workflow.now())
        try:
            await workflow.wait_condition(lambda: self._is_over, timeout=left)
        except TimeoutError:
            pass  # The next level is told.
