"""Service level policies: what is promised for which incidents, published version by version."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.clock_marks import check_mark
from domain.definition import check_order, check_selectors, check_wait
from domain.priority import NAMES
from domain.rules import Refused, require
from domain.service_clock import Target
from domain.versioned import Versioned

NAMED_MAX = 1_000
STEPS_MAX = 50

TargetName = Literal["first response", "resolution"]
PausingReason = Literal["customer", "vendor", "change", "problem", "evidence"]


class TargetPromise(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A target with its budget: one for all priorities, or one for each that is promised."""

    name: TargetName
    budget: str | dict[int, str]
    pausing: tuple[PausingReason, ...] = ()
    """The pending reasons in which its clock stands."""

    def budget_for(self, priority: int | None) -> str | None:
        """The budget for a priority, None if nothing is promised for it."""
        if isinstance(self.budget, str):
            return self.budget
        return None if priority is None else self.budget.get(priority)


class EscalationStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom to tell when a clock reaches a mark such as `75%`, `100%` (the breach) or `-30m`."""

    target: TargetName
    mark: str
    notify: tuple[str, ...]
    """Selectors of people, as in an approval."""
    wait: str = "30m"
    """How long to wait for an acknowledgement before the next step is taken."""


class Agreement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is promised, and for which incidents: those that fit every list that is not empty."""

    calendar: UUID
    targets: tuple[TargetPromise, ...]
    order: int = 100
    """Of several policies that fit, the one with the lowest order is taken."""
    priorities: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    organisations: tuple[UUID, ...] = ()
    escalation: tuple[EscalationStep, ...] = ()


class Facts(Struct, frozen=True, kw_only=True):
    """What a policy looks at in an incident."""

    priority: int | None = None
    category: str = ""
    service: str = ""
    organisation: UUID | None = None


def promised(agreement: Agreement, facts: Facts) -> tuple[Target, ...]:
    """The targets that an agreement promises for an incident; none if it is not about it."""
    fits = (
        (not agreement.priorities or facts.priority in agreement.priorities)
        and (not agreement.categories or facts.category in agreement.categories)
        and (not agreement.services or facts.service in agreement.services)
        and (not agreement.organisations or facts.organisation in agreement.organisations)
    )
    if not fits:
        return ()
    budgets = [(promise, promise.budget_for(facts.priority)) for promise in agreement.targets]
    return tuple(
        Target(promise.name, budget, promise.pausing)
        for promise, budget in budgets
        if budget is not None
    )


class ServiceLevelPolicy(Versioned[Agreement]):
    prefix = "SLP"
    noun = "service level policy"

    draft_definition: Agreement | None
    versions: tuple[Agreement, ...]

    @staticmethod
    def check(definition: Agreement) -> None:
        check(definition)

    class Drafted(Versioned.Drafted):
        definition: Agreement

    class Revised(Versioned.Revised):
        definition: Agreement

    class VersionPublished(Versioned.VersionPublished):
        definition: Agreement


def check(agreement: Agreement) -> None:
    """Refuse an agreement that promises nothing, or something that cannot be counted."""
    check_order(agreement.order)
    for place, named in (
        ("priorities", agreement.priorities),
        ("categories", agreement.categories),
        ("services", agreement.services),
        ("organisations", agreement.organisations),
    ):
        require(len(named) <= NAMED_MAX, f"{place}: at most {NAMED_MAX} can be named.")
    for word in (*agreement.categories, *agreement.services):
        require(text.name(word, "A category or service") == word, f"{word[:80]!r} is no name.")
    _check_priorities("priorities", agreement.priorities)
    _check_targets(agreement.targets)
    require(len(agreement.escalation) <= STEPS_MAX, f"escalation: at most {STEPS_MAX} steps.")
    names = {promise.name for promise in agreement.targets}
    for index, step in enumerate(agreement.escalation):
        _check_step(f"escalation[{index}]", step, names)


def _check_targets(targets: tuple[TargetPromise, ...]) -> None:
    require(len(targets) > 0, "targets: at least one target is needed.")
    names = [promise.name for promise in targets]
    require(len(set(names)) == len(names), "targets: each target is promised once.")
    for index, promise in enumerate(targets):
        place = f"targets[{index}].budget"
        if isinstance(promise.budget, str):
            check_wait(place, promise.budget)
            continue
        require(len(promise.budget) > 0, f"{place}: a budget is needed.")
        _check_priorities(place, tuple(promise.budget))
        for priority, budget in promise.budget.items():
            check_wait(f"{place}.{priority}", budget)


def _check_step(place: str, step: EscalationStep, names: set[TargetName]) -> None:
    require(step.target in names, f"{place}.target: {step.target!r} is not promised.")
    try:
        check_mark(step.mark)
    except Refused as refused:
        raise Refused(f"{place}.mark: {refused}") from None
    if step.mark[0] in "+-":
        check_wait(f"{place}.mark", step.mark[1:])
    check_wait(f"{place}.wait", step.wait)
    require(len(step.notify) > 0, f"{place}.notify: nobody is named to tell.")
    check_selectors(f"{place}.notify", step.notify)


def _check_priorities(place: str, priorities: tuple[int, ...]) -> None:
    require(set(priorities) <= set(NAMES), f"{place}: a priority is a number from 1 to 5.")
