"""Saved views as webhooks tell of them."""

from collections.abc import Sequence
from uuid import UUID

from domain.desk import Desk
from domain.policy import Actor
from domain.rules import DomainError
from domain.saved_view import SavedView
from projections.listings import LISTINGS
from projections.queries import LIMIT_MAX
from projections.store import NotBuilt
from projections.views import Views
from workflows.webhook_bodies import ViewChange

WAIT_SECONDS = 1.0


class SavedViews:
    def __init__(self, desk: Desk, views: Views) -> None:
        self._desk = desk
        self._views = views

    async def changes(
        self, view: UUID, actor: Actor, *, after: int, until: int
    ) -> tuple[Sequence[ViewChange], int]:
        """What somebody sees of it; nothing of a view that they may not use any more."""
        # Lists take memory that a worker without such webhooks does without.
        from api.view_changes import changes_of, listed_at

        record = await self._desk.ledger.find(SavedView, view)
        name = listed_at(record)
        await self._views.reached(name, after + 1, WAIT_SECONDS)
        position = (await self._views.positions()).get(LISTINGS[name].view, 0)
        head = min(until, position)
        if head <= after:
            return (), after
        try:
            changes = await changes_of(
                self._views,
                self._desk,
                actor,
                record,
                after=after,
                until=head,
                limit=LIMIT_MAX,
            )
        except NotBuilt:
            return (), after
        except DomainError:
            return (), head
        found = [
            ViewChange(
                position=change.position,
                view=view,
                record=UUID(change.id),
                has_entered=change.has_entered,
            )
            for change in changes.found
        ]
        return found, changes.next
