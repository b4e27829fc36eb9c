"""The mails about one record that come again: perpetual, as long as somebody is to get any.

A turn sends what is due and says when to look again. How far it has got is known beside the
ledger, or in it, so that a turn which was lost is taken again.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.mailing_values import Mailed, Mailing

TURNS_MAX = 200
"""Turns after which a run hands over to a fresh one."""
TURN = timedelta(minutes=30)
HEARTBEAT = timedelta(seconds=40)
_NONE = timedelta(0)
RETRIES = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=10))


@workflow.defn(name="Mailings")
class MailingsWorkflow:
    @workflow.init
    def __init__(self, mailing: Mailing) -> None:
        self._looks = 0

    @workflow.run
    async def run(self, mailing: Mailing) -> None:
        for _ in range(TURNS_MAX):
            looks = self._looks
            mailed = await workflow.execute_activity(
                "mailings.send",
                mailing,
                result_type=Mailed,
                start_to_close_timeout=TURN,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=RETRIES,
            )
            if mailed.is_over and looks == self._looks:
                return
            left = None if mailed.until is None else max(_NONE, mailed.until - workflow.now())
            try:
                await workflow.wait_condition(lambda: self._looks != looks, timeout=left)  # noqa: B023 - awaited here
            except TimeoutError:
                continue
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(mailing)

    @workflow.signal
    def look(self) -> None:
        """Hear that something happened to the record itself."""
        self._looks += 1
