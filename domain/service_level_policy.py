"""Service level policies: what is promised for which incidents, published version by version."""

from typing import Literal, Self
from uuid import UUID

from msgspec import Struct

from domain import text
from domain.aggregate import Aggregate, Event
from domain.clock_marks import check_mark
from domain.definition import check_order, check_selectors, check_wait, digest
from domain.priority import NAMES
from domain.provenance import Provenance
from domain.rules import NotFound, Refused, require
from domain.service_clock import Target

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


class ServiceLevelPolicy(Aggregate):
    prefix = "SLP"

    name: str
    draft_definition: Agreement | None
    versions: tuple[Agreement, ...]
    is_retired: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.name = ""
        self.draft_definition = None
        self.versions = ()
        self.is_retired = False

    @property
    def published(self) -> Agreement | None:
        """The latest published version, if there is one in use."""
        return self.versions[-1] if self.versions and not self.is_retired else None

    @property
    def published_version(self) -> int:
        """The number of the latest published version, 0 before the first."""
        return len(self.versions)

    def definition_of(self, version: int) -> Agreement:
        """A published version, for ever the same. Raises NotFound."""
        if not 1 <= version <= len(self.versions):
            raise NotFound(f"{self.number} has no version {version}.")
        return self.versions[version - 1]

    def _require_in_use(self) -> None:
        require(not self.is_retired, "A retired service level policy cannot be changed.")

    # Draft and revise ----------------------------------------------------------------------

    @classmethod
    def draft(cls, id: UUID, *, name: str, definition: Agreement, by: Provenance) -> Self:
        name = text.name(name, "The name of a service level policy")
        check(definition)
        return cls.begin(id, cls.Drafted(by=by, name=name, definition=definition))

    class Drafted(Event):
        name: str
        definition: Agreement

        def apply(self, policy: "ServiceLevelPolicy", /) -> None:
            policy.name = self.name
            policy.draft_definition = self.definition

    def revise(self, definition: Agreement, *, by: Provenance) -> None:
        """Change the draft. What is published stays until the draft is published."""
        self._require_in_use()
        check(definition)
        if definition != self.draft_definition:
            self.record(self.Revised(by=by, definition=definition))

    class Revised(Event):
        definition: Agreement

        def apply(self, policy: "ServiceLevelPolicy", /) -> None:
            policy.draft_definition = self.definition

    # Publish -----------------------------------------------------------------------------

    def publish(self, *, by: Provenance) -> None:
        """Put the draft into use as the next version. What was promised stays promised."""
        self._require_in_use()
        draft = self.draft_definition
        if draft is not None and draft != self.published:
            self.record(
                self.VersionPublished(
                    by=by,
                    number=self.published_version + 1,
                    definition=draft,
                    digest=digest(draft),
                )
            )

    class VersionPublished(Event):
        number: int
        definition: Agreement
        digest: str

        def apply(self, policy: "ServiceLevelPolicy", /) -> None:
            policy.versions = (*policy.versions, self.definition)

    # Retire ------------------------------------------------------------------------------

    def retire(self, *, by: Provenance) -> None:
        """Take it out of use for new promises."""
        if not self.is_retired:
            self.record(self.Retired(by=by))

    class Retired(Event):
        def apply(self, policy: "ServiceLevelPolicy", /) -> None:
            policy.is_retired = True


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
