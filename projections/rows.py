"""The rows that a page of events touches: loaded once, changed in memory, written once."""

from collections.abc import Callable, Iterable
from typing import Any

from domain.aggregate import Event
from projections.past import Version, micros
from projections.tables import Key, R, Row, Table

Load = Callable[[Table[Any], list[Key]], Iterable[Row]]


class NoSuchRow(LookupError):
    """An event is about a row that the view does not have."""

    def __init__(self, table: Table[Any], key: Key) -> None:
        super().__init__(f"{table.name} has no row {', '.join(map(str, key))}.")


class Rows:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._known: dict[Table[Any], dict[Key, Row | None]] = {}
        self._touched: dict[Table[Any], dict[Key, None]] = {}
        self._stood: dict[Table[Any], dict[Key, tuple[Any, ...] | None]] = {}
        """Of tables that keep their past: how the touched rows stood after the last event."""
        self._moved: set[tuple[Table[Any], Key]] = set()
        self._versions: dict[Table[Any], dict[Key, list[Version]]] = {}

    def expect(self, table: Table[Any], keys: Iterable[Key]) -> None:
        """Load the rows that will be asked for, in one go."""
        known = self._known.setdefault(table, {})
        wanted = [key for key in dict.fromkeys(keys) if key not in known]
        if wanted:
            known.update(dict.fromkeys(wanted))
            for row in self._load(table, wanted):
                known[table.key_of(row)] = row

    def expect_new(self, table: Table[Any], key: Key) -> None:
        """Take note that there is no such row yet, to spare the search."""
        self._known.setdefault(table, {}).setdefault(key)

    def peek(self, table: Table[R], *key: Any) -> R | None:
        """A row to look at, or None."""
        known = self._known.setdefault(table, {})
        if key not in known:
            self.expect(table, [key])
        row: Any = known[key]
        return row  # type: ignore[no-any-return]  # a row of this table

    def find(self, table: Table[R], *key: Any) -> R | None:
        """A row to change, or None."""
        row = self.peek(table, *key)
        if row is not None:
            self._touch(table, key)
        return row

    def get(self, table: Table[R], *key: Any) -> R:
        """A row to change. Raises NoSuchRow."""
        row = self.find(table, *key)
        if row is None:
            raise NoSuchRow(table, key)
        return row

    def put(self, table: Table[R], row: R) -> R:
        """Add a row, or replace the one with its key."""
        key = table.key_of(row)
        self._touch(table, key)
        self._known.setdefault(table, {})[key] = row
        return row

    def remove(self, table: Table[Any], *key: Any) -> None:
        """Remove a row, if there is one."""
        self._touch(table, key)
        self._known.setdefault(table, {})[key] = None

    def _touch(self, table: Table[Any], key: Key) -> None:
        """Called before a row changes."""
        self._touched.setdefault(table, {})[key] = None
        if table.past is None:
            return
        self._moved.add((table, key))
        stood = self._stood.setdefault(table, {})
        if key not in stood:
            row = self.peek(table, *key)
            stood[key] = None if row is None else table.stored_values(row)

    def settle(self, event: Event, position: int) -> None:
        """An event is folded: what it left changed is a version of its own."""
        if not self._moved:
            return
        since = micros(event.by.effective_at)
        for table, key in self._moved:
            row = self._known[table][key]
            values = None if row is None else table.stored_values(row)
            if values != self._stood[table][key]:
                self._stood[table][key] = values
                versions = self._versions.setdefault(table, {}).setdefault(key, [])
                versions.append(Version(since, position, values))
        self._moved.clear()

    def versions(self) -> Iterable[tuple[Table[Any], dict[Key, list[Version]]]]:
        """Per table that keeps its past: the versions that rows took on, oldest first."""
        return self._versions.items()

    def changes(self) -> Iterable[tuple[Table[Any], list[Row], list[Key]]]:
        """Per table: the rows to write and the keys of those to remove."""
        for table, touched in self._touched.items():
            known = self._known[table]
            kept = [row for key in touched if (row := known[key]) is not None]
            yield table, kept, [key for key in touched if known[key] is None]
