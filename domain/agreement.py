"""What a service level policy promises: for which tickets, in which time, and who hears of it."""

from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from domain.ids import parse_reference
from domain.rules import NotFound
from domain.service_clock import Target
from domain.service_conditions import Named, NamedKind, condition

Kind = Literal["SLA", "OLA", "contract"]
"""`contract` is an underpinning contract, with a supplier."""
Subject = Literal["incident", "change", "question", "request"]
Zone = Literal["calendar", "requester", "organisation"]
PausingReason = Literal["customer", "vendor", "change", "problem", "evidence"]

FIRST_RESPONSE = "first response"
NEXT_RESPONSE = "next response"
RESOLUTION = "resolution"


class Meaning(Struct, frozen=True, kw_only=True):
    """The conditions by which a clock starts, stands, stops and begins afresh; empty: never, and
    always for `start`."""

    start: str = ""
    pause: str = ""
    stop: str = ""
    reset: str = ""


WELL_KNOWN = {
    FIRST_RESPONSE: Meaning(stop="ticket.responded"),
    NEXT_RESPONSE: Meaning(
        start="ticket.awaits_reply", stop="!ticket.awaits_reply", reset="ticket.awaits_reply"
    ),
    RESOLUTION: Meaning(stop="ticket.resolved"),
}
"""What the targets mean that need no conditions of their own."""


class TargetPromise(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A target with its budget: one for all priorities, or one for each that is promised."""

    name: str
    budget: str | dict[int, str]
    pausing: tuple[PausingReason, ...] = ()
    """The pending reasons in which its clock stands, besides `pause`."""
    start: str = ""
    pause: str = ""
    stop: str = ""
    reset: str = ""

    def budget_for(self, priority: int | None) -> str | None:
        """The budget for a priority, None if nothing is promised for it."""
        if isinstance(self.budget, str):
            return self.budget
        return None if priority is None else self.budget.get(priority)

    @property
    def budgets(self) -> tuple[str, ...]:
        """All of its budgets."""
        return (self.budget,) if isinstance(self.budget, str) else tuple(self.budget.values())

    @property
    def meaning(self) -> Meaning:
        """Its conditions: its own, and the built-in ones where it has none."""
        known = WELL_KNOWN.get(self.name, Meaning())
        return Meaning(
            start=self.start or known.start,
            pause=self.pause or known.pause,
            stop=self.stop or known.stop,
            reset=self.reset or known.reset,
        )


class EscalationStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done when a clock reaches a mark such as `75%`, `100%` (the breach) or `-30m`."""

    target: str
    mark: str
    notify: tuple[str, ...] = ()
    """Selectors of people, as in an approval."""
    wait: str = "30m"
    """How long to wait for an acknowledgement before the next step is taken."""
    managers: bool | None = None
    """Whether the managers are told, each after the other has not acknowledged. Where nothing is
    said, they are after the last step of a mark."""
    reassign: str = ""
    """`next level` of support, or the name of a team."""
    raise_priority: int | None = None
    """The priority that it has at least from then on."""
    propose_major_incident: bool = False


class Agreement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is promised, and for which tickets: those that fit `when` and every list that is not
    empty."""

    calendar: UUID
    targets: tuple[TargetPromise, ...]
    order: int = 100
    """Of several SLAs that fit, the one with the lowest order is taken."""
    priorities: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    organisations: tuple[UUID, ...] = ()
    escalation: tuple[EscalationStep, ...] = ()
    kind: Kind = "SLA"
    subjects: tuple[Subject, ...] = ("incident",)
    when: str = ""
    zone: Zone = "calendar"
    """Whose wall clock the calendar's hours are read on, and its own where that is not known."""
    names: tuple[Named, ...] = ()
    """What the names of teams and organisations in its conditions and steps mean."""

    def meaning(self, kind: NamedKind, name: str) -> UUID | None:
        """The record that a name in it means, or a number; None for a name of nobody."""
        for named in self.names:
            if (named.kind, named.name) == (kind, name):
                return named.id
        try:
            return parse_reference(name)
        except NotFound:
            return None

    def promise(self, target: str) -> TargetPromise | None:
        """The promise of that target."""
        return next((one for one in self.targets if one.name == target), None)


class About(Protocol):
    """What the lists of an agreement look at; `when` may ask for any field of a situation."""

    @property
    def kind(self) -> str: ...
    @property
    def priority(self) -> int | None: ...
    @property
    def category(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def organisation(self) -> UUID | None: ...


def fits(agreement: Agreement, ticket: About) -> bool:
    """Whether an agreement is about a ticket in its situation."""
    return (
        ticket.kind in agreement.subjects
        and (not agreement.priorities or ticket.priority in agreement.priorities)
        and (not agreement.categories or ticket.category in agreement.categories)
        and (not agreement.services or ticket.service in agreement.services)
        and (not agreement.organisations or ticket.organisation in agreement.organisations)
        and (not agreement.when or condition(agreement.when, agreement.names).holds(ticket))
    )


def promised(agreement: Agreement, ticket: About) -> tuple[Target, ...]:
    """The targets that an agreement promises for a ticket; none if it is not about it."""
    if not fits(agreement, ticket):
        return ()
    budgets = [(promise, promise.budget_for(ticket.priority)) for promise in agreement.targets]
    return tuple(
        Target(promise.name, budget, promise.pausing)
        for promise, budget in budgets
        if budget is not None
    )
