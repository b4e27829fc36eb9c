"""Ledgers whose log is kept, as audits look at them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from domain.proof.findings import Report
from domain.proof.verify import verify_file, witnessed
from domain.recorder import LedgerRecorder
from domain.transparency.follower import Follower
from domain.transparency.store import LogStore
from ops.audit.check import verify_stores
from ops.audit.export import Slice, export
from tests.logs import SIGNER, VERIFIER, Clock, open_log, record
from tests.stores import Store

EVENTS = 200
EACH = 50


class Desk(Struct, frozen=True):
    recorder: LedgerRecorder
    log: LogStore

    def sign(self) -> None:
        clock = Clock()
        clock.seconds += self.recorder.max_notification_id() or 0
        Follower(self.recorder, self.log, SIGNER, clock, page=64).catch_up()

    def grow(self, events: int = EVENTS, actor: str = "ann") -> None:
        """Record events, with a checkpoint over each fifty."""
        for _ in range(events // EACH):
            record(self.recorder, EACH, actor)
            self.sign()

    def verify(self, *witnesses: Path) -> Report:
        seen = witnessed(witnesses, [VERIFIER])
        return verify_stores(self.recorder, self.log, [VERIFIER], seen)

    def exported(self, path: Path, *witnesses: Path) -> Report:
        """The verdicts on a bundle of it."""
        export(self.recorder, self.log, path, Slice())
        return verify_file(path, [VERIFIER], witnessed(witnesses, [VERIFIER]))


@contextmanager
def opened(store: Store) -> Iterator[Desk]:
    recorder, log = store.open(), open_log(store)
    try:
        yield Desk(recorder, log)
    finally:
        log.close()
        asyncio.run(recorder.aclose())


def found(report: Report, kind: str) -> list[tuple[str, int | None, str, int | None]]:
    return [
        (finding.verdict, finding.position, finding.stream, finding.version)
        for finding in report.findings
        if finding.kind == kind
    ]
