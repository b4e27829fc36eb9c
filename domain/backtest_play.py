"""A round of approval played with people who answer after their own time.

It is played on a record in memory that decides as all records do: see `domain.simulation`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from domain.approval import OpenStage, Outcome, Vote
from domain.approval_round import ApprovalRounds, Terms
from domain.approval_round_moments import moment_after
from domain.backtest_answers import length
from domain.backtest_past import asked_by
from domain.business_time import BusinessHours
from domain.rules import Refused
from domain.simulation import Trial, signed

AnswerOf = Callable[[str], timedelta]


class Asking(Struct, frozen=True):
    """These people were asked in a stage, so long after the submission."""

    after: timedelta
    stage: str
    people: tuple[str, ...]


class StageEnd(Struct, frozen=True):
    """A stage was decided, after so much open time."""

    stage: str
    open: timedelta
    outcome: Outcome


class Played(Struct, frozen=True, kw_only=True):
    outcome: Outcome
    reason: str
    """Why it was rejected."""
    after: timedelta
    """How long after the submission it was decided, by day and night."""
    asked: tuple[Asking, ...]
    ended: tuple[StageEnd, ...]
    timeouts: tuple[tuple[str, str], ...]
    """The stages whose patience ran out, and what that did."""
    fallback: tuple[str, ...]
    """The stages in which the fallback was asked."""


def play(
    stages: Sequence[OpenStage],
    terms: Terms,
    *,
    own: frozenset[str],
    hours: BusinessHours | None,
    start: datetime,
    answer_of: AnswerOf,
    votes: Mapping[str, Vote],
    otherwise: Vote,
) -> Played:
    """Submit, and let everybody vote as in `votes`, and who is not in it `otherwise`.

    Raises Refused where the submission is.
    """
    trial = Trial(own, {})
    trial.begin_round(stages, terms, hours, start)
    answers: dict[tuple[str, str], datetime] = {}
    while not trial.is_over:
        at, stage, voter = _next(trial, answers, hours, answer_of)
        if voter:
            _cast(trial, votes.get(voter, otherwise), voter, stage, hours, at)
        else:
            trial.run_out(stage, hours, at)
    return _told(trial, start, hours)


def _next(
    trial: Trial,
    answers: dict[tuple[str, str], datetime],
    hours: BusinessHours | None,
    answer_of: AnswerOf,
) -> tuple[datetime, str, str]:
    """What happens next: who votes where, or nobody where patience runs out. A vote in the very
    moment is in time."""
    found: list[tuple[datetime, bool, str, str]] = []
    for stage, opened in trial.standing.open.items():
        found.append((opened.patience_ends, True, stage, ""))
        for voter in trial.standing.silent(stage):
            if (stage, voter) not in answers:
                answers[stage, voter] = _later(opened.since, answer_of(voter), hours)
            # Who gets a vote anew has thought about it already.
            at = max(answers[stage, voter], opened.since)
            found.append((at, False, stage, voter))
    at, _, stage, voter = min(found)
    return at, stage, voter


def _later(since: datetime, time: timedelta, hours: BusinessHours | None) -> datetime:
    if hours is None:
        return since + time
    try:
        return hours.add(since, time)
    except Refused:
        # A calendar that has come to its end: patience counts day and night then, too.
        return moment_after(since, f"{max(1, int(time.total_seconds()))}s", None)


def _cast(
    trial: Trial, vote: Vote, voter: str, stage: str, hours: BusinessHours | None, at: datetime
) -> None:
    try:
        trial.vote(vote, comment="Then.", stage=stage, hours=hours, by=signed(voter, at))
    except Refused:
        # Only an abstention is refused, where the draft allows none.
        trial.vote("approve", stage=stage, hours=hours, by=signed(voter, at))


def _told(trial: Trial, start: datetime, hours: BusinessHours | None) -> Played:
    opened: dict[str, datetime] = {}
    asked: list[Asking] = []
    ended: list[StageEnd] = []
    timeouts: list[tuple[str, str]] = []
    fallback: list[str] = []
    reason, at = "", start
    for event, entitled in trial.told:
        at = event.by.effective_at
        match event:
            case ApprovalRounds.StageOpened(stage=stage):
                opened[stage] = at
                asked.append(Asking(at - start, stage, entitled))
            case (
                ApprovalRounds.StageEscalated(stage=stage)
                | ApprovalRounds.FallbackAsked(stage=stage)
            ):
                asked.append(Asking(at - start, stage, tuple(asked_by(event, trial.standing))))
                if isinstance(event, ApprovalRounds.FallbackAsked):
                    fallback.append(stage)
            case ApprovalRounds.StageTimedOut(stage=stage, outcome=what):
                timeouts.append((stage, what))
            case ApprovalRounds.StageDecided(stage=stage, outcome=outcome):
                ended.append(StageEnd(stage, length(opened[stage], at, hours), outcome))
            case ApprovalRounds.Rejected(reason=why):
                reason = why
    return Played(
        outcome="approved" if trial.outcome == "approved" else "rejected",
        reason=reason,
        after=at - start,
        asked=tuple(asked),
        ended=tuple(ended),
        timeouts=tuple(timeouts),
        fallback=tuple(fallback),
    )
