"""A desk with a webhook, and who receives what it sends."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio.testing import ActivityEnvironment

from domain.feed import deliveries, signing
from domain.feed.deliveries import Deliveries
from domain.webhook import Webhook
from ops.saved_views import SavedViews
from tests.domain.desks import system
from tests.workflows.floor import Floor
from tests.workflows.receiver import Receiver, answer
from workflows.webhook_activities import WebhookActivities
from workflows.webhook_sending import Sender
from workflows.webhook_values import Deliver, Delivered

OK = answer(204)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class House:
    """A desk, the machine that sends, and one that receives."""

    def __init__(self, floor: Floor, receiver: Receiver, sender: Sender) -> None:
        self.floor = floor
        self.ledger = floor.ledger
        self.receiver = receiver
        self.clock = Clock()
        self.activities = WebhookActivities(
            floor.desk, sender, SavedViews(floor.desk, floor.views), now=self.clock
        )

    async def webhook(self, who: str = "bea", **more: Any) -> UUID:
        given: dict[str, Any] = {"url": self.receiver.url, "kinds": ["incident"], **more}
        person = self.floor.desk.directory.person(self.floor.company.people[who])
        assert person is not None
        id = await self.floor.company.add(
            Webhook, "register", owner=person.id, organisation=person.organisation, **given
        )
        signing.prepare(self.ledger.mapper.keys, id)
        return id

    async def incident(self, who: str = "ann") -> UUID:
        company = self.floor.company
        receipt = await company.desk.log_incident(
            title="No mail", requester=company.people[who], by=company.signed("bea")
        )
        return receipt.subject

    async def act(self, id: UUID, act: str, kind: Any = Webhook, **given: Any) -> int:
        by = system(at=self.clock.now)
        receipt = await self.ledger.edit(
            kind, id, lambda record: getattr(record, act)(**given, by=by), by=by
        )
        return receipt.position

    async def turn(self, id: UUID, *, is_hurried: bool = False) -> Delivered:
        """One turn, until there is nothing more to be sent."""
        turn = Deliver(webhook=id, is_hurried=is_hurried)
        delivered: Delivered = await ActivityEnvironment().run(self.activities.deliver, turn)
        return delivered

    def kept(self, id: UUID) -> Deliveries:
        found = deliveries.kept(self.ledger.recorder, id)
        assert found is not None
        return found
