"""The views that the desk has declared: the latest version of each."""

from typing import Any

from domain.aggregate import Entry
from domain.declared_view import DeclaredView
from projections.rows import Rows
from projections.tables import Id, Instant, Json, Row, Table, as_json, id_text, instant, number_text
from projections.view import View

NAME = "declared_views"
VERSION = 1


class DeclaredViewRow(Row):
    id: Id
    number: str
    name: str
    title: str
    at: Instant
    """When its latest version was declared, or it was retired."""
    version: int
    position: int
    definition_version: int = 1
    is_retired: bool = False
    definition: Json = {}


VIEWS = Table(
    NAME, VERSION, DeclaredViewRow, key=("id",), indexes=[("name",)], past=(), is_small=True
)


def concerns(entry: Entry) -> bool:
    return entry.topic.startswith("DeclaredView.")


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id, at = id_text(entry.originator_id), instant(event.by.effective_at)
    match event:
        case DeclaredView.Declared():
            number = number_text(entry.originator_id)
            first = DeclaredViewRow(id, number, event.name, event.title, at, 1, entry.position)
            row = rows.put(VIEWS, first)
            row.definition = as_json(event.definition)
        case DeclaredView.Revised():
            row = rows.get(VIEWS, id)
            row.title, row.definition = event.title, as_json(event.definition)
            row.definition_version += 1
        case _:
            row = rows.get(VIEWS, id)
            row.is_retired = True
    row.at = at
    row.version = entry.originator_version
    row.position = entry.position


VIEW = View(NAME, VERSION, (VIEWS,), fold, concerns=concerns, keyed=(VIEWS,))
