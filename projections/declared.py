"""Views that the desk declares: the tables that a definition asks for, and how they are folded."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import defstruct

from domain.aggregate import Entry
from domain.declared_definition import ColumnDefinition, ColumnType, ViewDefinition
from domain.declared_rules import Asking, Cells, Plan, Step, blank, is_nothing
from domain.ids import number_of
from domain.rules import Refused
from projections.queries import Listing
from projections.rows import Keys, Rows
from projections.tables import Id, Instant, Key, Row, Table, id_text, instant, moment
from projections.view import View

_HINTS: Mapping[ColumnType, Any] = {
    "text": str,
    "integer": int,
    "boolean": bool,
    "instant": Instant,
    "id": Id,
}

Columns = Mapping[str, ColumnDefinition]

RECORD = ColumnDefinition(name="record__id", type="id")
"""The column, besides those that are remembered, of the record for which they are."""


def view_name(name: str, id: UUID, version: int) -> str:
    """What a version of a declared view is called among the views."""
    return f"{name}@{number_of(id)}.{version}"


def listing_of(name: str, id: UUID, version: int, definition: ViewDefinition) -> Listing:
    """How a version of a declared view is listed: for the same, always the same."""
    return _listing(name, id, version, msgspec.json.encode(definition))


@lru_cache(maxsize=200)
def _listing(name: str, id: UUID, version: int, definition: bytes) -> Listing:
    decoded = msgspec.json.decode(definition, type=ViewDefinition)
    return Listing(_table(id, version, decoded), view_name(name, id, version))


class Declared:
    """A version of a declared view, ready to be folded."""

    def __init__(self, name: str, id: UUID, version: int, definition: ViewDefinition) -> None:
        """Raises Refused for a definition that this release cannot fold."""
        plan = self._plan = Plan(definition)
        self._rows = _table(id, version, definition)
        kept = _row_type([RECORD, *plan.remembered.values()])
        self._kept = Table(f"{self._rows.name}_kept", version, kept, key=(RECORD.name,))
        tables = (self._rows, self._kept) if plan.remembered else (self._rows,)
        self.view = View(
            view_name(name, id, version),
            version,
            tables,
            self._fold,
            concerns=lambda entry: bool(plan.steps(entry)),
            keyed=tables[1:],
            keys=self._keys,
        )

    def _keys(self, entry: Entry) -> Keys:
        """The rows that an event tells of without what is remembered."""
        for step in self._plan.steps(entry):
            if step.key and not any(asking.asks for asking in step.key):
                try:
                    yield self._rows, self._key(step, entry, {})
                except Refused:
                    # The event may have no row, as its condition does not hold.
                    continue

    def _fold(self, entry: Entry, rows: Rows) -> None:
        for step in self._plan.steps(entry):
            self._take(step, entry, rows)

    def _take(self, step: Step, entry: Entry, rows: Rows) -> None:
        """Do what a rule says: its condition and what it remembers are told by what was there
        before, and the row by what is remembered then."""
        cells = {"kept": self._kept_cells(entry, rows)}
        if any("row" in asking.asks for asking in (step.when, *step.remember.values()) if asking):
            cells["row"] = self._row_cells(self._key(step, entry, cells), rows)
        if step.when is not None and not step.when.value(entry, cells):
            return
        if step.remember:
            cells["kept"] = cells["kept"] | self._values(
                step.remember, self._plan.remembered, entry, cells
            )
            rows.put(self._kept, self._kept_row(entry, cells["kept"]))
        if step.key:
            key = self._key(step, entry, cells)
            if step.removes:
                rows.remove(self._rows, *key)
                return
            cells["row"] = self._row_cells(key, rows)
            changed = self._values(step.set, self._plan.columns, entry, cells)
            rows.put(self._rows, _row_of(self._rows, self._plan.columns, cells["row"] | changed))

    def _key(self, step: Step, entry: Entry, cells: Mapping[str, Cells]) -> Key:
        columns = [self._plan.columns[name] for name in self._rows.key]
        return tuple(
            _stored(column, self._plan.checked(column, asking.value(entry, cells)))
            for column, asking in zip(columns, step.key, strict=True)
        )

    def _values(
        self,
        askings: Mapping[str, Asking],
        columns: Columns,
        entry: Entry,
        cells: Mapping[str, Cells],
    ) -> Cells:
        return {
            name: self._plan.checked(columns[name], asking.value(entry, cells))
            for name, asking in askings.items()
        }

    def _row_cells(self, key: Key, rows: Rows) -> Cells:
        """What the row with this key has, or would begin with."""
        row = rows.peek(self._rows, *key)
        cells = _cells(row, self._plan.columns)
        for name, value in zip(self._rows.key, key, strict=True):
            cells[name] = _read(self._plan.columns[name], value)
        return cells

    def _kept_cells(self, entry: Entry, rows: Rows) -> Cells:
        columns = self._plan.remembered
        row = rows.peek(self._kept, id_text(entry.originator_id)) if columns else None
        return _cells(row, columns)

    def _kept_row(self, entry: Entry, cells: Cells) -> Row:
        id = {RECORD.name: id_text(entry.originator_id)}
        return _row_of(self._kept, {RECORD.name: RECORD, **self._plan.remembered}, id | cells)


def _table(id: UUID, version: int, definition: ViewDefinition) -> Table[Any]:
    row = _row_type(definition.columns)
    return Table(f"own_{number_of(id).lower()}", version, row, key=tuple(definition.key), past=())


def _row_type(columns: Iterable[ColumnDefinition]) -> type[Row]:
    fields = [
        (column.name, _HINTS[column.type] | None if column.is_optional else _HINTS[column.type])
        for column in columns
    ]
    made: Any = defstruct("DeclaredRow", fields, bases=(Row,))
    return made  # type: ignore[no-any-return]  # a Row, as its base says


def _cells(row: Row | None, columns: Columns) -> Cells:
    if row is None:
        return {name: blank(column) for name, column in columns.items()}
    return {name: _read(column, getattr(row, name)) for name, column in columns.items()}


def _row_of(table: Table[Any], columns: Columns, cells: Cells) -> Row:
    made: Row = table.row(**{name: _stored(one, cells[name]) for name, one in columns.items()})
    return made


def _read(column: ColumnDefinition, stored: Any) -> Any:
    """A stored value as expressions know it."""
    if stored is None:
        return blank(column)
    if column.type == "instant":
        return moment(stored)
    # One of the stores keeps truths as numbers.
    return bool(stored) if column.type == "boolean" else stored


def _stored(column: ColumnDefinition, value: Any) -> Any:
    if is_nothing(column, value):
        return None
    return instant(value) if column.type == "instant" else value
