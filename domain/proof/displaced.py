"""Events that stand where others were logged: moved, put in, or taken out with a closed gap."""

from .findings import Finding, Findings
from .leaf import name_of, version_in

KEPT_MAX = 200_000


class Displaced:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._expected: dict[bytes, int] = {}
        """Where each was logged that is not there, by stream and version."""
        self._found: dict[bytes, int] = {}
        self._more = 0

    def expect(self, identity: bytes, position: int) -> None:
        """An event was logged at a position, and is not there."""
        if len(self._expected) < KEPT_MAX:
            self._expected[identity] = position

    def is_expected(self, identity: bytes) -> bool:
        return identity in self._expected

    def found(self, identity: bytes, position: int) -> None:
        """An event stands where another was logged."""
        if len(self._found) < KEPT_MAX:
            self._found[identity] = position
        else:
            self._more += 1

    def finish(self) -> None:
        moved = []
        for identity, position in self._found.items():
            was = self._expected.pop(identity, None)
            if was is None:
                name, version = _named(identity)
                text = f"position {position}, {name} version {version}: it was put in"
                self._add("inserted", text, position, None, identity)
            else:
                moved.append((position, was, identity))
        self._tell_moved(sorted(moved))
        taken = set(self._found.values())
        for identity, position in self._expected.items():
            # Where nothing stands at all, it is missing, and told as such.
            if position in taken:
                name, version = _named(identity)
                text = f"position {position}, {name} version {version}: it is missing"
                self._findings.add(
                    Finding("completeness", "missing", text, position, None, name, version)
                )
        if self._more:
            self._findings.add(
                Finding("integrity", "moved", f"{self._more} more events are out of place")
            )

    def _tell_moved(self, moved: list[tuple[int, int, bytes]]) -> None:
        """One finding for each run of events that moved by as much."""
        start = 0
        for i in range(1, len(moved) + 1):
            before = moved[i - 1]
            if i < len(moved):
                now = moved[i]
                if now[0] == before[0] + 1 and now[1] == before[1] + 1:
                    continue
            position, was, identity = moved[start]
            name, version = _named(identity)
            text = f"position {position}, {name} version {version}: it was logged at {was}"
            if (count := i - start) > 1:
                text += f", and the {count - 1} after it moved along"
            self._add("moved", text, position, before[0] if count > 1 else None, identity)
            start = i

    def _add(self, kind: str, text: str, position: int, until: int | None, identity: bytes) -> None:
        name, version = _named(identity)
        self._findings.add(Finding("integrity", kind, text, position, until, name, version))


def _named(identity: bytes) -> tuple[str, int]:
    return name_of(identity[:16]), version_in(identity)
