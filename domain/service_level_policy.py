"""Service level policies: what is promised for which tickets, published version by version."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Event
from domain.agreement import (
    About,
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
from domain.open_tickets import AppliesTo, ForOpenTickets, Move
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.service_clock import Target
from domain.service_level_mistakes import NAMED_MAX, STEPS_MAX, TARGETS_MAX, mistakes
from domain.subjects import Value
from domain.versioned import Versioned

__all__ = [
    "NAMED_MAX",
    "STEPS_MAX",
    "TARGETS_MAX",
    "Agreement",
    "AppliesTo",
    "Effects",
    "EscalationStep",
    "Facts",
    "Fitting",
    "Kind",
    "Move",
    "PausingReason",
    "ServiceLevelPolicy",
    "Subject",
    "TargetPromise",
    "Zone",
    "check",
    "fits",
    "fitting",
    "in_force",
    "mistakes",
    "promised",
]


class Facts(Struct, frozen=True, kw_only=True):
    """What the lists of a policy look at in a ticket."""

    kind: str = "incident"
    priority: int | None = None
    category: str = ""
    service: str = ""
    organisation: UUID | None = None


class Effects(Struct, frozen=True, kw_only=True):
    """What a version would do to the open tickets, in numbers of clocks but for `tickets`."""

    tickets: int = 0
    """How many tickets are open."""
    earlier: int = 0
    """Due earlier than now."""
    later: int = 0
    begun: int = 0
    """Promised for the first time."""
    dropped: int = 0
    """Promised no more."""
    breached: int = 0
    """Breached at once, which are not yet."""


class ServiceLevelPolicy(Versioned[Agreement], ForOpenTickets):
    prefix = "SLP"
    what = "service level policy"
    subject = "service level policy"

    draft_definition: Agreement | None
    versions: tuple[Agreement, ...]
    submitted_for: AppliesTo
    """For which tickets the draft was submitted last."""

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.submitted_for = "new"

    @staticmethod
    def check(definition: Agreement) -> None:
        check(definition)

    @staticmethod
    def described(definition: Agreement) -> Mapping[str, Value]:
        return {
            "order": definition.order,
            "targets": sorted({promise.name for promise in definition.targets}),
            "services": sorted(set(definition.services)),
            "categories": sorted(set(definition.categories)),
            "organisations": sorted({str(id) for id in definition.organisations}),
            "escalation_steps": len(definition.escalation),
        }

    class Drafted(Versioned.Drafted):
        definition: Agreement

    class Revised(Versioned.Revised):
        definition: Agreement

    # Submit ------------------------------------------------------------------------------

    def is_news(self, *, applies_to: AppliesTo | None = None) -> bool:
        is_for_new = self.applied_to[-1:] == ("new",) and not self.is_retired
        return super().is_news() or (is_for_new and (applies_to or self.submitted_for) == "open")

    def choose_tickets(self, applies_to: AppliesTo, *, by: Provenance) -> None:
        """Say for which tickets the draft is to be, to submit it."""
        require(
            not self.standing.open and self.granted_round == 0,
            "For which tickets a version is to be is said with its submission.",
        )
        if applies_to != self.submitted_for:
            self.record(self.TicketsChosen(by=by, applies_to=applies_to))

    class TicketsChosen(Event):
        applies_to: AppliesTo

        def apply(self, policy: "ServiceLevelPolicy", /) -> None:
            policy.submitted_for = self.applies_to

    # Publish -----------------------------------------------------------------------------

    def publish(self, *, applies_to: AppliesTo | None = None, by: Provenance) -> None:
        """Put the draft into use as the next version: for what is promised from now on, or for
        open tickets too; what was approved, for those that it was submitted for. A version that is
        in use for new tickets alone can be published for open ones afterwards."""
        if self.granted_round:
            require(
                applies_to in (None, self.submitted_for),
                f"Round {self.granted_round} has approved it for {self.submitted_for} tickets.",
            )
            applies_to = self.submitted_for
        is_known = self.draft_definition == self.published
        self._publish(by=by, applies_to=applies_to or "new")
        if is_known and applies_to == "open":
            self._include_open(by=by)

    class OpenTicketsIncluded(ForOpenTickets.OpenTicketsIncluded):
        def apply(self, policy: Any, /) -> None:
            super().apply(policy)
            policy.grant = None
            policy.outstanding = ""

    class VersionPublished(Versioned.VersionPublished):
        definition: Agreement
        applies_to: AppliesTo = "new"

        def apply(self, policy: Any, /) -> None:
            super().apply(policy)
            policy.begin_version(self.applies_to)

    # What if -----------------------------------------------------------------------------

    def what_if(self, digest: str, effects: Effects, *, by: Provenance) -> None:
        """Say that somebody has asked what a definition would do to the open tickets."""
        self.record(self.WhatIfAsked(by=by, digest=digest, effects=effects))

    class WhatIfAsked(Event):
        digest: str
        """Of the definition."""
        effects: Effects

        def apply(self, policy: "ServiceLevelPolicy", /) -> None:
            """It changes nothing."""


class Fitting(Struct, frozen=True):
    """A version of a policy that is about a ticket, and what it promises."""

    policy: ServiceLevelPolicy
    version: int
    agreement: Agreement
    targets: tuple[Target, ...]


def fitting(
    policies: Iterable[tuple[ServiceLevelPolicy, Agreement]],
    ticket: About,
    kept: Mapping[UUID, int] = MappingProxyType({}),
) -> tuple[Fitting, ...]:
    """Those of some policies that are about a ticket: of the SLAs that with the lowest order, and
    all of the others.

    `kept` are the versions under which the ticket was promised something, by policy: they stay
    until a later one is for open tickets, too.
    """
    rows = []
    for policy, agreement in policies:
        if (promised_under := kept.get(policy.id)) is None:
            rows.append((policy, policy.published_version, agreement))
        else:
            version = policy.version_for(promised_under)
            rows.append((policy, version, policy.definition_of(version)))
    rows.sort(key=lambda row: (row[2].order, row[0].id))
    found = []
    has_sla = False
    for policy, version, agreement in rows:
        is_sla = agreement.kind == "SLA"
        if not (is_sla and has_sla) and (targets := promised(agreement, ticket)):
            found.append(Fitting(policy, version, agreement, targets))
            has_sla |= is_sla
    return tuple(found)


def in_force(
    policies: Iterable[tuple[ServiceLevelPolicy, Agreement]], ticket: About
) -> tuple[tuple[ServiceLevelPolicy, tuple[Target, ...]], ...]:
    """Those that are about a ticket to which nothing was promised yet."""
    return tuple((one.policy, one.targets) for one in fitting(policies, ticket))


def check(agreement: Agreement) -> None:
    """Refuse an agreement that promises nothing, or something that cannot be counted."""
    for finding in mistakes(agreement):
        raise Refused(finding.sentence)
