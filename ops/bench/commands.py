"""Commands acknowledged per second, beside what the same database does without us.

A round runs every series once, one after the other, so that a change of the machine's mood meets
all of them; the figure of a series is the median of its rounds, and only ratios within one run mean
anything.
"""

import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import msgspec
import psycopg
from msgspec import Struct
from psycopg.conninfo import make_conninfo

from ops.bench.load import Done

SERIALS_PER_PROCESS = 10_000_000
START_SECONDS_MAX = 60.0

BARE_POSTGRES = (
    "CREATE TABLE bare (originator_id uuid NOT NULL, originator_version integer NOT NULL,"
    " topic text, state text, position bigserial PRIMARY KEY,"
    " UNIQUE (originator_id, originator_version))"
)
BARE_SQLITE = (
    "CREATE TABLE bare (originator_id BLOB NOT NULL, originator_version INTEGER NOT NULL,"
    " topic TEXT, state TEXT, position INTEGER PRIMARY KEY,"
    " UNIQUE (originator_id, originator_version))"
)


class Series(Struct, frozen=True):
    """One way to load a store: so many callers (or connections, or threads) in each process."""

    work: str
    """`ledger`, `bare` or `library`, as in `ops.bench.load`."""
    callers: int
    processes: int = 1

    @property
    def name(self) -> str:
        unit = {"ledger": "callers", "bare": "connections", "library": "threads"}[self.work]
        what = {"ledger": "commands", "bare": "bare INSERT + COMMIT", "library": "library's save"}
        where = "" if self.processes == 1 else f" in each of {self.processes} processes"
        return f"{what[self.work]}, {self.callers} {unit}{where}"


SERIES = (
    Series("bare", 1),
    Series("bare", 8),
    Series("bare", 1, processes=8),
    Series("library", 8),
    Series("ledger", 1),
    Series("ledger", 8),
    Series("ledger", 64),
    Series("ledger", 256),
    Series("ledger", 64, processes=2),
    Series("ledger", 256, processes=2),
)


class Rate(Struct, frozen=True):
    """What one series reached: medians over the rounds, and the best round."""

    series: Series
    per_second: float
    best_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


class Rates(Struct, frozen=True):
    """All series on one store."""

    store: str
    rates: list[Rate]

    def of(self, work: str, callers: int, processes: int = 1) -> Rate:
        return next(r for r in self.rates if r.series == Series(work, callers, processes))

    @property
    def best(self) -> Rate:
        """The best of ours."""
        ours = [rate for rate in self.rates if rate.series.work == "ledger"]
        return max(ours, key=lambda rate: rate.per_second)

    def times(self, work: str, callers: int, processes: int = 1) -> float:
        """How many times as much as this series our best is."""
        return self.best.per_second / self.of(work, callers, processes).per_second


Progress = Callable[[str], None]


def on_sqlite(
    folder: Path,
    *,
    series: Sequence[Series] = SERIES,
    seconds: float = 2.0,
    rounds: int = 3,
    progress: Progress = lambda _: None,
) -> Rates:
    """Measure in new files in a folder."""
    where = str(folder / f"bench-{secrets.token_hex(4)}.db")
    with sqlite3.connect(f"{where}.bare", isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(BARE_SQLITE)
    connection.close()
    return _measure("sqlite", where, series, seconds, rounds, progress)


def on_postgres(
    server_url: str,
    *,
    series: Sequence[Series] = SERIES,
    seconds: float = 2.0,
    rounds: int = 3,
    progress: Progress = lambda _: None,
) -> Rates:
    """Measure in a new database of a server, dropped in the end."""
    with new_database(server_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(BARE_POSTGRES)
        return _measure("postgres", url, series, seconds, rounds, progress)


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    name = f"ledgerdesk_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield make_conninfo(server_url, dbname=name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _measure(
    store: str,
    where: str,
    series: Sequence[Series],
    seconds: float,
    rounds: int,
    progress: Progress,
) -> Rates:
    results: dict[Series, list[list[Done]]] = {each: [] for each in series}
    first = 1
    for turn in range(1, rounds + 1):
        for each in series:
            progress(f"{store}, round {turn} of {rounds}: {each.name}")
            results[each].append(run_once(each, store, where, seconds, first))
            first += SERIALS_PER_PROCESS * each.processes
    return Rates(store, [_rate(each, dones) for each, dones in results.items()])


def run_once(series: Series, store: str, where: str, seconds: float, first: int) -> list[Done]:
    """Load a store once by a series, with records from a serial on."""
    processes = []
    try:
        for number in range(series.processes):
            own = first + number * SERIALS_PER_PROCESS
            arguments = [series.work, store, where, series.callers, seconds, own]
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "ops.bench.load", *map(str, arguments)],
                    cwd=Path(__file__).parents[2],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
        for process in processes:
            assert process.stdout
            process.stdout.readline()
        for process in processes:
            assert process.stdin
            process.stdin.write(b"go\n")
            process.stdin.flush()
        patience = seconds + START_SECONDS_MAX
        said = [process.communicate(timeout=patience)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [msgspec.json.decode(line, type=Done) for line in said]


def _rate(series: Series, rounds: list[list[Done]]) -> Rate:
    per_second = [sum(done.commands / done.seconds for done in dones) for dones in rounds]
    return Rate(
        series=series,
        per_second=median(per_second),
        best_per_second=max(per_second),
        p50_ms=median(max(done.p50_ms for done in dones) for dones in rounds),
        p99_ms=median(max(done.p99_ms for done in dones) for dones in rounds),
        cpu_us=median(sum(done.cpu_us for done in dones) / len(dones) for dones in rounds),
    )
