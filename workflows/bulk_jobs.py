"""One bulk job, while anything is to be done about it: turn by turn, each a page of its rows.

How far it has got is in the ledger. A turn that was begun and lost is taken again, and does nothing
twice.
"""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.bulk_values import Bulk, Turned

TURNS_MAX = 100
"""Turns after which a run hands over to a fresh one."""
TURN = timedelta(minutes=5)
RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


class Runner(Protocol):
    async def turn(self, id: UUID) -> bool:
        """See to the next page of a job. Returns whether there is nothing more to do for now."""
        ...


class BulkActivities:
    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    @activity.defn(name="bulk.turn")
    async def turn(self, bulk: Bulk) -> Turned:
        return Turned(is_over=await self._runner.turn(bulk.job))


@workflow.defn(name="BulkJob")
class BulkJobWorkflow:
    @workflow.init
    def __init__(self, bulk: Bulk) -> None:
        self._looks = 0

    @workflow.run
    async def run(self, bulk: Bulk) -> None:
        for _ in range(TURNS_MAX):
            looks = self._looks
            turned = await workflow.execute_local_activity(
                "bulk.turn",
                bulk,
                result_type=Turned,
                start_to_close_timeout=TURN,
                retry_policy=RETRIES,
            )
            if turned.is_over and looks == self._looks:
                return
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(bulk)

    @workflow.signal
    def look(self) -> None:
        """Hear that something is to be done about the job."""
        self._looks += 1
