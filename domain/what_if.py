"""What another version of a policy would do to the clocks of an open ticket: due moments before
and after, and breaches. Nothing here is recorded."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain import clock_steps
from domain.agreed_clocks import HoursOf
from domain.service_level_policy import Effects
from domain.ticket_clocks import TicketClocks
from domain.wall_clock import micros


class ClockChange(Struct, frozen=True, kw_only=True):
    """A clock that would be another. A due moment is None of a clock that stands for ever, has
    not begun or is not promised; of one that stands it is what it would be from now on."""

    ticket: UUID
    clock: str
    budget_before: str = ""
    """Empty: not promised now."""
    budget_after: str = ""
    """Empty: promised no more."""
    due_before: datetime | None = None
    due_after: datetime | None = None
    breached_before: datetime | None = None
    breached_after: datetime | None = None


def changes(
    ticket: UUID, before: TicketClocks, after: TicketClocks, hours_of: HoursOf, now: datetime
) -> Iterator[ClockChange]:
    """The clocks of a ticket that would be others, as of now. What is met or breached is not."""
    old, new = _clocks(before, hours_of, now), _clocks(after, hours_of, now)
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if _shown(one) != _shown(other):
            yield ClockChange(
                ticket=ticket,
                clock=name,
                budget_before=one.budget if one else "",
                budget_after=other.budget if other else "",
                due_before=one.due_at if one else None,
                due_after=other.due_at if other else None,
                breached_before=one.breached_at if one else None,
                breached_after=other.breached_at if other else None,
            )


def effects(tickets: int, changed: Iterable[ClockChange]) -> Effects:
    """These changes in numbers."""
    rows = list(changed)
    both = [(row.due_before, row.due_after) for row in rows if row.due_before and row.due_after]
    return Effects(
        tickets=tickets,
        earlier=sum(before > after for before, after in both),
        later=sum(before < after for before, after in both),
        begun=sum(not row.budget_before for row in rows),
        dropped=sum(not row.budget_after for row in rows),
        breached=sum(
            row.breached_before is None and row.breached_after is not None for row in rows
        ),
    )


def _clocks(clocks: TicketClocks, hours_of: HoursOf, now: datetime) -> dict[str, clock_steps.Clock]:
    """The clocks that are promised, settled up to now."""
    return {
        clock.target: clock_steps.settle(clock, micros(now), agreed.hours(hours_of))
        for agreed in clocks.agreements
        for clock in agreed.clocks
        if clock.cancelled is None
    }


def _shown(clock: clock_steps.Clock | None) -> object:
    return clock and (clock.budget, clock.due, clock.breached, clock.met)
