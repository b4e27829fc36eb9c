"""One case of an approval, played without a ledger: what happens, when, and what comes of it.

It is played on a record in memory that decides as all records do, so it shows what would happen.
The clock is that of the round: whatever falls due before the next input happens first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Event
from domain.approval import OpenStage, Vote
from domain.approval_round import ApprovalRounds, Terms
from domain.approval_round_state import StageState
from domain.business_time import BusinessHours
from domain.provenance import Provenance
from domain.rules import Refused
from domain.subjects import Value

NOBODY = UUID(int=0)
CLOCK = "approvals"

Act = Literal["approve", "reject", "abstain", "retract", "ask", "answer"]
"""What a person does: votes, takes the vote back, or asks for information and is answered."""


class Input(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody does at a moment. `stage` is needed where they have a vote in several."""

    at: datetime
    who: str
    act: Act
    stage: str = ""
    comment: str = ""


class Happening(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened at a moment. `people` are ids: who voted, or was asked or reminded."""

    at: datetime
    what: str
    stage: str = ""
    people: tuple[str, ...] = ()
    detail: str = ""
    due: datetime | None = None


class Played(Struct, frozen=True, kw_only=True):
    """A case that was played. `outcome` is pending if the inputs were not allowed to end it."""

    happenings: tuple[Happening, ...]
    outcome: Literal["approved", "rejected", "pending"]
    ended: datetime | None


Told = tuple[Event, tuple[str, ...]]
"""An event, with those who are asked if a stage opens."""


class Trial(ApprovalRounds, abstract=True):
    """A record that exists for a trial only: nothing of it is stored."""

    what = "subject"
    whose = "who asks for it has no vote"

    def __init__(self, own: frozenset[str], facts: Mapping[str, Value]) -> None:
        super().__init__(NOBODY)
        self.own = own
        self.known_facts = facts
        self.outcome: Literal["approved", "rejected", "pending"] = "pending"
        self.told: tuple[Told, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.outcome != "pending"

    @property
    def barred(self) -> frozenset[str]:
        return self.own

    def content(self) -> Mapping[str, Value]:
        return self.known_facts

    def record(self, event: Event) -> None:
        event.apply(self)
        asked: tuple[str, ...] = ()
        if isinstance(event, self.StageOpened):
            asked = self.standing.entitled(event.stage)
        self.told = (*self.told, (event, asked))

    def needs_signature(self, stage: str) -> bool:
        return False  # Whoever votes in a trial has nothing to prove.

    def require_ready(self) -> None:
        """What is tried is ready."""

    def enter_approval(self) -> None:
        self.outcome = "pending"

    def leave_approval(self, *, is_approved: bool) -> None:
        self.outcome = "approved" if is_approved else "rejected"

    def begin_round(
        self,
        stages: Sequence[OpenStage],
        terms: Terms,
        hours: BusinessHours | None,
        at: datetime,
    ) -> None:
        """Raises Refused where a submission would."""
        self.submit(
            process_version=1, hours=hours, stages=stages, terms=terms, by=signed(CLOCK, at)
        )

    def cast(self, vote: Vote, who: str, stage: str, at: datetime) -> None:
        """Vote. Raises Refused where a vote would be."""
        comment = "No." if vote == "reject" else ""
        self.vote(vote, comment=comment, stage=stage, hours=None, by=signed(who, at))

    def run_out(self, stage: str, hours: BusinessHours | None, at: datetime) -> None:
        self.time_out_stage(1, stage, hours=hours, by=signed(CLOCK, at))


def signed(actor: str, at: datetime) -> Provenance:
    return Provenance(actor=actor, at=at, command=NOBODY, channel="simulation")


def play(
    trial: Trial,
    stages: Sequence[OpenStage],
    terms: Terms,
    *,
    hours: BusinessHours | None,
    start: datetime,
    inputs: Sequence[Input] = (),
    until: datetime | None = None,
) -> Played:
    """Submit, and let happen what is put in and what falls due, to the end or until a moment.

    An input that is refused is told with the reason, and changes nothing. Raises Refused where the
    submission is.
    """
    trial.begin_round(stages, terms, hours, start)
    happenings = tuple(map(_happening, trial.told))
    left = sorted(inputs, key=lambda one: one.at)
    while not trial.is_over:
        known = len(trial.told)
        turn = _next_turn(trial)
        if left and (turn is None or left[0].at <= turn[0]):
            happenings += _put_in(trial, left.pop(0), hours)
        elif turn is not None and (until is None or turn[0] <= until):
            _take(trial, turn, hours)
        else:
            break
        happenings += tuple(map(_happening, trial.told[known:]))
    for late in left:
        happenings += (_refusal(late, "It is decided."),)
    return Played(
        happenings=happenings,
        outcome=trial.outcome,
        ended=happenings[-1 - len(left)].at if trial.is_over else None,
    )


Turn = tuple[datetime, str, str]
"""When the clock does what in which stage."""


def _next_turn(trial: Trial) -> Turn | None:
    turns = [
        turn
        for name, opened in trial.standing.open.items()
        if opened.due is not None
        for turn in _turns(name, opened, opened.due)
    ]
    return min(turns, default=None, key=lambda turn: turn[0])


def _turns(name: str, opened: StageState, due: datetime) -> Sequence[Turn]:
    end = (due, "time out", name)
    half = opened.since + (due - opened.since) / 2
    reminders = opened.reminders or (half,)
    if opened.reminded < len(reminders) and reminders[opened.reminded] < due:
        return (reminders[opened.reminded], "remind", name), end
    return (end,)


def _take(trial: Trial, turn: Turn, hours: BusinessHours | None) -> None:
    at, act, stage = turn
    if act == "remind":
        number = trial.standing.open[stage].reminded
        trial.remind(1, stage, number=number, by=signed(CLOCK, at))
    else:
        trial.run_out(stage, hours, at)


def _put_in(trial: Trial, given: Input, hours: BusinessHours | None) -> tuple[Happening, ...]:
    by = signed(given.who, given.at)
    comment = given.comment or "Not given in the simulation."
    try:
        match given.act:
            case "retract":
                trial.retract_vote(reason=comment, stage=given.stage, hours=hours, by=by)
            case "ask":
                trial.request_information(comment, stage=given.stage, by=by)
            case "answer":
                trial.provide_information(comment, stage=given.stage, hours=hours, by=by)
            case vote:
                said = comment if vote == "reject" else given.comment
                trial.vote(vote, comment=said, stage=given.stage, hours=hours, by=by)
    except Refused as refused:
        return (_refusal(given, str(refused)),)
    return ()


def _refusal(given: Input, why: str) -> Happening:
    return Happening(
        at=given.at, what=f"{given.act} refused", stage=given.stage, people=(given.who,), detail=why
    )


# What is told ----------------------------------------------------------------------------------

WHAT = {
    "Submitted": "submitted",
    "StageOpened": "opened",
    "VoteCast": "voted {vote}",
    "VoteRetracted": "retracted",
    "InformationRequested": "asked back",
    "InformationProvided": "answered",
    "VotersReminded": "reminded",
    "StageTimedOut": "timed out: {outcome}",
    "StageEscalated": "escalated",
    "FallbackAsked": "fallback asked",
    "StageDecided": "stage {outcome}",
    "Approved": "approved",
    "Rejected": "rejected",
}


def _happening(told: Told) -> Happening:
    event, asked = told
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    name = type(event).__name__
    people = asked or fields.get("to", ())
    if name in ("VoteCast", "VoteRetracted"):
        people = (fields["voter"] or event.by.actor,)
    elif name.startswith("Information"):
        people = (event.by.actor,)
    skipped = [f"{one.name} is skipped: {one.reason}" for one in fields.get("skipped", ())]
    return Happening(
        at=event.by.effective_at,
        what=WHAT.get(name, name).format(**fields),
        stage=fields.get("stage", ""),
        people=people,
        detail=" ".join(skipped) or fields.get("reason", ""),
        due=fields.get("due"),
    )
