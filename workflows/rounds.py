"""How the rounds of approval of a record stand, from its own events."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import structs

from domain.aggregate import Entry
from domain.approval_round_state import RoundEvent, RoundState
from domain.change import Change
from workflows.values import Approval, Patience

STARTS = (Change.Submitted,)
ENDS = (Change.Approved, Change.Rejected, Change.Withdrawn, Change.Cancelled)
STEPS = (
    Change.StageOpened,
    Change.StageDecided,
    Change.StageEscalated,
    Change.FallbackAsked,
    Change.InformationRequested,
    Change.InformationProvided,
    Change.ApprovalHeld,
    Change.ApprovalResumed,
    Change.VotesInvalidated,
    Change.ApprovalMigrated,
)
"""What changes when a round is due. Votes alone do not."""
_NEWS = (*STARTS, *ENDS, *STEPS, Change.VotersReminded)


def rounds(id: UUID, entries: Iterable[Entry]) -> list[Approval]:
    """Every round of a record after these events; a round that is over stays as it ended."""
    found: list[Approval] = []
    state = RoundState()
    for entry in entries:
        event, version = entry.event, entry.originator_version
        if isinstance(event, RoundEvent):
            state = event.after(state)
        if isinstance(event, STARTS):
            found.append(Approval(change=id, round=state.number, begun=version, version=version))
        elif found and not found[-1].is_over and isinstance(event, _NEWS):
            found[-1] = structs.replace(
                found[-1],
                version=version,
                open=() if isinstance(event, ENDS) else patiences(state),
                is_over=isinstance(event, ENDS),
            )
    return found


def patiences(state: RoundState) -> tuple[Patience, ...]:
    """Those of the open stages that run."""
    return tuple(
        Patience(
            index=state.index(name),
            stage=name,
            since=stage.since,
            due=stage.due,
            is_escalated=stage.is_escalated,
            is_reminded=stage.reminded >= max(1, len(stage.reminders)),
            reminders=stage.reminders,
            reminded=stage.reminded,
        )
        for name, stage in state.open.items()
        if stage.due is not None
    )
