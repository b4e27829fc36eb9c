"""Purchase orders: what they cost in all, what has come, and what is outstanding."""

from typing import Any

from domain.aggregate import Entry, Event
from domain.purchase_lines import Line
from domain.purchase_order import PurchaseOrder, Status, status_of
from projections.one_row import fold_of
from projections.tables import (
    Id,
    Instant,
    Json,
    Row,
    Table,
    id_or_none,
    id_text,
    number_text,
)
from projections.view import Cases, View

NAME = "purchase_orders"
VERSION = 1


class OrderRow(Row):
    id: Id
    number: str
    supplier: str
    reference: str
    owner: Id | None
    organisation: Id | None
    status: str
    at: Instant
    """When it was last changed."""
    version: int
    position: int
    currency: str
    total: int = 0
    """The price of all, in minor units of the currency; so are the others."""
    received: int = 0
    outstanding: int = 0
    """What is still to come; nothing of an order that is no more, or not yet, awaited."""
    units: int = 0
    units_received: int = 0
    expected_on: str | None = None
    lines: tuple[Json, ...] = ()
    """Each with its `line` number and how many are `received`."""
    assets: tuple[str, ...] = ()
    """What deliveries brought and was not sent back."""
    cost_centres: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()


ORDERS = Table(
    NAME,
    VERSION,
    OrderRow,
    key=("id",),
    indexes=[("number",), ("status", "expected_on"), ("supplier",), ("owner",)],
    past=(),
)
CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("PurchaseOrder.")


def _drafted(entry: Entry, event: PurchaseOrder.Drafted, at: str) -> OrderRow:
    return OrderRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        supplier=event.supplier,
        reference=event.reference,
        owner=id_or_none(event.owner),
        organisation=id_or_none(event.organisation),
        status=Status.DRAFT,
        at=at,
        version=1,
        position=entry.position,
        currency=event.currency,
        expected_on=event.expected_on.isoformat() if event.expected_on else None,
        lines=_lines(event.lines),
    )


@CASES.on(PurchaseOrder.Amended)
def _amended(event: PurchaseOrder.Amended, row: OrderRow) -> None:
    row.supplier = row.supplier if event.supplier is None else event.supplier
    row.reference = row.reference if event.reference is None else event.reference
    row.owner = id_or_none(event.owner) or row.owner
    if event.lines is not None:
        row.lines = _lines(event.lines)


@CASES.on(PurchaseOrder.Placed)
def _placed(event: PurchaseOrder.Placed, row: OrderRow) -> None:
    row.status = Status.ORDERED
    row.expected_on = event.expected_on.isoformat() if event.expected_on else None


@CASES.on(PurchaseOrder.Expected)
def _expected(event: PurchaseOrder.Expected, row: OrderRow) -> None:
    row.expected_on = event.day.isoformat()


@CASES.on(PurchaseOrder.Received)
def _received(event: PurchaseOrder.Received, row: OrderRow) -> None:
    row.assets = (*row.assets, *map(id_text, event.assets))
    _come(row, event.line, event.quantity)


@CASES.on(PurchaseOrder.SentBack)
def _sent_back(event: PurchaseOrder.SentBack, row: OrderRow) -> None:
    gone = set(map(id_text, event.assets))
    row.assets = tuple(asset for asset in row.assets if asset not in gone)
    _come(row, event.line, -event.quantity)


@CASES.on(PurchaseOrder.Closed)
def _closed(_: Event, row: OrderRow) -> None:
    row.status = Status.CLOSED


@CASES.on(PurchaseOrder.Cancelled)
def _cancelled(_: Event, row: OrderRow) -> None:
    row.status = Status.CANCELLED


def _lines(lines: tuple[Line, ...]) -> tuple[Json, ...]:
    return tuple(
        {
            "line": number,
            "item": line.item,
            "quantity": line.quantity,
            "price": line.price,
            "received": 0,
            "type": id_or_none(line.type),
            "asset_class": line.asset_class,
            "contract": id_or_none(line.contract),
            "cost_centre": line.cost_centre,
            "warranty_months": line.warranty_months,
        }
        for number, line in enumerate(lines, 1)
    )


def _come(row: OrderRow, number: int, more: int) -> None:
    row.lines = tuple(
        {**line, "received": line["received"] + more} if line["line"] == number else line
        for line in row.lines
    )
    bought = [line["quantity"] for line in row.lines]
    row.status = status_of(bought, [line["received"] for line in row.lines])


def _count(row: OrderRow) -> None:
    row.units = sum(line["quantity"] for line in row.lines)
    row.units_received = sum(line["received"] for line in row.lines)
    row.total = sum(line["quantity"] * line["price"] for line in row.lines)
    row.received = sum(line["received"] * line["price"] for line in row.lines)
    is_awaited = row.status in (Status.ORDERED, Status.PARTLY_RECEIVED)
    row.outstanding = row.total - row.received if is_awaited else 0
    row.cost_centres = _each(row, "cost_centre")
    row.contracts = _each(row, "contract")


def _each(row: OrderRow, field: str) -> tuple[str, ...]:
    """What the lines say in a field, each once."""
    return tuple(sorted({line[field] for line in row.lines if line[field]}))


fold = fold_of(ORDERS, PurchaseOrder.Drafted, _drafted, CASES, finish=_count)
VIEW = View(NAME, VERSION, (ORDERS,), fold, concerns=concerns, keyed=(ORDERS,))
