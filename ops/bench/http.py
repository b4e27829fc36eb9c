"""Incidents logged over HTTP, beside an empty endpoint and the same route on the library's save.

Each server is one process of its own, and so is what loads it. A round runs every series once, so
that a change of the machine's mood meets all of them; a figure is the median of its rounds.
"""

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from ops.bench.company import found
from ops.bench.figures import Baseline, Goal, Line, Section
from ops.bench.requests import Answered, Load
from ops.bench.running import LEDGERDESK, ROOT, answers, environment, free_port, running
from ops.problems import UserProblem

CONNECTIONS = (1, 8, 64, 256)
PATIENCE_SECONDS = 60.0
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
    "One API process, one load process with keep-alive connections, on {cores}. {create} carries a "
    "token, a body that is checked and a new idempotency key, and is answered once its event and "
    "receipt are on disk. The empty endpoint is of the same server, with neither token nor body. "
    "The library's route is the real API with its authentication, validation and policy, but for "
    "`Application.save` with the library's own recorder instead of the ledger."
)

Progress = Callable[[str], None]


class Series(Struct, frozen=True):
    name: str
    server: str
    method: str
    path: str
    body: Mapping[str, object] = {}


SERIES = (
    Series(LIVE, "serve", "GET", "/livez"),
    Series(NOTHING, "nothing", "POST", "/api/v1/incidents", INCIDENT),
    Series(CREATE, "serve", "POST", "/api/v1/incidents", INCIDENT),
    Series(CREATE_SORTED, "serve", "POST", "/api/v1/incidents", SORTED),
    Series(LIBRARY, "library", "POST", "/api/v1/incidents", INCIDENT),
)


def measure(
    folder: Path,
    store: str,
    database_url: str | None = None,
    *,
    seconds: float = 2.0,
    rounds: int = 3,
    connections: tuple[int, ...] = CONNECTIONS,
    progress: Progress = lambda _: None,
) -> Section:
    """Measure in an empty folder, with the ledger on SQLite there or in a new database."""
    stored = {"database_url": database_url} if database_url else {}
    tokens = found(folder / "data", **stored)
    results: dict[tuple[str, int], list[Answered]] = {}
    with ExitStack() as stack:
        ports = {name: free_port() for name in ("serve", "nothing", "library")}
        for name, port in ports.items():
            settings = environment(data=folder / "data", port=port, **stored)
            url = f"http://127.0.0.1:{port}/livez"
            command = (
                [LEDGERDESK, "serve"]
                if name == "serve"
                else [sys.executable, "-m", "ops.bench.library_route", name]
            )
            stack.enter_context(
                running(command, settings, folder / f"{name}.log", lambda url=url: answers(url))  # type: ignore[misc]
            )
        for turn in range(1, rounds + 1):
            for count in connections:
                for series in SERIES:
                    progress(f"{store}, round {turn} of {rounds}: {series.name}, {count}")
                    answered = send(
                        Load(
                            port=ports[series.server],
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
                    results.setdefault((series.name, count), []).append(answered)
    note = NOTE.format(cores="the cores that are left", create=CREATE)
    return Section(title=f"HTTP, {store}", note=note, lines=list(_lines(results, connections)))


def send(load: Load) -> Answered:
    """Load a server from a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ops.bench.requests"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdin
        assert process.stdout
        process.stdin.write(msgspec.json.encode(load) + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        said = process.communicate(b"go\n", timeout=load.seconds + PATIENCE_SECONDS)[0]
    finally:
        process.kill()
        process.wait()
    return msgspec.json.decode(said, type=Answered)


def _lines(
    results: dict[tuple[str, int], list[Answered]], connections: tuple[int, ...]
) -> Iterator[Line]:
    for count in connections:
        empty = _rate(results[LIVE, count])
        saved = _rate(results[LIBRARY, count])
        for series in SERIES:
            answered = results[series.name, count]
            baseline = goal = None
            if series.name in (CREATE, CREATE_SORTED):
                baseline = Baseline("empty endpoint", empty)
            if series.name == CREATE and count == 64:
                goal = Goal("at least", 0.5, times_baseline=True)
            if series.name == CREATE and count == 8:
                goal = Goal("at least", 1_000)
            yield _line(f"{series.name}, {count} connections", answered, baseline, goal)
            if series.name == CREATE:
                yield _line(
                    f"{series.name}, {count} connections",
                    answered,
                    Baseline("library's save", saved),
                    Goal("at least", 5, times_baseline=True) if count == 64 else None,
                )
            if series.name == CREATE and count == 8:
                p99 = median(one.p99_ms for one in answered)
                yield Line(
                    name=f"{series.name}, 8 connections, p99",
                    value=p99,
                    unit="ms",
                    goal=Goal("at most", 50),
                )


def _line(
    name: str, answered: list[Answered], baseline: Baseline | None, goal: Goal | None
) -> Line:
    return Line(
        name=name,
        value=_rate(answered),
        unit="/s",
        p50_ms=median(one.p50_ms for one in answered),
        p99_ms=median(one.p99_ms for one in answered),
        baseline=baseline,
        goal=goal,
    )


def _rate(answered: list[Answered]) -> float:
    return median(one.per_second for one in answered)
