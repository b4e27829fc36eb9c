"""The stores of the ledger, empty for each test, and what is written to them."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from msgspec import Struct

from domain.ids import record_id
from domain.recorder import LedgerRecorder, Write
from ops.stores.postgres import PostgresRecorder
from ops.stores.sqlite import SqliteRecorder

ROOT = Path(__file__).parent.parent


class Store(Struct, frozen=True):
    """Where a ledger is, for this process and for others."""

    kind: str
    where: str

    def open(self) -> LedgerRecorder:
        return PostgresRecorder(self.where) if self.kind == "postgres" else open_file(self.where)

    def process(self, *task: object) -> Popen[str]:
        """Another process with a task of `tests.ops.ledger_process`."""
        command = [sys.executable, "-m", "tests.ops.ledger_process", self.kind, self.where]
        return Popen([*command, *map(str, task)], cwd=ROOT, stdout=PIPE, text=True)


def open_file(where: str) -> SqliteRecorder:
    return SqliteRecorder(where)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind."""
    if request.param == "postgres":
        return Store("postgres", request.getfixturevalue("postgres_url"))
    return Store("sqlite", str(tmp_path / "ledger.db"))


@pytest.fixture
async def recorder(store: Store) -> AsyncIterator[LedgerRecorder]:
    opened = store.open()
    yield opened
    await opened.aclose()


def events(id: UUID, *versions: int, state: bytes = b'{"a":1}') -> list[StoredEvent]:
    return [StoredEvent(id, version, "Thing.Happened", state) for version in versions]


def write(id: UUID | int, *versions: int, **more: Any) -> Write:
    """A command that records events of these versions of one record, given by id or serial."""
    subject = record_id("THG", id) if isinstance(id, int) else id
    given: dict[str, Any] = {
        "command": uuid4(),
        "subject": subject,
        "version": versions[-1] if versions else 0,
        "events": events(subject, *versions),
        **more,
    }
    return Write(**given)
