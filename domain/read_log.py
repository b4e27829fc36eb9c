"""Who read what: exports, the past as auditors ask for it, and what only they and administrators
may read. Each process of the desk that answers has a log of its own, so that none waits for
another."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from domain.aggregate import Aggregate, Event
from domain.person import Role, Scope
from domain.personal import Personal
from domain.policy_rows import Row
from domain.provenance import Provenance
from domain.rules import require

FULL = 20_000
"""So many reads are in a log; then another is opened."""


class Why(StrEnum):
    """Why a read is noted."""

    EXPORT = "export"
    """It left the desk as a file."""
    PAST = "past"
    """An auditor asked for how things were."""
    RESTRICTED = "restricted"
    """Only auditors and administrators may read it."""


class ReadLog(Aggregate):
    prefix = "RDL"

    process: str
    reads: int

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.process = ""
        self.reads = 0

    @property
    def is_full(self) -> bool:
        return self.reads >= FULL

    @classmethod
    def open(cls, id: UUID, *, process: str, by: Provenance) -> Self:
        """Begin the log of a process."""
        return cls.begin(id, cls.Opened(by=by, process=process))

    class Opened(Event):
        process: str

        def apply(self, log: "ReadLog", /) -> None:
            log.process = self.process

    def note(
        self,
        *,
        act: str,
        place: str,
        why: Sequence[Why],
        subject: UUID | None = None,
        asked: dict[str, str] | None = None,
        address: str = "",
        by: Provenance,
    ) -> None:
        require(bool(why), "A read is noted for a reason.")
        self.record(
            self.Noted(
                by=by,
                act=act,
                place=place,
                why=tuple(why),
                subject=subject,
                asked=asked or {},
                address=address,
            )
        )

    class Noted(Event):
        """Who it was, when, and through which channel is its provenance."""

        act: str
        place: str
        """The address that was read, or the command."""
        why: tuple[Why, ...]
        subject: UUID | None = None
        """The record, if it was of one."""
        asked: dict[str, str] = {}
        """What was asked of it, without words to search for."""
        address: Annotated[str, Personal("actor")] = ""

        def apply(self, log: "ReadLog", /) -> None:
            log.reads += 1


def is_restricted(act: str, row: Row) -> bool:
    """Whether only auditors and administrators may read something: more than how the desk is."""
    who = row.grants.keys()
    return (
        row.scope is Scope.READ
        and bool(who)
        and who <= {Role.AUDITOR, Role.ADMINISTRATOR}
        and not act.startswith("ledger.")
    )
