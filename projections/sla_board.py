"""The SLA board: each target of each incident, and the index of what falls due next."""

from collections.abc import Iterable
from typing import Any

from domain import service_clock
from domain.aggregate import Entry
from domain.incident import Incident
from domain.incident_clocks import EVENTS, IncidentClocks
from domain.ticket import Ticket
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
VERSION = 1


class TargetRow(Row):
    incident: Id
    target: str
    number: str
    title: str
    priority: int | None
    requester: Id | None
    organisation: Id | None
    team: Id | None
    assignee: Id | None
    round: int
    policy: Id
    policy_version: int
    calendar: Id
    calendar_version: int
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


class IncidentRow(Row):
    """What the rows of an incident say alike."""

    incident: Id
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
    key=("incident", "target"),
    indexes=[
        ("next_mark_at",),
        ("state", "due"),
        ("team", "due"),
        ("number",),
        ("organisation", "due"),
        ("requester", "due"),
    ],
)
INCIDENTS = Table(f"{NAME}_incidents", VERSION, IncidentRow, key=("incident",))
WATCHERS = tickets.watchers_table(NAME, VERSION)
LEVELS = ServiceLevels(NAME, VERSION)

CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Incident.") or isinstance(
        entry.event, service_levels.DEFINITIONS
    )


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    id = id_text(entry.originator_id)
    clocks = LEVELS.fold(entry, rows)
    if isinstance(event, Incident.Logged):
        title, requester = event.title, id_or_none(event.requester)
        rows.put(INCIDENTS, IncidentRow(id, title, requester, id_or_none(event.organisation)))
        return
    if clocks is not None:
        show(id, entry, clocks, rows)
    elif case := CASES.of(type(event)):
        row = rows.get(INCIDENTS, id)
        case(event, row)
        for target in row.targets:
            shown = rows.get(BOARD, id, target)
            shown.title, shown.priority = row.title, row.priority
            shown.team, shown.assignee = row.team, row.assignee
            shown.requester, shown.organisation = row.requester, row.organisation
    else:
        tickets.fold_watchers(entry, rows, WATCHERS)


def show(id: str, entry: Entry, clocks: IncidentClocks, rows: Rows) -> None:
    """Write down what the clocks of an incident say now."""
    if clocks.policy is None or clocks.calendar is None:
        return
    policy, calendar = id_text(clocks.policy), id_text(clocks.calendar)
    number = number_text(entry.originator_id)
    incident = rows.get(INCIDENTS, id)
    incident.targets = tuple(clock.target for clock in clocks.clocks)
    moments = LEVELS.next_moments(clocks, rows)
    for clock, next in zip(clocks.clocks, moments, strict=True):
        rows.put(
            BOARD,
            TargetRow(
                incident=id,
                target=clock.target,
                number=number,
                title=incident.title,
                priority=incident.priority,
                requester=incident.requester,
                organisation=incident.organisation,
                team=incident.team,
                assignee=incident.assignee,
                round=clocks.round,
                policy=policy,
                policy_version=clocks.policy_version,
                calendar=calendar,
                calendar_version=clocks.calendar_version,
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


@CASES.on(Ticket.Amended)
def _amended(event: Ticket.Amended, row: IncidentRow) -> None:
    if event.title is not None:
        row.title = event.title


@CASES.on(Ticket.RequesterChanged)
def _asked_by(event: Ticket.RequesterChanged, row: IncidentRow) -> None:
    row.requester = id_or_none(event.requester)
    row.organisation = id_or_none(event.organisation)


@CASES.on(Ticket.Prioritised)
def _prioritised(event: Ticket.Prioritised, row: IncidentRow) -> None:
    row.priority = event.priority


@CASES.on(Ticket.Assigned, Incident.EscalatedFunctionally)
def _handed_over(event: Ticket.Assigned, row: IncidentRow) -> None:
    row.team = id_or_none(event.team)
    row.assignee = id_or_none(event.assignee)


def keys(entry: Entry) -> Iterable[tuple[Table[Any], Key]]:
    """The rows of an incident, for the events that can change them."""
    if entry.originator_version > 1 and (
        type(entry.event) in EVENTS or CASES.of(type(entry.event))
    ):
        id = (id_text(entry.originator_id),)
        yield INCIDENTS, id
        yield LEVELS.clocks, id


VIEW = View(
    NAME,
    VERSION,
    (BOARD, INCIDENTS, WATCHERS, *LEVELS.tables),
    fold,
    concerns=concerns,
    keys=keys,
)
