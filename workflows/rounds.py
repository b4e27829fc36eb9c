"""How the rounds of approval of a record stand, from its own events."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import structs

from domain.aggregate import Entry
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp, RoundEvent, RoundState
from workflows.values import Approval, Patience

STARTS = (ApprovalRounds.Submitted,)
ENDS = (ApprovalRounds.Approved, ApprovalRounds.Rejected, GivenUp)
STEPS = (
    ApprovalRounds.StageOpened,
    ApprovalRounds.StageDecided,
    ApprovalRounds.StageEscalated,
    ApprovalRounds.FallbackAsked,
    ApprovalRounds.InformationRequested,
    ApprovalRounds.InformationProvided,
    ApprovalRounds.ApprovalHeld,
    ApprovalRounds.ApprovalResumed,
    ApprovalRounds.VotesInvalidated,
    ApprovalRounds.ApprovalMigrated,
)
"""What changes when a round is due. Votes alone do not."""
_NEWS = (*STARTS, *ENDS, *STEPS, ApprovalRounds.VotersReminded)


def rounds(id: UUID, entries: Iterable[Entry]) -> list[Approval]:
    """Every round of a record after these events; a round that is over stays as it ended."""
    found: list[Approval] = []
    state = RoundState()
    for entry in entries:
        event, version = entry.event, entry.originator_version
        if isinstance(event, RoundEvent):
            state = event.after(state)
        if isinstance(event, STARTS):
            found.append(Approval(record=id, round=state.number, begun=version, version=version))
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
