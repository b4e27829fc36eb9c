"""The types of tickets: the latest version of each, with its matrix and its fields."""

from typing import Any

import msgspec

from domain.aggregate import Entry
from domain.ticket_type import TicketType, TypeDefinition
from projections.rows import Rows
from projections.tables import Id, Instant, Json, Row, Table, id_text, instant, number_text
from projections.view import View

NAME = "ticket_types"
VERSION = 4


class TypeRow(Row):
    id: Id
    number: str
    ticket: str
    """The kind of ticket."""
    at: Instant
    """When its latest version was defined."""
    version: int
    position: int
    definition_version: int = 1
    matrix: tuple[tuple[int, ...], ...] = ()
    """The priority of each impact (row) and urgency (column), the highest first."""
    fields: tuple[Json, ...] = ()
    close_after_days: int = 0
    reopen_within_days: int = 0
    edits_lock: bool = False
    categories: tuple[Json, ...] = ()


TYPES = Table(NAME, VERSION, TypeRow, key=("id",), indexes=[("ticket",)], past=(), is_small=True)


def concerns(entry: Entry) -> bool:
    return isinstance(entry.event, TicketType.Defined | TicketType.Revised)


def fold(entry: Entry, rows: Rows) -> None:
    event: Any = entry.event
    id = id_text(entry.originator_id)
    if isinstance(event, TicketType.Defined):
        number = number_text(entry.originator_id)
        row = rows.put(TYPES, TypeRow(id, number, event.ticket, "", 1, entry.position))
    else:
        row = rows.get(TYPES, id)
        row.definition_version += 1
    _show(event.definition, row)
    row.at = instant(event.by.effective_at)
    row.version = entry.originator_version
    row.position = entry.position


def _show(definition: TypeDefinition, row: TypeRow) -> None:
    row.matrix = definition.matrix.rows
    row.close_after_days = definition.close_after_days
    row.reopen_within_days = definition.reopen_within_days
    row.edits_lock = definition.edits_lock
    row.categories = tuple(msgspec.to_builtins(one) for one in definition.categories)
    row.fields = tuple(msgspec.to_builtins(field) for field in definition.fields)


VIEW = View(NAME, VERSION, (TYPES,), fold, concerns=concerns, keyed=(TYPES,))
