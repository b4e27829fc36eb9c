"""Commands beside many streams of events that nobody reads, and beside none.

A stream that is not read costs what fits into the buffers on its way, then it is cut off. So its
weight is greatest while it is fresh: a round opens them all, measures, and closes them again.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from ops.bench.company import found
from ops.bench.figures import Baseline, Goal, Line, Section
from ops.bench.http import CREATE, INCIDENT, Series, Server, loaded
from ops.bench.machine import memory_mb
from ops.bench.requests import Answered
from ops.bench.running import LEDGERDESK, answers, environment, running
from ops.ports import free_port

STREAMS = 1_000
CONNECTIONS = (1, 8)
PATIENCE_SECONDS = 30.0
COMMANDS = Series(CREATE, "serve", "POST", "/api/v1/incidents", INCIDENT)
NOTE = (
    "{streams:,} streams of all events are open to one API process, and nobody reads them, while "
    "incidents are logged; each event is to go to each of them. A round without them comes before "
    "each round with them."
)

Progress = Callable[[str], None]


def measure(
    folder: Path,
    *,
    streams: int = STREAMS,
    seconds: float = 3.0,
    rounds: int = 3,
    progress: Progress = lambda _: None,
) -> Section:
    """Measure in an empty folder."""
    tokens = found(folder / "data")
    without: dict[int, list[Answered]] = {count: [] for count in CONNECTIONS}
    beside: dict[int, list[Answered]] = {count: [] for count in CONNECTIONS}
    held = 0.0
    port = free_port()
    settings = environment(data=folder / "data", port=port)
    is_ready = partial(answers, f"http://127.0.0.1:{port}/livez")
    log = folder / "serve.log"
    with running([LEDGERDESK, "serve"], settings, log, is_ready) as process:
        server = Server(process.pid, port)
        for turn in range(1, rounds + 1):
            for count in CONNECTIONS:
                progress(f"round {turn} of {rounds}: {count} connections")
                without[count].append(loaded(COMMANDS, server, count, seconds, tokens).answered)
                before = memory_mb(server.pid)
                with opened(port, tokens[0], streams):
                    beside[count].append(loaded(COMMANDS, server, count, seconds, tokens).answered)
                    held = max(held, memory_mb(server.pid) - before)
    lines = [line for count in CONNECTIONS for line in _lines(count, without, beside)]
    memory = Line(name="memory that they take", value=held, unit="MB")
    return Section(
        title="Commands beside streams of events that nobody reads",
        note=NOTE.format(streams=streams),
        lines=[*lines, memory],
    )


@contextmanager
def opened(port: int, token: str, count: int) -> Iterator[list[socket.socket]]:
    """So many streams that have begun, and of which nothing more is read."""
    asked = (
        "GET /api/v1/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()
    with ExitStack() as stack:
        streams = []
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
            streams.append(stack.enter_context(one))
            one.sendall(asked)
        for one in streams:
            if not one.recv(4_096).startswith(b"HTTP/1.1 200"):
                raise ConnectionError("A stream was refused.")
        yield streams


def _lines(
    count: int, without: dict[int, list[Answered]], beside: dict[int, list[Answered]]
) -> Iterator[Line]:
    alone = _line(f"{CREATE}, {count} connections", without[count])
    yield alone
    yield _line(
        f"{CREATE}, {count} connections, beside the streams",
        beside[count],
        Baseline("without streams", alone.value),
        Goal("at least", 0.7, times_baseline=True),
    )


def _line(
    name: str, found: list[Answered], baseline: Baseline | None = None, goal: Goal | None = None
) -> Line:
    return Line(
        name=name,
        value=median(one.per_second for one in found),
        unit="/s",
        p50_ms=median(one.p50_ms for one in found),
        p99_ms=median(one.p99_ms for one in found),
        baseline=baseline,
        goal=goal,
    )
