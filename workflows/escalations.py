"""Which marks of an incident people still have to be told of, from its own events."""

from collections.abc import Iterable

from msgspec import Struct, structs

from domain.aggregate import Entry
from domain.incident import Incident
from domain.ledger import Ledger
from domain.service_level_policy import EscalationStep, ServiceLevelPolicy

STARTS = (Incident.MarkReached, Incident.TargetBreached)
ENDS = (
    Incident.EscalationAcknowledged,
    Incident.ServiceLevelApplied,
    Incident.Resolved,
    Incident.Closed,
    Incident.Cancelled,
)


class Mark(Struct, frozen=True, kw_only=True):
    """A mark that was reached at a version; at `ended` it concerned nobody any more."""

    round: int
    target: str
    mark: str
    version: int
    applied: Incident.ServiceLevelApplied
    ended: int | None = None


def marks(history: Iterable[Entry]) -> list[Mark]:
    """Every mark that an incident with this history has reached."""
    found: list[Mark] = []
    applied: Incident.ServiceLevelApplied | None = None
    for entry in history:
        event = entry.event
        if isinstance(event, ENDS):
            found = [
                mark if mark.ended else structs.replace(mark, ended=entry.originator_version)
                for mark in found
            ]
        if isinstance(event, Incident.ServiceLevelApplied):
            applied = event
        elif isinstance(event, Incident.MarkReached) and applied is not None:
            found.append(
                Mark(
                    round=event.round,
                    target=event.target,
                    mark=event.mark,
                    version=entry.originator_version,
                    applied=applied,
                )
            )
    return found


async def steps(ledger: Ledger, mark: Mark) -> tuple[EscalationStep, ...]:
    """What the policy says is to be done at a mark, step after step."""
    policy = await ledger.find(ServiceLevelPolicy, mark.applied.policy)
    agreement = policy.definition_of(mark.applied.policy_version)
    return tuple(
        step
        for step in agreement.escalation
        if (step.target, step.mark) == (mark.target, mark.mark)
    )
