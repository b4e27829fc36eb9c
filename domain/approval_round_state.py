"""How a round of approval stands, folded from its events: the same for all who ask.

The aggregate decides by it, the views show it, the clock waits for it.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from msgspec import Struct, structs

from domain import approval_flow, quorum
from domain.aggregate import Event
from domain.approval import OpenStage, Verdict, Vote
from domain.business_time import BusinessHours

IN_MEETING = "cab meeting"
"""The channel of votes that a chair writes down for those who cast them in a meeting."""


class Ballot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vote that stands."""

    vote: Vote
    cast_by: str
    """The voter, or the delegate who voted for them."""
    seen: str = ""
    """The digest of the material fields as they were; empty where the process names none."""
    is_signed: bool = False


class StageState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stage that is open for votes, and its patience."""

    since: datetime
    patience_ends: datetime
    stands_since: datetime | None = None
    """Since when the patience stands, as information is outstanding or a freeze holds it."""
    is_held: bool = False
    """Whether a freeze holds it."""
    asked_by: str = ""
    """Who asked for that information."""
    reminders: tuple[datetime, ...] = ()
    """When the silent voters are reminded; at half of the patience if empty."""
    reminded: int = 0
    is_escalated: bool = False
    has_fallback: bool = False

    @property
    def due(self) -> datetime | None:
        """When its patience ends; None while it stands."""
        return None if self.stands_since else self.patience_ends


class Condition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an approval was given on."""

    stage: str
    voter: str
    is_fulfilled: bool = False


class RoundState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A round; number 0 before the first."""

    number: int = 0
    process: UUID | None = None
    process_version: int = 0
    calendar: UUID | None = None
    calendar_version: int = 0
    hours: BusinessHours | None = None
    """Those of that version of the calendar: what patience counts on, by day and night without."""
    stages: tuple[OpenStage, ...] = ()
    """All that are not skipped, with everybody who was added since."""
    barred: tuple[str, ...] = ()
    """Whose own the subject is, so that they have no vote."""
    exclude: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    managers: dict[str, str] = {}
    repeat_voters: bool = False
    open: dict[str, StageState] = {}
    passed: tuple[str, ...] = ()
    ballots: dict[str, dict[str, Ballot]] = {}
    """By stage and voter, in the order in which they were cast."""
    conditions: dict[int, Condition] = {}
    held: dict[UUID, datetime] = {}
    """The freezes that hold the round, and since when."""

    def stage(self, name: str) -> OpenStage:
        """The stage of that name. Raises KeyError."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def index(self, name: str) -> int:
        return [stage.name for stage in self.stages].index(name)

    @property
    def voted(self) -> frozenset[str]:
        """Everybody whose vote stands, and whoever cast it."""
        return frozenset(_hands(self.ballots.values()))

    def votes(self, name: str) -> dict[str, Vote]:
        return {voter: ballot.vote for voter, ballot in self.ballots.get(name, {}).items()}

    def entitled(self, name: str) -> tuple[str, ...]:
        """Who has a vote in a stage: nobody who is barred, excluded or has voted elsewhere."""
        stage = self.stage(name)
        out = {*self.barred, *self.exclude, *stage.exclude}
        for other, ballots in self.ballots.items():
            if other == name:
                out |= {one.cast_by for voter, one in ballots.items() if one.cast_by != voter}
            elif not self.repeat_voters:
                out |= ballots.keys()
                out |= {one.cast_by for one in ballots.values()}
        return tuple(voter for voter in dict.fromkeys(stage.voters) if voter not in out)

    def silent(self, name: str) -> tuple[str, ...]:
        """Who may still vote in a stage."""
        voted = self.ballots.get(name, {})
        return tuple(voter for voter in self.entitled(name) if voter not in voted)

    def verdict(self, name: str) -> Verdict:
        """What the votes in a stage amount to, and what would decide it."""
        stage = structs.replace(self.stage(name), voters=self.entitled(name))
        return stage.verdict(self.votes(name))

    def outcome(self, name: str) -> quorum.Outcome:
        """The outcome of the verdict alone, which is quicker to find."""
        return quorum.outcome(self.stage(name).quorum, self.entitled(name), self.votes(name))

    def lacks_people(self, name: str) -> bool:
        """Whether a stage is out of reach for want of voters, and not because of their votes."""
        if self.outcome(name) != "rejected":
            return False
        stage, votes = self.stage(name), self.votes(name)
        return not votes or quorum.outcome(stage.quorum, stage.voters, votes) != "rejected"

    def openable(self) -> tuple[str, ...]:
        return approval_flow.openable(self.stages, self.passed, self.open)

    def openable_anew(self) -> tuple[str, ...]:
        """The stages whose turn it is, whether they are open or not."""
        return approval_flow.openable(self.stages, self.passed, ())

    def approvers_before(self, name: str) -> tuple[str, ...]:
        """Who approved the stages that a stage waits for."""
        return tuple(
            dict.fromkeys(
                voter
                for awaited in approval_flow.before(self.stages)[name]
                for voter, ballot in self.ballots.get(awaited, {}).items()
                if ballot.vote == "approve"
            )
        )

    # What events do --------------------------------------------------------------------------

    def fresh(self, at: datetime) -> dict[str, Any]:
        """What a stage begins a patience with: it stands at once while a freeze holds the round."""
        return {
            "stands_since": at if self.held else None,
            "is_held": bool(self.held),
            "asked_by": "",
        }

    def with_open(self, name: str, **changes: Any) -> Self:
        """With an open stage changed; as it is, if the stage is not open."""
        if name not in self.open:
            return self
        changed = structs.replace(self.open[name], **changes)
        return structs.replace(self, open={**self.open, name: changed})

    def with_voters(self, name: str, people: Iterable[str]) -> Self:
        """With more people asked in a stage."""
        return self.with_stage(
            name, voters=tuple(dict.fromkeys((*self.stage(name).voters, *people)))
        )

    def with_stage(self, name: str, **changes: Any) -> Self:
        stages = tuple(
            structs.replace(stage, **changes) if stage.name == name else stage
            for stage in self.stages
        )
        return structs.replace(self, stages=stages)

    def with_ballot(self, name: str, voter: str, ballot: Ballot) -> Self:
        ballots = {**self.ballots.get(name, {}), voter: ballot}
        return structs.replace(self, ballots={**self.ballots, name: ballots})

    def without_ballots(self, fallen: Mapping[str, Collection[str]]) -> Self:
        """Without the votes of these voters by stage, and the conditions that they made."""
        left = {
            stage: {
                voter: ballot
                for voter, ballot in ballots.items()
                if voter not in fallen.get(stage, ())
            }
            for stage, ballots in self.ballots.items()
        }
        conditions = {
            number: condition
            for number, condition in self.conditions.items()
            if condition.voter not in fallen.get(condition.stage, ())
        }
        return structs.replace(
            self,
            ballots={stage: ballots for stage, ballots in left.items() if ballots},
            conditions=conditions,
        )

    def without_open(self, *names: str) -> Self:
        left = {name: state for name, state in self.open.items() if name not in names}
        return structs.replace(self, open=left)

    def ended(self) -> Self:
        return structs.replace(self, open={})


