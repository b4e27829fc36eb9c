"""Views that are built beside those that serve, compared with them row by row, and put in their
place.

Nobody who reads is kept waiting: rows are taken over view by view, each in one transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from msgspec import Struct

from projections import sql
from projections.runner import Projector
from projections.sqlite import SqliteViews
from projections.store import Behind
from projections.tables import Key, Values
from projections.view import View

EXAMPLES_MAX = 20
ATTEMPTS = 20
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.01


class Difference(Struct, frozen=True, kw_only=True):
    """A row, or a version of one, that is not the same in views that serve and beside them."""

    table: str
    key: tuple[Any, ...]
    columns: tuple[str, ...]
    """Where they differ; none if one of them has no such row."""
    is_missing: bool = False
    """Whether those that serve lack it."""


class Compared(Struct, frozen=True, kw_only=True):
    """How two builds of a view agree at a position of the ledger."""

    view: str
    position: int
    rows: int
    differing: int
    examples: tuple[Difference, ...]


class TooBusy(Exception):
    """What serves did not stand still for long enough."""


class Beside:
    """Some views of a projector, built a second time in a file of their own."""

    def __init__(self, serving: Projector, views: Sequence[View], path: Path) -> None:
        """Go on with what the file has. Raises WrongLedger."""
        self.serving = serving
        self.views = views
        self.store = SqliteViews(path)
        self.projector = Projector(serving.ledger, self.store, views)
        self.projector.prepare()

    def close(self) -> None:
        self.store.close()

    def compare(self, view: View) -> Compared:
        """Fold on to where the view that serves is, and compare. Raises TooBusy."""
        alone = Projector(self.serving.ledger, self.store, [view])
        until = monotonic() + PATIENCE_SECONDS
        while monotonic() < until:
            with self.serving.store.snapshot():
                _, position = self.serving.store.positions()[view.name]
                alone.catch_up(position)
                if alone.positions()[view.name] == position:
                    return self._compared(view, position)
            # What serves is behind what was built beside it.
            sleep(LOOK_SECONDS)
        raise TooBusy(f"{view.name} does not get on.")

    def _compared(self, view: View, position: int) -> Compared:
        rows = differing = 0
        examples: list[Difference] = []
        for name, columns, key, mine, theirs in self._scans(view):
            for count, difference in _differences(name, columns, key, mine, theirs):
                rows += count
                if difference is not None:
                    differing += 1
                    if len(examples) < EXAMPLES_MAX:
                        examples.append(difference)
        return Compared(
            view=view.name,
            position=position,
            rows=rows,
            differing=differing,
            examples=tuple(examples),
        )

    def _scans(self, view: View) -> Iterator[tuple[Any, ...]]:
        serving, beside = self.serving.store, self.store
        for table in view.tables:
            mine, theirs = serving.scan(table, is_whole=True), beside.scan(table, is_whole=True)
            yield table.stored, table.stored_names, table.key, mine, theirs
            if table.past is not None:
                key = (*table.key, "known_since")
                mine, theirs = serving.scan_past(table), beside.scan_past(table)
                yield table.past_stored, sql.all_names(table), key, mine, theirs

    def switch(self, view: View) -> int:
        """Fold on, and let what was built beside serve; the position that it is at.

        Raises TooBusy.
        """
        alone = Projector(self.serving.ledger, self.store, [view])
        for _ in range(ATTEMPTS):
            alone.catch_up()
            try:
                self.serving.store.switch(view, self.store)
            except Behind:
                continue
            return alone.positions()[view.name]
        raise TooBusy(f"{view.name} is kept faster than it can be built.")


def _differences(
    name: str,
    columns: Sequence[str],
    key: Sequence[str],
    mine: Iterable[Values],
    theirs: Iterable[Values],
) -> Iterator[tuple[int, Difference | None]]:
    """Row by row in the order of keys: 1, and what differs if anything does."""
    places = [columns.index(one) for one in key]

    def keyed(rows: Iterable[Values]) -> Iterator[tuple[Key, Values]]:
        return ((tuple(row[place] for place in places), row) for row in rows)

    ours, others = keyed(mine), keyed(theirs)
    one, other = next(ours, None), next(others, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            yield 1, Difference(table=name, key=one[0], columns=())
            one = next(ours, None)
        elif one is None or other[0] < one[0]:
            yield 1, Difference(table=name, key=other[0], columns=(), is_missing=True)
            other = next(others, None)
        else:
            both = zip(columns, one[1], other[1], strict=True)
            where = tuple(column for column, a, b in both if a != b)
            yield 1, Difference(table=name, key=one[0], columns=where) if where else None
            one, other = next(ours, None), next(others, None)
