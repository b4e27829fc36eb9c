"""Which deliveries are awaited, and when they are reminded of next."""

from datetime import date
from typing import Any

from domain.aggregate import Entry
from domain.asset_reminders import next_reminder
from domain.purchase_order import AWAITED, PurchaseOrder, Status, status_of
from projections.rows import Rows
from projections.tables import Id, Instant, Row, Table, id_text, instant, instant_or_none, moment

END = "delivery"


class DeliveryRow(Row):
    purchase: Id
    status: str
    bought: tuple[int, ...]
    """Of each line: how many."""
    received: tuple[int, ...]
    last_day: str | None = None
    reminded_until: Instant = ""
    """When the last day was said, or the moment of its latest reminder."""


def table(version: int) -> Table[DeliveryRow]:
    return Table("asset_reminders_deliveries", version, DeliveryRow, key=("purchase",))


def fold(entry: Entry, deliveries: Table[DeliveryRow], rows: Rows) -> DeliveryRow:
    """What an event of an order leaves to be awaited."""
    event: Any = entry.event
    id = id_text(entry.originator_id)
    match event:
        case PurchaseOrder.Drafted():
            row = rows.put(deliveries, DeliveryRow(id, Status.DRAFT, (), ()))
        case _:
            row = rows.get(deliveries, id)
    match event:
        case PurchaseOrder.Drafted(lines=lines) | PurchaseOrder.Amended(lines=lines):
            if lines is not None:
                row.bought = tuple(line.quantity for line in lines)
                row.received = (0,) * len(lines)
        case PurchaseOrder.Placed(expected_on=day):
            row.status = Status.ORDERED
            _expect(row, day, instant(event.by.effective_at))
        case PurchaseOrder.Expected(day=day):
            _expect(row, day, instant(event.by.effective_at))
        case PurchaseOrder.EndReminded(due=due):
            row.reminded_until = instant(due)
        case PurchaseOrder.Received(line=line, quantity=quantity):
            _come(row, line, quantity)
        case PurchaseOrder.SentBack(line=line, quantity=quantity):
            _come(row, line, -quantity)
        case PurchaseOrder.Closed() | PurchaseOrder.Cancelled():
            row.status = Status.CLOSED
    return row


def _expect(row: DeliveryRow, day: date | None, at: str) -> None:
    row.last_day = None if day is None else day.isoformat()
    row.reminded_until = at


def _come(row: DeliveryRow, line: int, more: int) -> None:
    come = list(row.received)
    come[line - 1] += more
    row.received = tuple(come)
    row.status = status_of(row.bought, come)


def next_of(row: DeliveryRow) -> str | None:
    """The moment of the next reminder, if a delivery is awaited until some day."""
    if row.status not in AWAITED or row.last_day is None:
        return None
    day = date.fromisoformat(row.last_day)
    following = next_reminder(END, day, moment(row.reminded_until))
    return instant_or_none(None if following is None else following.at)
