"""What the votes of a round are about: the material fields, as they were when somebody voted.

When one of them changes, exactly the votes that saw another value fall, and the stages that they
decided open again.
"""

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import structs

from domain.aggregate import Aggregate, Event
from domain.approval_round_hold import Hold
from domain.approval_round_state import RoundEvent, RoundState
from domain.provenance import Provenance


class Content(Hold, abstract=True):
    @property
    def hidden(self) -> Collection[str]:
        """The fields of the content of which no event tells the values, as people wrote them."""
        return ()

    def material(self, fields: Collection[str] | None = None) -> Mapping[str, Any]:
        """The material fields of the round, or others, as they are."""
        fields = self.standing.material if fields is None else fields
        known = self.content() if fields else {}
        return {field: known.get(field, "") for field in fields}

    def material_digest(self, of: Collection[str] | None = None) -> str:
        """The SHA-256 of the material fields of the round, or of others, in 64 hexadecimal digits;
        empty if there are none."""
        fields = self.material(of)
        return sha256(msgspec.json.encode(fields, order="sorted")).hexdigest() if fields else ""

    def record(self, event: Event) -> None:
        """Record it; what it changes of the material fields fells the votes that saw them."""
        if isinstance(event, RoundEvent) or not self.standing.open:
            super().record(event)
            return
        before = self.material()
        Aggregate.record(self, event)
        if self.standing.open:
            self._invalidate(before, self.material(), event.by)
            self._follow_up(event.by)

    def _invalidate(
        self, before: Mapping[str, Any], after: Mapping[str, Any], by: Provenance
    ) -> None:
        state, digest = self.standing, self.material_digest()
        changed = [field for field in after if before[field] != after[field]]
        fallen = {
            stage: tuple(voter for voter, ballot in ballots.items() if ballot.seen != digest)
            for stage, ballots in state.ballots.items()
        }
        fallen = {stage: voters for stage, voters in fallen.items() if voters}
        if not fallen:
            return
        shown = [field for field in changed if field not in self.hidden]
        self.record(
            self.VotesInvalidated(
                by=by,
                again=_begin_again(state, fallen),
                round=self.round,
                fields=tuple(changed),
                old={field: str(before[field]) for field in shown},
                new={field: str(after[field]) for field in shown},
                votes=fallen,
            )
        )
        self._settle(state.hours, by)

    class VotesInvalidated(RoundEvent):
        """Votes fell as material fields changed; the stages that they decided open again.

        old, new: the values, except those of texts that people wrote.
        """

        round: int
        fields: tuple[str, ...]
        old: dict[str, str] = {}
        new: dict[str, str] = {}
        votes: dict[str, tuple[str, ...]] = {}
        again: tuple[str, ...] = ()
        """The stages that begin again: those that were decided, and those that wait for them."""

        def after(self, state: RoundState) -> RoundState:
            return _without(state, self.votes)


def _without(state: RoundState, fallen: Mapping[str, Collection[str]]) -> RoundState:
    passed = tuple(name for name in state.passed if name not in fallen)
    left = structs.replace(state.without_ballots(fallen), passed=passed)
    # A stage that waits for one of them again has not begun.
    return left.without_open(*(name for name in left.open if name not in left.openable_anew()))


def _begin_again(state: RoundState, fallen: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    left = _without(state, fallen)
    begun, going_on = {*state.open, *state.passed}, {*left.open, *left.passed}
    return tuple(stage.name for stage in state.stages if stage.name in begun - going_on)
