"""The clock of one round of approval: reminds, and ends the stages that take too long.

It decides nothing. Votes are commands to the ledger, which decide a stage at once; what a stage
does at the end of its patience stands in the stage. The workflow hears how the round stands, waits
for the next moment that matters, and sends a command that does nothing if it comes late or twice.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.values import Act, Approval, ApprovalTurn, Patience

TURN_SECONDS = 20
HISTORY_MAX = 2_000
"""Events after which a run hands over to a fresh one."""


@workflow.defn(name="Approval")
class ApprovalWorkflow:
    @workflow.init
    def __init__(self, approval: Approval) -> None:
        self._approval = approval
        self._vain: set[str] = set()

    @workflow.run
    async def run(self, approval: Approval) -> None:
        while not self._approval.is_over:
            if workflow.info().get_current_history_length() > HISTORY_MAX:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self._approval)
            turn = next_turn(self._approval, workflow.now(), self._vain)
            if turn is None:
                await self._change(until=None)
            elif turn.at > workflow.now():
                await self._change(until=turn.at)
            else:
                await self._take(turn)

    @workflow.signal
    def stand(self, approval: Approval) -> None:
        """Hear how the round stands. What is not news is passed over."""
        if approval.round == self._approval.round and approval.version > self._approval.version:
            self._approval = approval

    @workflow.query
    def approval(self) -> Approval:
        return self._approval

    async def _change(self, until: datetime | None) -> None:
        """Wait for news of the round, at most until a moment."""
        known = self._approval.version
        left = None if until is None else max(timedelta(0), until - workflow.now())
        try:
            await workflow.wait_condition(lambda: self._approval.version != known, timeout=left)
        except TimeoutError:
            pass  # The moment has come.

    async def _take(self, turn: ApprovalTurn) -> None:
        known = self._approval
        answer = await workflow.execute_local_activity(
            "approval.take_turn",
            turn,
            result_type=Approval,
            start_to_close_timeout=timedelta(seconds=TURN_SECONDS),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=0.2), maximum_interval=timedelta(seconds=30)
            ),
        )
        self.stand(answer)
        if self._approval is known:
            # The ledger saw no reason to act: asking again would be answered alike.
            self._vain.add(turn.step)


def next_turn(approval: Approval, now: datetime, vain: Collection[str] = ()) -> ApprovalTurn | None:
    """What the clock does next, and when: the first moment of all open stages.

    `vain` are steps that are not taken again.
    """
    turns = [
        turn
        for patience in approval.patiences
        for turn in _turns(approval, patience, now)
        if turn.step not in vain
    ]
    # Of two that are due at the same moment, the stage that stands first comes first.
    return min(turns, key=lambda turn: turn.at, default=None)


def _turns(approval: Approval, patience: Patience, now: datetime) -> Iterator[ApprovalTurn]:
    """The next reminder of a stage, and its end."""
    if not patience.is_reminded and now < patience.due:
        if patience.reminders:
            moment = patience.reminders[patience.reminded]
        else:
            moment = patience.since + (patience.due - patience.since) / 2
        yield _turn(approval, patience, "remind", max(moment, now))
    yield _turn(approval, patience, "time out", max(patience.due, now))


def _turn(approval: Approval, patience: Patience, act: Act, at: datetime) -> ApprovalTurn:
    number = patience.reminded if act == "remind" else 0
    step = f"{patience.index}/{act}/{patience.due.isoformat()}"
    return ApprovalTurn(
        step=f"{step}/{number}" if number else step,
        act=act,
        record=approval.record,
        round=approval.round,
        stage=patience.stage,
        at=at,
        due=patience.due,
        number=number,
    )
