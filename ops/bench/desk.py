"""The embedded desk as `ledgerdesk up --demo` runs it: its start, its memory, its decisions."""

import http.client
import json
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ops.bench.company import tokens_of
from ops.bench.figures import Goal, Line, Section, percentiles
from ops.bench.machine import memory_mb, proportional_memory_mb
from ops.bench.running import LEDGERDESK, STOP_SECONDS_MAX, environment, running, tree
from ops.ports import free_port
from ops.problems import UserProblem

CHANGES = 150
WARM = 5
"""Changes decided before any is measured."""
Progress = Callable[[str], None]
Memory = dict[str, tuple[float, float]]


def measure(
    folder: Path, *, changes: int = CHANGES, progress: Progress = lambda _: None
) -> list[Section]:
    """Measure in an empty folder."""
    data, port = folder / "data", free_port()
    settings = environment(data=data, port=port, temporal_port=0, temporal_ui_port=0)
    command = [LEDGERDESK, "up", "--demo"]
    starts, stops, memories = [], [], []
    for turn in ("first", "second"):
        progress(f"desk: {turn} start")
        output = folder / f"{turn}.log"
        began = time.perf_counter()
        with running(command, settings, output, partial(has_welcomed, output)) as process:
            starts.append(time.perf_counter() - began)
            memories.append(_memory(process.pid))
            if turn == "second":
                progress(f"desk: {changes} changes")
                decided, shown = _decide(data, port, changes)
                memories.append(_memory(process.pid))
            began = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS_MAX)
            stops.append(time.perf_counter() - began)
    return [
        _starting(starts, stops),
        _holding(memories[0], memories[-1], changes),
        _deciding(decided, shown),
    ]


def has_welcomed(output: Path) -> bool:
    return "Ctrl-C stops everything" in output.read_text(errors="replace")


# Start and memory ----------------------------------------------------------------------------


def _starting(starts: list[float], stops: list[float]) -> Section:
    names = ("first start, with the demo company", "second start")
    goal = Goal("at most", 10)
    lines = [
        Line(name=name, value=seconds, unit="s", goal=goal)
        for name, seconds in zip(names, starts, strict=True)
    ]
    lines.append(Line(name="SIGTERM until all has ended", value=max(stops), unit="s"))
    note = (
        "`ledgerdesk up --demo` in an empty folder, from its start until it says that it is ready: "
        "Temporal, projector, API and worker answer."
    )
    return Section(title="The embedded desk: start to ready", note=note, lines=lines)


def _memory(pid: int) -> Memory:
    """By process: megabytes in full, and with what is shared divided by those who share it."""
    found: Memory = {}
    for each in tree(pid):
        words = Path(f"/proc/{each}/cmdline").read_bytes().decode(errors="replace").split("\0")
        name = next((w for w in words if w in ("up", "serve", "project", "server")), words[0])
        found[name] = memory_mb(each), proportional_memory_mb(each)
    return found


def _holding(at_rest: Memory, in_use: Memory, changes: int) -> Section:
    called = {"up": "supervisor", "serve": "API, reactor, worker", "server": "Temporal"}
    called["project"] = "projector"
    lines = []
    for when, memory in (("ready", at_rest), (f"after {2 * changes} changes", in_use)):
        lines += [
            Line(name=f"{called.get(name, name)}, {when}", value=rss, unit="MB")
            for name, (rss, _) in memory.items()
        ]
        for what, place in (("", 0), (", shared pages counted once", 1)):
            total = sum(sizes[place] for sizes in memory.values())
            lines.append(
                Line(
                    name=f"all processes, {when}{what}",
                    value=total,
                    unit="MB",
                    goal=None if what else Goal("at most", 500),
                )
            )
    note = "Resident memory of each process of `ledgerdesk up --demo`, and their sum."
    return Section(title="The embedded desk: memory", note=note, lines=lines)


# Decisions -----------------------------------------------------------------------------------


class Person:
    """Somebody of the demo company, on a connection of their own."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "If-Match": "*",
        }

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        self._connection.request(method, f"/api/v1{path}", body, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise UserProblem(f"{method} {path}: {text.decode(errors='replace')[:500]}")
        said: dict[str, Any] = json.loads(text)
        return said

    def post(self, path: str, **said: Any) -> dict[str, Any]:
        return self._ask("POST", path, json.dumps(said).encode())

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def close(self) -> None:
        self._connection.close()


def _decide(data: Path, port: int, changes: int) -> tuple[list[float], list[float]]:
    """Milliseconds from a deciding vote until the change says so, and until the board does."""
    people = {name: Person(port, token) for name, token in tokens_of(data).items()}
    dora, bea, cem = people["dora"], people["bea"], people["cem"]
    decided, shown = [], []
    for _ in range(WARM + changes):
        path = f"/changes/{_submitted(dora)}"
        bea.post(f"{path}/vote", vote="approve")
        # Two measurements, and so two changes: each waits for nothing that the other asked for.
        began = time.perf_counter()
        position = cem.post(f"{path}/vote", vote="approve")["position"]
        record = dora.get(f"{path}?min_position={position}")
        decided.append((time.perf_counter() - began) * 1000)
        number = _submitted(dora)
        bea.post(f"/changes/{number}/vote", vote="approve")
        began = time.perf_counter()
        position = cem.post(f"/changes/{number}/vote", vote="approve")["position"]
        board = dora.get(f"/changes?number={number}&min_position={position}")
        shown.append((time.perf_counter() - began) * 1000)
        if (record["status"], board["data"][0]["status"]) != ("approved", "approved"):
            raise UserProblem(f"{path} was approved, and does not say so.")
    for person in people.values():
        person.close()
    return decided[WARM:], shown[WARM:]


def _submitted(requester: Person) -> str:
    number: str = requester.post("/changes", title="New core switch", type="normal")["number"]
    path = f"/changes/{number}"
    requester.post(f"{path}/assess-risk", impact=2, likelihood=2)
    requester.post(f"{path}/plan", implementation="Move the cables.", backout="Move them back.")
    requester.post(f"{path}/submit")
    return number


def _deciding(decided: list[float], shown: list[float]) -> Section:
    lines = []
    for name, waits in (
        ("deciding vote sent → the change read as approved, p99", decided),
        ("deciding vote sent → approved on the change board, p99", shown),
    ):
        p50, p99 = percentiles(waits)
        goal = Goal("at most", 50)
        lines.append(Line(name=name, value=p99, unit="ms", p50_ms=p50, p99_ms=p99, goal=goal))
    note = (
        f"{len(decided)} changes each, of two stages, over HTTP on the running desk: from sending "
        "the vote that decides until the answer to a read that names its position has arrived. The "
        "board is kept by the projector, another process."
    )
    return Section(title="The embedded desk: decisions", note=note, lines=lines)
