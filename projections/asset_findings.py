"""Findings of drift: what was found to be otherwise than registered, and planned by no change."""

from domain.aggregate import Entry
from domain.asset import Asset
from domain.asset_attributes import Value
from projections.rows import Rows
from projections.tables import (
    Id,
    Instant,
    Row,
    Table,
    id_or_none,
    id_text,
    instant,
    number_text,
)
from projections.view import View

NAME = "asset_findings"
VERSION = 1


class FindingRow(Row):
    asset: Id
    number: str
    attribute: str
    found_position: int
    """Of the event by which it is known."""
    organisation: Id | None
    expected: str
    found: str
    source: str
    found_at: Instant
    is_open: bool
    closed_at: Instant | None
    closed_by: str
    """`found again`, `found otherwise`, `by hand`, or `change` and its number; empty while open."""
    position: int


class WhoseRow(Row):
    """Whose an asset is, and which of its attributes have an open finding, by position."""

    asset: Id
    organisation: Id | None
    open: dict[str, int]


FINDINGS = Table(
    NAME,
    VERSION,
    FindingRow,
    key=("asset", "found_position"),
    indexes=[("is_open", "found_at"), ("organisation", "found_at"), ("attribute",)],
    past=("is_open",),
)
WHOSE = Table("asset_findings_whose", VERSION, WhoseRow, key=("asset",))


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("Asset.")


def fold(entry: Entry, rows: Rows) -> None:
    event, id = entry.event, id_text(entry.originator_id)
    match event:
        case Asset.Registered(organisation=organisation):
            rows.put(WHOSE, WhoseRow(id, id_or_none(organisation), {}))
        case Asset.DriftFound(attribute=attribute):
            _close(rows, entry, (attribute,), "found otherwise")
            whose = rows.get(WHOSE, id)
            whose.open = {**whose.open, attribute: entry.position}
            rows.put(FINDINGS, _opened(entry, event, whose.organisation))
        case Asset.DriftCleared(attribute=attribute):
            _close(rows, entry, (attribute,), "found again")
        case Asset.AttributesSet(attributes=attributes, removed=removed, change=change):
            how = "by hand" if change is None else f"change {number_text(change)}"
            _close(rows, entry, (*attributes, *removed), how)
        case Asset.Classified():
            _close(rows, entry, tuple(rows.get(WHOSE, id).open), "by hand")


def _opened(entry: Entry, event: Asset.DriftFound, organisation: str | None) -> FindingRow:
    return FindingRow(
        asset=id_text(entry.originator_id),
        number=number_text(entry.originator_id),
        attribute=event.attribute,
        found_position=entry.position,
        organisation=organisation,
        expected=_said(event.expected),
        found=_said(event.found),
        source=event.source,
        found_at=instant(event.by.effective_at),
        is_open=True,
        closed_at=None,
        closed_by="",
        position=entry.position,
    )


def _close(rows: Rows, entry: Entry, attributes: tuple[str, ...], how: str) -> None:
    id = id_text(entry.originator_id)
    whose = rows.get(WHOSE, id)
    for attribute in attributes:
        began = whose.open.get(attribute)
        if began is None:
            continue
        row = rows.get(FINDINGS, id, began)
        row.is_open = False
        row.closed_at, row.closed_by = instant(entry.event.by.effective_at), how
        row.position = entry.position
    whose.open = {name: one for name, one in whose.open.items() if name not in attributes}


def _said(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


VIEW = View(NAME, VERSION, (FINDINGS, WHOSE), fold, concerns=concerns, keyed=(WHOSE,))
