"""What a webhook sends of an event: the event as far as its owner sees it; or what entered the
saved views that it tells of, by that event, and what left them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.aggregate import Entry
from domain.feed.envelope import TYPE_PREFIX, cloud_event, outline
from domain.feed.sight import Level, Sight
from domain.feed.tail import Tail
from domain.feed.wanted import Wanted
from domain.ids import number_of
from domain.policy import Actor
from domain.webhook import Webhook

VIEW_CHANGED = f"{TYPE_PREFIX}SavedView.Changed"


class ViewChange(Struct, frozen=True, kw_only=True):
    """A record that entered a saved view with an event, or left it."""

    position: int
    view: UUID
    record: UUID
    has_entered: bool


class Viewing(Protocol):
    """Knows what entered saved views and what left them."""

    async def changes(
        self, view: UUID, actor: Actor, *, after: int, until: int
    ) -> tuple[Sequence[ViewChange], int]:
        """What somebody sees of it, in order, and the position up to which that is all; it waits
        for a while until there is one."""


class Bodies(Protocol):
    async def upto(self, after: int, until: int) -> int:
        """How far what is sent is known."""

    async def body(self, entry: Entry) -> bytes | None:
        """What is sent of an event, or None. Raises Refused where that cannot be told."""


class EventBodies:
    def __init__(self, tail: Tail, webhook: Webhook, sight: Sight) -> None:
        self._tail = tail
        self._webhook = webhook
        self._sight = sight
        self._wanted = Wanted(
            types=webhook.types,
            kinds=webhook.kinds,
            subjects=webhook.subjects,
            condition=webhook.condition,
        )

    async def upto(self, after: int, until: int) -> int:
        return until

    async def body(self, entry: Entry) -> bytes | None:
        is_test = is_test_of(self._webhook, entry)
        level = Level.WHOLE if is_test else await self._sight.told(entry, self._wanted)
        return None if level is Level.NOTHING else in_words(self._tail, entry, level)


class ViewBodies:
    def __init__(self, tail: Tail, webhook: Webhook, actor: Actor, viewing: Viewing) -> None:
        self._tail = tail
        self._webhook = webhook
        self._actor = actor
        self._viewing = viewing
        self._known = (0, 0)
        """After which position, and up to which, the changes are known."""
        self._changes: dict[int, list[ViewChange]] = {}

    async def upto(self, after: int, until: int) -> int:
        changes: dict[int, list[ViewChange]] = {}
        for view in self._webhook.views:
            found, until = await self._viewing.changes(view, self._actor, after=after, until=until)
            for change in found:
                changes.setdefault(change.position, []).append(change)
        self._known, self._changes = (after, until), changes
        return until

    async def body(self, entry: Entry) -> bytes | None:
        if is_test_of(self._webhook, entry):
            return in_words(self._tail, entry, Level.WHOLE)
        after, until = self._known
        if not after < entry.position <= until:
            await self.upto(entry.position - 1, entry.position)
        changes = self._changes.get(entry.position)
        return changed(entry, changes, self._tail.ledger.recorder.identity()) if changes else None


def is_test_of(webhook: Webhook, entry: Entry) -> bool:
    return entry.originator_id == webhook.id and isinstance(entry.event, Webhook.Tested)


def in_words(tail: Tail, entry: Entry, level: Level) -> bytes:
    """An event in words, put once for all webhooks that send it now."""
    key = entry.position, level
    if key not in tail.shared:
        source = tail.ledger.recorder.identity()
        found = (
            cloud_event(entry, ledger=source, with_personal=True)
            if level is Level.WHOLE
            else outline(entry, ledger=source)
        )
        tail.shared[key] = msgspec.json.encode(found)
    body: bytes = tail.shared[key]
    return body


def changed(entry: Entry, changes: Sequence[ViewChange], source: str) -> bytes:
    """What an event changed in saved views, as a CloudEvent: neither who did it nor what it was."""
    by = entry.event.by
    told = {
        "specversion": "1.0",
        "id": str(entry.position),
        "source": f"urn:ledgerdesk:{source}",
        "type": VIEW_CHANGED,
        "subject": number_of(changes[0].record),
        "time": by.effective_at,
        "datacontenttype": "application/json",
        "recordedtime": by.at,
        "data": {
            "changes": [
                {
                    "view": number_of(change.view),
                    "change": "entered" if change.has_entered else "left",
                    "id": change.record,
                    "number": number_of(change.record),
                }
                for change in changes
            ]
        },
    }
    return msgspec.json.encode(told)
