"""Service level policies: what is promised for which tickets, published version by version."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

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
from domain.rules import Refused
from domain.service_clock import Target
from domain.service_level_mistakes import NAMED_MAX, STEPS_MAX, TARGETS_MAX, mistakes
from domain.versioned import Versioned

__all__ = [
    "NAMED_MAX",
    "STEPS_MAX",
    "TARGETS_MAX",
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


def in_force(
    policies: Iterable[tuple[ServiceLevelPolicy, Agreement]], ticket: About
) -> tuple[tuple[ServiceLevelPolicy, tuple[Target, ...]], ...]:
    """Those of some policies that are about a ticket, each with what it promises: the first of
    the SLAs, and all of the others."""
    found = []
    has_sla = False
    for policy, agreement in policies:
        is_sla = agreement.kind == "SLA"
        if not (is_sla and has_sla) and (targets := promised(agreement, ticket)):
            found.append((policy, targets))
            has_sla |= is_sla
    return tuple(found)


def check(agreement: Agreement) -> None:
    """Refuse an agreement that promises nothing, or something that cannot be counted."""
    for finding in mistakes(agreement):
        raise Refused(finding.sentence)
