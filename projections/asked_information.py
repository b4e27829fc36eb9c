"""For which stages of its approval information is asked of the requester of a ticket."""

from typing import Any, Protocol

from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp
from projections.view import Cases


class Asked(Protocol):
    """A row that tells of it."""

    is_information_asked: bool
    asked_in: tuple[str, ...]


CASES = Cases[Any]()


def fold(event: Event, row: Asked) -> None:
    if case := CASES.of(type(event)):
        case(event, row)


def _set(row: Asked, stages: tuple[str, ...]) -> None:
    row.asked_in, row.is_information_asked = stages, bool(stages)


@CASES.on(ApprovalRounds.InformationRequested)
def _asked(event: ApprovalRounds.InformationRequested, row: Asked) -> None:
    _set(row, tuple(dict.fromkeys((*row.asked_in, event.stage))))


@CASES.on(
    ApprovalRounds.InformationProvided,
    ApprovalRounds.StageOpened,
    ApprovalRounds.StageEscalated,
    ApprovalRounds.FallbackAsked,
    ApprovalRounds.StageDecided,
)
def _done(event: ApprovalRounds.InformationProvided, row: Asked) -> None:
    _set(row, tuple(stage for stage in row.asked_in if stage != event.stage))


@CASES.on(ApprovalRounds.VotesInvalidated)
def _begun_again(event: ApprovalRounds.VotesInvalidated, row: Asked) -> None:
    _set(row, tuple(stage for stage in row.asked_in if stage not in event.again))


@CASES.on(ApprovalRounds.ApprovalMigrated)
def _migrated(event: ApprovalRounds.ApprovalMigrated, row: Asked) -> None:
    counterparts = (event.mapping.get(stage, "") for stage in row.asked_in)
    _set(row, tuple(stage for stage in dict.fromkeys(counterparts) if stage in event.due))


@CASES.on(ApprovalRounds.Rejected, GivenUp)
def _ended(_: Event, row: Asked) -> None:
    _set(row, ())
