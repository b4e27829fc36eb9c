"""Merging and splitting: what is done to two tickets in one command, or to neither.

Both tickets are at work in the command, so that of two merges in opposite directions at the same
moment one finds the other done, and is refused.
"""

from collections.abc import Callable, Sequence
from typing import Unpack
from uuid import UUID

from domain.desk.desk import Repeat
from domain.desk.triage import Triages
from domain.ids import number_of, prefix_of
from domain.incident import Incident
from domain.ledger import Work
from domain.merging import Mergeable
from domain.problem import Problem
from domain.provenance import Provenance
from domain.question import Question
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.service_request import ServiceRequest
from domain.ticket import Ticket

_BEGIN: dict[type[Mergeable], Callable[..., Mergeable]] = {
    Incident: Incident.log,
    Problem: Problem.raise_,
    Question: Question.ask,
    ServiceRequest: ServiceRequest.order,
}
"""How a new one of each kind begins."""
_KINDS = {kind.prefix: kind for kind in _BEGIN}


class Merging(Triages):
    async def merge(
        self,
        kind: type[Mergeable],
        id: UUID,
        *,
        into: UUID,
        across_organisations: bool = False,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Merge a ticket into another of its kind, which is of the same organisation unless it is
        said that it need not be."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            if prefix_of(into) != kind.prefix:
                raise Refused(f"into: {number_of(into)} is no {kind.what}.")
            if into == ticket.merged_into:
                return
            require(into != id, f"No {kind.what} is merged into itself.")
            other = await work.get(kind, into)
            require(
                across_organisations or other.organisation == ticket.organisation,
                f"{other.number} belongs to another organisation.",
            )
            ticket.merge(into, by=by)
            other.absorb(id, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def unmerge(
        self,
        kind: type[Mergeable],
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Undo the merge of a ticket into another: it stands as it stood before."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            into = ticket.merged_into
            if into is not None:
                other = await work.get(kind, into)
                ticket.unmerge(by=by)
                other.release(id, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def split(
        self,
        kind: type[Mergeable],
        id: UUID,
        *,
        comments: Sequence[int],
        title: str,
        description: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Make a new ticket, of the same requester, of some comments of a ticket, named by their
        positions. The receipt is that of the new one."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            source = await work.read(kind, id)
            known = {
                entry.position
                for entry in self.ledger.history(id)
                if isinstance(entry.event, Ticket.Commented)
            }
            for position in comments:
                require(position in known, f"comments: {source.number} has none at {position}.")
            if not number:
                number.append(await self.ledger.next_id(kind))
            channel = {"channel": vars(source)["channel"]} if "channel" in vars(source) else {}
            part = _BEGIN[kind](
                number[0],
                title=title,
                description=description,
                requester=source.requester,
                organisation=source.organisation,
                **channel,
                by=by,
            )
            if source.category:
                part.categorise(
                    category=source.category,
                    subcategory=source.subcategory,
                    service=source.service,
                    by=by,
                )
            if source.impact is not None and source.urgency is not None:
                matrix = self.directory.matrix(part.what)
                part.prioritise(impact=source.impact, urgency=source.urgency, by=by, matrix=matrix)
            part.begin_split(id, comments, by=by)
            part.link(id, type="relates to", by=by)
            work.add(part)
            left = await work.get(kind, id, expected=expected)
            left.split_off(part.id, comments, by=by)
            left.link(part.id, type="relates to", by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def undo_split(
        self,
        kind: type[Mergeable],
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Undo that a ticket was split off: it ends as a part of the one that it came from, which
        has its comments alone again."""

        async def decide(work: Work) -> None:
            part = await work.get(kind, id, expected=expected)
            require(part.split_from is not None, f"This {kind.what} was not split off another one.")
            if part.split_from is not None:
                source = await work.get(kind, part.split_from)
                part.undo_split(by=by)
                source.take_back(id, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def merged_into(self, ticket: Mergeable, limit: int) -> list[Mergeable]:
        """The tickets that were merged into one, and into these; at most so many."""
        found: dict[UUID, Mergeable] = {}
        ahead = list(ticket.absorbed)
        while ahead and len(found) < limit:
            id = ahead.pop(0)
            if id not in found:
                found[id] = await self.ledger.find(_KINDS[prefix_of(id)], id)
                ahead += found[id].absorbed
        return list(found.values())

    async def survivor(self, id: UUID) -> Mergeable:
        """The ticket that is left of one, over however many merges; itself, if it was not merged.
        Raises NotFound."""
        ticket = await self.ledger.find(_KINDS[prefix_of(id)], id)
        return ticket if ticket.merged_into is None else await self.survivor(ticket.merged_into)
