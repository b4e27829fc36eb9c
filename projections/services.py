"""The service portfolio: which services there are, for whom, and how far their design is."""

from typing import Any

from domain.aggregate import Entry, Event
from domain.service import IN_CATALOGUE, Service, Status
from projections import approval_page, gate_rows
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import Cases, View

NAME = "services"
VERSION = 2


class ServiceRow(Row):
    id: Id
    number: str
    name: str
    description: str
    criticality: str
    owner: Id | None
    team: Id | None
    at: Instant
    """When something last happened to it."""
    version: int
    position: int
    status: str = "proposed"
    is_public: bool = False
    """Whether it is for everybody to read now."""
    live_since: Instant | None = None


class DesignRow(Row):
    """What is known to those who design it, and to whoever is asked about it."""

    id: Id
    proposer: str
    customers: tuple[str, ...] = ()
    gate: str = ""
    """The one that was taken up last."""
    gates: Json = {}
    """By gate, what is to be accepted at it, who wrote that last, and how it was passed."""
    approval_status: str = ""
    approval: Json = {}
    """The rounds of approval by number, each with its stages and the votes in them."""
    comments: tuple[Json, ...] = ()

    @property
    def written(self) -> dict[str, str]:
        return {"text": self.gates[self.gate]["text"]} if self.gate else {}


class CustomerRow(Row):
    """An organisation whose people read about a service."""

    service: Id
    organisation: Id


SERVICES = Table(
    NAME,
    VERSION,
    ServiceRow,
    key=("id",),
    indexes=[("number",), ("name",), ("status", "name"), ("owner",), ("team",)],
    past=(),
    is_small=True,
)
DESIGNS = Table(f"{NAME}_designs", VERSION, DesignRow, key=("id",))
CUSTOMERS = Table(
    f"{NAME}_customers",
    VERSION,
    CustomerRow,
    key=("service", "organisation"),
    indexes=[("organisation", "service")],
    past=(),
    is_small=True,
)

CASES = Cases[Any]()
STATES: dict[type[Event], Status] = {
    Service.DesignBegun: Status.IN_DESIGN,
    Service.Chartered: Status.CHARTERED,
    Service.TakenBack: Status.IN_DESIGN,
    Service.WentLive: Status.LIVE,
    Service.RetirementBegun: Status.RETIRING,
    Service.Kept: Status.LIVE,
    Service.Retired: Status.RETIRED,
}


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Service.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, Service.Proposed):
        _begin(entry, event, rows)
    row, design = rows.get(SERVICES, id), rows.get(DESIGNS, id)
    if shown := approval_page.CASES.of(type(event)):
        shown(event, design)
    if gate := gate_rows.CASES.of(type(event)):
        gate(event, design)
    if isinstance(event, Service.TakenBack):
        gate_rows.take_back(design, "acceptance")
    if case := CASES.of(type(event)):
        case(event, row, design)
    customers = design.customers
    if isinstance(event, Service.Amended) and event.customers is not None:
        design.customers = tuple(map(str, event.customers))
    if type(event) in STATES:
        row.status = STATES[type(event)]
    _show(row, customers, design.customers, rows)
    row.at = instant(event.by.effective_at)
    row.version = entry.originator_version
    row.position = entry.position


def _begin(entry: Entry, event: Service.Proposed, rows: Rows) -> None:
    id = id_text(entry.originator_id)
    rows.put(
        SERVICES,
        ServiceRow(
            id=id,
            number=number_text(entry.originator_id),
            name=event.name,
            description=event.description,
            criticality=event.criticality,
            owner=id_or_none(event.owner),
            team=id_or_none(event.team),
            at=instant(event.by.effective_at),
            version=1,
            position=entry.position,
        ),
    )
    customers = tuple(map(str, event.customers))
    rows.put(DESIGNS, DesignRow(id, proposer=event.by.actor, customers=customers))


def _show(row: ServiceRow, before: tuple[str, ...], now: tuple[str, ...], rows: Rows) -> None:
    """Let those read it whom it is for."""
    is_shown = row.status in IN_CATALOGUE
    row.is_public = is_shown and not now
    for gone in set(before) - set(now if is_shown else ()):
        rows.remove(CUSTOMERS, row.id, gone)
    for customer in now if is_shown else ():
        rows.put(CUSTOMERS, CustomerRow(row.id, customer))


@CASES.on(Service.Amended)
def _amended(event: Service.Amended, row: ServiceRow, _: DesignRow) -> None:
    row.name = row.name if event.name is None else event.name
    row.description = row.description if event.description is None else event.description
    row.criticality = row.criticality if event.criticality is None else event.criticality
    row.owner = row.owner if event.owner is None else id_text(event.owner)
    row.team = row.team if event.team is None else id_text(event.team)


@CASES.on(Service.WentLive)
def _live(event: Event, row: ServiceRow, _: DesignRow) -> None:
    row.live_since = instant(event.by.effective_at)


VIEW = View(
    NAME,
    VERSION,
    (SERVICES, DESIGNS, CUSTOMERS),
    fold,
    concerns=concerns,
    keyed=(SERVICES, DESIGNS),
)
