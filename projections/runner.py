"""The projector: follows the ledger and keeps the views as it says.

Pages of events are read and decoded once for all views that stand at the same position, folded in
memory, and written in one transaction with the new position, which is moved by compare-and-set: so
a page counts once, however many runners there are and whenever one is killed. An event that a view
cannot take is found by halving the page and set aside with its error, and the view goes on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import (
    InterfaceError,
    MapperDeserialisationError,
    Notification,
    OperationalError,
)
from msgspec import Struct

from domain.aggregate import Entry
from domain.erasure import TOPICS as ERASURES
from domain.ids import number_of
from domain.ledger import Ledger
from projections.past import Ended, standing, versions_of
from projections.rows import Rows
from projections.store import Kept, Overtaken, SetAside, Transaction, ViewStore, WrongLedger
from projections.view import View, is_left

PAGE = 4_000
WAIT_SECONDS = 1.0
PATIENCE_SECONDS = (0.1, 0.5, 2.0, 5.0)
"""How long to leave the database alone after it could not be reached, each time in a row."""

log = logging.getLogger(__name__)


class Status(Struct, frozen=True, kw_only=True):
    """How far a view has got. The lag is in positions of the ledger."""

    view: str
    version: int
    position: int
    lag: int
    set_aside: int


class Unreadable(Struct, frozen=True):
    """An event that cannot be read back from the ledger."""

    position: int
    topic: str
    originator_id: UUID
    error: str


class Unfoldable(Exception):
    """A view could not take an event; the cause is its error."""


Item = Entry | Unreadable


class Projector:
    def __init__(self, ledger: Ledger, store: ViewStore, views: Sequence[View]) -> None:
        self.ledger = ledger
        self.store = store
        self.views = {view.name: view for view in views}
        self.moved: list[Callable[[dict[str, int]], None]] = []
        """Called with the positions of the views that have moved."""
        # The ledger's own store speaks the library's language, or that of its database.
        self._passing: tuple[type[Exception], ...] = (
            *store.passing_errors,
            OperationalError,
            InterfaceError,
        )
        self._poison: tuple[type[Exception], ...] = (Unfoldable, *store.data_errors)
        self.caught_up: list[Callable[[], Awaitable[None]]] = []
        """Asked by `run` each time that all is folded."""
        self.erased_at = 0
        """The position of the last erasure, or removal of words, that was read."""
        self.applied = 0
        """How many events this runner has folded, each counted once however many views took it."""

    # Begin -------------------------------------------------------------------------------

    def prepare(self, *, anew: bool = False, retired: Collection[str] = ()) -> None:
        """Make what is missing, and make outdated views anew; with `anew`, all of them. Remove
        those that are retired.

        Raises WrongLedger if the views are those of another ledger or ahead of this one, or if a
        later release keeps one of them.
        """
        with self.store.transaction() as transaction:
            kept = self._adopt(transaction, is_checked=not anew)
            for name, old in kept.items():
                view = self.views.get(name)
                if name in retired or is_left(name, self.views):
                    log.info("view %s is removed", name)
                    transaction.drop(name, old.tables)
                elif anew or (view is not None and _is_outdated(view, old)):
                    log.info("view %s is built anew", name)
                    transaction.drop(name, old.tables)
            for name, view in self.views.items():
                if anew or name not in kept or _is_outdated(view, kept[name]):
                    transaction.create(view)

    def adopt(self) -> dict[str, Kept]:
        """Take the views for those of this ledger; which there are. Raises WrongLedger."""
        with self.store.transaction() as transaction:
            return self._adopt(transaction, is_checked=True)

    def _adopt(self, transaction: Transaction, *, is_checked: bool) -> dict[str, Kept]:
        identity, head = self.ledger.recorder.identity(), self.ledger.position()
        kept, source = transaction.kept(), transaction.ledger()
        if is_checked:
            _check_source(source, identity, kept, head)
            for name, view in self.views.items():
                if name in kept and kept[name].version > view.version:
                    raise WrongLedger(
                        f"View {name} is kept by a later release, in version {kept[name].version}."
                    )
        if source != identity:
            transaction.adopt(identity)
        return kept

    def rebuild(self, name: str) -> None:
        """Empty a view; it is filled again by catching up."""
        view = self.views[name]
        with self.store.transaction() as transaction:
            if old := transaction.kept().get(name):
                transaction.drop(name, old.tables)
            transaction.create(view)

    # Follow ------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow the ledger until cancelled."""
        failures = 0
        while True:
            try:
                while self.step():
                    await asyncio.sleep(0)
                failures = 0
                for follow_up in self.caught_up:
                    await follow_up()
                await self.ledger.recorder.wait(min(self.positions().values()), WAIT_SECONDS)
            except self._passing as error:
                patience = PATIENCE_SECONDS[min(failures, len(PATIENCE_SECONDS) - 1)]
                failures += 1
                log.warning(
                    "ledger or views cannot be reached, next try in %s s: %s", patience, error
                )
                await asyncio.sleep(patience)

    def catch_up(self, until: int | None = None) -> int:
        """Fold all that the views do not have yet, at most up to a position; return how many events
        that was."""
        before = self.applied
        while self.step(until):
            pass
        return self.applied - before

    def step(self, until: int | None = None) -> bool:
        """Bring each view on by a page, at most up to a position; return whether there was anything
        to do.

        Views at one place share a page. One that is behind reads its own, up to the next view's
        place, and so joins the others without holding them back.
        """
        places: dict[int, list[View]] = {}
        for name, position in self.positions().items():
            places.setdefault(position, []).append(self.views[name])
        stop, has_moved = until, False
        for position in sorted(places, reverse=True):
            if items := self._read(position, stop):
                has_moved = True
                try:
                    self._apply(places[position], items, position)
                    self.applied += len(items)
                except Overtaken as overtaken:
                    log.info("another runner has moved view %s", overtaken)
            stop = position if until is None else min(position, until)
        if has_moved and self.moved:
            positions = self.positions()
            for tell in self.moved:
                tell(positions)
        return has_moved

    def _read(self, after: int, stop: int | None) -> list[Item]:
        rows = self.ledger.recorder.select_notifications(
            after, PAGE, stop, inclusive_of_start=False
        )
        for row in rows:
            if row.topic in ERASURES:
                self.erased_at = max(self.erased_at, row.id)
        return [self._decode(row) for row in rows]

    def _decode(self, row: Notification) -> Item:
        try:
            return self.ledger.mapper.entry(row, row.id)
        # A seal that does not open is a ValueError.
        except (MapperDeserialisationError, ValueError) as error:
            id = row.originator_id
            return Unreadable(
                row.id, row.topic, id if isinstance(id, UUID) else UUID(id), _s(error)
            )

    def _apply(self, views: list[View], items: Sequence[Item], start: int) -> None:
        """Fold a page; halve it, view by view, around what cannot be folded."""
        try:
            with self.store.transaction() as transaction:
                for view in views:
                    transaction.move(view, start, items[-1].position)
                    self._fold(view, items, transaction)
        except self._poison as error:
            if len(views) > 1:
                for view in views:
                    self._apply([view], items, start)
            elif len(items) > 1:
                half = len(items) // 2
                self._apply(views, items[:half], start)
                self._apply(views, items[half:], items[half - 1].position)
            else:
                self._set_aside(views[0], items[0], start, error)

    def _fold(self, view: View, items: Iterable[Item], transaction: Transaction) -> None:
        entries: list[Entry] = []
        for item in items:
            if isinstance(item, Unreadable):
                note(transaction, view, item, item.error)
            elif view.concerns(item):
                entries.append(item)
        rows = Rows(transaction.load)
        try:
            view.prepare(entries, rows)
            for entry in entries:
                view.fold(entry, rows)
                rows.settle(entry.event, entry.position)
        except self._passing:
            raise
        except Exception as error:
            raise Unfoldable(_s(error)) from error
        write(rows, transaction)

    def _set_aside(self, view: View, item: Item, start: int, error: Exception) -> None:
        with self.store.transaction() as transaction:
            transaction.move(view, start, item.position)
            note(transaction, view, item, _s(error.__cause__ or error))

    # Watch -------------------------------------------------------------------------------

    def positions(self) -> dict[str, int]:
        """The positions of the views. Raises WrongLedger if another version has replaced one."""
        return self._positions_of(self.store.positions())

    def _positions_of(self, kept: dict[str, tuple[int, int]]) -> dict[str, int]:
        positions = {}
        for name, view in self.views.items():
            version, position = kept.get(name, (0, 0))
            if version != view.version:
                raise WrongLedger(f"View {name} is now kept by a runner of version {version}.")
            positions[name] = position
        return positions

    def status(self) -> list[Status]:
        head = self.ledger.position()
        aside = self.store.count_aside()
        return [
            Status(
                view=name,
                version=self.views[name].version,
                position=position,
                lag=max(0, head - position),
                set_aside=aside.get(name, 0),
            )
            for name, position in self.positions().items()
        ]

    def digest(self, name: str) -> str:
        """A hash over all rows of a view: the same for the same content, on every store."""
        digest = blake2b(digest_size=16)
        for table in self.views[name].tables:
            digest.update(table.name.encode())
            for row in self.store.scan(table):
                digest.update(msgspec.json.encode(row))
            if table.past is not None:
                for version in self.store.scan_past(table):
                    digest.update(msgspec.json.encode(version))
        return digest.hexdigest()


