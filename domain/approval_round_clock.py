"""The patience of open stages: reminders, escalation, its end, and how it stands meanwhile.

Every round ends, whoever stays silent: a stage whose patience has run out is approved, rejected,
escalated or handed to the fallback as its definition says, and a stage that was escalated or
handed over and whose patience runs out once more is rejected. While information is outstanding the
patience stands, and then goes on with what was left of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from domain import text
from domain.approval_round_flow import VOTERS_MAX, Flow
from domain.approval_round_moments import ALWAYS
from domain.approval_round_state import MoreAsked, RoundEvent, RoundState, StageState
from domain.business_time import BusinessHours, duration
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require


class Patience(Flow, abstract=True):
    def opened(self, round: int, stage: str) -> StageState | None:
        """How a stage of a round stands, if it is open."""
        return self.standing.open.get(stage) if round == self.round else None

    # Remind ------------------------------------------------------------------------------

    def remind(self, round: int, stage: str, *, number: int = 0, by: Provenance) -> None:
        """Note that the silent voters were reminded, counted from 0 in a patience.

        A reminder that was given, or comes too late or while the patience stands, changes nothing.
        """
        opened = self.opened(round, stage)
        if opened is None or opened.due is None:
            return
        if opened.reminded == number < max(1, len(opened.reminders)):
            silent = self.standing.silent(stage)
            self.record(self.VotersReminded(by=by, round=round, stage=stage, to=silent))

    class VotersReminded(RoundEvent):
        round: int
        stage: str
        to: tuple[str, ...] = ()

        def after(self, state: RoundState) -> RoundState:
            opened = state.open.get(self.stage)
            return state.with_open(self.stage, reminded=opened.reminded + 1) if opened else state

    # Escalate ----------------------------------------------------------------------------

    def escalate_stage(
        self,
        round: int,
        stage: str,
        *,
        to: Sequence[str],
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Ask these people too, with a fresh patience for all. They add to those who vote.

        A stage that is not open any more, or was escalated before, stays as it is; so does one
        for which nobody is left who has not voted and may.
        """
        opened = self.opened(round, stage)
        if opened is not None and not opened.is_escalated and (asked := self._escalable(stage, to)):
            require(
                len({*self.standing.stage(stage).voters, *asked}) <= VOTERS_MAX,
                f"{stage}: a stage has at most {VOTERS_MAX} voters.",
            )
            self._ask_more(self.StageEscalated, stage, asked, hours, by)
            self._settle(hours, by)

    def _escalable(self, name: str, people: Sequence[str]) -> tuple[str, ...]:
        among = self.standing.with_stage(name, voters=tuple(people))
        return among.silent(name)

    class StageEscalated(MoreAsked):
        why = "is_escalated"

    # Time out ----------------------------------------------------------------------------

    def time_out_stage(
        self, round: int, stage: str, *, hours: BusinessHours | None = None, by: Provenance
    ) -> None:
        """Do what the stage says for the end of its patience. Signed as of the due moment.

        Nothing happens for a stage that is not open any more, before its due moment, and while
        its patience stands: so a clock that comes late, twice, or with the due moment before an
        escalation, does no harm.
        """
        opened = self.opened(round, stage)
        if opened is None or opened.due is None or by.effective_at < opened.due:
            return
        asked = self.standing.stage(stage)
        escalate_to = self._escalable(stage, asked.escalate_to)
        fallback = self._escalable(stage, self.standing.fallback)
        if asked.on_timeout == "escalate" and not opened.is_escalated and escalate_to:
            self._timed_out(stage, "escalated", by)
            self._ask_more(self.StageEscalated, stage, escalate_to, hours, by)
        elif asked.on_timeout == "fallback" and not opened.has_fallback and fallback:
            self._timed_out(stage, "handed to the fallback", by)
            self._ask_more(self.FallbackAsked, stage, fallback, hours, by)
        elif asked.on_timeout == "approve":
            self._timed_out(stage, "approved", by)
            self._decide(stage, "approved", "Its patience ran out, which approves it.", by)
        else:
            self._timed_out(stage, "rejected", by)
            self._decide(stage, "rejected", "Its patience ran out, which rejects it.", by)
            return
        self._settle(hours, by)

    def _timed_out(
        self,
        stage: str,
        outcome: Literal["approved", "rejected", "escalated", "handed to the fallback"],
        by: Provenance,
    ) -> None:
        self.record(self.StageTimedOut(by=by, round=self.round, stage=stage, outcome=outcome))

    class StageTimedOut(RoundEvent):
        round: int
        stage: str
        outcome: Literal["approved", "rejected", "escalated", "handed to the fallback"]

        def after(self, state: RoundState) -> RoundState:
            return state

    # Return for information, and answer -----------------------------------------------------

    def request_information(self, question: str, *, stage: str = "", by: Provenance) -> None:
        """Return it to whoever asks for it with a question. The patience of the stage stands."""
        name = self.stage_of(by.actor, stage)
        require(
            self.standing.open[name].asked_by == "",
            f"Information for {name} is outstanding already.",
        )
        question = text.reason(question, "A request for information says what is to be known.")
        self.record(
            self.InformationRequested(by=by, round=self.round, stage=name, question=question)
        )

    def stage_of(self, voter: str, stage: str) -> str:
        """The open stage in which a person has a vote, given or not; named where there are several.

        Raises Refused if there is none.
        """
        raise NotImplementedError

    class InformationRequested(RoundEvent):
        round: int
        stage: str
        question: Annotated[str, Personal("actor")]

        def after(self, state: RoundState) -> RoundState:
            opened = state.open.get(self.stage)
            stands = opened.stands_since if opened else None
            return state.with_open(
                self.stage,
                stands_since=stands or self.by.effective_at,
                asked_by=self.by.actor,
            )

    def provide_information(
        self, answer: str, *, stage: str = "", hours: BusinessHours | None = None, by: Provenance
    ) -> None:
        """Answer. The patience goes on with what was left of it, unless a freeze holds it."""
        waiting = [name for name, one in self.standing.open.items() if one.asked_by]
        require(len(waiting) > 0, "No information is outstanding.")
        require(
            stage != "" or len(waiting) == 1,
            f"Information is outstanding for {' and '.join(waiting)}: say for which stage it is.",
        )
        name = stage or waiting[0]
        require(name in waiting, f"No information is outstanding for {name}.")
        answer = text.reason(answer, "An answer says something.")
        opened = self.standing.open[name]
        stood = opened.stands_since or by.effective_at
        counted = hours_of_patience(
            self.standing.stage(name).patience, self.standing.hours or hours
        )

        def moved(moment: datetime) -> datetime:
            return moment if opened.is_held else later(by.effective_at, stood, moment, counted)

        self.record(
            self.InformationProvided(
                by=by,
                round=self.round,
                stage=name,
                answer=answer,
                due=moved(opened.patience_ends),
                remind=tuple(
                    moved(moment) if index >= opened.reminded else moment
                    for index, moment in enumerate(opened.reminders)
                ),
            )
        )

    class InformationProvided(RoundEvent):
        round: int
        stage: str
        answer: Annotated[str, Personal("actor")]
        due: datetime
        remind: tuple[datetime, ...] = ()

        def after(self, state: RoundState) -> RoundState:
            opened = state.open.get(self.stage)
            if opened is not None and opened.is_held:
                return state.with_open(self.stage, asked_by="")
            return state.with_open(
                self.stage,
                since=self.by.effective_at,
                patience_ends=self.due,
                stands_since=None,
                asked_by="",
                reminders=self.remind,
            )


def hours_of_patience(patience: str, hours: BusinessHours | None) -> BusinessHours:
    """What a patience is counted on: calendar days pass by day and night."""
    return ALWAYS if hours is None or duration(patience).unit == "d" else hours


def later(at: datetime, stood: datetime, moment: datetime, hours: BusinessHours) -> datetime:
    """A moment that was due when the patience stood still, seen from the moment it goes on."""
    try:
        return hours.add(at, max(timedelta(0), hours.between(stood, moment)))
    except Refused:
        return at + max(timedelta(0), moment - stood)
