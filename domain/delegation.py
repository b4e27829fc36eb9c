"""Delegation: for a period, somebody votes for another, as far as that was agreed.

Nobody hands on what was handed to them: two delegations that overlap in time and would make a
chain, or a circle, are refused when the second is made, and none is ever followed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.rules import require
from domain.wall_clock import micros

Risk = Literal["low", "moderate", "high", "very high"]

LENGTH_MAX = timedelta(days=366)
DELEGATIONS_MAX = 200


class Delegation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A delegation by its number within the person who made it, from 1.

    start, end: half-open; `end` moves forward when it is ended early.
    risks: the risks of the subjects that it is for, all of them if empty.
    process: the approval process that it is for, all of them if None.
    """

    number: int
    to: UUID
    start: datetime
    end: datetime
    risks: tuple[Risk, ...] = ()
    process: UUID | None = None

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def covers(self, *, risk: str, process: UUID | None) -> bool:
        """Whether it is for votes on a subject of this risk, in rounds of this process."""
        return (not self.risks or risk in self.risks) and self.process in (None, process)

    def overlaps(self, other: "Delegation") -> bool:
        """Whether there is a moment at which both hold."""
        return max(self.start, other.start) < min(self.end, other.end)


def check(start: datetime, end: datetime, at: datetime) -> None:
    """Refuse a period that makes no sense for a delegation that is made at a moment."""
    require(micros(start) < micros(end), "A delegation starts before it ends.")
    require(end > at, "A delegation ends in the future.")
    require(end - start <= LENGTH_MAX, f"A delegation lasts at most {LENGTH_MAX.days} days.")


def check_chain(
    new: Delegation, of_delegate: Iterable[Delegation], to_delegator: Iterable[Delegation]
) -> None:
    """Refuse a delegation that would make a chain with those of the delegate, or with those that
    others made to the delegator."""
    require(
        not any(new.overlaps(other) for other in of_delegate),
        "to: they have delegated their own votes in that period, and nothing is handed on.",
    )
    require(
        not any(new.overlaps(other) for other in to_delegator),
        "to: votes of others are delegated to this person in that period, and nothing is "
        "handed on.",
    )
