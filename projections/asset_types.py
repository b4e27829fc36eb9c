"""The types of assets, each with what its latest version asks for."""

from typing import Any

import msgspec

from domain.aggregate import Entry
from domain.asset_type import AssetType
from projections.rows import Rows
from projections.tables import Id, Instant, Json, Row, Table, id_text, instant, number_text
from projections.view import View

NAME = "asset_types"
VERSION = 1


class AssetTypeRow(Row):
    id: Id
    number: str
    name: str
    parent: Id | None
    type_version: int
    attributes: tuple[Json, ...]
    """Those that it adds."""
    inherited: tuple[Json, ...]
    """By type and version, the root first."""
    is_retired: bool
    defined_at: Instant
    updated_at: Instant
    version: int
    position: int


TYPES = Table(
    NAME,
    VERSION,
    AssetTypeRow,
    key=("id",),
    indexes=[("number",), ("name",), ("parent",)],
    past=(),
    is_small=True,
)


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("AssetType.")


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    at = instant(event.by.effective_at)
    match event:
        case AssetType.Defined():
            row = rows.put(TYPES, _defined(entry, event, at))
        case _:
            row = rows.get(TYPES, id_text(entry.originator_id))
    match event:
        case AssetType.Revised():
            row.attributes, row.inherited = _plain(event.attributes), _plain(event.inherited)
            row.type_version += 1
        case AssetType.Retired():
            row.is_retired = True
    row.updated_at = at
    row.version = entry.originator_version
    row.position = entry.position


def _defined(entry: Entry, event: AssetType.Defined, at: str) -> AssetTypeRow:
    return AssetTypeRow(
        id=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        name=event.name,
        parent=id_text(event.inherited[-1].type) if event.inherited else None,
        type_version=1,
        attributes=_plain(event.attributes),
        inherited=_plain(event.inherited),
        is_retired=False,
        defined_at=at,
        updated_at=at,
        version=1,
        position=entry.position,
    )


def _plain(parts: tuple[Any, ...]) -> tuple[Json, ...]:
    """As JSON has them, so that a row is the same before and after it was stored."""
    plain: list[Json] = msgspec.json.decode(msgspec.json.encode(parts))
    return tuple(plain)


VIEW = View(NAME, VERSION, (TYPES,), fold, concerns=concerns, keyed=(TYPES,))
