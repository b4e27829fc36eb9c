"""The promises that were made for tickets, and what became of them: what reports are counted from.

What a promise is, and when it counts, stands in `domain.attainment`.
"""

from collections.abc import Iterator
from typing import Any

from domain.aggregate import Entry
from domain.attainment import Consumed, Decided, Promise, decided_before, promises
from domain.clock_steps import Clock
from domain.promises import Promises
from domain.situation import Situation
from domain.ticket import Ticket
from domain.ticket_clocks import TicketClocks
from domain.wall_clock import micros
from projections.rows import Rows
from projections.service_levels import Told
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    number_text,
)
from projections.work_queue import LEVELS

NAME = "attainment"
VERSION = 3


class PromiseRow(Row):
    ticket: Id
    clock: str
    """Unique on the ticket, such as `resolution` or `Network: time to own`."""
    round: int
    number: str
    ticket_kind: str
    requester: Id | None
    organisation: Id | None
    priority: int
    """0 where it is not set."""
    team: Id | None
    support_level: int
    kind: str
    target: str
    policy: Id
    policy_version: int
    calendar: Id
    calendar_version: int
    budget: str
    started_at: Instant
    due_at: Instant
    ended_at: Instant | None
    breached_at: Instant | None
    verdict: str
    at: Instant
    """The moment at which it counts."""
    month: str
    largest: str
    """The party that used up most of the time in which the clock ran."""
    consumed: dict[str, Consumed]
    """By party: microseconds of all time, and of that in which the clock ran."""
    position: int


PROMISES = Table(
    NAME,
    VERSION,
    PromiseRow,
    key=("ticket", "clock", "round"),
    indexes=[("at",), ("organisation", "at"), ("requester", "at"), ("verdict", "at")],
    past=(),
)

OF_ALL = (Ticket.RequesterChanged, Promises.PauseNoted)
"""The events that change what is said of promises whose clocks have ended."""
UNDER = ("policy", "policy_version", "calendar", "calendar_version", "budget")
"""What a verdict was given under, which stays."""


def fold(entry: Entry, told: Told, rows: Rows) -> None:
    """Fold an event that has changed the clocks of a ticket, or what they stand for."""
    before, now, event = told.before, told.now, entry.event
    if not now.agreements:
        return
    same = set[str]()
    decided: Decided = {}
    if isinstance(event, Promises.ServiceLevelApplied):
        decided = decided_before(before, now, micros(event.by.effective_at))
    elif not isinstance(event, OF_ALL):
        same = set(_unchanged(before, now))
        if len(same) == len(now.clocks):
            return
    for promise in promises(now, LEVELS.hours_of(rows), None, decided, same):
        _show(entry, now, promise, rows)


def _unchanged(before: TicketClocks, now: TicketClocks) -> Iterator[str]:
    """The clocks of which nothing else is said than before."""
    is_same_ticket = _told_of(before.situation) == _told_of(now.situation)
    was = {clock.target: clock for clock in before.clocks}
    for clock in now.clocks:
        old = was.get(clock.target)
        if old is None:
            continue
        if clock.is_open and clock.breached is None:
            if is_same_ticket and _promised(old) == _promised(clock):
                yield clock.target
        elif clock == old and (not clock.is_open or is_same_ticket):
            yield clock.target


def _told_of(situation: Situation) -> tuple[Any, ...]:
    """What is said of a ticket beside each promise that runs."""
    return situation.priority, situation.team, situation.support_level, situation.organisation


def _promised(clock: Clock) -> tuple[Any, ...]:
    """What is said of a promise that runs and is not late."""
    return clock.started, clock.due, clock.breached, clock.is_open, clock.earlier


def _show(entry: Entry, clocks: TicketClocks, promise: Promise, rows: Rows) -> None:
    id = id_text(entry.originator_id)
    row = PromiseRow(
        ticket=id,
        clock=promise.clock,
        round=promise.round,
        number=number_text(entry.originator_id),
        ticket_kind=clocks.situation.kind,
        requester=id_or_none(clocks.situation.requester),
        organisation=id_or_none(promise.organisation),
        priority=promise.priority,
        team=id_or_none(promise.team),
        support_level=promise.support_level,
        kind=promise.kind,
        target=promise.target,
        policy=id_text(promise.policy),
        policy_version=promise.policy_version,
        calendar=id_text(promise.calendar),
        calendar_version=promise.calendar_version,
        budget=promise.budget,
        started_at=instant(promise.started_at),
        due_at=instant(promise.due_at),
        ended_at=instant_or_none(promise.ended_at),
        breached_at=instant_or_none(promise.breached_at),
        verdict=promise.verdict,
        at=instant(promise.at),
        month=promise.month,
        largest=promise.largest,
        consumed=dict(promise.consumed),
        position=entry.position,
    )
    known = rows.peek(PROMISES, id, promise.clock, promise.round)
    if known is not None:
        row.position = known.position
        if (known.verdict, known.at) == (row.verdict, row.at) and row.verdict != "running":
            for field in UNDER:
                setattr(row, field, getattr(known, field))
        if row == known:
            return
        row.position = entry.position
    rows.put(PROMISES, row)
