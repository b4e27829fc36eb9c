"""One process of load: `python -m ops.bench.load WORK STORE WHERE CALLERS SECONDS FIRST`.

It says `ready`, waits for a line, works for so many seconds, and says as JSON what it did. FIRST is
the first serial of the records that it may create, as several such processes share a store.
"""

import asyncio
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from threading import Thread
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict

from domain import key_tree
from domain.ids import named_id, ordered_id, record_id
from domain.incident import Incident
from domain.key_tree import Part
from domain.ledger import Ledger, Work
from domain.provenance import Provenance
from ops.stores.keys import NEAR
from ops.stores.postgres import PostgresRecorder
from ops.stores.sqlite import SqliteRecorder

PEOPLE = [named_id("PER", str(number)) for number in range(20)]
ACTORS = [str(person) for person in PEOPLE]
ORGANISATION = named_id("ORG", "bench")
TITLE = "The printer on the second floor burns"
DESCRIPTION = "Since this morning; the paper tray is open and smoke comes out of it."
EVENTS_PER_INCIDENT = 10
STATE = (
    '{"by":{"actor":"50455200-0000-8000-9695-990bcd669908","at":"2026-03-02T09:00:00.123456Z",'
    '"command":"1e790c31-6dd2-4680-9b66-09bd363d1614"},'
    '"team":"54454100-0000-8000-8000-000000000001",'
    '"assignee":"50455200-0000-8000-b9b7-09198b91f511"}'
)
"""What a bare row holds: as much as an incident's assignment."""


class Done(Struct, frozen=True):
    """What one process did."""

    commands: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of this process for each command; the database's is not in it."""


class FewKeys:
    """The keys of a few people, in memory, as in a desk that has been running for a while."""

    def key(self, subject: str) -> bytes:
        return subject.encode()[-32:]

    def ensure(self, subjects: Collection[str]) -> None:
        pass

    def destroy(self, subject: str) -> None:
        raise NotImplementedError("A benchmark erases nobody.")

    def words(self, record: UUID, part: Part) -> bytes:
        """As where a record beside it was asked for before."""
        place = key_tree.leaf(record, part)
        return key_tree.reached(place[:-NEAR].encode(), place[-NEAR:])

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        raise NotImplementedError("A benchmark removes nothing.")

    def removed_to(self) -> tuple[int, int]:
        return 0, 0

    def note_removed_to(self, position: int, last: int) -> None:
        pass


