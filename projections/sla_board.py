"""The SLA board: each clock of each ticket, and the index of what falls due next."""

from msgspec.structs import replace

from domain import service_clock
from domain.aggregate import Entry
from domain.incident import Incident
from domain.shares import WHOLE, Share
from domain.ticket import Ticket
from domain.ticket_clocks import TicketClocks
from projections.rows import Rows
from projections.service_levels import Told, is_promised
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_text,
    instant,
    instant_or_none,
)
from projections.work_queue import LEVELS, QUEUE

NAME = "sla_board"
VERSION = 4


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
TOLD_BESIDE = (
    Ticket.Amended,
    Ticket.RequesterChanged,
    Ticket.Prioritised,
    Ticket.Assigned,
    Incident.EscalatedFunctionally,
)
"""The events that change what is said of a ticket beside each of its clocks."""


def fold(entry: Entry, told: Told | None, rows: Rows) -> None:
    """Fold an event that the work queue has taken already."""
    if told is not None and told.has_moved:
        _show(entry, told.now, rows)
    elif isinstance(entry.event, TOLD_BESIDE) and is_promised(entry):
        id = id_text(entry.originator_id)
        ticket = rows.peek(QUEUE, id)
        assert ticket is not None
        for clock in LEVELS.state(id, rows).clocks:
            row = rows.get(BOARD, id, clock.target)
            row.title, row.priority = ticket.title, ticket.priority
            row.team, row.assignee = ticket.team, ticket.assignee
            row.requester, row.organisation = ticket.requester, ticket.organisation


def _show(entry: Entry, clocks: TicketClocks, rows: Rows) -> None:
    """Write down what the clocks of a ticket say now."""
    id = id_text(entry.originator_id)
    ticket = rows.peek(QUEUE, id)
    assert ticket is not None
    for agreed, clock, next in LEVELS.next_moments(clocks, rows):
        row = TargetRow(
            ticket=id,
            target=clock.target,
            number=ticket.number,
            kind=clocks.situation.kind,
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
        )
        known = rows.peek(BOARD, id, clock.target)
        if known is None or row != replace(known, position=entry.position):
            rows.put(BOARD, row)


def of_share(share: Share) -> str:
    """The further condition on rows, that their tickets are of a share."""
    if share == WHOLE:
        return ""
    last_bytes = ", ".join(f"'{spot:02x}'" for spot in share.spots)
    return f" AND substr(ticket, 35, 2) IN ({last_bytes})"
