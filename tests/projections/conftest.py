"""A ledger and its views, on each kind of store."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from domain.aggregate import Aggregate
from domain.ledger import Ledger
from domain.recorder import LedgerRecorder, Write
from projections.listings import ALL
from projections.postgres import PostgresViews
from projections.postgres_reader import PostgresReader
from projections.runner import Projector
from projections.sqlite import SqliteReader, SqliteViews
from projections.store import ViewReader, ViewStore
from projections.view import View
from projections.views import Views
from tests.keys import MemoryKeys
from tests.stores import Store


class Kit:
    """Opens what a test needs, as often as it needs it."""

    def __init__(self, ledger: Ledger, ledger_at: str, kind: str, where: str) -> None:
        self.ledger = ledger
        self.ledger_at = ledger_at
        self.kind = kind
        self.where = where
        self._opened: list[ViewStore] = []

    def store(self) -> ViewStore:
        opened: ViewStore = (
            PostgresViews(self.where) if self.kind == "postgres" else SqliteViews(self.where)
        )
        self._opened.append(opened)
        return opened

    def reader(self) -> ViewReader:
        return PostgresReader(self.where) if self.kind == "postgres" else SqliteReader(self.where)

    def projector(self, views: Sequence[View] = ALL) -> Projector:
        projector = Projector(self.ledger, self.store(), views)
        projector.prepare()
        return projector

    def close(self) -> None:
        for opened in self._opened:
            opened.close()


def keep(ledger: Ledger, *records: Aggregate) -> int:
    """Record what happened to some records; return the position that the ledger is at."""
    for record in records:
        version, entries = record.version, record.collect_events()
        ledger.mapper.keys.ensure(ledger.mapper.subjects(entries))
        stored = [ledger.mapper.to_stored_event(entry) for entry in entries]
        ledger.recorder.append_now(
            [Write(command=uuid4(), subject=record.id, version=version, events=stored)]
        )
    return ledger.position()


@pytest.fixture
def ledger(recorder: LedgerRecorder) -> Ledger:
    return Ledger(recorder, MemoryKeys())


@pytest.fixture
def kit(store: Store, ledger: Ledger, tmp_path: Path) -> Iterator[Kit]:
    where = store.where if store.kind == "postgres" else str(tmp_path / "views.db")
    made = Kit(ledger, store.where, store.kind, where)
    yield made
    made.close()


@pytest.fixture
async def views(kit: Kit) -> AsyncIterator[Views]:
    opened = Views(kit.reader())
    yield opened
    await opened.aclose()
