"""Where views are kept: their tables, how far each has got, and what could not be folded.

A store knows its SQL dialect and nothing else. Two suites of one meaning, `sqlite` and `postgres`.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from msgspec import Struct

from projections.past import Begun, Ended
from projections.sought import Sought
from projections.tables import Key, Kind, Table, Values
from projections.view import View, left


class WrongLedger(Exception):
    """The views were made from another ledger, or from a later state of this one."""


class NotBuilt(Exception):
    """The projector has not made these views yet."""


class Overtaken(Exception):
    """Another runner has moved the view."""


class Kept(Struct, frozen=True):
    """What a store remembers of a view."""

    version: int
    shape: str
    tables: tuple[str, ...]
    position: int


class Behind(Exception):
    """Views that were built beside have not got as far as those that serve."""


class SetAside(Struct, frozen=True, kw_only=True):
    """An event that a view could not take."""

    view: str
    position: int
    topic: str
    record: str
    error: str


class Transaction(ABC):
    """One transaction of a writer."""

    @abstractmethod
    def move(self, view: View, old: int, new: int) -> None:
        """Move a view from one position to another. Raises Overtaken if it is elsewhere."""

    @abstractmethod
    def load(self, table: Table[Any], keys: list[Key]) -> Iterable[Values]:
        """The rows with these keys as they are stored, as far as there are any."""

    @abstractmethod
    def write(self, table: Table[Any], rows: Sequence[Values], removed: Sequence[Key]) -> None:
        """Write whole rows, and remove others."""

    @abstractmethod
    def begun(self, table: Table[Any], keys: list[Key]) -> dict[Key, Begun]:
        """Where the versions of these rows began that have not ended."""

    @abstractmethod
    def write_past(
        self, table: Table[Any], ended: Sequence[Ended], versions: Sequence[tuple[Any, ...]]
    ) -> None:
        """End versions, and add others: see `past.versions_of`."""

    @abstractmethod
    def set_aside(self, event: SetAside) -> None: ...

    @abstractmethod
    def create(self, view: View) -> None:
        """Make the tables of a view, empty, at position 0."""

    @abstractmethod
    def drop(self, name: str, tables: Iterable[str]) -> None:
        """Remove a view with its tables and all that was noted about it."""

    @abstractmethod
    def rename(self, name: str, other: str) -> None:
        """Keep a view under another name, with the same tables."""

    def leave(self, view: View, kept: Kept) -> None:
        """Make room for a view: what was kept of this version goes, and of another it stays for
        those who still ask it, until a projector of the new version begins."""
        if kept.version == view.version:
            self.drop(view.name, kept.tables)
        else:
            self.rename(view.name, left(view.name, kept.version))

    @abstractmethod
    def kept(self) -> dict[str, Kept]:
        """The views that the store has."""

    @abstractmethod
    def ledger(self) -> str:
        """The identity of the ledger that the views were made from; "" in a new store."""

    @abstractmethod
    def adopt(self, ledger: str) -> None:
        """Remember the ledger that the views are made from."""


class ViewStore(ABC):
    """The writing side, used by the projector alone."""

    data_errors: tuple[type[Exception], ...]
    """What the database raises for a value that it cannot take, now or ever."""
    passing_errors: tuple[type[Exception], ...]
    """What the database raises while it cannot be reached or is busy."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Transaction]:
        """All or nothing. At most one at a time in a store."""

    @abstractmethod
    def positions(self) -> dict[str, tuple[int, int]]:
        """The version and position of each view."""

    @abstractmethod
    def scan(self, table: Table[Any], *, is_whole: bool = False) -> Iterator[tuple[Any, ...]]:
        """All rows of a table as they are stored, in the order of its key; the whole ones tell
        since when they stand so too."""

    @abstractmethod
    def scan_past(self, table: Table[Any]) -> Iterator[tuple[Any, ...]]:
        """All versions of the rows of a table, row by row and oldest first."""

    @abstractmethod
    def aside(self, view: str, limit: int = 100) -> list[SetAside]:
        """The first events that a view could not take."""

    @abstractmethod
    def count_aside(self) -> dict[str, int]:
        """How many events each view could not take."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """What is read within is of one moment."""

    @abstractmethod
    def switch(self, view: View, other: "ViewStore") -> None:
        """Let the rows that another store has of a view serve instead of one's own, all at once for
        whoever reads. Raises Behind if the view has got further here than there."""

    @abstractmethod
    def renewed(self) -> int:
        """The last erasure after which all views were made anew, by its position."""

    @abstractmethod
    def take_over(self, other: "ViewStore", views: Collection[View], renewed: int) -> None:
        """Have the rows of another store instead of one's own, all at once for whoever reads, with
        nothing left of these in the files."""

    @abstractmethod
    def clean(self) -> None:
        """Leave nothing of rows that were replaced in the files: for whoever took over last may
        have been killed before that."""

    @abstractmethod
    def close(self) -> None: ...


class ViewReader(ABC):
    """The reading side: SQL with `?` for each parameter, and `{name}` never inside it."""

    prefix: str
    """What stands before the name of a table."""

    @abstractmethod
    async def query(
        self, sql: str, parameters: Sequence[Any] = (), *, varies: bool = False
    ) -> list[tuple[Any, ...]]:
        """The rows. `varies`: whether the fastest way to them depends on the parameters. Raises
        NotBuilt if a table does not exist."""

    @abstractmethod
    def items(self, column: str) -> str:
        """The texts of a JSON column as rows with a `value`, in the order of their characters."""

    @abstractmethod
    def part(self, column: str, kind: Kind) -> str:
        """A statement for the value of a kind that a JSON column has under the name that is the
        one parameter in it. Texts are in the order of their characters, several texts are JSON."""

    @abstractmethod
    def latest(
        self, table: Table[Any], sought: Sought, limit: int, before: int | None = None
    ) -> tuple[str, str]:
        """What follows FROM and the name of a table to get its rows with these words, the latest
        first and at most so many, if it is said of those before a place; and the one parameter in
        it."""

    @abstractmethod
    def having(self, table: Table[Any], column: str, sought: Sought) -> tuple[str, str]:
        """A statement for what the rows of a table with these words have in a column; and the one
        parameter in it."""

    @abstractmethod
    async def aclose(self) -> None: ...
