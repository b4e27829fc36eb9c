"""The projector that learns of declared views from the ledger, while it runs.

A view is made as soon as the views of the desk have got to where it was declared, and folded from
the first event on. The next version of one is built beside it and takes its place when it has got
as far: until then the older one serves.
"""

import logging
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.aggregate import Entry
from domain.declared_view import DeclaredView
from domain.ledger import Ledger
from domain.rules import Refused
from projections.declared import Declared, view_name
from projections.runner import Projector
from projections.store import ViewStore
from projections.view import View

TOPICS = tuple(
    f"{DeclaredView.__name__}.{event.__name__}" + (f":{version}" if version > 1 else "")
    for event in DeclaredView.topics
    for version in range(1, event.class_version + 1)
)
PAGE = 1_000

log = logging.getLogger(__name__)


class DeclaringProjector(Projector):
    def __init__(self, ledger: Ledger, store: ViewStore, views: Sequence[View]) -> None:
        super().__init__(ledger, store, views)
        self._given = dict(self.views)
        self._records: dict[UUID, DeclaredView] = {}
        self._learned = 0
        """Up to which position of the ledger declarations are known."""
        self._made: dict[str, View | None] = {}
        """The versions of declared views; None is one that this release cannot fold."""

    def prepare(self, *, anew: bool = False, retired: Collection[str] = ()) -> None:
        """Also takes up the declared views that there are. Raises WrongLedger."""
        # Nothing is made or removed before the views are known to be those of this ledger.
        self._follow(self._learned_of())
        super().prepare(anew=anew, retired=retired)
        self.take_up()

    def step(self, until: int | None = None) -> bool:
        self.take_up()
        return super().step(until)

    def positions(self) -> dict[str, int]:
        kept = self.store.positions()
        # Another projector may have removed one of these.
        self.views = {n: view for n, view in self.views.items() if n in self._given or n in kept}
        return self._positions_of(kept)

    def take_up(self) -> None:
        """Make what is declared, remove what is not wanted, and follow what is left."""
        kept = self._learned_of()
        if any(wanted != (name in kept) for name, wanted in self._wanted(kept).items()):
            kept = self._make()
        self._follow(kept)

    def _learned_of(self) -> dict[str, int]:
        """Learn what was declared as far as the views of the desk are; where all views are."""
        kept = {name: position for name, (_, position) in self.store.positions().items()}
        # What these have folded is in the ledger without gaps.
        self._learn(max((kept.get(name, 0) for name in self._given), default=0))
        return kept

    def _follow(self, kept: Container[str]) -> None:
        own = {view.name: view for view in self._declared() if view.name in kept}
        self.views = {**self._given, **own}

    def _make(self) -> dict[str, int]:
        """Make and remove, where no other projector has; which views there are then."""
        with self.store.transaction() as transaction:
            there = transaction.kept()
            kept = {name: one.position for name, one in there.items()}
            for name, is_wanted in self._wanted(kept).items():
                if is_wanted and name not in kept:
                    view = self._made[name]
                    assert view is not None
                    log.info("view %s is made", name)
                    transaction.create(view)
                    kept[name] = 0
                elif not is_wanted and name in kept:
                    log.info("view %s is removed", name)
                    transaction.drop(name, there[name].tables)
                    del kept[name]
        return kept

    def _declared(self) -> Iterator[View]:
        for record in self._records.values():
            if not record.is_retired:
                for version in range(1, record.definition_version + 1):
                    if (view := self._view(record, version)) is not None:
                        yield view

    def _learn(self, until: int) -> None:
        """Take in what was declared up to a position."""
        while self._learned < until:
            rows = self.ledger.recorder.select_notifications(
                self._learned, PAGE, until, TOPICS, inclusive_of_start=False
            )
            for row in rows:
                try:
                    self._take_in(self.ledger.mapper.entry(row, row.id))
                except (MapperDeserialisationError, ValueError) as error:
                    log.error("the declaration at %d cannot be read: %s", row.id, error)
            self._learned = rows[-1].id if len(rows) == PAGE else until

    def _take_in(self, entry: Entry) -> None:
        id = entry.originator_id
        self._records.setdefault(id, DeclaredView(id)).replay(entry)

    def _wanted(self, kept: Mapping[str, int]) -> dict[str, bool]:
        """Whether versions of declared views are to be kept, by their names."""
        wanted: dict[str, bool] = {}
        for record in self._records.values():
            *older, latest = (
                view_name(record.name, record.id, version)
                for version in range(1, record.definition_version + 1)
            )
            there = [name for name in older if name in kept]
            is_behind = bool(there) and kept.get(latest, -1) < kept[there[0]]
            for name in there:
                wanted[name] = is_behind and name == there[0] and not record.is_retired
            if record.is_retired or self._view(record, record.definition_version) is not None:
                wanted[latest] = not record.is_retired
        return wanted

    def _view(self, record: DeclaredView, version: int) -> View | None:
        """A version of a declared view; None if this release cannot fold it."""
        name = view_name(record.name, record.id, version)
        if name not in self._made:
            try:
                declared = Declared(record.name, record.id, version, record.definition_of(version))
                self._made[name] = declared.view
            except Refused as error:
                log.error("view %s cannot be folded: %s", name, error)
                self._made[name] = None
        return self._made[name]
