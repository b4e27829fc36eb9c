"""One agreement about a ticket: what it promises, and the service clocks that stand under it."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.agreement import Kind
from domain.business_time import BusinessHours
from domain.clock_steps import Clock
from domain.clock_terms import terms
from domain.promises import Commitment, Promises
from domain.service_conditions import Named

UNITED_MAX = 4_096
"""The fields that so many sets of clocks ask for are kept in each process."""

HoursOf = Callable[[UUID, int], BusinessHours]
"""The business hours of a version of a calendar."""


class Basis(NamedTuple):
    """What clocks count on: a version of a calendar, and the zone on whose wall clock it is read,
    the calendar's own if empty."""

    calendar: UUID
    version: int
    zone: str = ""

    def hours(self, hours_of: HoursOf) -> BusinessHours:
        return hours_of(self.calendar, self.version).in_zone(self.zone)


class Agreed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agreement about a ticket: what it promises, and how its clocks stand."""

    label: str = ""
    """The name of the policy; empty for the SLA."""
    kind: Kind = "SLA"
    round: int = 0
    """How often something was promised under it."""
    policy: UUID
    policy_version: int
    bases: tuple[Basis, ...]
    """What its clocks have counted on, the latest last."""
    commitments: tuple[Commitment, ...] = ()
    names: tuple[Named, ...] = ()
    clocks: tuple[Clock, ...] = ()
    """Those of the commitments first, then those of targets that are promised no more."""

    @property
    def basis(self) -> Basis:
        return self.bases[-1]

    def hours(self, hours_of: HoursOf) -> BusinessHours:
        """The business hours that its clocks count on now."""
        return self.basis.hours(hours_of)

    def target(self, clock: str) -> str:
        """The target of one of its clocks."""
        return clock.removeprefix(f"{self.label}: ") if self.label else clock


class Open:
    """An agreement at work."""

    __slots__ = (
        *("_hours", "_hours_of", "bases", "clocks"),
        *("fields", "known", "label", "number", "terms"),
    )

    def __init__(self, agreed: Agreed, hours_of: HoursOf) -> None:
        self.known = agreed
        self.label = agreed.label
        self.bases = list(agreed.bases)
        self.number = len(agreed.bases) - 1
        self._hours: BusinessHours | None = None
        self._hours_of = hours_of
        self.clocks = list(agreed.clocks)
        self.terms = [terms(commitment, agreed.names) for commitment in agreed.commitments]
        self.fields = united(tuple([of_clock.fields for of_clock in self.terms]))

    @property
    def hours(self) -> BusinessHours:
        """Those that count now, looked up when they are needed first."""
        if self._hours is None:
            self._hours = self.bases[-1].hours(self._hours_of)
        return self._hours

    def agreed(self) -> Agreed:
        return replace(self.known, bases=tuple(self.bases), clocks=tuple(self.clocks))

    def apply(self, event: Promises.ServiceLevelApplied, basis: Basis) -> None:
        """Take over what is promised now, without the clocks."""
        self.known = replace(
            self.known,
            kind=event.kind,
            round=self.known.round + 1,
            policy=event.policy,
            policy_version=event.policy_version,
            commitments=event.commitments,
            names=event.names,
        )
        if basis != self.bases[-1]:
            self.bases.append(basis)
            self.number = len(self.bases) - 1
            self._hours = None
        self.clocks, self.terms = [], []


@lru_cache(maxsize=UNITED_MAX)
def united(each: tuple[frozenset[str], ...]) -> frozenset[str]:
    """All fields of these sets."""
    return frozenset().union(*each)
