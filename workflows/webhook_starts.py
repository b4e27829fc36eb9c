"""Keeps a workflow running for each active webhook, and tells it when the webhook changes."""

from collections.abc import Iterable
from uuid import UUID

from domain.webhook import Status, Webhook
from workflows.starts import Starts
from workflows.webhook_values import Delivering, workflow_id


class WebhookStarts(Starts):
    workflow = "WebhookDeliveries"
    topics = sorted(Webhook.topics.values())

    def all(self) -> Iterable[UUID]:
        return [webhook.id for webhook, _ in self.ledger.all_of(Webhook)]

    async def value(self, id: UUID) -> Delivering | None:
        webhook = await self.ledger.find(Webhook, id)
        return Delivering(webhook=id) if webhook.status is Status.ACTIVE else None

    def workflow_id(self, number: str) -> str:
        return workflow_id(number)
