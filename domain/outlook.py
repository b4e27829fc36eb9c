"""What is ahead: which changes are scheduled, what is in approval, and what depends on what.

A desk asks its outlook. The read side has one that is fast and a moment behind; without it, the
ledger is read.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from domain.aggregate import KIND_OF_PREFIX, KINDS, Entry
from domain.alike import Alike
from domain.approval_round import ApprovalRounds
from domain.article import Article
from domain.article import Status as Published
from domain.asset import Asset
from domain.asset_reminders import AssetReminders
from domain.change import Change
from domain.change_moves import Status
from domain.contract import Contract
from domain.ids import prefix_of
from domain.impact import Direction, Graph, Relation
from domain.incident import Incident
from domain.ledger import Ledger
from domain.obligations import passed
from domain.promises import RESOLUTION
from domain.purchase_order import PurchaseOrder
from domain.question import Question
from domain.satisfaction import Satisfaction
from domain.service_request import ServiceRequest
from domain.ticket import Ticket

CHANGES_MAX = 2_000
"""So many scheduled changes are given at most."""
APPROVALS_MAX = 100_000
"""So many records in approval are given at most."""

AHEAD = frozenset({Status.SCHEDULED, Status.IMPLEMENTING})
"""What a change is that has a time for its implementation and is not done with it."""
DONE = frozenset({"resolved", "answered", "reviewed", "closed", "cancelled", "withdrawn", "merged"})
"""The statuses, of any kind of ticket, in which nobody has to work on it."""


class Outlook(Protocol):
    async def scheduled(self, since: datetime, until: datetime) -> Sequence[UUID]:
        """The changes that are scheduled, or implemented, in any part of a time."""
        ...

    async def in_approval(self) -> Sequence[UUID]:
        """The records of all kinds that wait for votes, by their ids."""
        ...

    async def overdue(self, now: datetime) -> Sequence[UUID]:
        """The changes that owe something whose moment has passed, which was not noted yet."""
        ...

    async def reminders(self, now: datetime) -> tuple[Sequence[UUID], datetime | None]:
        """The assets, contracts and purchase orders with a reminder that is due, and when the next
        is due after that."""
        ...

    async def articles_to_review(self, now: datetime, limit: int) -> Sequence[UUID]:
        """So many of the published articles that are to be looked at again by now, those due first
        first, as far as that is known."""
        ...

    async def relations(self, assets: Collection[UUID], depth: int) -> Sequence[Relation]:
        """The relations on all ways from some assets, upwards and downwards, of so many steps."""
        ...

    async def open_tickets(self, after: UUID | None, limit: int) -> Sequence[UUID] | None:
        """So many of the incidents and changes that are not over, in the order of their ids, after
        one. None if that is not known yet for all that is recorded."""
        ...

    async def done_before(self, kind: str, at: datetime, limit: int) -> Sequence[UUID]:
        """So many tickets of a kind that were done by a moment and are not closed, those done first
        first, as far as that is known by now."""
        ...

    async def major_incidents(self) -> Sequence[UUID]:
        """The major incidents that somebody works on, as far as that is known by now."""
        ...

    async def surveys_due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """So many of the tickets whose requesters are to be asked or reminded by now, those due
        first first, as far as that is known by now."""
        ...

    async def is_asked_since(self, person: UUID, since: datetime) -> bool:
        """Whether somebody was asked to rate a resolution after a moment."""
        ...

    async def loads(self, people: Collection[UUID]) -> Mapping[UUID, int]:
        """How many tickets that are not done each of some people has."""
        ...

    async def alike(self, alike: Alike, since: datetime, limit: int) -> Sequence[UUID] | None:
        """So many of the incidents logged since a moment that are alike, the latest first. None if
        that is not known yet for all that is recorded."""
        ...

    async def linked(self, id: UUID, prefix: str) -> Sequence[UUID] | None:
        """The tickets of a kind that are linked to a ticket, by whichever of the two, in the order
        of their ids. None if that is not known yet for all that is recorded."""
        ...


class LedgerOutlook:
    """An outlook that reads every change and every asset: exact, and slow."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def scheduled(self, since: datetime, until: datetime) -> Sequence[UUID]:
        return [
            change.id
            for change in self._changes()
            if change.status in AHEAD
            and change.scheduled_start is not None
            and change.scheduled_end is not None
            and change.scheduled_start < until
            and since < change.scheduled_end
        ][:CHANGES_MAX]

    async def in_approval(self) -> Sequence[UUID]:
        approved = [kind for kind in KINDS.values() if issubclass(kind, ApprovalRounds)]
        return sorted(
            record.id
            for kind in approved
            for record, _ in self._ledger.all_of(kind)
            if record.standing.open
        )[:APPROVALS_MAX]

    async def overdue(self, now: datetime) -> Sequence[UUID]:
        return [change.id for change in self._changes() if passed(change.obligations, now)]

    async def reminders(self, now: datetime) -> tuple[Sequence[UUID], datetime | None]:
        kinds: tuple[type[AssetReminders], ...] = (Asset, Contract, PurchaseOrder)
        found = (record for kind in kinds for record, _ in self._ledger.all_of(kind))
        ahead = [(record.id, one.at) for record in found if (one := record.next_reminder)]
        later = min((at for _, at in ahead if at > now), default=None)
        return [id for id, at in ahead if at <= now], later

    async def articles_to_review(self, now: datetime, limit: int) -> Sequence[UUID]:
        found = [
            (due, article.id)
            for article, _ in self._ledger.all_of(Article)
            if article.status is Published.PUBLISHED and (due := article.review_due) and due <= now
        ]
        return [id for _, id in sorted(found)[:limit]]

    async def relations(self, assets: Collection[UUID], depth: int) -> Sequence[Relation]:
        every = [
            Relation(asset.id, other)
            for asset, _ in self._ledger.all_of(Asset)
            for _, other in asset.relations
        ]
        return around(every, assets, depth)

    async def open_tickets(self, after: UUID | None, limit: int) -> Sequence[UUID] | None:
        kinds: tuple[type[Ticket], ...] = (Incident, Change, Question, ServiceRequest)
        found = (ticket for kind in kinds for ticket, _ in self._ledger.all_of(kind))
        ids = [ticket.id for ticket in found if not ticket.is_over]
        return sorted(id for id in ids if after is None or id > after)[:limit]

    async def done_before(self, kind: str, at: datetime, limit: int) -> Sequence[UUID]:
        kinds = (one for one in (Incident, Question, ServiceRequest) if one.what == kind)
        found = [
            (done, ticket.id)
            for one in kinds
            for ticket, _ in self._ledger.all_of(one)
            if not ticket.is_over and (done := ticket.met_at(RESOLUTION)) and done <= at
        ]
        return [id for _, id in sorted(found)[:limit]]

    async def major_incidents(self) -> Sequence[UUID]:
        found = (incident for incident, _ in self._ledger.all_of(Incident))
        return [one.id for one in found if one.is_major and one.is_at_work]

    async def surveys_due(self, now: datetime, limit: int) -> Sequence[UUID]:
        found = [
            (due, ticket.id)
            for ticket, _ in self._rated()
            if (due := ticket.survey_due) and due <= now
        ]
        return [id for _, id in sorted(found)[:limit]]

    async def is_asked_since(self, person: UUID, since: datetime) -> bool:
        return any(
            isinstance(entry.event, Satisfaction.RatingAsked)
            and entry.event.by.effective_at > since
            for ticket, entries in self._rated()
            if ticket.requester == person
            for entry in entries
        )

    def _rated(self) -> Iterable[tuple[Satisfaction, list[Entry]]]:
        kinds: tuple[type[Satisfaction], ...] = (Incident, Question, ServiceRequest)
        return (found for kind in kinds for found in self._ledger.all_of(kind))

    async def loads(self, people: Collection[UUID]) -> Mapping[UUID, int]:
        kinds = [kind for kind in KINDS.values() if issubclass(kind, Ticket)]
        found = Counter(
            ticket.assignee
            for kind in kinds
            for ticket, _ in self._ledger.all_of(kind)
            if ticket.assignee in people and vars(ticket)["status"] not in DONE
        )
        return {id: found[id] for id in people}

    async def alike(self, alike: Alike, since: datetime, limit: int) -> Sequence[UUID] | None:
        found = [
            (entries[0].event.by.effective_at, incident.id)
            for incident, entries in self._ledger.all_of(Incident)
            if entries[0].event.by.effective_at >= since and alike.holds(incident)
        ]
        return [id for _, id in sorted(found, reverse=True)[:limit]]

    async def linked(self, id: UUID, prefix: str) -> Sequence[UUID] | None:
        kind: Any = KIND_OF_PREFIX[prefix]
        own = (await self._ledger.find(Ticket, id)).links
        others = (ticket for ticket, _ in self._ledger.all_of(kind))
        found = {one.id for one in others if id in (other for _, other in one.links)}
        return sorted(found | {other for _, other in own if prefix_of(other) == prefix})

    def _changes(self) -> Iterable[Change]:
        return (change for change, _ in self._ledger.all_of(Change))


def around(
    relations: Iterable[Relation], assets: Collection[UUID], depth: int
) -> Sequence[Relation]:
    """Those of the relations that lie on the ways from some assets."""
    graph = Graph(relations)
    found: set[Relation] = set()
    directions: tuple[Direction, ...] = ("up", "down")
    for direction in directions:
        reached = graph.paths(assets, direction, depth=depth - 1)
        for here in {*assets, *reached}:
            for other in graph.next(here, direction):
                found.add(Relation(other, here) if direction == "up" else Relation(here, other))
    return sorted(found)
