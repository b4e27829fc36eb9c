"""What the operating system knows about a PostgreSQL server, and does for it."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_SHARED_MEMORY = Path("/proc/sysvipc/shm")


def dying_with_us() -> Callable[[], None] | None:
    """What a forked child calls so that it gets SIGINT, a fast shutdown, when we die.

    None where the system cannot do that.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    return arm


def pid_file_lines(data: Path) -> list[str]:
    """The lines of `postmaster.pid`: process, folder, start, port, socket, host, memory, state."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def is_server(pid: int, data: Path) -> bool:
    """Whether this process is alive, and the server of this folder rather than another program."""
    if sys.platform != "linux":
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A zombie has no arguments any more.
    return os.fsencode(data) in arguments


def has_children_left(data: Path) -> bool:
    """Whether processes of a killed server still use its shared memory."""
    lines = pid_file_lines(data)
    memory = lines[6].split() if len(lines) > 6 else []
    if len(memory) != 2 or not _SHARED_MEMORY.exists():
        return False
    for row in _SHARED_MEMORY.read_text().splitlines()[1:]:
        key, id, _permissions, _size, _creator, _last, attached = row.split()[:7]
        if [key, id] == memory:
            return int(attached) > 0
    return False