class Clock:
    """Measures the acknowledgements of one run."""

    def __init__(self, seconds: float) -> None:
        self.waits: list[float] = []
        self._cpu = time.process_time()
        self.started = time.perf_counter()
        self.end = self.started + seconds

    def laps(self) -> Iterator[None]:
        """Until time is up, one turn for each command."""
        before = time.perf_counter()
        while before < self.end:
            yield
            now = time.perf_counter()
            self.waits.append(now - before)
            before = now

    def done(self) -> Done:
        seconds = time.perf_counter() - self.started
        cpu = time.process_time() - self._cpu
        waits = sorted(self.waits)
        return Done(
            commands=len(waits),
            seconds=seconds,
            p50_ms=waits[len(waits) // 2] * 1000,
            p99_ms=waits[len(waits) * 99 // 100] * 1000,
            cpu_us=cpu / len(waits) * 1e6,
        )


async def ledger(store: str, where: str, callers: int, seconds: float, first: int) -> Done:
    """Log incidents and assign each of them some times, as the API does it, with receipts."""
    recorder = PostgresRecorder(where) if store == "postgres" else SqliteRecorder(where)
    desk = Ledger(recorder, FewKeys())
    serials = count(first)
    await hear_the_start()
    clock = Clock(seconds)
    await asyncio.gather(*(_agent(desk, clock, serials) for _ in range(callers)))
    done = clock.done()
    await recorder.aclose()
    return done


async def _agent(desk: Ledger, clock: Clock, serials: Iterator[int]) -> None:
    id = ORGANISATION
    for number, _ in enumerate(clock.laps()):
        by = sign(number)
        if number % EVENTS_PER_INCIDENT == 0:
            id = record_id("INC", next(serials))
            await _log(desk, id, by)
        else:
            await _assign(desk, id, PEOPLE[number % 20], by)


def sign(number: int) -> Provenance:
    command = ordered_id(time.time_ns() // 1_000_000, random.getrandbits(74))
    return Provenance(actor=ACTORS[number % 20], at=datetime.now(UTC), command=command)


async def _log(desk: Ledger, id: UUID, by: Provenance) -> None:
    async def decide(work: Work) -> None:
        work.add(
            Incident.log(
                id,
                title=TITLE,
                description=DESCRIPTION,
                requester=PEOPLE[0],
                organisation=ORGANISATION,
                by=by,
            )
        )

    await desk.run(by, decide, fingerprint=by.command.bytes, is_repeatable=True)


async def _assign(desk: Ledger, id: UUID, to: UUID, by: Provenance) -> None:
    await desk.edit(
        Incident,
        id,
        lambda incident: incident.assign(team=None, assignee=to, by=by),
        by=by,
        fingerprint=by.command.bytes,
        is_repeatable=True,
    )


async def bare(store: str, where: str, connections: int, seconds: float, first: int) -> Done:
    """One prepared INSERT of one row, committed, after another, on each connection."""
    insert = _bare_postgres if store == "postgres" else _bare_sqlite
    with ExitStack() as stack:
        acts = [insert(where, stack) for _ in range(connections)]
        return await _in_threads(acts, seconds, first)


def _bare_postgres(where: str, stack: ExitStack) -> Callable[[int], object]:
    connection = stack.enter_context(psycopg.connect(where, autocommit=True))

    def insert(serial: int) -> object:
        return connection.execute(
            "INSERT INTO bare (originator_id, originator_version, topic, state)"
            " VALUES (%b, 1, %b, %b) RETURNING position",
            (record_id("INC", serial), "Incident.Assigned", STATE),
            prepare=True,
            binary=True,
        ).fetchone()

    return insert


def _bare_sqlite(where: str, stack: ExitStack) -> Callable[[int], object]:
    connection = sqlite3.connect(
        f"{where}.bare", isolation_level=None, timeout=30, check_same_thread=False
    )
    stack.callback(connection.close)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")

    def insert(serial: int) -> object:
        return connection.execute(
            "INSERT INTO bare (originator_id, originator_version, topic, state)"
            " VALUES (?, 1, ?, ?)",
            (record_id("INC", serial).bytes, "Incident.Assigned", STATE),
        )

    return insert


class Report(Aggregate):
    @event("Logged")
    def __init__(self, title: str, description: str, requester: str) -> None:
        self.title = title
        self.description = description
        self.requester = requester


async def library(store: str, where: str, threads: int, seconds: float, first: int) -> Done:
    """`Application.save` of one new event, with the library's own recorder as it is by default."""
    env: dict[str, Any] = {"PERSISTENCE_MODULE": f"eventsourcing.{store}"}
    if store == "postgres":
        address = conninfo_to_dict(where)
        for name in ("dbname", "host", "port", "user", "password"):
            env[f"POSTGRES_{name.upper()}"] = str(address[name])
    else:
        env["SQLITE_DBNAME"] = f"{where}.library"
    with Application[UUID](env) as application:

        def save(_: int) -> object:
            return application.save(Report(TITLE, DESCRIPTION, ACTORS[0]))

        return await _in_threads([save] * threads, seconds, first)


async def _in_threads(acts: list[Callable[[int], object]], seconds: float, first: int) -> Done:
    serials = count(first)
    await hear_the_start()
    clock = Clock(seconds)

    def work(act: Callable[[int], object]) -> None:
        for _ in clock.laps():
            act(next(serials))

    threads = [Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return clock.done()


async def hear_the_start() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


WORKS = {work.__name__: work for work in (ledger, bare, library)}


def main(work: str, store: str, where: str, callers: str, seconds: str, first: str) -> None:
    done = asyncio.run(WORKS[work](store, where, int(callers), float(seconds), int(first)))
    sys.stdout.write(msgspec.json.encode(done).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
