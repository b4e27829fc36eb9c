"""Whose hands a ticket went through: who had it for how long, and how often it came back.

It is told by what each event left of the team, the person and the level of support, whatever made
the event: a person, a rule or an escalation.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Entry
from domain.ticket import Ticket


class Holder(Struct, frozen=True):
    team: UUID | None = None
    assignee: UUID | None = None


class Holding(Struct, frozen=True, kw_only=True):
    """A time in which a ticket was with one holder, at one level of support."""

    holder: Holder
    support_level: int
    """0 for a kind of ticket without levels."""
    since: datetime
    until: datetime | None
    """None while it is there."""
    by: str
    """Who brought it there."""
    reason: str
    """Why it was escalated there, "" if it was not."""
    event: str
    """What brought it there, such as `Assigned`."""
    is_return: bool
    """Whether it came back to a team, or within a team to a person, that had it before."""

    def length(self, now: datetime) -> timedelta:
        return max(timedelta(0), (now if self.until is None else self.until) - self.since)


class Hands(Struct, frozen=True, kw_only=True):
    holdings: tuple[Holding, ...]

    @property
    def hand_overs(self) -> int:
        """How often somebody who had it gave it to somebody else."""
        return sum(
            bool(one.holder.team or one.holder.assignee) and one.holder != next.holder
            for one, next in zip(self.holdings, self.holdings[1:], strict=False)
        )

    @property
    def returns(self) -> int:
        """How often it came back: the ping-pong."""
        return sum(holding.is_return for holding in self.holdings)

    def held(self, now: datetime) -> dict[Holder, timedelta]:
        """How long each holder had it in all, those first who had it first."""
        found: dict[Holder, timedelta] = {}
        for holding in self.holdings:
            before = found.get(holding.holder, timedelta(0))
            found[holding.holder] = before + holding.length(now)
        return found


def hands(ticket: Ticket, history: Sequence[Entry]) -> Hands:
    """The hands of a ticket: `ticket` is a new one of its kind, `history` all that happened to it
    up to some moment."""
    found: list[Holding] = []
    known: tuple[Holder, int] | None = None
    ends: list[datetime] = []
    for entry in history:
        entry.event.apply(ticket)
        # What was told late must not make two holders have it at the same time.
        at = max([entry.event.by.effective_at, *(one.since for one in found[-1:]), *ends])
        holder = Holder(ticket.team, ticket.assignee)
        level = int(getattr(ticket, "support_level", 0))
        if ticket.is_over:
            _end(found, at)
            known, ends = None, [at]
        elif (holder, level) != known:
            _end(found, at)
            known = holder, level
            found.append(_begun(entry, at, holder, level, _is_return(found, holder)))
    return Hands(holdings=tuple(found))


def _end(found: list[Holding], at: datetime) -> None:
    if found and found[-1].until is None:
        last = found[-1]
        found[-1] = Holding(
            **{name: getattr(last, name) for name in last.__struct_fields__ if name != "until"},
            until=at,
        )


def _begun(entry: Entry, at: datetime, holder: Holder, level: int, is_return: bool) -> Holding:
    event = entry.event
    return Holding(
        holder=holder,
        support_level=level,
        since=at,
        until=None,
        by=event.by.actor,
        reason=str(getattr(event, "reason", "")),
        event=type(event).__name__,
        is_return=is_return,
    )


def _is_return(found: Sequence[Holding], holder: Holder) -> bool:
    if not found:
        return False
    before, last = [one.holder for one in found[:-1]], found[-1].holder
    if holder.team != last.team:
        return holder.team is not None and holder.team in {one.team for one in before}
    if holder.assignee == last.assignee or holder.assignee is None:
        return False
    return holder in before
