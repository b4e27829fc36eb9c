"""The flow of a round of approval: submitted, stage by stage decided, approved or rejected.

Whatever happens to a round, `_settle` follows: it decides the stages whose votes cannot change the
outcome any more, opens those whose turn has come, and asks the fallback where voters are wanting.
So no open stage is ever without a moment at which it ends, or somebody who owes an answer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from domain import approval, approval_flow, business_time
from domain.aggregate import Event
from domain.approvable import Approvable
from domain.approval import OpenStage, Outcome
from domain.approval_round_moments import ALWAYS, end_of_patience, reminders
from domain.approval_round_state import (
    MoreAsked,
    RoundEvent,
    RoundState,
    StageState,
    without_signatures,
)
from domain.business_time import BusinessHours, duration
from domain.provenance import Provenance
from domain.rules import require

STAGES_MAX = 20
VOTERS_MAX = 100


class Skipped(Struct, frozen=True):
    """A stage that does not apply to the subject."""

    name: str
    reason: str


class Terms(Struct, frozen=True, kw_only=True):
    """What a definition says beyond its stages, with the people looked up.

    managers: the active manager of everybody who may come to approve something.
    """

    digest: str = ""
    skipped: tuple[Skipped, ...] = ()
    exclude: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    managers: Mapping[str, str] = {}
    repeat_voters: bool = False


class Flow(Approvable, abstract=True):
    """What follows from what, from the submission of a record to its decision."""

    def record(self, event: Event) -> None:
        """Record it, and what follows from it for an open round."""
        super().record(event)
        if self.standing.open and not isinstance(event, RoundEvent):
            self._follow_up(event.by)

    def _follow_up(self, by: Provenance) -> None:
        """Record who has a vote no more, or has one again, and what follows from that."""
        own = tuple(sorted(self.barred))
        if own != self.standing.barred:
            self.record(self.VotersBarred(by=by, round=self.round, people=own))
            self._settle(self.standing.hours, by)

    class VotersBarred(RoundEvent):
        """These people have no vote, as it is their own; all others have theirs."""

        round: int
        people: tuple[str, ...] = ()

        def after(self, state: RoundState) -> RoundState:
            return structs.replace(state, barred=self.people)

    # Submit ------------------------------------------------------------------------------

    def require_ready(self) -> None:
        """Refuse a submission for now. Raises Refused."""
        raise NotImplementedError

    def submit(
        self,
        *,
        process: UUID | None = None,
        process_version: int = 0,
        calendar: UUID | None = None,
        calendar_version: int = 0,
        hours: BusinessHours | None = None,
        stages: Sequence[OpenStage] = (),
        terms: Terms = Terms(),  # noqa: B008 - it is frozen
        by: Provenance,
    ) -> None:
        """Ask for approval by these stages, which begins the next round. `hours` are those of the
        calendar's version. Raises Refused."""
        self.require_ready()
        terms = self._with_own_material(terms)
        self._check_stages(stages, terms, hours, by)
        self.record(
            self.Submitted(
                by=by,
                round=self.round + 1,
                process=process,
                process_version=process_version,
                digest=terms.digest,
                calendar=calendar,
                calendar_version=calendar_version,
                hours=hours,
                stages=tuple(stages),
                skipped=terms.skipped,
                barred=tuple(sorted(self.barred)),
                exclude=terms.exclude,
                fallback=terms.fallback,
                material=terms.material,
                managers=dict(terms.managers),
                repeat_voters=terms.repeat_voters,
            )
        )
        self._settle(hours, by)

    def _with_own_material(self, terms: Terms) -> Terms:
        material = dict.fromkeys((*self.always_material, *terms.material))
        return structs.replace(terms, material=tuple(material))

    def _check_stages(
        self,
        stages: Sequence[OpenStage],
        terms: Terms,
        hours: BusinessHours | None,
        by: Provenance,
    ) -> None:
        approval.check(stages)
        approval_flow.check(stages)
        require(len(stages) <= STAGES_MAX, f"An approval has at most {STAGES_MAX} stages.")
        own = self.barred
        for stage in stages:
            asked = {*stage.voters, *stage.escalate_to}
            require(
                len(asked | {*terms.fallback}) <= VOTERS_MAX,
                f"{stage.name}: a stage has at most {VOTERS_MAX} voters.",
            )
            require(
                asked.isdisjoint(own) and own.isdisjoint(terms.fallback),
                f"{stage.name}: nobody is asked to approve their own {self.what}.",
            )
            require(
                asked.isdisjoint({*terms.exclude, *stage.exclude}),
                f"{stage.name}: somebody is asked who is excluded.",
            )
            for wait in (stage.patience, *stage.remind):
                business_time.due(by.effective_at, duration(wait), hours or ALWAYS)

    class Submitted(RoundEvent):
        class_version = 3
        upcast_v2_v3 = staticmethod(without_signatures)

        round: int
        process: UUID | None = None
        process_version: int = 0
        digest: str = ""
        calendar: UUID | None = None
        calendar_version: int = 0
        hours: BusinessHours | None = None
        stages: tuple[OpenStage, ...] = ()
        skipped: tuple[Skipped, ...] = ()
        barred: tuple[str, ...] = ()
        exclude: tuple[str, ...] = ()
        fallback: tuple[str, ...] = ()
        material: tuple[str, ...] = ()
        managers: dict[str, str] = {}
        repeat_voters: bool = False

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["repeat_voters"] = True

        def after(self, _: RoundState) -> RoundState:
            return RoundState(
                number=self.round,
                process=self.process,
                process_version=self.process_version,
                calendar=self.calendar,
                calendar_version=self.calendar_version,
                hours=self.hours,
                stages=self.stages,
                barred=self.barred,
                exclude=self.exclude,
                fallback=self.fallback,
                material=self.material,
                managers=self.managers,
                repeat_voters=self.repeat_voters,
            )

        def apply(self, record: "Flow", /) -> None:
            super().apply(record)
            record.enter_approval()

    # Settle ------------------------------------------------------------------------------

    def _settle(self, hours: BusinessHours | None, by: Provenance) -> None:
        """Record all that follows from how the round stands, until nothing more does."""
        self._lapse_conditions(by=by)
        while self._settled_one(hours, by):
            pass

    def _settled_one(self, hours: BusinessHours | None, by: Provenance) -> bool:
        state = self.standing
        for name in state.open:
            if state.outcome(name) == "pending":
                continue
            verdict = state.verdict(name)
            fallback = self.askable(name, state.fallback)
            if state.lacks_people(name) and fallback and not state.open[name].has_fallback:
                self._ask_more(self.FallbackAsked, name, fallback, hours, by)
                return True
            self._decide(name, verdict.outcome, verdict.reason, by)
            return verdict.outcome == "approved"
        if opening := state.openable():
            self._open_stage(opening[0], hours, by)
            return True
        if not state.open:
            self.record(self.Approved(by=by, round=self.round))
        return False

    def askable(self, name: str, people: Sequence[str]) -> tuple[str, ...]:
        """Who of these people may be asked in a stage and has no vote there yet."""
        stage = self.standing.stage(name)
        among = self.standing.with_stage(name, voters=tuple(people))
        voting = {*self.standing.votes(name), *self.standing.entitled(name)}
        return tuple(
            person
            for person in among.entitled(name)
            if person not in voting and len({*stage.voters, *people}) <= VOTERS_MAX
        )

    # Open a stage ------------------------------------------------------------------------

    def _open_stage(self, name: str, hours: BusinessHours | None, by: Provenance) -> None:
        state = self.standing
        stage = state.stage(name)
        managers: tuple[str, ...] = ()
        if stage.asks_managers:
            asked = (state.managers.get(voter) for voter in state.approvers_before(name))
            managers = tuple(dict.fromkeys(person for person in asked if person))
        due = end_of_patience(by, stage, hours)
        self.record(
            self.StageOpened(
                by=by,
                round=self.round,
                index=state.index(name),
                stage=name,
                due=due,
                remind=reminders(by, stage, hours, due),
                managers=managers,
            )
        )

    class StageOpened(RoundEvent):
        round: int
        index: int
        stage: str
        due: datetime
        remind: tuple[datetime, ...] = ()
        managers: tuple[str, ...] = ()
        """Who is asked as the manager of somebody who approved a stage before it."""

        def after(self, state: RoundState) -> RoundState:
            opened = StageState(
                since=self.by.effective_at,
                patience_ends=self.due,
                reminders=self.remind,
                **state.fresh(self.by.effective_at),
            )
            asked = state.with_voters(self.stage, self.managers)
            return structs.replace(asked, open={**state.open, self.stage: opened})

    # Ask the fallback ----------------------------------------------------------------------

    def _ask_more(
        self,
        event: type[MoreAsked],
        name: str,
        to: tuple[str, ...],
        hours: BusinessHours | None,
        by: Provenance,
    ) -> None:
        stage = self.standing.stage(name)
        due = end_of_patience(by, stage, hours)
        remind = reminders(by, stage, hours, due)
        self.record(event(by=by, round=self.round, stage=name, to=to, due=due, remind=remind))

    class FallbackAsked(MoreAsked):
        why = "has_fallback"

    # Decide a stage, and with the last one the round -----------------------------------------

    def _decide(self, name: str, outcome: Outcome, reason: str, by: Provenance) -> None:
        """Decide a stage. A rejection ends the round; what an approval leads to is settled."""
        self.record(
            self.StageDecided(by=by, round=self.round, stage=name, outcome=outcome, reason=reason)
        )
        if outcome == "rejected":
            self.record(self.Rejected(by=by, round=self.round, reason=f"{name}: {reason}"))
            self._lapse_conditions(by=by)

    class StageDecided(RoundEvent):
        round: int
        stage: str
        outcome: Outcome
        reason: str

        def after(self, state: RoundState) -> RoundState:
            left = state.without_open(self.stage)
            if self.outcome != "approved":
                return left
            return structs.replace(left, passed=(*left.passed, self.stage))

    class Approved(RoundEvent):
        round: int
        reason: str = ""

        def after(self, state: RoundState) -> RoundState:
            return state.ended()

        def apply(self, record: "Flow", /) -> None:
            super().apply(record)
            record.leave_approval(is_approved=True)

    class Rejected(RoundEvent):
        round: int
        reason: str

        def after(self, state: RoundState) -> RoundState:
            return state.ended()

        def apply(self, record: "Flow", /) -> None:
            super().apply(record)
            record.leave_approval(is_approved=False)
