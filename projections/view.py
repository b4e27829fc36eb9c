"""What a view is: tables under a name and a version, and how each event changes their rows."""

from collections.abc import Callable, Container, Sequence
from typing import Any, Generic, TypeVar

from domain.aggregate import Entry, Event
from projections.rows import Keys, Rows
from projections.tables import Key, Table, id_text

F = TypeVar("F", bound=Callable[..., Any])


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


def left(name: str, version: int) -> str:
    """What a view is called whose next version serves already, until nobody asks it any more."""
    return f"{name} v{version}"


def is_left(name: str, views: Container[str]) -> bool:
    return name.rpartition(" v")[0] in views


def is_declared(name: str) -> bool:
    """Whether a view of this name is one of the desk's own making."""
    return "@" in name


class View:
    """A read model. `fold` changes rows by one event; the same events give the same rows.

    `concerns` tells which classes of event the view folds at all. `keyed` are the tables whose
    key is the id of the record that the event belongs to: their rows are loaded ahead. `keys` names
    more that can be, and `more_keys` those that the rows named by them tell of. `owned` are tables
    whose keys begin with the id of the record. A version that is not the stored one is built anew.
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
        keys: Callable[[Entry], Keys] | None = None,
        more_keys: Callable[[Sequence[Entry], Rows], Keys] | None = None,
        owned: tuple[Table[Any], ...] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.tables = tables
        self.fold = fold
        self.concerns = concerns
        self._keyed = keyed
        self._keys = keys
        self._more_keys = more_keys
        self._owned = (*keyed, *owned)

    def __repr__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def shape(self) -> str:
        return "; ".join(table.shape for table in self.tables)

    @property
    def stored(self) -> list[str]:
        """The tables of the database that it is kept in."""
        return [name for table in self.tables for name in table.all_stored]

    def prepare(self, entries: Sequence[Entry], rows: Rows) -> None:
        """Load the rows that these events will touch, as far as they tell."""
        for entry in entries:
            if entry.originator_version == 1:
                for table in self._owned:
                    rows.expect_new(table, id_text(entry.originator_id))
        _expect(self._named(entries), rows)
        if self._more_keys:
            _expect(self._more_keys(entries, rows), rows)

    def _named(self, entries: Sequence[Entry]) -> Keys:
        """The rows that the events themselves tell of."""
        for entry in entries:
            for table in self._keyed:
                yield table, (id_text(entry.originator_id),)
            if self._keys:
                yield from self._keys(entry)


def _expect(keys: Keys, rows: Rows) -> None:
    wanted: dict[Table[Any], list[Key]] = {}
    for table, key in keys:
        wanted.setdefault(table, []).append(key)
    for table, found in wanted.items():
        rows.expect(table, found)
