"""What a verification found: two verdicts apart, and each finding at its place."""

from typing import Any, Literal, NamedTuple

Verdict = Literal["integrity", "completeness"]

FINDINGS_MAX = 1_000
"""So many are told one by one; of more, the number."""


class Finding(NamedTuple):
    verdict: Verdict
    """Which verdict it is against: `integrity` where something is not what was logged,
    `completeness` where something is missing."""
    kind: str
    text: str
    position: int | None = None
    until: int | None = None
    """The last position, where it is about several."""
    stream: str = ""
    version: int | None = None


class Report(NamedTuple):
    scope: str
    """What was looked at, in words."""
    size: int
    """How many events the newest checkpoint covers, or the log where there is none."""
    events: int
    """How many events were seen."""
    streams: int
    checkpoints: int
    """How many checkpoints were confirmed."""
    findings: tuple[Finding, ...]
    unlisted: int
    """How many findings there are beyond those."""
    remarks: tuple[str, ...]
    """What is odd, and against neither verdict."""

    @property
    def integrity(self) -> bool:
        """Nothing was altered."""
        return not any(finding.verdict == "integrity" for finding in self.findings)

    @property
    def completeness(self) -> bool:
        """Nothing is missing."""
        return not any(finding.verdict == "completeness" for finding in self.findings)

    @property
    def holds(self) -> bool:
        return not self.findings

    def as_text(self) -> str:
        lines = [
            self.scope,
            f"{self.events} events of {self.streams} streams, {self.checkpoints} checkpoints, "
            f"the newest over {self.size} events",
        ]
        for finding in self.findings:
            lines.append(f"  {finding.verdict}: {finding.text}")
        if self.unlisted:
            lines.append(f"  and {self.unlisted} findings more")
        lines += [f"  remark: {remark}" for remark in self.remarks]
        lines.append(f"integrity: {'holds' if self.integrity else 'BROKEN'}")
        lines.append(f"completeness: {'holds' if self.completeness else 'BROKEN'}")
        return "\n".join(lines)

    def as_document(self) -> dict[str, Any]:
        return {
            "integrity": self.integrity,
            "completeness": self.completeness,
            "scope": self.scope,
            "size": self.size,
            "events": self.events,
            "streams": self.streams,
            "checkpoints": self.checkpoints,
            "findings": [finding._asdict() for finding in self.findings],
            "unlisted": self.unlisted,
            "remarks": list(self.remarks),
        }


class Findings:
    """Gathers findings, of which it keeps a bounded number, never without the worst of each."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.unlisted = 0
        self._seen: set[tuple[str, str]] = set()

    def add(self, finding: Finding) -> None:
        # A flood of one kind must not hide that there is another.
        is_first = (finding.verdict, finding.kind) not in self._seen
        self._seen.add((finding.verdict, finding.kind))
        if len(self.kept) < FINDINGS_MAX or is_first:
            self.kept.append(finding)
        else:
            self.unlisted += 1
