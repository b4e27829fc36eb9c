"""One process that reads a recorded past: `python -m ops.bench.replay STORE WHERE VIEWS TASK N`.

STORE is `sqlite` or `postgres`, WHERE the ledger's file or URL, VIEWS those of the views. TASK is
`records`, or the names of views with commas between them, and N how many events it takes. It says
as JSON how long it took, what memory it held meanwhile, and where the time went.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

import domain.kinds  # noqa: F401 - every kind of record registers itself by being imported
from domain.aggregate import KIND_OF_PREFIX, Aggregate
from domain.ids import prefix_of
from domain.ledger import PAGE, Ledger
from ops.bench.load import FewKeys
from ops.bench.machine import memory_mb
from ops.bench.past import OPEN_AT_ONCE
from ops.bench.sampling import Share, sampling
from ops.processes import settle
from ops.stores.postgres import PostgresRecorder
from ops.stores.sqlite import SqliteRecorder
from projections.listings import ALL
from projections.postgres import PostgresViews
from projections.runner import Projector
from projections.sqlite import SqliteViews
from projections.store import ViewStore

RECORDS_HELD_MAX = 2 * sum(OPEN_AT_ONCE.values())


class Replayed(Struct, frozen=True, kw_only=True):
    events: int
    seconds: float
    cpu_seconds: float
    """Of this process; a database server's own is not in it."""
    memory_mb: list[float]
    """After each tenth."""
    shares: list[Share]

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


def records(ledger: Ledger) -> Iterator[int]:
    """Read every event and apply it to its record, as a record is loaded. The records that no
    event is about for a while are let go of, as in the cache of a desk."""
    held: dict[UUID, Aggregate] = {}
    position = 0
    while entries := ledger.after(position, PAGE):
        for entry in entries:
            id = entry.originator_id
            record = held.pop(id, None)
            if record is None:
                record = KIND_OF_PREFIX[prefix_of(id)](id)
                if len(held) >= RECORDS_HELD_MAX:
                    del held[next(iter(held))]
            record.replay(entry)
            held[id] = record
        position = entries[-1].position
        yield len(entries)


def views(ledger: Ledger, store: ViewStore, names: str) -> Iterator[int]:
    """Build views from the beginning."""
    wanted = names.split(",")
    projector = Projector(ledger, store, [view for view in ALL if view.name in wanted])
    projector.prepare(anew=True)
    before = 0
    while projector.step():
        yield projector.applied - before
        before = projector.applied
    aside = sum(store.count_aside().values())
    if aside:
        raise RuntimeError(f"The views could not take {aside} events.")


def replay(store: str, where: str, views_at: str, task: str, events: int) -> Replayed:
    on_postgres = store == "postgres"
    recorder = PostgresRecorder(where) if on_postgres else SqliteRecorder(where)
    ledger = Ledger(recorder, FewKeys())
    view_store: ViewStore | None = None
    if task == "records":
        steps = records(ledger)
    else:
        view_store = PostgresViews(views_at) if on_postgres else SqliteViews(Path(views_at))
        steps = views(ledger, view_store, task)
    done = 0
    memory: list[float] = []
    settle()
    with sampling() as samples:
        began, cpu = time.perf_counter(), time.process_time()
        for count in steps:
            done += count
            if done >= (len(memory) + 1) * events / 10:
                memory.append(memory_mb())
            if done >= events:
                break
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if view_store is not None:
        view_store.close()
    return Replayed(
        events=done,
        seconds=seconds,
        cpu_seconds=cpu,
        memory_mb=memory,
        shares=samples.shares(),
    )


def main(store: str, where: str, views_at: str, task: str, events: str) -> None:
    replayed = replay(store, where, views_at, task, int(events))
    sys.stdout.write(msgspec.json.encode(replayed).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
