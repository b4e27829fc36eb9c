"""The asset register, with what depends on what."""

from collections.abc import Mapping
from typing import Any

from domain.aggregate import Entry, Event
from domain.asset import Asset, Status
from projections import asset_approval
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
VERSION = 2

Details = dict[str, str]


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

    @property
    def written(self) -> Mapping[str, str]:
        return {}


class RelationRow(Row):
    """What an asset is to another: it depends on it, runs on it, and so on."""

    asset: Id
    type: str
    other: Id
    since: Instant


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
        ("updated_at", "id"),
    ],
)
RELATIONS = Table(
    "asset_relations",
    VERSION,
    RelationRow,
    key=("asset", "type", "other"),
    indexes=[("other", "type", "asset")],
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
    elif isinstance(event, Asset.Related):
        rows.put(RELATIONS, RelationRow(id, event.type, id_text(event.other), at))
    elif isinstance(event, Asset.Unrelated):
        rows.remove(RELATIONS, id, event.type, id_text(event.other))
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
        status=Status.IN_STOCK,
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


VIEW = View(NAME, VERSION, (REGISTER, RELATIONS), fold, concerns=concerns, keyed=(REGISTER,))