class RoundEvent(Event):
    """A step of a round."""

    def after(self, state: RoundState) -> RoundState:
        """How the round stands then. Never fails."""
        raise NotImplementedError

    def apply(self, record: Any, /) -> None:
        record.standing = self.after(record.standing)


def without_signatures(state: dict[str, Any]) -> None:
    """Let the stages of a stored event of old ask for no signatures."""
    for stage in state.get("stages", ()):
        stage["needs_signature"] = False


class GivenUp(Event):
    """The record is given up, or taken back: a round that is open ends without a decision."""

    def apply(self, record: Any, /) -> None:
        record.standing = record.standing.ended()


class MoreAsked(RoundEvent):
    """More people vote in a stage too, with a fresh patience for all."""

    why: ClassVar[str]
    """What the stage is from then on: `is_escalated` or `has_fallback`."""

    round: int
    stage: str
    to: tuple[str, ...]
    due: datetime
    remind: tuple[datetime, ...] = ()

    def after(self, state: RoundState) -> RoundState:
        more: dict[str, Any] = {self.why: True, **state.fresh(self.by.effective_at)}
        return state.with_voters(self.stage, self.to).with_open(
            self.stage,
            since=self.by.effective_at,
            patience_ends=self.due,
            reminders=self.remind,
            reminded=0,
            **more,
        )


def _hands(ballots: Iterable[Mapping[str, Ballot]]) -> Iterable[str]:
    for of_stage in ballots:
        for voter, ballot in of_stage.items():
            yield voter
            yield ballot.cast_by
