"""How the rounds of approval of a record stand, from its own events."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import structs

from domain.aggregate import Entry
from domain.approval_round import ApprovalRounds
from domain.change import Change
from workflows.values import Approval, Patience

STARTS = (Change.Submitted,)
ENDS = (Change.Approved, Change.Rejected, Change.Withdrawn, Change.Cancelled)
STEPS = (Change.StageOpened, Change.StageDecided, Change.StageEscalated)


def rounds(id: UUID, entries: Iterable[Entry]) -> list[Approval]:
    """Every round of a record after these events; a round that is over stays as it ended."""
    found: list[Approval] = []
    for entry in entries:
        if isinstance(entry.event, ApprovalRounds.Submitted):
            number, version = entry.event.round, entry.originator_version
            found.append(Approval(change=id, round=number, begun=version, version=version))
        elif found and not found[-1].is_over:
            found[-1] = _after(found[-1], entry)
    return found


def _after(approval: Approval, entry: Entry) -> Approval:
    event, version = entry.event, entry.originator_version
    patience = approval.patience
    match event:
        case ApprovalRounds.StageOpened():
            return structs.replace(
                approval,
                version=version,
                patience=Patience(
                    index=event.index,
                    stage=event.stage,
                    since=event.by.effective_at,
                    due=event.due,
                ),
            )
        case ApprovalRounds.StageEscalated() if patience:
            longer = structs.replace(
                patience,
                since=event.by.effective_at,
                due=event.due,
                is_escalated=True,
                is_reminded=False,
            )
            return structs.replace(approval, version=version, patience=longer)
        case ApprovalRounds.VotersReminded() if patience:
            reminded = structs.replace(patience, is_reminded=True)
            return structs.replace(approval, version=version, patience=reminded)
        case ApprovalRounds.StageDecided():
            return structs.replace(approval, version=version, patience=None)
        case _ if isinstance(event, ENDS):
            return structs.replace(approval, version=version, patience=None, is_over=True)
    return approval
