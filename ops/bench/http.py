"""Incidents logged over HTTP, beside an empty endpoint and the same route on the library's save.

Each server is one process of its own, and so is what loads it. A round runs every series once, so
that a change of the machine's mood meets all of them; a figure is the median of its rounds.
"""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from ops.bench.company import found
from ops.bench.figures import Baseline, Goal, Line, Profile, Section
from ops.bench.machine import cpu_seconds
from ops.bench.requests import Answered, Load
from ops.bench.running import LEDGERDESK, ROOT, answers, environment, running
from ops.bench.sampling import Share
from ops.ports import free_port
from ops.problems import UserProblem

CONNECTIONS = (1, 8, 64, 256)
PATIENCE_SECONDS = 60.0
WARM_SECONDS = 0.5
INCIDENT = {
    "title": "The printer on the second floor burns",
    "description": "Since this morning; the paper tray is open and smoke comes out of it.",
}
SORTED = INCIDENT | {"impact": 2, "urgency": 2, "category": "Hardware"}

LIVE = "empty endpoint (GET /livez)"
NOTHING = "same route, nothing recorded"
CREATE = "POST /incidents"
CREATE_SORTED = "POST /incidents, sorted, with a service level (4 events)"
LIBRARY = "same route, the library's save"

NOTE = (
    "One API process, one load process with keep-alive connections. Logging an incident carries a "
    "token, a body that is checked and a new idempotency key, and is answered once its event and "
    "receipt are on disk. The empty endpoint is of the same server, with neither token nor body. "
    "The library's route is the real API with its authentication, validation and policy, but for "
    "`Application.save` with the library's own recorder instead of the ledger. CPU is that "
    "of the server."
)
PROFILE_NOTE = (
    "Of the processor time of the server, 64 connections: {each:.0f} µs for each create, and busy "
    "for {busy:.0%} of the time."
)

COMMANDS = {
    "serve": [LEDGERDESK, "serve"],
    "nothing": [sys.executable, "-m", "ops.bench.library_route", "nothing"],
    "library": [sys.executable, "-m", "ops.bench.library_route"],
}
SAMPLED_COMMAND = [sys.executable, "-m", "ops.bench.sampled_serve", "{folder}/shares.json"]

Progress = Callable[[str], None]


class Series(Struct, frozen=True):
    name: str
    server: str
    method: str
    path: str
    body: Mapping[str, object] = {}


class Server(Struct, frozen=True):
    pid: int
    port: int


class Served(Struct, frozen=True):
    answered: Answered
    cpu_us: float
    """Processor time of the server for each request."""


SERIES = (
    Series(LIVE, "serve", "GET", "/livez"),
    Series(NOTHING, "nothing", "POST", "/api/v1/incidents", INCIDENT),
    Series(CREATE, "serve", "POST", "/api/v1/incidents", INCIDENT),
    Series(CREATE_SORTED, "serve", "POST", "/api/v1/incidents", SORTED),
    Series(LIBRARY, "library", "POST", "/api/v1/incidents", INCIDENT),
)
SAMPLED = SERIES[2]


def measure(
    folder: Path,
    store: str,
    database_url: str | None = None,
    *,
    seconds: float = 2.0,
    rounds: int = 3,
    connections: tuple[int, ...] = CONNECTIONS,
    progress: Progress = lambda _: None,
) -> list[Section | Profile]:
    """Measure in an empty folder, with the ledger on SQLite there or in a new database."""
    stored = {"database_url": database_url} if database_url else {}
    tokens = found(folder / "data", **stored)
    results: dict[tuple[str, int], list[Served]] = {}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(_server(folder, name, stored)) for name in COMMANDS}
        for turn in range(1, rounds + 1):
            for count in connections:
                for series in SERIES:
                    progress(f"{store}, round {turn} of {rounds}: {series.name}, {count}")
                    served = loaded(series, servers[series.server], count, seconds, tokens)
                    results.setdefault((series.name, count), []).append(served)
    progress(f"{store}: where the time goes")
    with _server(folder, "sampled", stored) as server:
        loaded(SAMPLED, server, 64, WARM_SECONDS, tokens)
        os.kill(server.pid, signal.SIGUSR1)
        sampled = loaded(SAMPLED, server, 64, 2 * seconds, tokens)
    shares = msgspec.json.decode((folder / "shares.json").read_bytes(), type=list[Share])
    return [
        Section(title=f"HTTP, {store}", note=NOTE, lines=list(_lines(results, connections))),
        Profile(
            title=f"Where `{CREATE}` spends its time, {store}",
            note=PROFILE_NOTE.format(
                each=sampled.cpu_us, busy=sampled.cpu_us * sampled.answered.per_second / 1e6
            ),
            shares=shares,
        ),
    ]


