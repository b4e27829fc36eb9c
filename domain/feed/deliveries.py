"""How the deliveries of a webhook stand: how far they got, what is put off, and the latest
attempts.

A receiver that is away holds up all that comes after. One that refuses an event holds up what
comes after it of the same record, so that the events of a record arrive in order; the record is
set aside, and all others go on.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.recorder import LedgerRecorder

ATTEMPTS_KEPT = 100
SET_ASIDE_MAX = 20
"""Records set aside of one webhook; with more it is taken to be away."""
PATIENCE = timedelta(days=3)
"""A webhook for which nothing has worked for so long is given up."""
DELAYS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
"""Seconds between attempts; the last repeats."""
RETRY_AFTER_MAX = 3_600
REFUSALS_FOR_NOW = frozenset({408, 425, 429})
GONE = 410


class Attempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`status` is that of the answer, 0 without one; `next` is when it is tried again."""

    position: int
    subject: UUID
    type: str
    at: datetime
    status: int
    milliseconds: int
    error: str = ""
    next: datetime | None = None

    @property
    def has_arrived(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_refused(self) -> bool:
        """Whether the receiver is there and will not have this one."""
        return 400 <= self.status < 500 and self.status not in REFUSALS_FOR_NOW


class Delay(Struct, frozen=True, kw_only=True):
    """How often something failed, since when, and when it is tried next."""

    failures: int
    since: datetime
    next: datetime


class SetAside(Struct, frozen=True, kw_only=True):
    """A record of which an event was refused; it and all after it are still to be sent."""

    position: int
    delay: Delay


class Deliveries(Struct, kw_only=True, omit_defaults=True):
    position: int
    """All up to here was sent, was not wanted, or is of a record that was set aside."""
    rewinds: int = 0
    """How many of the webhook's rewinds are done."""
    delay: Delay | None = None
    """Of the webhook as a whole."""
    failing_since: datetime | None = None
    """The first failure after the last success."""
    aside: dict[UUID, SetAside] = {}
    attempts: list[Attempt] = []
    """The latest last."""

    def remark(self, attempt: Attempt) -> None:
        """Note what tells nothing of the receiver."""
        self.attempts = [*self.attempts[1 - ATTEMPTS_KEPT :], attempt]

    def note(self, attempt: Attempt) -> None:
        self.remark(attempt)
        if attempt.has_arrived:
            self.failing_since = self.delay = None
        else:
            self.failing_since = self.failing_since or attempt.at

    def is_hopeless(self, at: datetime) -> bool:
        return self.failing_since is not None and at - self.failing_since >= PATIENCE


def delayed(before: Delay | None, at: datetime, retry_after: int = 0) -> Delay:
    """The delay after one more failure; `retry_after` is what the receiver asked for, in
    seconds."""
    failures = 1 if before is None else before.failures + 1
    asked = min(retry_after, RETRY_AFTER_MAX)
    seconds = max(DELAYS[min(failures, len(DELAYS)) - 1], asked)
    since = at if before is None else before.since
    return Delay(failures=failures, since=since, next=at + timedelta(seconds=seconds))


# Kept beside the ledger --------------------------------------------------------------------


def kept(recorder: LedgerRecorder, webhook: UUID) -> Deliveries | None:
    """How they stand; None where nothing was ever tried."""
    _, note = recorder.tracked(_place(webhook))
    return msgspec.json.decode(note, type=Deliveries) if note else None


def keep(recorder: LedgerRecorder, webhook: UUID, deliveries: Deliveries) -> None:
    note = msgspec.json.encode(deliveries).decode()
    recorder.track(_place(webhook), deliveries.position, note)


def _place(webhook: UUID) -> str:
    return f"webhook/{webhook}"
