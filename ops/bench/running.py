"""Processes of the desk that a benchmark starts, waits for, and stops."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops.problems import UserProblem
from ops.settings import PREFIX

ROOT = Path(__file__).parents[2]
LEDGERDESK = str(Path(sys.executable).with_name("ledgerdesk"))
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0
LOOK_SECONDS = 0.01


def environment(**settings: object) -> dict[str, str]:
    """Our environment with these settings of the desk, and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    kept.update(LEDGERDESK_LOG_LEVEL="error")
    return kept | {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.items()}


@contextmanager
def running(
    command: Sequence[str],
    settings: dict[str, str],
    output: Path,
    is_ready: Callable[[], bool] = lambda: True,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ready to be used, and stopped in the end."""
    with output.open("wb") as written:
        process = subprocess.Popen(
            command,
            env=settings,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                said = output.read_text(errors="replace")[-2_000:]
                raise UserProblem(f"{' '.join(command)} did not start:\n{said}")
            time.sleep(LOOK_SECONDS)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def tree(pid: int) -> list[int]:
    """A process and all that it started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [pid], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found
