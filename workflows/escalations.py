"""Which marks of a ticket something is still to be done about, from its own events."""

from collections.abc import Iterable

from msgspec import Struct, structs

from domain import situation_events
from domain.aggregate import Entry, Event
from domain.agreement import Agreement, EscalationStep
from domain.escalated import Escalated
from domain.ledger import Ledger
from domain.promises import Promises
from domain.service_level_policy import ServiceLevelPolicy

STARTS = (Promises.MarkReached, Promises.TargetBreached)
ENDS: tuple[type[Event], ...] = (Escalated.EscalationAcknowledged, *situation_events.ENDS)
"""An acknowledgement ends those marks only of which somebody may have been told."""


class Mark(Struct, frozen=True, kw_only=True):
    """A mark that was reached at a version; at `ended` it concerned nobody any more."""

    round: int
    target: str
    """The name of the clock."""
    mark: str
    cycle: int
    version: int
    applied: Promises.ServiceLevelApplied
    """What was promised then."""
    ended: int | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is called in every round."""
        return self.target, self.mark, self.cycle


def marks(history: Iterable[Entry]) -> list[Mark]:
    """Every mark that a ticket with this history has reached. One that was reached again in a
    later round takes the place of the earlier one; one that was reached after somebody was told
    for the last time is not ended by their acknowledgement."""
    found: list[Mark] = []
    applied: dict[str, Promises.ServiceLevelApplied] = {}
    told = 0
    for entry in history:
        event, version = entry.event, entry.originator_version
        if isinstance(event, Escalated.EscalatedHierarchically):
            told = version
        elif isinstance(event, Escalated.EscalationAcknowledged):
            found = [_ended(mark, version) if mark.version < told else mark for mark in found]
        elif isinstance(event, ENDS):
            found = [_ended(mark, version) for mark in found]
        if isinstance(event, Promises.ServiceLevelApplied):
            applied[event.label] = event
        elif isinstance(event, Promises.MarkReached):
            promise = _of(event.target, applied)
            if promise is None:
                continue
            mark = Mark(
                round=event.round,
                target=event.target,
                mark=event.mark,
                cycle=event.cycle,
                version=version,
                applied=promise,
            )
            found = [_ended(one, version) if one.key == mark.key else one for one in found]
            found.append(mark)
    return found


async def steps(ledger: Ledger, mark: Mark) -> tuple[Agreement, tuple[EscalationStep, ...]]:
    """What the policy says is to be done at a mark, step after step."""
    policy = await ledger.find(ServiceLevelPolicy, mark.applied.policy)
    agreement = policy.definition_of(mark.applied.policy_version)
    label = mark.applied.label
    target = mark.target.removeprefix(f"{label}: ") if label else mark.target
    found = (one for one in agreement.escalation if (one.target, one.mark) == (target, mark.mark))
    return agreement, tuple(found)


def _of(
    clock: str, applied: dict[str, Promises.ServiceLevelApplied]
) -> Promises.ServiceLevelApplied | None:
    """The promise that a clock belongs to."""
    labels = (label for label in applied if label and clock.startswith(f"{label}: "))
    return applied.get(max(labels, key=len, default=""))


def _ended(mark: Mark, version: int) -> Mark:
    return mark if mark.ended else structs.replace(mark, ended=version)
