"""Transparency logs beside the stores of tests, and hands that reach into both."""

import sqlite3
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from domain.ids import record_id
from domain.proof.note import SeedSigner, Verifier
from domain.recorder import LedgerRecorder, Write
from domain.transparency.store import LogStore
from ops.stores.postgres_log import PostgresLog
from ops.stores.sqlite_log import SqliteLog
from tests.stores import Store

SIGNER = SeedSigner("desk.test/ledger", b"a seed that is the same each run")
VERIFIER = Verifier(SIGNER.name, SIGNER.public)
STREAMS = 7
NOON = 1_789_999_200
"""2026-09-21T14:00:00Z."""


class Clock:
    """A clock that stands unless somebody moves it."""

    def __init__(self) -> None:
        self.seconds: float = NOON

    def __call__(self) -> float:
        return self.seconds


def log_of(store: Store) -> str:
    """Where the log of a store is."""
    return store.where if store.kind == "postgres" else f"{store.where}.log"


def open_log(store: Store) -> LogStore:
    where = log_of(store)
    return PostgresLog(where) if store.kind == "postgres" else SqliteLog(where)


def record(recorder: LedgerRecorder, count: int, actor: str = "ann") -> None:
    """Record events on a few streams in turns, each by a command of its own, one a second."""
    first = (recorder.max_notification_id() or 0) + 1
    writes = []
    for position in range(first, first + count):
        stream, version = (position - 1) % STREAMS, (position - 1) // STREAMS + 1
        id = record_id("THG", stream)
        time = f"2026-09-21T{14 + position // 3600:02}:{position // 60 % 60:02}:{position % 60:02}Z"
        state = f'{{"by":{{"actor":"{actor}","at":"{time}"}},"number":{position}}}'.encode()
        event = StoredEvent(id, version, "Thing.Happened", state)
        writes.append(Write(command=uuid4(), subject=id, version=version, events=[event]))
    recorder.append_now(writes)


def tamper(store: Store, *statements: str, in_log: bool = False) -> None:
    """Reach past the desk into its database, as who can would."""
    events = "ledger.events" if store.kind == "postgres" else "events"
    said = [statement if in_log else statement.format(events=events) for statement in statements]
    if store.kind == "postgres":
        with psycopg.connect(store.where) as server:
            for statement in said:
                server.execute(statement.encode())
        return
    with sqlite3.connect(log_of(store) if in_log else store.where) as file:
        for statement in said:
            file.execute(statement)
    file.close()
