"""The asset register, with what depends on what."""

from collections.abc import Mapping
from typing import Any

from domain.aggregate import Entry, Event
from domain.asset import Asset, Status
from domain.asset_attributes import Value
from projections import asset_approval, asset_relations
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

NAME = "asset_register"
VERSION = 4

Details = dict[str, str]
Attributes = dict[str, Value]


class AssetRow(Row):
    id: Id
    number: str
    name: str
    asset_class: str
    tag: str
    status: str
    service: str
    organisation: Id | None
    owner: Id | None
    registered_at: Instant
    updated_at: Instant
    version: int
    position: int
    holder: Id | None = None
    vendor: str = ""
    """Who repairs it."""
    details: Details = {}
    approval_status: str = ""
    proposed: Json = {}
    outstanding: str = ""
    approval: Json = {}
    type: Id | None = None
    type_version: int = 0
    attributes: Attributes = {}
    location: str = ""
    cost: str = ""
    """The amount; sums are made of one currency."""
    currency: str = ""
    supplier: str = ""
    contract: str = ""
    ends: Details = {}
    """The last days of what was agreed, such as `warranty`."""
    entitled: int | None = None
    """Of a licence: how many installations are paid for."""

    @property
    def written(self) -> Mapping[str, str]:
        return {}


REGISTER = Table(
    NAME,
    VERSION,
    AssetRow,
    key=("id",),
    indexes=[
        ("number",),
        ("tag",),
        ("name",),
        ("asset_class", "status"),
        ("status", "updated_at"),
        ("organisation", "updated_at"),
        ("owner",),
        ("holder",),
        ("type",),
        ("updated_at", "id"),
    ],
    past=(),
    dated="updated_at",
)
CASES = Cases[Any]()


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Asset.")


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    id = id_text(entry.originator_id)
    at = instant(event.by.effective_at)
    if isinstance(event, Asset.Registered):
        row = rows.put(REGISTER, _registered(entry, event, at))
    else:
        row = rows.get(REGISTER, id)
    if case := CASES.of(type(event)):
        case(event, row)
    asset_relations.fold(entry, rows)
    asset_approval.fold(event, row)
    row.updated_at = at
    row.version = entry.originator_version
    row.position = entry.position


def _registered(entry: Entry, event: Asset.Registered, at: str) -> AssetRow:
    return AssetRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        name=event.name,
        asset_class=event.asset_class,
        tag=event.tag,
        status=Status.ORDERED if event.is_ordered else Status.IN_STOCK,
        service=event.service,
        organisation=id_or_none(event.organisation),
        owner=id_or_none(event.owner),
        registered_at=at,
        updated_at=at,
        version=1,
        position=entry.position,
    )


@CASES.on(Asset.Amended)
def _amended(event: Asset.Amended, row: AssetRow) -> None:
    row.details = {**row.details, **event.details}


@CASES.on(Asset.Received)
def _received(_: Event, row: AssetRow) -> None:
    row.status = Status.IN_STOCK


@CASES.on(Asset.Classified)
def _classified(event: Asset.Classified, row: AssetRow) -> None:
    row.type, row.type_version = id_text(event.type), event.type_version
    row.asset_class, row.attributes = event.asset_class, event.attributes


@CASES.on(Asset.AttributesSet)
def _attributes_set(event: Asset.AttributesSet, row: AssetRow) -> None:
    left = {name: old for name, old in row.attributes.items() if name not in event.removed}
    row.type_version, row.attributes = event.type_version, {**left, **event.attributes}


@CASES.on(Asset.Described)
def _described(event: Asset.Described, row: AssetRow) -> None:
    if event.owner is not None:
        row.owner = id_text(event.owner)
    if event.cost is not None:
        row.cost, row.currency = f"{event.cost.amount:f}", event.cost.currency
    row.location = row.location if event.location is None else event.location
    row.supplier = row.supplier if event.supplier is None else event.supplier
    row.contract = row.contract if event.contract is None else event.contract
    gone = {name for name, day in event.ends.items() if day is None}
    row.ends = {
        **{name: day for name, day in row.ends.items() if name not in gone},
        **{name: day.isoformat() for name, day in event.ends.items() if day is not None},
    }


@CASES.on(Asset.Entitled)
def _entitled(event: Asset.Entitled, row: AssetRow) -> None:
    row.entitled = event.installations


@CASES.on(Asset.Issued)
def _issued(event: Asset.Issued, row: AssetRow) -> None:
    row.status, row.holder = Status.IN_USE, id_text(event.to)


@CASES.on(Asset.Returned)
def _returned(_: Event, row: AssetRow) -> None:
    row.status, row.holder = Status.IN_STOCK, None


@CASES.on(Asset.SentForRepair)
def _sent(event: Asset.SentForRepair, row: AssetRow) -> None:
    row.status, row.vendor = Status.IN_REPAIR, event.vendor


@CASES.on(Asset.Repaired)
def _repaired(_: Event, row: AssetRow) -> None:
    row.status = Status.IN_STOCK if row.holder is None else Status.IN_USE
    row.vendor = ""


@CASES.on(Asset.Retired)
def _retired(_: Event, row: AssetRow) -> None:
    row.status, row.holder, row.vendor = Status.RETIRED, None, ""


@CASES.on(Asset.Disposed)
def _disposed(_: Event, row: AssetRow) -> None:
    row.status = Status.DISPOSED


VIEW = View(
    NAME, VERSION, (REGISTER, *asset_relations.TABLES), fold, concerns=concerns, keyed=(REGISTER,)
)
