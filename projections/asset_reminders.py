"""What ends with assets and contracts, and what comes late: the reminders that are ahead, and those
that were given."""

from datetime import date, datetime
from uuid import UUID

from domain.aggregate import Entry
from domain.asset import Asset
from domain.asset_reminders import ENDS, next_reminder
from domain.contract import Contract
from domain.purchase_order import PurchaseOrder
from projections import delivery_reminders
from projections.rows import Rows
from projections.store import ViewReader
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    instant_or_none,
    moment,
    number_text,
)
from projections.view import View

NAME = "asset_reminders"
VERSION = 4
DUE_MAX = 500


class ReminderRow(Row):
    asset: Id
    end_name: str
    position: int
    number: str
    name: str
    last_day: str
    days: int
    """How many are left: 0 on the last day."""
    at: Instant
    organisation: Id | None
    owner: Id | None


class EndRow(Row):
    """A last day, with the moment of its next reminder."""

    asset: Id
    end_name: str
    last_day: str
    next_at: Instant | None


class WhoseRow(Row):
    asset: Id
    name: str
    organisation: Id | None
    owner: Id | None
    is_gone: bool = False
    """Whether it is retired, or not in force: nothing of it is reminded of."""
    last_day: str | None = None
    """Of a contract that is not signed yet."""


REMINDERS = Table(
    NAME,
    VERSION,
    ReminderRow,
    key=("asset", "end_name", "position"),
    indexes=[("at",), ("organisation", "at"), ("owner",)],
    past=(),
)
AHEAD = Table(
    "asset_ends", VERSION, EndRow, key=("asset", "end_name"), indexes=[("next_at",), ("last_day",)]
)
WHOSE = Table("asset_reminders_whose", VERSION, WhoseRow, key=("asset",))
DELIVERIES = delivery_reminders.table(VERSION)


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith(("Asset.", "Contract.", "PurchaseOrder."))


def fold(entry: Entry, rows: Rows) -> None:
    if isinstance(entry.event, Asset.EndReminded):
        _remind(entry, entry.event, rows)
    if entry.topic.startswith("Contract."):
        _fold_contract(entry, rows)
    elif entry.topic.startswith("PurchaseOrder."):
        _fold_order(entry, rows)
    else:
        _fold_asset(entry, rows)


def _remind(entry: Entry, event: Asset.EndReminded, rows: Rows) -> None:
    id = id_text(entry.originator_id)
    if event.end != delivery_reminders.END:
        rows.put(AHEAD, _ahead(id, event.end, event.last_day, event.due))
    rows.put(REMINDERS, _given(entry, event, rows.get(WHOSE, id)))


def _fold_asset(entry: Entry, rows: Rows) -> None:
    event, id = entry.event, id_text(entry.originator_id)
    match event:
        case Asset.Registered(name=name, organisation=organisation, owner=owner):
            rows.put(WHOSE, WhoseRow(id, name, id_or_none(organisation), id_or_none(owner)))
        case Asset.Described(owner=owner, ends=ends):
            whose = rows.get(WHOSE, id)
            if owner is not None:
                whose.owner = id_text(owner)
            for end, day in ends.items():
                if day is None:
                    rows.remove(AHEAD, id, end)
                elif not whose.is_gone:
                    rows.put(AHEAD, _ahead(id, end, day, event.by.effective_at))
        case Asset.Retired():
            rows.get(WHOSE, id).is_gone = True
            for end in ENDS:
                rows.remove(AHEAD, id, end)


def _fold_contract(entry: Entry, rows: Rows) -> None:
    """A contract is reminded of while it is in force: of what lies ahead when it is signed."""
    event, id = entry.event, id_text(entry.originator_id)
    match event:
        case Contract.Drafted(name=name, owner=owner, last_day=day):
            last_day = None if day is None else day.isoformat()
            rows.put(WHOSE, WhoseRow(id, name, None, id_or_none(owner), True, last_day))
        case Contract.Amended(name=name, owner=owner):
            whose = rows.get(WHOSE, id)
            whose.name = name or whose.name
            whose.owner = id_or_none(owner) or whose.owner
        case Contract.Signed():
            whose = rows.get(WHOSE, id)
            whose.is_gone = False
            if whose.last_day is not None:
                day = date.fromisoformat(whose.last_day)
                rows.put(AHEAD, _ahead(id, "contract", day, event.by.effective_at))
        case Contract.Renewed(last_day=day):
            rows.put(AHEAD, _ahead(id, "contract", day, event.by.effective_at))
        case Contract.Ended():
            rows.get(WHOSE, id).is_gone = True
            rows.remove(AHEAD, id, "contract")


def _fold_order(entry: Entry, rows: Rows) -> None:
    """A purchase order is reminded of while something is to come."""
    event, id = entry.event, id_text(entry.originator_id)
    match event:
        case PurchaseOrder.Drafted(supplier=name, owner=owner, organisation=organisation):
            whose = WhoseRow(id, name, id_or_none(organisation), id_or_none(owner), True)
            rows.put(WHOSE, whose)
        case PurchaseOrder.Amended(supplier=name, owner=owner):
            whose = rows.get(WHOSE, id)
            whose.name = name or whose.name
            whose.owner = id_or_none(owner) or whose.owner
    row = delivery_reminders.fold(entry, DELIVERIES, rows)
    following = delivery_reminders.next_of(row)
    if row.last_day is None or following is None:
        rows.remove(AHEAD, id, delivery_reminders.END)
    else:
        rows.put(AHEAD, EndRow(id, delivery_reminders.END, row.last_day, following))


def _ahead(id: str, end: str, day: date, after: datetime) -> EndRow:
    following = next_reminder(end, day, after)
    at = None if following is None else following.at
    return EndRow(id, end, day.isoformat(), instant_or_none(at))


def _given(entry: Entry, event: Asset.EndReminded, whose: WhoseRow) -> ReminderRow:
    return ReminderRow(
        asset=id_text(entry.originator_id),
        end_name=event.end,
        position=entry.position,
        number=number_text(entry.originator_id),
        name=whose.name,
        last_day=event.last_day.isoformat(),
        days=event.days,
        at=instant(event.due),
        organisation=whose.organisation,
        owner=whose.owner,
    )


async def due(reader: ViewReader, now: datetime) -> tuple[list[UUID], datetime | None]:
    """The records with a reminder that is due, at most 500, and when the next is."""
    source = f"{reader.prefix}{AHEAD.stored}"
    found = await reader.query(
        f"SELECT DISTINCT asset FROM {source} WHERE next_at <= ? ORDER BY asset LIMIT {DUE_MAX}",
        (instant(now),),
    )
    following = await reader.query(
        f"SELECT min(next_at) FROM {source} WHERE next_at > ?", (instant(now),)
    )
    first = following[0][0]
    return [UUID(id) for (id,) in found], None if first is None else moment(first)


VIEW = View(
    NAME,
    VERSION,
    (REMINDERS, AHEAD, WHOSE, DELIVERIES),
    fold,
    concerns=concerns,
    keyed=(WHOSE, DELIVERIES),
)