@contextmanager
def _server(folder: Path, name: str, stored: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    settings = environment(data=folder / "data", port=port, **stored)
    command = [part.format(folder=folder) for part in COMMANDS.get(name, SAMPLED_COMMAND)]
    is_ready = partial(answers, f"http://127.0.0.1:{port}/livez")
    with running(command, settings, folder / f"{name}.log", is_ready) as process:
        yield Server(process.pid, port)


def loaded(series: Series, server: Server, count: int, seconds: float, tokens: list[str]) -> Served:
    """Load a server from so many connections."""
    before = cpu_seconds(server.pid)
    answered = send(
        Load(
            port=server.port,
            connections=count,
            seconds=seconds,
            method=series.method,
            path=series.path,
            tokens=tokens if series.body else [],
            body=msgspec.json.encode(series.body).decode() if series.body else "",
            key=secrets.token_hex(4) if series.body else "",
        )
    )
    if answered.refused:
        raise UserProblem(f"{series.name}: {answered.refused} answers were wrong.")
    return Served(answered, (cpu_seconds(server.pid) - before) / answered.sent * 1e6)


def send(load: Load) -> Answered:
    """Load a server from a process of its own, for as long as the load says."""
    with sending(load) as wait:
        return wait()


@contextmanager
def sending(load: Load) -> Iterator[Callable[[], Answered]]:
    """Begin to load a server from a process of its own. What is given stops that, if the load does
    not say for how long it is, and waits for what came back."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.bench.requests"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def stop() -> Answered:
        said = process.communicate(b"stop\n", timeout=load.seconds + PATIENCE_SECONDS)[0]
        return msgspec.json.decode(said, type=Answered)

    try:
        assert process.stdin
        assert process.stdout
        process.stdin.write(msgspec.json.encode(load) + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdin.write(b"go\n")
        process.stdin.flush()
        yield stop
    finally:
        process.kill()
        process.wait()


def _lines(
    results: dict[tuple[str, int], list[Served]], connections: tuple[int, ...]
) -> Iterator[Line]:
    for count in connections:
        empty = _rate(results[LIVE, count])
        saved = _rate(results[LIBRARY, count])
        for series in SERIES:
            served = results[series.name, count]
            baseline = goal = None
            if series.name in (CREATE, CREATE_SORTED):
                baseline = Baseline("empty endpoint", empty)
            if series.name == CREATE and count == 64:
                goal = Goal("at least", 0.5, times_baseline=True)
            if series.name == CREATE and count == 8:
                goal = Goal("at least", 1_000)
            yield _line(f"{series.name}, {count} connections", served, baseline, goal)
            if series.name == CREATE:
                yield _line(
                    f"{series.name}, {count} connections",
                    served,
                    Baseline("library's save", saved),
                    Goal("at least", 5, times_baseline=True) if count == 64 else None,
                )
            if series.name == CREATE and count == 8:
                p99 = median(one.answered.p99_ms for one in served)
                yield Line(
                    name=f"{series.name}, 8 connections, p99",
                    value=p99,
                    unit="ms",
                    goal=Goal("at most", 50),
                )


def _line(name: str, served: list[Served], baseline: Baseline | None, goal: Goal | None) -> Line:
    return Line(
        name=name,
        value=_rate(served),
        unit="/s",
        p50_ms=median(one.answered.p50_ms for one in served),
        p99_ms=median(one.answered.p99_ms for one in served),
        cpu_us=median(one.cpu_us for one in served),
        baseline=baseline,
        goal=goal,
    )


def _rate(served: list[Served]) -> float:
    return median(one.answered.per_second for one in served)
