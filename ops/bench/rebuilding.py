"""How fast questions are answered while all views are made anew, and put in place of the others."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ops.bench.figures import Baseline, Goal, Line
from ops.bench.http import sending
from ops.bench.requests import Answered, Load
from ops.bench.running import LEDGERDESK, running
from ops.problems import UserProblem

CLIENTS = 4
QUESTIONS_PER_SECOND = 100.0
TWICE = 2.0
BEFORE = 5
"""How many times as long as another question they are asked before."""
LOOK_SECONDS = 0.05
COMMAND = ("nice", "-n", "19", LEDGERDESK, "views", "rebuild")
PATIENCE_SECONDS = 3_600.0


def rebuilt(
    load: Callable[..., Load], settings: dict[str, str], folder: Path, seconds: float
) -> Iterator[Line]:
    """Make all views anew while the questions are asked. Raises UserProblem if that fails."""
    asking = load(connections=CLIENTS, per_second=QUESTIONS_PER_SECOND, seconds=0)
    with sending(asking) as stop:
        time.sleep(BEFORE * seconds)
        before = stop()
    began = time.perf_counter()
    output = folder / "rebuild.log"
    with (
        sending(asking) as stop,
        running(COMMAND, settings, output) as process,
    ):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        took = time.perf_counter() - began
        meanwhile = stop()
    if process.returncode:
        raise UserProblem(f"views rebuild: {output.read_text(errors='replace')[-2_000:]}")
    yield from _lines(before, meanwhile, took)


def _lines(before: Answered, meanwhile: Answered, took: float) -> Iterator[Line]:
    yield Line(name="all views made anew, compared and switched to", value=took, unit="s")
    yield Line(
        name="questions answered meanwhile",
        value=meanwhile.per_second,
        unit="/s",
        p50_ms=meanwhile.p50_ms,
        p99_ms=meanwhile.p99_ms,
        baseline=Baseline("before", before.per_second),
    )
    yield Line(
        name="questions that failed meanwhile",
        value=meanwhile.refused,
        unit="",
        goal=Goal("at most", 0),
    )
    yield Line(
        name="questions meanwhile, p99",
        value=meanwhile.p99_ms,
        unit="ms",
        baseline=Baseline("before", before.p99_ms),
        goal=Goal("at most", TWICE, times_baseline=True),
    )
