"""Rounds of approval: a ticket is submitted, its stages are voted on in order, and it is decided.

The vote that decides a stage decides it in the same command: the next stage opens, or the round
ends. Nobody votes on their own ticket. Every round ends, whoever stays silent: a stage whose
patience has run out is approved, rejected or escalated as its definition says, and an escalated
stage whose patience runs out once more is rejected.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from msgspec import structs

from domain import approval, business_time, text
from domain.aggregate import Event
from domain.approval import OpenStage, Outcome, Verdict, Vote
from domain.business_rules import WEEKDAYS
from domain.business_time import BusinessHours, duration
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.ticket import Ticket

STAGES_MAX = 20
VOTERS_MAX = 100

ALWAYS = BusinessHours(zone="UTC", weekly={day: (("00:00", "24:00"),) for day in WEEKDAYS})
"""What patience counts on where a process names no calendar."""


class ApprovalRounds(Ticket, abstract=True):
    """A ticket that people approve. `round` counts how often it was submitted."""

    proposer: str
    round: int
    calendar: UUID | None
    calendar_version: int
    stages: tuple[OpenStage, ...]
    stage_index: int | None
    due: datetime | None
    votes: dict[str, Vote]
    voted: tuple[str, ...]
    added_voters: tuple[str, ...]
    is_escalated: bool
    is_reminded: bool

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.proposer = ""
        self.round = 0
        self.calendar = None
        self.calendar_version = 0
        self.stages = ()
        self.stage_index = None
        self.due = None
        self.votes = {}
        self.voted = ()
        self.added_voters = ()
        self.is_escalated = False
        self.is_reminded = False

    @property
    def open_stage(self) -> OpenStage | None:
        """The stage that is open for votes, if any, with those whom an escalation added."""
        if self.stage_index is None:
            return None
        stage = self.stages[self.stage_index]
        return structs.replace(stage, voters=(*stage.voters, *self.added_voters))

    @property
    def barred(self) -> frozenset[str]:
        """The people who never vote on this ticket: it is their own."""
        own = (self.proposer, str(self.requester or ""), str(self.assignee or ""))
        return frozenset(person for person in own if person)

    def verdict_so_far(self) -> Verdict | None:
        """What the votes in the open stage amount to, and what would decide it."""
        stage = self.open_stage
        return None if stage is None else stage.verdict(self.votes)

    # What the events of a round do to the life cycle of the kind -----------------------------

    def enter_approval(self) -> None:
        raise NotImplementedError

    def leave_approval(self, *, is_approved: bool) -> None:
        raise NotImplementedError

    def close_round(self) -> None:
        """No stage is open any more."""
        self.stage_index = None
        self.due = None
        self.votes = {}
        self.added_voters = ()
        self.is_escalated = False
        self.is_reminded = False

    # Submit ------------------------------------------------------------------------------

    def submit_to(
        self,
        process: UUID | None,
        *,
        process_version: int,
        calendar: UUID | None,
        calendar_version: int,
        hours: BusinessHours | None,
        stages: Sequence[OpenStage],
        by: Provenance,
    ) -> None:
        """Begin the next round with these stages. `hours` are those of the calendar's version."""
        self._check_stages(stages, hours, by)
        self.record(
            self.Submitted(
                by=by,
                round=self.round + 1,
                process=process,
                process_version=process_version,
                calendar=calendar,
                calendar_version=calendar_version,
                stages=tuple(stages),
            )
        )
        self._open_stage(0, hours, by)

    def _check_stages(
        self, stages: Sequence[OpenStage], hours: BusinessHours | None, by: Provenance
    ) -> None:
        approval.check(stages)
        require(len(stages) <= STAGES_MAX, f"An approval has at most {STAGES_MAX} stages.")
        for stage in stages:
            asked = {*stage.voters, *stage.escalate_to}
            require(
                len(asked) <= VOTERS_MAX, f"{stage.name}: a stage has at most {VOTERS_MAX} voters."
            )
            require(
                asked.isdisjoint(self.barred),
                f"{stage.name}: nobody is asked to approve their own {self.what}.",
            )
            business_time.due(by.effective_at, duration(stage.patience), hours or ALWAYS)

    class Submitted(Event):
        round: int
        process: UUID | None = None
        process_version: int = 0
        calendar: UUID | None = None
        calendar_version: int = 0
        stages: tuple[OpenStage, ...] = ()

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            ticket.round = self.round
            ticket.calendar = self.calendar
            ticket.calendar_version = self.calendar_version
            ticket.stages = self.stages
            ticket.voted = ()
            ticket.close_round()
            ticket.enter_approval()

    # Open a stage ------------------------------------------------------------------------

    def _open_stage(self, index: int, hours: BusinessHours | None, by: Provenance) -> None:
        stage = self.stages[index]
        due = _due(by, stage, hours)
        self.record(
            self.StageOpened(by=by, round=self.round, index=index, stage=stage.name, due=due)
        )

    class StageOpened(Event):
        round: int
        index: int
        stage: str
        due: datetime

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            ticket.close_round()
            ticket.stage_index = self.index
            ticket.due = self.due

    # Vote --------------------------------------------------------------------------------

    def vote(
        self, vote: Vote, *, comment: str = "", hours: BusinessHours | None, by: Provenance
    ) -> None:
        """Vote in the open stage, once; a deciding vote decides it.

        `hours` are those of `calendar` in `calendar_version`, for the stage that may open next.
        """
        stage = self.open_stage
        if stage is None:
            raise Refused(f"This {self.what} is not open for votes.")
        require(
            self.barred.isdisjoint({by.actor, by.on_behalf_of}),
            f"Nobody votes on their own {self.what}: "
            "its requester, its proposer and its assignee have no vote.",
        )
        require(by.actor in stage.voters, f"You have no vote in {stage.name}.")
        require(by.actor not in self.votes, f"You have voted in {stage.name} already.")
        require(vote in get_args(Vote), "A vote is approve, reject or abstain.")
        comment = text.body(comment, "A comment", text.REASON_MAX)
        require(vote != "reject" or comment != "", "A rejection needs a comment that says why.")
        self.record(
            self.VoteCast(by=by, round=self.round, stage=stage.name, vote=vote, comment=comment)
        )
        verdict = stage.verdict(self.votes)
        if verdict.outcome != "pending":
            self._decide(verdict.outcome, verdict.reason, hours, by)

    class VoteCast(Event):
        round: int
        stage: str
        vote: Vote
        comment: Annotated[str, Personal("actor")] = ""

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            ticket.votes = {**ticket.votes, self.by.actor: self.vote}
            ticket.voted = (*ticket.voted, self.by.actor)

    # Decide a stage, and with the last one the round -----------------------------------------

    def _decide(
        self, outcome: Outcome, reason: str, hours: BusinessHours | None, by: Provenance
    ) -> None:
        index = self.stage_index or 0
        name = self.stages[index].name
        self.record(
            self.StageDecided(by=by, round=self.round, stage=name, outcome=outcome, reason=reason)
        )
        if outcome == "rejected":
            self.record(self.Rejected(by=by, round=self.round, reason=f"{name}: {reason}"))
        elif index + 1 < len(self.stages):
            self._open_stage(index + 1, hours, by)
        else:
            self.record(self.Approved(by=by, round=self.round))

    class StageDecided(Event):
        round: int
        stage: str
        outcome: Outcome
        reason: str

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            ticket.close_round()

    class Approved(Event):
        round: int
        reason: str = ""

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            ticket.close_round()
            ticket.leave_approval(is_approved=True)

    class Rejected(Event):
        round: int
        reason: str

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            ticket.close_round()
            ticket.leave_approval(is_approved=False)

    # Remind ------------------------------------------------------------------------------

    def remind(self, round: int, stage: str, *, by: Provenance) -> None:
        """Note that the silent voters were reminded, once in a patience. Too late: nothing."""
        opened = self._opened(round, stage)
        if opened is not None and not self.is_reminded:
            silent = tuple(voter for voter in opened.voters if voter not in self.votes)
            self.record(self.VotersReminded(by=by, round=round, stage=stage, to=silent))

    class VotersReminded(Event):
        round: int
        stage: str
        to: tuple[str, ...] = ()

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            ticket.is_reminded = True

    # Escalate ----------------------------------------------------------------------------

    def escalate_stage(
        self,
        round: int,
        stage: str,
        *,
        to: Sequence[str],
        hours: BusinessHours | None,
        by: Provenance,
    ) -> None:
        """Ask these people too, with a fresh patience for all. They add to those who vote.

        A stage that is not open any more, or was escalated before, stays as it is; so does one
        for which nobody is left who has not voted and may.
        """
        opened = self._opened(round, stage)
        if opened is not None and not self.is_escalated and (asked := self._askable(to)):
            require(
                len({*opened.voters, *asked}) <= VOTERS_MAX,
                f"{stage}: a stage has at most {VOTERS_MAX} voters.",
            )
            self._escalate(opened, asked, hours, by)

    def _askable(self, people: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            person
            for person in dict.fromkeys(people)
            if person not in self.votes and person not in self.barred
        )

    def _escalate(
        self,
        stage: OpenStage,
        to: tuple[str, ...],
        hours: BusinessHours | None,
        by: Provenance,
    ) -> None:
        due = _due(by, stage, hours)
        self.record(self.StageEscalated(by=by, round=self.round, stage=stage.name, to=to, due=due))

    class StageEscalated(Event):
        round: int
        stage: str
        to: tuple[str, ...]
        due: datetime

        def apply(self, ticket: "ApprovalRounds", /) -> None:
            stage = ticket.open_stage
            known = stage.voters if stage else ()
            new = tuple(person for person in self.to if person not in known)
            ticket.added_voters = (*ticket.added_voters, *new)
            ticket.due = self.due
            ticket.is_escalated = True
            ticket.is_reminded = False

    # Time out ----------------------------------------------------------------------------

    def time_out_stage(
        self, round: int, stage: str, *, hours: BusinessHours | None, by: Provenance
    ) -> None:
        """Do what the stage says for the end of its patience. Signed as of the due moment.

        Nothing happens for a stage that is not open any more, and before its due moment: so a
        clock that comes late, twice, or with the due moment before an escalation, does no harm.
        """
        opened = self._opened(round, stage)
        if opened is None or self.due is None or by.effective_at < self.due:
            return
        asked = self._askable(opened.escalate_to)
        if opened.on_timeout == "escalate" and not self.is_escalated and asked:
            self.record(self.StageTimedOut(by=by, round=round, stage=stage, outcome="escalated"))
            self._escalate(opened, asked, hours, by)
        elif opened.on_timeout == "approve":
            self.record(self.StageTimedOut(by=by, round=round, stage=stage, outcome="approved"))
            self._decide("approved", "Its patience ran out, which approves it.", hours, by)
        else:
            self.record(self.StageTimedOut(by=by, round=round, stage=stage, outcome="rejected"))
            self._decide("rejected", "Its patience ran out, which rejects it.", hours, by)

    class StageTimedOut(Event):
        round: int
        stage: str
        outcome: Literal["approved", "rejected", "escalated"]

    def _opened(self, round: int, stage: str) -> OpenStage | None:
        opened = self.open_stage
        return opened if opened and (round, stage) == (self.round, opened.name) else None


def _due(by: Provenance, stage: OpenStage, hours: BusinessHours | None) -> datetime:
    """When patience ends that begins when the command took effect.

    If it would be over before anybody was asked, as after days of standstill, it begins with the
    asking.
    """
    due = _end(by.effective_at, stage, hours)
    return due if due > by.at else _end(by.at, stage, hours)


def _end(start: datetime, stage: OpenStage, hours: BusinessHours | None) -> datetime:
    wait = duration(stage.patience)
    try:
        return business_time.due(start, wait, hours or ALWAYS)
    except Refused:
        # A calendar that has come to its end must not hold up a decision.
        return business_time.due(start, wait, ALWAYS)
