"""The promises that were made for tickets, and what became of them: what reports are counted from.

What a promise is, and when it counts, stands in `domain.attainment`.
"""

from domain.aggregate import Entry
from domain.attainment import Consumed, Decided, Promise, decided_before, promises
from domain.promises import Promises
from domain.ticket import Ticket
from domain.ticket_clocks import EVENTS, NOTHING, TicketClocks
from domain.wall_clock import micros
from projections import service_levels, tickets
from projections.rows import Rows
from projections.service_levels import ServiceLevels
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
from projections.view import View

NAME = "attainment"
VERSION = 1


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
WATCHERS = tickets.watchers_table(NAME, VERSION)
LEVELS = ServiceLevels(NAME, VERSION)

OTHERS = (*service_levels.DEFINITIONS, Ticket.Watched, Ticket.Unwatched)
"""The events beside those of clocks that the view folds."""
OF_ALL = (Ticket.RequesterChanged, Promises.PauseNoted)
"""The events that change what is said of promises whose clocks have ended."""
UNDER = ("policy", "policy_version", "calendar", "calendar_version", "budget")
"""What a verdict was given under, which stays."""


def concerns(entry: Entry) -> bool:
    return type(entry.event) in EVENTS or isinstance(entry.event, OTHERS)


def fold(entry: Entry, rows: Rows) -> None:
    if type(entry.event) not in EVENTS:
        LEVELS.fold(entry, rows)
        tickets.fold_watchers(entry, rows, WATCHERS)
        return
    id = id_text(entry.originator_id)
    known = rows.peek(LEVELS.clocks, id)
    before = NOTHING if known is None else known.state
    LEVELS.fold(entry, rows)
    row = rows.peek(LEVELS.clocks, id)
    if row is None or row.state is before or not row.state.agreements:
        return
    now, event, ended = row.state, entry.event, set[str]()
    decided: Decided = {}
    if isinstance(event, Promises.ServiceLevelApplied):
        decided = decided_before(before, now, micros(event.by.effective_at))
    elif not isinstance(event, OF_ALL):
        ended = {one.target for one in now.clocks if not one.is_open and one in before.clocks}
    for promise in promises(now, LEVELS.hours_of(rows), None, decided, ended):
        _show(entry, now, promise, rows)


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


VIEW = View(
    NAME,
    VERSION,
    (PROMISES, WATCHERS, *LEVELS.tables),
    fold,
    concerns=concerns,
    keys=LEVELS.keys,
)
