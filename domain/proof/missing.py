"""Events that the log names and that are not there: by stream, or as the tail."""

from collections.abc import Mapping

from .findings import Finding, Findings
from .leaf import IDENTITY_BYTES, name_of, version_in


class _Lost:
    """What is missing of one stream."""

    __slots__ = ("count", "position", "positions_until", "version", "versions_until")

    def __init__(self, position: int, version: int) -> None:
        self.count = 0
        self.position = self.positions_until = position
        self.version = self.versions_until = version


class Missing:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._run = bytearray()
        """The streams and versions of the latest that are missing in a row."""
        self._first = 0
        self._lost: dict[bytes, _Lost] = {}

    def add(self, position: int, identity: bytes) -> None:
        if not self._run:
            self._first = position
        self._run += identity

    def end(self) -> None:
        """An event is there: those missing before it are not the tail."""
        if not self._run:
            return
        for place in range(0, len(self._run), IDENTITY_BYTES):
            identity = bytes(self._run[place : place + IDENTITY_BYTES])
            position = self._first + place // IDENTITY_BYTES
            stream, version = identity[:16], version_in(identity)
            lost = self._lost.get(stream)
            if lost is None:
                lost = self._lost[stream] = _Lost(position, version)
            lost.count += 1
            lost.positions_until = position
            lost.versions_until = version
        self._run.clear()

    def finish(self, position: int, heads: Mapping[bytes, int]) -> None:
        """Find all of it; `position` is the last of the log, `heads` the versions that it has."""
        if self._run:
            count = len(self._run) // IDENTITY_BYTES
            first = bytes(self._run[:IDENTITY_BYTES])
            stream, version = first[:16], version_in(first)
            name = name_of(stream)
            text = (
                f"the tail is cut: {count} events are missing from position {self._first} on, the "
                f"first of them {name} version {version}"
            )
            self._findings.add(
                Finding("completeness", "tail cut", text, self._first, position, name, version)
            )
        for stream, lost in self._lost.items():
            self._findings.add(_found(stream, lost, heads.get(stream, 0)))


def _found(stream: bytes, lost: _Lost, head: int) -> Finding:
    name = name_of(stream)
    if lost.count == 1:
        what = f"position {lost.position}, {name} version {lost.version}: it is missing"
    else:
        what = (
            f"{name}: {lost.count} of its versions {lost.version} to {lost.versions_until} are "
            f"missing (positions {lost.position} to {lost.positions_until})"
        )
    kind = "missing"
    if lost.count == head:
        kind = "stream deleted"
        what += ", and so is the whole stream"
    until = lost.positions_until if lost.count > 1 else None
    return Finding("completeness", kind, what, lost.position, until, name, lost.version)
