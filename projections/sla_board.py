"""The SLA board: each clock of each ticket, and the index of what falls due next."""

from collections.abc import Iterable
from typing import Any

from domain import service_clock
from domain.aggregate import Entry
from domain.change import Change
from domain.ids import prefix_of
from domain.incident import Incident
from domain.life_cycle import Opened
from domain.shares import WHOLE, Share
from domain.ticket import Ticket
from domain.ticket_clocks import EVENTS, TicketClocks
from projections import service_levels, tickets
from projections.rows import Rows
from projections.service_levels import ServiceLevels
from projections.tables import (
    Id,
    Instant,
    Key,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    number_text,
)
from projections.view import Cases, View

NAME = "sla_board"
VERSION = 2


class TargetRow(Row):
    ticket: Id
    target: str
    """The name of the clock: its target, and before it that of an agreement that is no SLA."""
    number: str
    kind: str
    agreement: str
    """SLA, OLA or contract."""
    title: str
    priority: int | None
    requester: Id | None
    organisation: Id | None
    team: Id | None
    assignee: Id | None
    round: int
    cycle: int
    policy: Id
    policy_version: int
    calendar: Id
    calendar_version: int
    zone: str
    """On whose wall clock the calendar is read; its own if empty."""
    budget: str
    state: str
    started_at: Instant | None
    due: Instant | None
    """When the running clock is or was due; None while it stands or is over."""
    due_if_running: Instant | None
    """When it is due if it runs on from its last change, or was due when it ended."""
    breached_at: Instant | None
    met_at: Instant | None
    next_mark: str
    next_mark_at: Instant | None
    position: int


class TicketRow(Row):
    """What the rows of a ticket say alike."""

    ticket: Id
    title: str
    requester: Id | None
    organisation: Id | None
    priority: int | None = None
    team: Id | None = None
    assignee: Id | None = None
    targets: tuple[str, ...] = ()


BOARD = Table(
    NAME,
    VERSION,
    TargetRow,
    key=("ticket", "target"),
    indexes=[
        ("next_mark_at",),
        ("state", "due"),
        ("team", "due"),
        ("number",),
        ("organisation", "due"),
        ("requester", "due"),
    ],
    past=(),
)
TICKETS = Table(f"{NAME}_tickets", VERSION, TicketRow, key=("ticket",))
WATCHERS = tickets.watchers_table(NAME, VERSION)
LEVELS = ServiceLevels(NAME, VERSION)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    is_promised = prefix_of(entry.originator_id) in service_levels.PREFIXES
    return is_promised or isinstance(entry.event, service_levels.DEFINITIONS)


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    clocks = LEVELS.fold(entry, rows)
    if isinstance(event, service_levels.DEFINITIONS):
        return
    id = id_text(entry.originator_id)
    if isinstance(event, Opened | Change.Proposed):
        title, requester = event.title, id_or_none(event.requester)
        rows.put(TICKETS, TicketRow(id, title, requester, id_or_none(event.organisation)))
    elif case := CASES.of(type(event)):
        row = rows.get(TICKETS, id)
        case(event, row)
        for target in row.targets:
            shown = rows.get(BOARD, id, target)
            shown.title, shown.priority = row.title, row.priority
            shown.team, shown.assignee = row.team, row.assignee
            shown.requester, shown.organisation = row.requester, row.organisation
    else:
        tickets.fold_watchers(entry, rows, WATCHERS)
    if clocks is not None:
        show(id, entry, clocks, rows)


def show(id: str, entry: Entry, clocks: TicketClocks, rows: Rows) -> None:
    """Write down what the clocks of a ticket say now."""
    number, kind = number_text(entry.originator_id), clocks.situation.kind
    ticket = rows.get(TICKETS, id)
    ticket.targets = tuple(clock.target for clock in clocks.clocks)
    for agreed, clock, next in LEVELS.next_moments(clocks, rows):
        rows.put(
            BOARD,
            TargetRow(
                ticket=id,
                target=clock.target,
                number=number,
                kind=kind,
                agreement=agreed.kind,
                title=ticket.title,
                priority=ticket.priority,
                requester=ticket.requester,
                organisation=ticket.organisation,
                team=ticket.team,
                assignee=ticket.assignee,
                round=agreed.round,
                cycle=clock.cycle,
                policy=id_text(agreed.policy),
                policy_version=agreed.policy_version,
                calendar=id_text(agreed.basis.calendar),
                calendar_version=agreed.basis.version,
                zone=agreed.basis.zone,
                budget=clock.budget,
                state=clock.state,
                started_at=instant_or_none(clock.started_at),
                due=instant_or_none(service_clock.due(clock)),
                due_if_running=instant_or_none(clock.due_at),
                breached_at=instant_or_none(clock.breached_at),
                met_at=instant_or_none(clock.met_at),
                next_mark=next.mark if next else "",
                next_mark_at=instant(next.at) if next else None,
                position=entry.position,
            ),
        )


def of_share(share: Share) -> str:
    """The further condition on rows, that their tickets are of a share."""
    if share == WHOLE:
        return ""
    last_bytes = ", ".join(f"'{spot:02x}'" for spot in share.spots)
    return f" AND substr(ticket, 35, 2) IN ({last_bytes})"


@CASES.on(Ticket.Amended)
def _amended(event: Ticket.Amended, row: TicketRow) -> None:
    if event.title is not None:
        row.title = event.title


@CASES.on(Ticket.RequesterChanged)
def _asked_by(event: Ticket.RequesterChanged, row: TicketRow) -> None:
    row.requester = id_or_none(event.requester)
    row.organisation = id_or_none(event.organisation)


@CASES.on(Ticket.Prioritised)
def _prioritised(event: Ticket.Prioritised, row: TicketRow) -> None:
    row.priority = event.priority


@CASES.on(Ticket.Assigned, Incident.EscalatedFunctionally)
def _handed_over(event: Ticket.Assigned, row: TicketRow) -> None:
    row.team = id_or_none(event.team)
    row.assignee = id_or_none(event.assignee)


def keys(entry: Entry) -> Iterable[tuple[Table[Any], Key]]:
    """The rows of a ticket, for the events that can change them."""
    if entry.originator_version > 1:
        if type(entry.event) in EVENTS or CASES.of(type(entry.event)):
            yield TICKETS, (id_text(entry.originator_id),)
        yield from LEVELS.keys(entry)


VIEW = View(
    NAME,
    VERSION,
    (BOARD, TICKETS, WATCHERS, *LEVELS.tables),
    fold,
    concerns=concerns,
    keys=keys,
)
