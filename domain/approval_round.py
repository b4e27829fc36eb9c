"""Rounds of approval: a record is submitted, its stages are voted on, and it is decided.

The vote that decides a stage decides it in the same command: the next stages open, or the round
ends. Nobody votes on their own record, neither for themselves nor for another; and the same person
counts once in a round, unless its process says otherwise. A vote is about the material fields as
they were: when one of them changes, it falls.
"""

from collections.abc import Sequence
from typing import Annotated, Any, get_args
from uuid import UUID

from domain import quorum, text
from domain.approval import Vote
from domain.approval_round_flow import STAGES_MAX, VOTERS_MAX, Skipped, Terms
from domain.approval_round_migration import Migration
from domain.approval_round_moments import ALWAYS
from domain.approval_round_state import IN_MEETING, Ballot, RoundEvent, RoundState
from domain.business_time import BusinessHours
from domain.ids import number_of
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.signature import Proven, Signature, meaning

__all__ = ["ALWAYS", "STAGES_MAX", "VOTERS_MAX", "ApprovalRounds", "Skipped", "Terms"]

CONDITIONS_MAX = 20


class ApprovalRounds(Migration, abstract=True):
    """A record that people approve: what a kind of it says stands in `Flow`."""

    # Vote --------------------------------------------------------------------------------

    def vote(
        self,
        vote: Vote,
        *,
        comment: str = "",
        conditions: Sequence[str] = (),
        stage: str = "",
        proven: Proven | None = None,
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Vote in an open stage, once; a deciding vote decides it.

        A vote is signed by whoever acts if they have `proven` who they are.

        Signed on behalf of another, it is the vote of the other: that they have delegated it, or
        cast it in a meeting, is known elsewhere. `hours` are those of the calendar of the round,
        for stages that may open.
        """
        voter = by.on_behalf_of or by.actor
        self._require_unbiased(by)
        name = self.stage_of(voter, stage)
        if voter != by.actor and by.channel != IN_MEETING:
            self._require_free_hand(name, by.actor)
        require(vote in get_args(Vote), "A vote is approve, reject or abstain.")
        require(
            vote != "abstain" or quorum.may_abstain(self.standing.stage(name).quorum, voter),
            f"Nobody abstains in {name}.",
        )
        comment = text.body(comment, "A comment", text.REASON_MAX)
        require(vote != "reject" or comment != "", "A rejection needs a comment that says why.")
        require(vote == "approve" or not conditions, "Only an approval is given on conditions.")
        require(
            self.is_conditional or not conditions,
            f"This {self.what} is approved as it is, and not on conditions: reject it with what is "
            "to be changed, or ask for that before you vote.",
        )
        require(
            len(conditions) <= CONDITIONS_MAX, f"A vote has at most {CONDITIONS_MAX} conditions."
        )
        said = [text.name(one, "A condition") for one in conditions]
        require(
            proven is not None or not self.needs_signature(name),
            f"{name} asks for a signature: each voter gives their own password with the vote.",
        )
        other = voter if voter != by.actor else ""
        self.record(
            self.VoteCast(
                by=by,
                round=self.round,
                stage=name,
                vote=vote,
                comment=comment,
                voter=other,
                seen=self.material_digest(),
                signature=self._signature(proven, vote, name, other, said) if proven else None,
            )
        )
        self._set_conditions(said, stage=name, voter=voter, by=by)
        self._settle(hours, by)

    def needs_signature(self, stage: str) -> bool:
        return self.standing.stage(stage).needs_signature

    def _signature(
        self, proven: Proven, vote: Vote, stage: str, voter: str, conditions: Sequence[str]
    ) -> Signature:
        for_whom = number_of(UUID(voter)) if voter else ""
        return Signature(
            meaning=meaning(vote, self.what, self.number, stage, for_whom, conditions),
            method=proven.method,
            at=proven.at,
            digest=self.material_digest(self.content()),
        )

    def _require_unbiased(self, by: Provenance) -> None:
        require(len(self.standing.open) > 0, f"This {self.what} is not open for votes.")
        require(
            self.barred.isdisjoint({by.actor, by.on_behalf_of}),
            f"Nobody votes on their own {self.what}: {self.whose}.",
        )

    def _require_free_hand(self, name: str, actor: str) -> None:
        """Refuse a delegate who is excluded, or who would count twice."""
        state = self.standing
        require(
            actor not in {*state.exclude, *state.stage(name).exclude},
            f"You are excluded from {name}, and vote for nobody there.",
        )
        require(
            actor not in state.stage(name).voters,
            f"You have a vote of your own in {name}: the same person counts once.",
        )
        cast = state.ballots.get(name, {}) if state.repeat_voters else None
        hands = state.voted if cast is None else {ballot.cast_by for ballot in cast.values()}
        require(actor not in hands, "You have voted already: the same person counts once.")

    def stage_of(self, voter: str, stage: str) -> str:
        state = self.standing
        require(len(state.open) > 0, f"This {self.what} is not open for votes.")
        require(not stage or stage in state.open, f"{stage} is not open for votes.")
        names = [stage] if stage else list(state.open)
        mine = [name for name in names if voter in state.silent(name)]
        if len(mine) == 1:
            return mine[0]
        require(not mine, f"There is a vote in {' and in '.join(mine)}: say for which stage it is.")
        for name in names:
            require(
                voter not in state.ballots.get(name, {}),
                f"You have voted in {name} already.",
            )
        asked = any(voter in state.stage(name).voters for name in names)
        require(
            not (asked and voter in state.voted),
            "You have voted in another stage already: the same person counts once.",
        )
        raise Refused(f"You have no vote in {' or in '.join(names)}.")

    class VoteCast(RoundEvent):
        class_version = 2

        round: int
        stage: str
        vote: Vote
        comment: Annotated[str, Personal("actor")] = ""
        voter: str = ""
        """Whose vote it is, where that is not the actor."""
        seen: str = ""
        signature: Signature | None = None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["signature"] = None

        def after(self, state: RoundState) -> RoundState:
            voter = self.voter or self.by.actor
            cast_by = voter if self.by.channel == IN_MEETING else self.by.actor
            ballot = Ballot(
                vote=self.vote,
                cast_by=cast_by,
                seen=self.seen,
                is_signed=self.signature is not None,
            )
            return state.with_ballot(self.stage, voter, ballot)

    # Retract -----------------------------------------------------------------------------

    def retract_vote(
        self, *, reason: str, stage: str = "", hours: BusinessHours | None = None, by: Provenance
    ) -> None:
        """Take one's vote back while its stage is open: one's own, or that of another whom one
        cast it for. Its conditions lapse."""
        voter = by.on_behalf_of or by.actor
        state = self.standing
        cast = [
            name
            for name in state.open
            if (ballot := state.ballots.get(name, {}).get(voter))
            and by.actor in (voter, ballot.cast_by)
            and stage in ("", name)
        ]
        require(len(cast) > 0, "There is no vote of yours in an open stage.")
        require(len(cast) == 1, f"You voted in {' and in '.join(cast)}: say for which stage it is.")
        reason = text.reason(reason, "Taking a vote back needs a reason.")
        self.record(
            self.VoteRetracted(by=by, round=self.round, stage=cast[0], voter=voter, reason=reason)
        )
        self._settle(hours, by)

    class VoteRetracted(RoundEvent):
        round: int
        stage: str
        voter: str
        reason: Annotated[str, Personal("actor")]

        def after(self, state: RoundState) -> RoundState:
            return state.without_ballots({self.stage: (self.voter,)})

    # Who else votes -------------------------------------------------------------------------

    def hand_on_vote(
        self,
        to: UUID,
        *,
        reason: str,
        stage: str = "",
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Let somebody else vote in one's place."""
        self._require_unbiased(by)
        self._reassign(self.stage_of(by.actor, stage), by.actor, to, reason, hours, by)

    def reassign_vote(
        self,
        voter: UUID,
        to: UUID,
        *,
        reason: str,
        stage: str = "",
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Let somebody else vote in place of a voter who has not voted."""
        require(str(to) != by.actor, "Nobody gives a vote to themselves.")
        self._require_chooser(by)
        self._reassign(self.stage_of(str(voter), stage), str(voter), to, reason, hours, by)

    def _reassign(
        self,
        name: str,
        voter: str,
        to: UUID,
        reason: str,
        hours: BusinessHours | None,
        by: Provenance,
    ) -> None:
        self._require_askable(name, str(to))
        reason = text.reason(reason, "Handing a vote on needs a reason.")
        self.record(
            self.VoteReassigned(
                by=by, round=self.round, stage=name, voter=voter, to=str(to), reason=reason
            )
        )
        self._settle(hours, by)

    class VoteReassigned(RoundEvent):
        round: int
        stage: str
        voter: str
        to: str
        reason: Annotated[str, Personal("actor")]

        def after(self, state: RoundState) -> RoundState:
            stage = state.stage(self.stage)
            voters = tuple(self.to if one == self.voter else one for one in stage.voters)
            rule = quorum.replaced(stage.quorum, self.voter, self.to)
            return state.with_stage(self.stage, voters=voters, quorum=rule)

    def add_approver(
        self,
        person: UUID,
        *,
        reason: str,
        stage: str = "",
        hours: BusinessHours | None = None,
        by: Provenance,
    ) -> None:
        """Ask one more person in a stage that is open."""
        state = self.standing
        require(len(state.open) > 0, f"This {self.what} is not open for votes.")
        require(str(person) != by.actor, "Nobody makes themselves an approver.")
        self._require_chooser(by)
        require(
            stage != "" or len(state.open) == 1,
            f"{' and '.join(state.open)} are open: say for which stage it is.",
        )
        name = stage or next(iter(state.open))
        require(name in state.open, f"{name} is not open for votes.")
        self._require_askable(name, str(person))
        require(
            len(state.stage(name).voters) < VOTERS_MAX,
            f"{name}: a stage has at most {VOTERS_MAX} voters.",
        )
        reason = text.reason(reason, "Asking somebody else needs a reason.")
        self.record(
            self.VoterAdded(by=by, round=self.round, stage=name, voter=str(person), reason=reason)
        )
        self._settle(hours, by)

    class VoterAdded(RoundEvent):
        round: int
        stage: str
        voter: str
        reason: Annotated[str, Personal("actor")]

        def after(self, state: RoundState) -> RoundState:
            return state.with_voters(self.stage, (self.voter,))

    def _require_askable(self, name: str, person: str) -> None:
        require(
            person not in self.standing.stage(name).voters, f"They have a vote in {name} already."
        )
        require(
            person in self.askable(name, (person,)),
            f"They may not vote in {name}: nobody votes on their own {self.what}, "
            "where they are excluded, or twice.",
        )
