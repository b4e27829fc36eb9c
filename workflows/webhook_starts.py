"""Keeps a workflow running for each active webhook, and tells it when the webhook changes."""

import asyncio
import logging

from domain.ledger import Ledger
from domain.webhook import Status, Webhook
from workflows.temporal import Temporal
from workflows.webhook_values import Delivering, workflow_id

PAGE = 500
WAIT_SECONDS = 5.0
AGAIN_SECONDS = 60.0
"""How often all are started that do not run: what was lost with Temporal's database comes back."""
RETRY_SECONDS = 1.0
TOPICS = sorted(Webhook.topics.values())

log = logging.getLogger(__name__)


class WebhookStarts:
    def __init__(self, ledger: Ledger, temporal: Temporal) -> None:
        self.ledger = ledger
        self.temporal = temporal

    async def run(self) -> None:
        """Follow for ever, whatever Temporal and the stores do meanwhile."""
        while True:
            try:
                await self._follow()
            except Exception:
                log.exception("The webhooks are started again.")
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        loop, recorder = asyncio.get_running_loop(), self.ledger.recorder
        position = await asyncio.to_thread(self.ledger.position)
        for webhook in await asyncio.to_thread(self._all):
            await self._start(webhook)
        end = loop.time() + AGAIN_SECONDS
        while loop.time() < end:
            head = await recorder.wait(position, WAIT_SECONDS)
            if head <= position:
                continue
            rows = await asyncio.to_thread(
                recorder.select_notifications,
                position,
                PAGE,
                head,
                TOPICS,
                inclusive_of_start=False,
            )
            for id in dict.fromkeys(row.originator_id for row in rows):
                webhook = await self.ledger.find(Webhook, id)  # type: ignore[arg-type]  # we have no other ids
                await self._start(webhook)
                await self.temporal.signal(workflow_id(webhook.number), "look")
            position = rows[-1].id if len(rows) == PAGE else head

    def _all(self) -> list[Webhook]:
        return [webhook for webhook, _ in self.ledger.all_of(Webhook)]

    async def _start(self, webhook: Webhook) -> None:
        if webhook.status is Status.ACTIVE:
            id = workflow_id(webhook.number)
            await self.temporal.keep_running(
                "WebhookDeliveries", id, Delivering(webhook=webhook.id)
            )
