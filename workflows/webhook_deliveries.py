"""The deliveries of one webhook: perpetual, as long as it is active.

A turn is long: it follows the ledger and sends event by event, and ends when it has to wait. So
there is no workflow, and no turn, for each event.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.webhook_values import Deliver, Delivered, Delivering

TURNS_MAX = 200
"""Turns after which a run hands over to a fresh one."""
TURN = timedelta(minutes=10)
HEARTBEAT = timedelta(seconds=40)
RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


@workflow.defn(name="WebhookDeliveries")
class WebhookDeliveriesWorkflow:
    @workflow.init
    def __init__(self, delivering: Delivering) -> None:
        self._looks = 0

    @workflow.run
    async def run(self, delivering: Delivering) -> None:
        is_hurried = False
        for _ in range(TURNS_MAX):
            looks = self._looks
            delivered = await workflow.execute_activity(
                "webhooks.deliver",
                Deliver(webhook=delivering.webhook, is_hurried=is_hurried),
                result_type=Delivered,
                start_to_close_timeout=TURN,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=RETRIES,
            )
            if delivered.is_over and looks == self._looks:
                return
            is_hurried = False
            if delivered.until is not None:
                left = max(timedelta(0), delivered.until - workflow.now())
                try:
                    await workflow.wait_condition(lambda: self._looks != looks, timeout=left)  # noqa: B023 - awaited here
                    is_hurried = True
                except TimeoutError:
                    pass
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(delivering)

    @workflow.signal
    def look(self) -> None:
        """Hear that something happened to the webhook itself."""
        self._looks += 1
