"""Commands and the deliveries of one webhook, beside a hundred whose receivers never answer, and
beside none; on the embedded desk, with its Temporal server and its worker in the same process."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ops.bench.company import tokens_of
from ops.bench.desk import Person, has_welcomed
from ops.bench.figures import Baseline, Goal, Line, Section, percentiles
from ops.bench.http import INCIDENT
from ops.bench.running import LEDGERDESK, environment, running
from ops.ports import free_port
from ops.problems import UserProblem

DEAD = 100
COMMANDS = 300
PAUSE_SECONDS = 0.01
ARRIVAL_SECONDS_MAX = 60.0
SETTLE_SECONDS = 5.0
"""After so long each of the dead is being tried."""
NOTE = (
    "Incidents are logged one after the other, with {pause:.0f} ms between them, and sent to one "
    "webhook that answers at once; then the same beside {dead} webhooks for the same events whose "
    "receivers take a connection and never answer. A delivery counts from when its event was "
    "recorded until it arrived."
)

Progress = Callable[[str], None]


class Receiver(ThreadingHTTPServer):
    """Answers at once, and notes when each event arrived."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.seconds: list[float] = []


class _Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["content-length"])))
        recorded = datetime.fromisoformat(event["recordedtime"]).timestamp()
        self.server.seconds.append(time.time() - recorded)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


def measure(
    folder: Path,
    *,
    dead: int = DEAD,
    commands: int = COMMANDS,
    settle: float = SETTLE_SECONDS,
    progress: Progress = lambda _: None,
) -> Section:
    """Measure in an empty folder."""
    data, port = folder / "data", free_port()
    settings = environment(
        data=data,
        port=port,
        temporal_port=0,
        temporal_ui_port=0,
        webhook_networks="127.0.0.0/8",
    )
    output = folder / "up.log"
    with (
        ExitStack() as stack,
        receiving() as receiver,
        socket.create_server(("127.0.0.1", 0), backlog=4 * dead) as deaf,
        running([LEDGERDESK, "up", "--demo"], settings, output, partial(has_welcomed, output)),
    ):
        agent = stack.enter_context(closing(Person(port, tokens_of(data)["dora"])))
        _register(agent, receiver.server_port)
        progress("one webhook that answers")
        _round(agent, receiver, 20)
        alone = _round(agent, receiver, commands)
        progress(f"beside {dead} that do not")
        for _ in range(dead):
            _register(agent, deaf.getsockname()[1])
        agent.close()  # The server would not keep an idle connection for so long.
        time.sleep(settle)
        beside = _round(agent, receiver, commands)
    return Section(
        title="Webhooks whose receivers never answer",
        note=NOTE.format(pause=PAUSE_SECONDS * 1000, dead=dead),
        lines=[
            line
            for at, name in ((0, "POST /incidents"), (1, "an event has arrived"))
            for line in _lines(name, alone[at], beside[at])
        ],
    )


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()


def _register(agent: Person, port: int) -> None:
    hook = {"url": f"http://127.0.0.1:{port}/", "types": ["Incident.Logged"]}
    agent.post("/webhooks", **hook)


def _round(agent: Person, receiver: Receiver, commands: int) -> tuple[list[float], list[float]]:
    """How long each command took, and each delivery, in milliseconds."""
    receiver.seconds.clear()
    answered = []
    for _ in range(commands):
        began = time.perf_counter()
        agent.post("/incidents", **INCIDENT)
        answered.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE_SECONDS)
    deadline = time.monotonic() + ARRIVAL_SECONDS_MAX
    while len(receiver.seconds) < commands:
        if time.monotonic() > deadline:
            raise UserProblem(f"{len(receiver.seconds)} of {commands} events have arrived.")
        time.sleep(PAUSE_SECONDS)
    return answered, [seconds * 1000 for seconds in receiver.seconds]


def _lines(name: str, alone: list[float], beside: list[float]) -> Iterator[Line]:
    first, second = percentiles(alone), percentiles(beside)
    yield Line(name=name, value=first[0], unit="ms", p50_ms=first[0], p99_ms=first[1])
    yield Line(
        name=f"{name}, beside the others",
        value=second[0],
        unit="ms",
        p50_ms=second[0],
        p99_ms=second[1],
        baseline=Baseline("without them", first[0]),
        goal=Goal("at most", 2, times_baseline=True),
    )
