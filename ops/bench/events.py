"""What one event costs: to write, to read, to apply, to keep; and what loading a record takes."""

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from timeit import repeat
from uuid import UUID

import psycopg
from msgspec import Struct

from domain import snapshots
from domain.aggregate import Entry
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger
from domain.mapper import LedgerMapper
from domain.recorder import LedgerRecorder, Write
from domain.ticket import Visibility
from ops.bench.commands import new_database
from ops.bench.load import DESCRIPTION, ORGANISATION, PEOPLE, TITLE, FewKeys, sign
from ops.stores.postgres import PostgresRecorder
from ops.stores.sqlite import SqliteRecorder

LENGTHS = (10, 100, 1_000, 10_000)
INCIDENTS = 2_000
SNAPSHOT = snapshots.EVENTS_BETWEEN_SNAPSHOTS
TEAM = record_id("TEA", 1)


class EventCost(Struct, frozen=True):
    """Microseconds of one event of a usual incident: the mean over its events."""

    write_us: float
    """From the event to what is stored: personal fields sealed, encoded."""
    read_us: float
    """From what is stored to the event: decoded, personal fields opened."""
    apply_us: float
    json_bytes: float


class Loading(Struct, frozen=True):
    """Milliseconds to have a record with so many events at hand."""

    events: int
    cold_ms: float
    """From all its events."""
    snapshot_ms: float
    """From its snapshot, if it is long enough to have one, and the events since."""
    cached_ms: float
    """From the cache, having asked the store for anything newer."""


class StoreCost(Struct, frozen=True):
    store: str
    bytes_per_event: float
    """On disk: events, receipts and their indexes, with one receipt for each event."""
    loading: list[Loading]


def cost_of_an_event() -> EventCost:
    mapper = LedgerMapper(FewKeys())
    record = usual_incident(1)
    entries = record.collect_events()
    rows = [mapper.to_stored_event(entry) for entry in entries]
    blank = Incident(record.id)

    def apply() -> None:
        for entry in entries:
            entry.event.apply(blank)

    def write() -> None:
        for entry in entries:
            mapper.to_stored_event(entry)

    def read() -> None:
        for row in rows:
            mapper.entry(row, 1)

    return EventCost(
        write_us=_microseconds(write) / len(rows),
        read_us=_microseconds(read) / len(rows),
        apply_us=_microseconds(apply) / len(rows),
        json_bytes=sum(len(row.state) for row in rows) / len(rows),
    )


def usual_incident(serial: int) -> Incident:
    """An incident as most are: logged, handed on, talked about, resolved."""
    incident = Incident.log(
        record_id("INC", serial),
        title=TITLE,
        description=DESCRIPTION,
        requester=PEOPLE[0],
        organisation=ORGANISATION,
        by=sign(0),
    )
    for number in range(1, 4):
        incident.assign(team=TEAM, assignee=PEOPLE[number], by=sign(number))
        incident.comment(
            "We are on the way, and bring water.", visibility=Visibility.PUBLIC, by=sign(1)
        )
    incident.start(by=sign(3))
    incident.resolve(code="fixed", resolution="The fire is out.", by=sign(3))
    incident.close(by=sign(0))
    return incident


async def on_sqlite(folder: Path) -> StoreCost:
    """Measure in a new file in a folder."""
    path = folder / f"bench-{secrets.token_hex(4)}.db"
    recorder = SqliteRecorder(path)
    events = _fill(recorder)
    await recorder.aclose()  # The last connection moves everything into the file.
    size = path.stat().st_size
    recorder = SqliteRecorder(path)
    loading = await _loading(recorder)
    await recorder.aclose()
    return StoreCost("sqlite", size / events, loading)


async def on_postgres(server_url: str) -> StoreCost:
    """Measure in a new database of a server."""
    with new_database(server_url) as url:
        recorder = PostgresRecorder(url)
        events = _fill(recorder)
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT pg_total_relation_size('ledger.events')"
                " + pg_total_relation_size('ledger.receipts')"
            ).fetchone()
        assert row is not None
        loading = await _loading(recorder)
        await recorder.aclose()
        return StoreCost("postgres", row[0] / events, loading)


def _fill(recorder: LedgerRecorder) -> int:
    """Record usual incidents, each event by a command of its own, in turns; count the events."""
    mapper = LedgerMapper(FewKeys())
    histories = [usual_incident(serial).collect_events() for serial in range(1, INCIDENTS + 1)]
    for entries in zip(*histories, strict=True):
        recorder.append_now(_writes(mapper, entries))
    return sum(map(len, histories))


def _writes(mapper: LedgerMapper, entries: Sequence[Entry]) -> list[Write]:
    return [
        Write(
            command=entry.event.by.command,
            subject=entry.originator_id,
            version=entry.originator_version,
            events=[mapper.to_stored_event(entry)],
            fingerprint=entry.event.by.command.bytes,
        )
        for entry in entries
    ]


async def _loading(recorder: LedgerRecorder) -> list[Loading]:
    found = []
    for events in LENGTHS:
        incident = _long_incident(events)
        recorder.append_now(_writes(LedgerMapper(FewKeys()), incident.collect_events()))
        cold = await _finding(recorder, incident.id)
        # The snapshot before the latest: as many events follow it as ever do.
        if last := (events - 1) // SNAPSHOT * SNAPSHOT:
            before = await Ledger(recorder, FewKeys()).at(Incident, incident.id, version=last)
            await recorder.keep_snapshot(incident.id, last, snapshots.take(before))
        snapshot = await _finding(recorder, incident.id)
        desk = Ledger(recorder, FewKeys())
        await desk.find(Incident, incident.id)
        cached = await _finding(recorder, incident.id, desk)
        found.append(Loading(events, cold, snapshot, cached))
    return found


def _long_incident(events: int) -> Incident:
    incident = Incident.log(
        record_id("INC", 10_000_000 + events),
        title=TITLE,
        requester=PEOPLE[0],
        organisation=ORGANISATION,
        by=sign(0),
    )
    for number in range(1, events):
        incident.assign(team=None, assignee=PEOPLE[number % 20], by=sign(number))
    return incident


async def _finding(recorder: LedgerRecorder, id: UUID, desk: Ledger | None = None) -> float:
    """Milliseconds of finding a record, by a desk that has just started, or by the given one."""
    times = []
    for _ in range(7):
        finder = desk or Ledger(recorder, FewKeys())
        before = time.perf_counter()
        await finder.find(Incident, id)
        times.append((time.perf_counter() - before) * 1000)
    return median(times)


def _microseconds(act: Callable[[], None]) -> float:
    """The best of some runs: what else the machine does only ever adds to it."""
    act()
    return min(repeat(act, number=500, repeat=7)) / 500 * 1e6
