"""The rows that a page of events touches: loaded once, changed in memory, written once."""

from collections.abc import Callable, Iterable
from typing import Any

from domain.aggregate import Event
from projections.past import Version, micros
from projections.tables import Key, R, Row, Table, Values

Load = Callable[[Table[Any], list[Key]], Iterable[Values]]
Keys = Iterable[tuple[Table[Any], Key]]


class NoSuchRow(LookupError):
    """An event is about a row that the view does not have."""

    def __init__(self, table: Table[Any], key: Key) -> None:
        super().__init__(f"{table.name} has no row {', '.join(map(str, key))}.")


class Rows:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._known: dict[Table[Any], dict[Key, Row | None]] = {}
        self._new: dict[Table[Any], set[Any]] = {}
        self._touched: dict[Table[Any], dict[Key, None]] = {}
        self._loaded: dict[Table[Any], dict[Key, Values]] = {}
        """Of tables that keep their past: how rows were stored."""
        self._stood: dict[Table[Any], dict[Key, Values | None]] = {}
        """Of the same: how the touched rows stood after the last event."""
        self._moved: set[tuple[Table[Any], Key]] = set()
        self._versions: dict[Table[Any], dict[Key, list[Version]]] = {}

    def expect(self, table: Table[Any], keys: Iterable[Key]) -> None:
        """Load the rows that will be asked for, in one go."""
        known, new = self._known.setdefault(table, {}), self._new.get(table, ())
        wanted = []
        for key in keys:
            if key not in known:
                known[key] = None
                if key[0] not in new:
                    wanted.append(key)
        if not wanted:
            return
        loaded = None if table.past is None else self._loaded.setdefault(table, {})
        for values in self._load(table, wanted):
            row = table.restored(values)
            key = table.key_of(row)
            known[key] = row
            if loaded is not None:
                loaded[key] = values

    def expect_new(self, table: Table[Any], first: Any) -> None:
        """Take note that there is no row yet whose key begins so, to spare the search."""
        self._new.setdefault(table, set()).add(first)

    def expect_none(self, table: Table[Any], key: Key) -> None:
        """Take note that there is no such row but what was put here, to spare the search."""
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

    def have(self, table: Table[Any], keys: Iterable[Key], *rest: Any) -> None:
        """See that there are these rows, with the rest of their values, of a table that keeps the
        least of one and no past: they are not loaded for it."""
        known: dict[Key, Any] = self._known.setdefault(table, {})
        touched = self._touched.setdefault(table, {})
        for key in keys:
            row = known.get(key)
            if row is None:
                known[key] = table.row(*key, *rest)
                touched[key] = None
            elif rest[-1] < getattr(row, table.least):
                setattr(row, table.least, rest[-1])

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
            self.expect(table, (key,))
            stood[key] = self._loaded.get(table, {}).get(key)

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

    def versions(self) -> Iterable[tuple[Table[Any], dict[Key, list[Version]], list[Key]]]:
        """Per table that keeps its past: the versions that rows took on, oldest first, and which
        of the rows were there before."""
        for table, versions in self._versions.items():
            loaded = self._loaded.get(table, {})
            yield table, versions, [key for key in versions if key in loaded]

    def changes(self) -> Iterable[tuple[Table[Any], list[Values], list[Key]]]:
        """Per table: the rows to write, as they are to be stored, and the keys of those to
        remove. Of tables that keep their past, the latest versions are to be written."""
        for table, touched in self._touched.items():
            known = self._known[table]
            removed = [key for key in touched if known[key] is None]
            if table.past is None:
                kept = (row for key in touched if (row := known[key]) is not None)
                yield table, [table.stored_values(row) for row in kept], removed
            else:
                yield table, [], removed

    def kept(self, table: Table[R]) -> list[R]:
        """The rows of a table that were put or changed, in that order."""
        known: dict[Key, Any] = self._known.get(table, {})
        return [row for key in self._touched.get(table, ()) if (row := known[key]) is not None]
