"""Tickets that belong together: linked on both sides, and resolved together."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from contextlib import nullcontext
from typing import Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.aggregate import KIND_OF_PREFIX, Aggregate
from domain.desk.blocking import Blocking, require_no_circle
from domain.desk.desk import Repeat
from domain.directory import Directory
from domain.ids import number_of, prefix_of
from domain.ledger import Ledger, Work
from domain.life_cycle import Resolvable
from domain.provenance import Cause, Provenance
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.ticket import BLOCKED, BLOCKS, CHILD, OTHER_SIDE, PARENT, LinkType, Ticket

GENERATIONS_MAX = 5
FAMILY_MAX = 200
"""So many tickets are under one at most, on all generations."""


class Families(Blocking):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        self._linking = asyncio.Lock()

    async def link(
        self,
        kind: type[Ticket],
        id: UUID,
        other: UUID,
        *,
        type: LinkType,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Link a ticket to another record; to its parent or child, and to a ticket that it blocks
        or is blocked by, on both sides."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            if not is_mutual(other, type):
                require(type not in (CHILD, PARENT), "Parents and children are tickets.")
                require(type != BLOCKED, "Tickets are blocked by tickets.")
                ticket.link(other, type=type, by=by)
                return
            require(other != id, f"A {ticket.what} is not linked to itself.")
            relative = await work.get(Ticket, other)
            one, two = (ticket, relative) if type in (CHILD, BLOCKS) else (relative, ticket)
            if type in (BLOCKS, BLOCKED):
                await require_no_circle(work, one, two)
            elif two.id not in one.parents:
                await _check_kinship(work, one, two)
            ticket.link(other, type=type, by=by)
            relative.link(id, type=OTHER_SIDE[type], by=by)

        # Each link alone makes no circle, but two that do not know of each other could.
        async with self._linking if type in OTHER_SIDE else nullcontext():
            return await self.ledger.run(by, decide, **repeat)

    async def unlink(
        self,
        kind: type[Ticket],
        id: UUID,
        other: UUID,
        *,
        type: LinkType,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Take a link away; where it stands on both sides, from both."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            ticket.unlink(other, type=type, by=by)
            if is_mutual(other, type):
                relative = await work.get(Ticket, other)
                relative.unlink(id, type=OTHER_SIDE[type], by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def resolve(
        self,
        kind: type[Resolvable],
        id: UUID,
        *,
        code: str,
        resolution: str,
        children: Collection[str] = (),
        may: Callable[[Ticket], bool] = lambda _: True,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Resolve a ticket, and with it the open ones under it of the kinds that `children` names,
        such as `incident`, as far as whoever resolves it `may`."""

        async def decide(work: Work) -> None:
            parent = await work.get(kind, id, expected=expected)
            parent.resolve(code=code, resolution=resolution, by=by)
            if not children:
                return
            because = replace(by, cause=Cause(rule=f"resolved with {parent.number}"))
            for child in await _under(work, parent):
                if child.what in children and isinstance(child, Resolvable) and may(child):
                    resolved = await work.get(Resolvable, child.id)
                    if resolved.status in resolved.moves["resolve"].sources:
                        resolved.resolve(code=code, resolution=resolution, by=because)

        return await self.ledger.run(by, decide, **repeat)


def is_mutual(other: UUID, type: LinkType) -> bool:
    """Whether a link to a record stands on that, too."""
    return type in OTHER_SIDE and issubclass(
        KIND_OF_PREFIX.get(prefix_of(other), Aggregate), Ticket
    )


async def _check_kinship(work: Work, child: Ticket, parent: Ticket) -> None:
    """Refuse a second parent, a circle, and a family that is too deep or too large."""
    if child.parents:
        numbers = ", ".join(map(number_of, child.parents))
        raise Refused(f"{child.number} is under {numbers} already.")
    above = await _above(work, parent)
    require(
        child.id not in {parent.id, *above}, f"{parent.number} is under {child.number} already."
    )
    under = await _under(work, child)
    deep = len(above) + 2 + await _generations(work, child)
    require(deep <= GENERATIONS_MAX, f"There are at most {GENERATIONS_MAX} generations of tickets.")
    top = await work.read(Ticket, above[-1]) if above else parent
    many = len(await _under(work, top)) + 1 + len(under)
    require(many <= FAMILY_MAX, f"At most {FAMILY_MAX} tickets are under one.")


async def _above(work: Work, ticket: Ticket) -> list[UUID]:
    """The parents of a ticket, the nearest first."""
    found: list[UUID] = []
    while ticket.parents and ticket.parents[0] not in found and len(found) <= GENERATIONS_MAX:
        found.append(ticket.parents[0])
        ticket = await work.read(Ticket, found[-1])
    return found


async def _under(work: Work, ticket: Ticket) -> list[Ticket]:
    """The tickets under one, near ones first, each once."""
    found: dict[UUID, Ticket] = {}
    waiting = deque(ticket.children)
    while waiting and len(found) <= FAMILY_MAX:
        id = waiting.popleft()
        if id not in found and id != ticket.id:
            found[id] = await work.read(Ticket, id)
            waiting += found[id].children
    return list(found.values())


async def _generations(work: Work, ticket: Ticket, deeper: int = 0) -> int:
    """How many generations are under a ticket."""
    if deeper > GENERATIONS_MAX:
        return deeper
    return max(
        [
            1 + await _generations(work, await work.read(Ticket, child), deeper + 1)
            for child in ticket.children
        ],
        default=0,
    )
