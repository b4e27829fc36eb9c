"""Keeps a workflow running for each record about which somebody is told by mail again and again."""

from collections.abc import Iterable
from uuid import UUID

from domain.saved_view import SavedView
from workflows.mailing_values import Mailing, workflow_id
from workflows.starts import Starts


class MailingStarts(Starts):
    workflow = "Mailings"
    topics = sorted(
        SavedView.topics[event]
        for event in (SavedView.Subscribed, SavedView.Unsubscribed, SavedView.Removed)
    )

    def all(self) -> Iterable[UUID]:
        return [view.id for view, _ in self.ledger.all_of(SavedView) if view.mailings]

    async def value(self, id: UUID) -> Mailing | None:
        view = await self.ledger.find(SavedView, id)
        return Mailing(record=id) if view.mailings else None

    def workflow_id(self, number: str) -> str:
        return workflow_id(number)
