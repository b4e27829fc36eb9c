"""Processes as the tests run and look at them: their trees, their output, their ports."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")

PAUSE_SECONDS = 0.05


class Process(NamedTuple):
    """One process. Its start tells it from a later one with the same number."""

    pid: int
    started: int
    """In ticks since the machine started."""
    command: str

    @property
    def is_alive(self) -> bool:
        found = look(self.pid)
        return found is not None and found.started == self.started


def look(pid: int) -> Process | None:
    """A process that runs; None for one that is gone, or dead and not reaped yet."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]), command)


def tree(pid: int) -> list[Process]:
    """All descendants of a process."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found: list[Process] = []
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            waiting.append(child)
            if process := look(child):
                found.append(process)
    return found


def until(found: Callable[[], T | None], seconds: float, what: str) -> T:
    """What is found as soon as it is. Fails once the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := found():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s.")
        time.sleep(PAUSE_SECONDS)


def environment(**settings: object) -> dict[str, str]:
    """Our environment, with these settings of the desk and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGERDESK_")}
    return kept | {f"LEDGERDESK_{name.upper()}": str(value) for name, value in settings.items()}
