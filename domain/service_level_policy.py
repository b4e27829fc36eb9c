"""Service level policies: what is promised for which tickets, published version by version."""

from uuid import UUID

from msgspec import Struct

from domain import text
from domain.agreement import (
    Agreement,
    EscalationStep,
    Kind,
    PausingReason,
    Subject,
    TargetPromise,
    Zone,
    fits,
    promised,
)
from domain.clock_marks import check_mark
from domain.definition import check_order, check_selectors, check_wait
from domain.priority import NAMES
from domain.rules import Refused, require
from domain.versioned import Versioned

__all__ = [
    "Agreement",
    "EscalationStep",
    "Facts",
    "Kind",
    "PausingReason",
    "ServiceLevelPolicy",
    "Subject",
    "TargetPromise",
    "Zone",
    "check",
    "fits",
    "promised",
]

NAMED_MAX = 1_000
STEPS_MAX = 50


class Facts(Struct, frozen=True, kw_only=True):
    """What the lists of a policy look at in a ticket."""

    kind: str = "incident"
    priority: int | None = None
    category: str = ""
    service: str = ""
    organisation: UUID | None = None


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


def _check_step(place: str, step: EscalationStep, names: set[str]) -> None:
    require(step.target in names, f"{place}.target: {step.target!r} is not promised.")
    try:
        check_mark(step.mark)
    except Refused as refused:
        raise Refused(f"{place}.mark: {refused}") from None
    if step.mark[0] in "+-":
        check_wait(f"{place}.mark", step.mark[1:])
    check_wait(f"{place}.wait", step.wait)
    acts = (step.managers, step.reassign, step.raise_priority, step.propose_major_incident)
    require(bool(step.notify) or any(acts), f"{place}.notify: nobody is named to tell.")
    check_selectors(f"{place}.notify", step.notify)


def _check_priorities(place: str, priorities: tuple[int, ...]) -> None:
    require(set(priorities) <= set(NAMES), f"{place}: a priority is a number from 1 to 5.")
