"""What a view is: tables under a name and a version, and how each event changes their rows."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from domain.aggregate import Entry, Event
from projections.rows import Rows
from projections.tables import Key, Table, id_text

F = TypeVar("F", bound=Callable[..., Any])

Keys = Callable[[Entry], Iterable[tuple[Table[Any], Key]]]


class Cases(Generic[F]):
    """Functions by the class of event that they are for; a derived class counts as its base."""

    def __init__(self) -> None:
        self._cases: dict[type[Event], F] = {}
        self._found: dict[type[Event], F | None] = {}

    def on(self, *events: type[Event]) -> Callable[[F], F]:
        def register(function: F) -> F:
            for event in events:
                self._cases[event] = function
            self._found.clear()
            return function

        return register

    def of(self, event: type[Event]) -> F | None:
        try:
            return self._found[event]
        except KeyError:
            found = next((self._cases[base] for base in event.__mro__ if base in self._cases), None)
            self._found[event] = found
            return found


class View:
    """A read model. `fold` changes rows by one event; the same events give the same rows.

    `concerns` tells which classes of event the view folds at all. `keyed` are the tables whose
    key is the id of the record that the event belongs to: their rows are loaded ahead, and `keys`
    names more that can be. A version that is not the stored one is built anew.
    """

    def __init__(
        self,
        name: str,
        version: int,
        tables: tuple[Table[Any], ...],
        fold: Callable[[Entry, Rows], None],
        *,
        concerns: Callable[[Entry], bool] = lambda entry: True,
        keyed: tuple[Table[Any], ...] = (),
        keys: Keys | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.tables = tables
        self.fold = fold
        self.concerns = concerns
        self._keyed = keyed
        self._keys = keys

    def __repr__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def shape(self) -> str:
        return "; ".join(table.shape for table in self.tables)

    @property
    def stored(self) -> list[str]:
        """The tables of the database that it is kept in."""
        return [name for table in self.tables for name in table.all_stored]

    def prepare(self, entries: Iterable[Entry], rows: Rows) -> None:
        """Load the rows that these events will touch, as far as they tell."""
        wanted: dict[Table[Any], list[Key]] = {table: [] for table in self.tables}
        keyed, keys = self._keyed, self._keys
        for entry in entries:
            if keyed:
                key = (id_text(entry.originator_id),)
                for table in keyed:
                    if entry.originator_version == 1:
                        rows.expect_new(table, key)
                    else:
                        wanted[table].append(key)
            if keys:
                for table, other in keys(entry):
                    wanted[table].append(other)
        for table, found in wanted.items():
            rows.expect(table, found)
