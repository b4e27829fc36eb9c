"""Tickets that hold up others: what is blocked is not done before what blocks it."""

from collections.abc import Sequence

from domain.aggregate import Aggregate
from domain.change import Change
from domain.change_moves import DONE, OVER
from domain.desk.desk import Base
from domain.directory import Directory
from domain.fulfilment import Fulfilment
from domain.ledger import Ledger, Work
from domain.life_cycle import LifeCycle, Resolvable
from domain.question import Question
from domain.rules import Refused, require
from domain.ticket import Ticket

CHAIN_MAX = 200
"""So many tickets are looked through for a circle."""

ENDINGS = (Resolvable.Resolved, Question.Answered, Fulfilment.Fulfilled, Change.Implemented)
"""What is not recorded on a ticket that is blocked."""


class Blocking(Base):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.checks.append(self._require_unblocked)

    async def _require_unblocked(self, work: Work, changed: Sequence[Aggregate]) -> None:
        """Refuse a command that leaves a ticket done and one open that blocks it. Histories that
        are imported are as they were."""
        for ticket in changed:
            if isinstance(ticket, Ticket) and ticket.blockers and _ends(ticket):
                for id in ticket.blockers:
                    blocker = await work.read(Ticket, id)
                    if is_open(blocker):
                        raise Refused(f"{ticket.number} is blocked by {blocker.number}.")


def is_open(ticket: Ticket) -> bool:
    """Whether a ticket still holds up those that it blocks."""
    if isinstance(ticket, Change):
        return ticket.status not in DONE | OVER
    return isinstance(ticket, LifeCycle) and ticket.is_at_work


async def require_no_circle(work: Work, blocker: Ticket, blocked: Ticket) -> None:
    """Refuse that two tickets hold up each other, by others or not."""
    ahead, seen = [blocker], {blocker.id}
    while ahead:
        for id in ahead.pop().blockers:
            require(id != blocked.id, f"{blocker.number} is blocked by {blocked.number} already.")
            if id not in seen:
                seen.add(id)
                require(len(seen) <= CHAIN_MAX, f"At most {CHAIN_MAX} tickets hold up each other.")
                ahead.append(await work.read(Ticket, id))


def _ends(ticket: Ticket) -> bool:
    return any(
        isinstance(entry.event, ENDINGS) and entry.event.by.channel != "imported"
        for entry in ticket.pending
    )
