"""Which assets depended on which, from when to when, and which of them are redundant."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from domain.aggregate import Entry, Event
from domain.asset import Asset
from domain.asset_redundancy import Group
from domain.impact import Direction, Relation
from domain.impact_analysis import Net
from projections.past import AsOf
from projections.rows import Rows
from projections.store import ViewReader
from projections.tables import Id, Instant, Row, Table, id_text, instant

VERSION = 4
PARAMETERS_MAX = 500
REACHED_MAX = 2_000
"""So many assets of a net are looked at, the nearest first."""

Ids = tuple[str, ...]


class RelationRow(Row):
    """What an asset is to another: it depends on it, runs on it, and so on."""

    asset: Id
    type: str
    other: Id
    since: Instant
    position: int
    """Of the event by which it is so."""


class SpanRow(Row):
    """A relation with its end, if it has one. Times are those at which these took effect."""

    asset: Id
    began: int
    other: Id
    since: Instant
    type: str
    ended: int | None = None
    until: Instant | None = None


class GroupRow(Row):
    """Of these members so many must work."""

    asset: Id
    began: int
    name: str
    members: Ids
    needed: int
    since: Instant
    ended: int | None = None
    until: Instant | None = None


class GroupNowRow(Row):
    asset: Id
    name: str
    members: Ids
    needed: int
    position: int


RELATIONS = Table(
    "asset_relations",
    VERSION,
    RelationRow,
    key=("asset", "type", "other"),
    indexes=[("other", "type", "asset")],
)
SPANS = Table(
    "asset_relation_spans", VERSION, SpanRow, key=("asset", "began"), indexes=[("other", "began")]
)
GROUPS = Table("asset_groups", VERSION, GroupNowRow, key=("asset", "name"))
GROUP_SPANS = Table("asset_group_spans", VERSION, GroupRow, key=("asset", "began"))

TABLES = (RELATIONS, SPANS, GROUPS, GROUP_SPANS)


def fold(entry: Entry, rows: Rows) -> None:
    event = entry.event
    id, position = id_text(entry.originator_id), entry.position
    at = instant(event.by.effective_at)
    match event:
        case Asset.Related(other=other, type=type):
            rows.put(RELATIONS, RelationRow(id, type, id_text(other), at, position))
            rows.put(SPANS, SpanRow(id, position, id_text(other), at, type))
        case Asset.Unrelated(other=other, type=type):
            known = rows.peek(RELATIONS, id, type, id_text(other))
            if known is not None:
                _end(rows, SPANS, id, known.position, event, position)
            rows.remove(RELATIONS, id, type, id_text(other))
        case Asset.Grouped(name=name, members=members, needed=needed):
            _end_group(rows, id, name, event, position)
            ids = tuple(map(id_text, members))
            rows.put(GROUPS, GroupNowRow(id, name, ids, needed, position))
            rows.put(GROUP_SPANS, GroupRow(id, position, name, ids, needed, at))
        case Asset.Ungrouped(name=name):
            _end_group(rows, id, name, event, position)
            rows.remove(GROUPS, id, name)


def _end_group(rows: Rows, id: str, name: str, event: Event, position: int) -> None:
    known = rows.peek(GROUPS, id, name)
    if known is not None:
        _end(rows, GROUP_SPANS, id, known.position, event, position)


def _end(rows: Rows, table: Table[Any], id: str, began: int, event: Event, position: int) -> None:
    span = rows.get(table, id, began)
    span.ended, span.until = position, instant(event.by.effective_at)


# Reading -----------------------------------------------------------------------------------


async def net_around(
    reader: ViewReader, start: UUID, direction: Direction, depth: int, as_of: AsOf | None
) -> Net:
    """What is reached from an asset in so many steps, with all relations among it, as it is
    or as it was."""
    here, there = ("other", "asset") if direction == "up" else ("asset", "other")
    known = {str(start): None}
    edge = [str(start)]
    found: set[tuple[str, str]] = set()
    for _ in range(depth):
        rows = await _spans(reader, SPANS, "asset, other", here, edge, as_of)
        found |= {(asset, other) for asset, other in rows}
        place = 0 if there == "asset" else 1
        reached = sorted({row[place] for row in rows} - known.keys())
        edge = reached[: REACHED_MAX - len(known)]
        known |= dict.fromkeys(edge)
        if not edge:
            break
    # Upwards, what else an asset depends on decides nothing; but all members of a group count.
    rows = await _spans(reader, SPANS, "asset, other", "asset", known, as_of)
    found |= {(asset, other) for asset, other in rows}
    relations = frozenset(Relation(UUID(asset), UUID(other)) for asset, other in found)
    groups: dict[UUID, tuple[Group, ...]] = {}
    for asset, members, needed in await _spans(
        reader, GROUP_SPANS, "asset, members, needed", "asset", known, as_of
    ):
        ids = GROUP_SPANS.column["members"]
        group = Group(tuple(map(UUID, _read(ids.type, members))), needed)
        groups[UUID(asset)] = (*groups.get(UUID(asset), ()), group)
    return Net(relations, groups)


async def _spans(
    reader: ViewReader,
    table: Table[Any],
    columns: str,
    by: str,
    ids: Iterable[str],
    as_of: AsOf | None,
) -> list[tuple[Any, ...]]:
    wanted = list(ids)
    when, parameters = holding(as_of)
    found: list[tuple[Any, ...]] = []
    for first in range(0, len(wanted), PARAMETERS_MAX):
        part = wanted[first : first + PARAMETERS_MAX]
        marks = ", ".join("?" for _ in part)
        found += await reader.query(
            f"SELECT {columns} FROM {reader.prefix}{table.stored}"
            f" WHERE {by} IN ({marks}) AND {when} ORDER BY asset, began",
            [*part, *parameters],
        )
    return found


def holding(as_of: AsOf | None) -> tuple[str, list[Any]]:
    """That a span had begun, in both senses, and had not ended in one."""
    if as_of is None or as_of == AsOf():
        return "ended IS NULL", []
    begun: list[str] = []
    lasting: list[str] = []
    parameters: list[Any] = []
    if as_of.position is not None:
        begun.append("began <= ?")
        lasting.append("ended > ?")
        parameters.append(as_of.position)
    if as_of.moment is not None:
        begun.append("since <= ?")
        lasting.append("until > ?")
        parameters.append(instant(as_of.moment))
    alternatives = " OR ".join(("ended IS NULL", *lasting))
    return f"{' AND '.join(begun)} AND ({alternatives})", [*parameters, *parameters]


def _read(type: Any, stored: str) -> Any:
    return msgspec.json.decode(stored, type=type)
