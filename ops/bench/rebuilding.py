"""How fast questions are answered while all views are made anew, and put in place of the others:
as they were, and without a person who was erased."""

import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ops.bench.figures import Baseline, Goal, Line
from ops.bench.http import sending
from ops.bench.requests import Answered, Load
from ops.bench.running import LEDGERDESK, ROOT, running
from ops.problems import UserProblem

CLIENTS = 4
QUESTIONS_PER_SECOND = 100.0
TWICE = 2.0
BEFORE = 5
"""How many times as long as another question they are asked before."""
LOOK_SECONDS = 0.05
NICE = ("nice", "-n", "19", LEDGERDESK)
PATIENCE_SECONDS = 3_600.0
ERASED, ASKING, CONFIRMING = "pia", "eli", "gita"
"""An agent of the company, and two of its administrators."""
NOT_YET = "made anew by the projector"


def made_anew(
    load: Callable[..., Load], settings: dict[str, str], folder: Path, seconds: float
) -> Iterator[Line]:
    """Make all views anew while the questions are asked, and again for an erasure. Raises
    UserProblem if that fails."""
    asking = load(connections=CLIENTS, per_second=QUESTIONS_PER_SECOND, seconds=0)
    with sending(asking) as stop:
        time.sleep(BEFORE * seconds)
        before = stop()
    for name, when, job in (
        ("all views made anew, compared and switched to", "meanwhile", _rebuild),
        ("a person erased, and all views made anew without them", "while erasing", _erase),
    ):
        began = time.perf_counter()
        with sending(asking) as stop:
            job(settings, folder)
            took = time.perf_counter() - began
            meanwhile = stop()
        yield Line(name=name, value=took, unit="s")
        yield from _lines(when, before, meanwhile)


def _rebuild(settings: dict[str, str], folder: Path) -> None:
    output = folder / "rebuild.log"
    with running((*NICE, "views", "rebuild"), settings, output) as process:
        _wait(lambda: process.poll() is not None)
    if process.returncode:
        raise UserProblem(f"views rebuild: {output.read_text(errors='replace')[-2_000:]}")


def _erase(settings: dict[str, str], folder: Path) -> None:
    output = folder / "project.log"
    tell = partial(_privacy, settings)
    with running((*NICE, "project"), settings, output) as projector:
        tell("request", ERASED, "--as", ASKING, "--reason", "They asked for it.")
        tell("erase", ERASED, "--as", CONFIRMING)
        _wait(lambda: projector.poll() is not None or NOT_YET not in tell("status"), 1.0)
        if projector.poll() is not None:
            raise UserProblem(f"project: {output.read_text(errors='replace')[-2_000:]}")


def _privacy(settings: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        (LEDGERDESK, "privacy", *arguments),
        env=settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise UserProblem(f"privacy {arguments[0]}: {done.stderr[-2_000:]}")
    return done.stdout


def _wait(is_done: Callable[[], bool], look_seconds: float = LOOK_SECONDS) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        if time.monotonic() > deadline:
            raise UserProblem(f"It was not done within {PATIENCE_SECONDS:g} s.")
        time.sleep(look_seconds)


def _lines(when: str, before: Answered, meanwhile: Answered) -> Iterator[Line]:
    yield Line(
        name=f"questions answered {when}",
        value=meanwhile.per_second,
        unit="/s",
        p50_ms=meanwhile.p50_ms,
        p99_ms=meanwhile.p99_ms,
        baseline=Baseline("before", before.per_second),
    )
    yield Line(
        name=f"questions that failed {when}",
        value=meanwhile.refused,
        unit="",
        goal=Goal("at most", 0),
    )
    yield Line(
        name=f"questions {when}, p99",
        value=meanwhile.p99_ms,
        unit="ms",
        baseline=Baseline("before", before.p99_ms),
        goal=Goal("at most", TWICE, times_baseline=True),
    )
