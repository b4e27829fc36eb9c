"""How far an approval has come in its process, from the events of its record."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from domain import quorum
from domain.aggregate import Event
from domain.approval_round import ApprovalRounds
from domain.approval_round_state import GivenUp, RoundEvent, RoundState
from domain.process_progress import Progress, StageProgress, StageState
from projections.view import Cases

NameOf = Callable[[str], str]
"""What a person is called, by id."""


class Round:
    """The latest round, and what its events say beyond how it stands."""

    def __init__(self) -> None:
        self.standing = RoundState()
        self.outcome: str = ""
        self.skipped: dict[str, str] = {}
        self.opened: set[str] = set()
        self.rejected: set[str] = set()
        self.reasons: dict[str, str] = {}
        self.again: set[str] = set()
        self.timed_out: set[str] = set()

    @property
    def process(self) -> tuple[UUID, int] | None:
        """The process and its version; None before the first submission."""
        standing = self.standing
        return (standing.process, standing.process_version) if standing.process else None

    @property
    def people(self) -> set[str]:
        """Everybody who is asked or has voted."""
        stages, ballots = self.standing.stages, self.standing.ballots.values()
        asked = {voter for stage in stages for voter in stage.voters}
        return asked | {voter for votes in ballots for voter in votes}


CASES = Cases[Any]()


def latest_round(events: Iterable[Event]) -> Round:
    """The events are those of one record, oldest first."""
    round = Round()
    for event in events:
        if isinstance(event, ApprovalRounds.Submitted):
            round = Round()
        if isinstance(event, RoundEvent):
            round.standing = event.after(round.standing)
        if case := CASES.of(type(event)):
            case(event, round)
    return round


@CASES.on(ApprovalRounds.Submitted)
def _submitted(event: ApprovalRounds.Submitted, round: Round) -> None:
    round.outcome = "open"
    round.skipped = {one.name: one.reason for one in event.skipped}


@CASES.on(ApprovalRounds.StageOpened)
def _opened(event: ApprovalRounds.StageOpened, round: Round) -> None:
    round.opened.add(event.stage)
    for noted in (round.rejected, round.again, round.timed_out):
        noted.discard(event.stage)


@CASES.on(ApprovalRounds.StageEscalated)
def _escalated(event: ApprovalRounds.StageEscalated, round: Round) -> None:
    round.again.add(event.stage)


@CASES.on(ApprovalRounds.StageTimedOut)
def _timed_out(event: ApprovalRounds.StageTimedOut, round: Round) -> None:
    if event.outcome in ("approved", "rejected"):
        round.timed_out.add(event.stage)
    else:
        round.again.add(event.stage)


@CASES.on(ApprovalRounds.ApprovalMigrated)
def _migrated(event: ApprovalRounds.ApprovalMigrated, round: Round) -> None:
    round.skipped = {one.name: one.reason for one in event.skipped}
    round.opened = {event.mapping[name] for name in round.opened if name in event.mapping}
    passed = round.standing.passed
    round.timed_out = {
        event.mapping[name] for name in round.timed_out if event.mapping.get(name) in passed
    }
    round.reasons = {
        event.mapping[name]: reason
        for name, reason in round.reasons.items()
        if event.mapping.get(name) in passed
    }
    again = {event.mapping[name] for name in round.again if name in event.mapping}
    round.again = again.intersection(passed)


@CASES.on(ApprovalRounds.StageDecided)
def _decided(event: ApprovalRounds.StageDecided, round: Round) -> None:
    round.reasons[event.stage] = event.reason
    if event.outcome == "rejected":
        round.rejected.add(event.stage)


@CASES.on(ApprovalRounds.Approved)
def _approved(_: ApprovalRounds.Approved, round: Round) -> None:
    round.outcome = "approved"


@CASES.on(ApprovalRounds.Rejected)
def _rejected(_: ApprovalRounds.Rejected, round: Round) -> None:
    round.outcome = "rejected"


@CASES.on(GivenUp)
def _given_up(_: Event, round: Round) -> None:
    if round.outcome == "open":
        round.standing = round.standing.ended()
        round.outcome = "ended"


# What is shown of it -------------------------------------------------------------------------


def progress(round: Round, name_of: NameOf) -> Progress:
    """How each stage of the latest round stands."""
    stages = {name: StageProgress(state="skipped", text=why) for name, why in round.skipped.items()}
    for stage in round.standing.stages:
        stages[stage.name] = _stage(round, stage.name, name_of)
    outcome: Any = round.outcome or "open"
    return Progress(stages=stages, outcome=outcome)


def _stage(round: Round, name: str, name_of: NameOf) -> StageProgress:
    standing = round.standing
    state = _state(round, name)
    if state == "waiting":
        return StageProgress(state=state)
    votes = standing.votes(name)
    entitled = standing.entitled(name)
    text = round.reasons.get(name, "")
    if state == "open":
        text = quorum.verdict(standing.stage(name).quorum, entitled, votes, name_of).next
    silent = [name_of(voter) for voter in entitled if voter not in votes]
    who = [f"{name_of(voter)}: {vote}." for voter, vote in votes.items()]
    if silent and state == "open":
        who.append(f"To vote: {', '.join(silent)}.")
    return StageProgress(
        state=state,
        voted=len(votes),
        voters=len({*votes, *entitled}),
        is_again=name in round.again,
        is_timed_out=name in round.timed_out,
        text=text,
        who=tuple(who),
    )


def _state(round: Round, name: str) -> StageState:
    standing = round.standing
    if name in standing.open:
        return "open"
    if name in standing.passed:
        return "approved"
    if name in round.rejected:
        return "rejected"
    # What had begun and is decided no more waits again while the round goes on.
    return "stopped" if name in round.opened and round.outcome != "open" else "waiting"
