"""What the clock of an approval does to its record. An act may run twice: it is recorded once."""

from temporalio import activity

from domain.desk import Desk
from workflows.failures import refusals_are_final
from workflows.rounds import rounds
from workflows.signing import signed
from workflows.values import Approval, ApprovalTurn

ACTOR = "approval-clock"


class ApprovalActivities:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn(name="approval.take_turn")
    @refusals_are_final
    async def take_turn(self, turn: ApprovalTurn) -> Approval:
        """Remind the voters, or end the patience of a stage; says how the round stands then."""
        workflow, id = activity.info().workflow_id or "", turn.record
        if turn.act == "remind":
            by = signed(ACTOR, workflow, turn.step, turn.at)
            self.desk.directory.catch_up()
            await self.desk.remind_voters(
                id, turn.round, turn.stage, number=turn.number, by=by, is_repeatable=True
            )
        else:
            # What the end of a patience leads to counts from that end, however late the clock is.
            by = signed(ACTOR, workflow, turn.step, turn.at, effective=turn.due)
            self.desk.directory.catch_up()
            await self.desk.time_out_stage(id, turn.round, turn.stage, by=by, is_repeatable=True)
        return rounds(id, self.desk.ledger.history(id))[turn.round - 1]
