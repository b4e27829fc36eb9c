"""TCP ports of the loopback that servers of ours get."""

import secrets
import socket
from pathlib import Path

HOST = "127.0.0.1"
LOWEST, HIGHEST = 10_000, 65_535
LOOKS = 100
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
OUTGOING_USUALLY = (32_768, 60_999)


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port(preferred: int = 0) -> int:
    """The preferred port if it is free, else any free one. Raises OSError if none is found.

    Whoever listens there a moment later may still find it taken, and has to ask again.
    """
    if preferred and is_free(preferred):
        return preferred
    # Any connection to anywhere may take a port that the kernel gives away by itself.
    first, last = _outgoing()
    quiet = [port for port in range(LOWEST, HIGHEST + 1) if not first <= port <= last]
    for _ in range(LOOKS if quiet else 0):
        if is_free(port := secrets.choice(quiet)):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _outgoing() -> tuple[int, int]:
    """The first and the last port that the kernel gives to outgoing connections."""
    try:
        first, last = OUTGOING.read_text().split()
    except OSError:
        return OUTGOING_USUALLY
    return int(first), int(last)