def write(rows: Rows, transaction: Transaction) -> None:
    """Write what events have made of some rows, and how these stood in between."""
    for table, changed, removed in rows.changes():
        transaction.write(table, changed, removed)
    for table, versions, stored in rows.versions():
        begun = transaction.begun(table, stored) if stored else {}
        ended: list[Ended] = []
        added: list[tuple[Any, ...]] = []
        for key, found in versions.items():
            for one in versions_of(key, begun.get(key), found):
                if isinstance(one, Ended):
                    ended.append(one)
                else:
                    added.append(one)
        transaction.write_past(table, ended, added)
        transaction.write(table, [row for one in added if (row := standing(one))], [])


def note(transaction: Transaction, view: View, item: Item, error: str) -> None:
    """Keep an event that a view cannot take, and say so aloud."""
    log.error("view %s sets aside %s at %d: %s", view.name, item.topic, item.position, error)
    transaction.set_aside(
        SetAside(
            view=view.name,
            position=item.position,
            topic=item.topic,
            record=number_of(item.originator_id),
            error=error,
        )
    )


def _check_source(source: str, identity: str, kept: dict[str, Kept], head: int) -> None:
    remedy = "Rebuild them with `ledgerdesk views rebuild`."
    if source and source != identity:
        raise WrongLedger(f"These views were made from another ledger ({source}). {remedy}")
    furthest = max((view.position for view in kept.values()), default=0)
    if furthest > head:
        raise WrongLedger(
            f"These views are at position {furthest}, but the ledger ends at {head}. {remedy}"
        )


def _is_outdated(view: View, kept: Kept) -> bool:
    return (view.version, view.shape) != (kept.version, kept.shape)


def _s(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:2_000]
