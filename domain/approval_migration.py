"""How a running round of approval goes on in another version of its process.

Each stage of the round has a counterpart in the other version: the one that a mapping names, else
the one of the same name. What was passed stays passed, and what is open goes on, each in its
counterpart; whatever else the other version has still comes. An open stage that goes on begins the
patience of its counterpart anew; one that now waits for a stage which is not passed waits again.

Votes of stages that are passed stay as they are. A vote elsewhere stays if its voter has a vote in
the counterpart; else it falls, and so do all votes of a stage without a counterpart.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, structs

from domain import approval_flow, quorum
from domain.approval import OpenStage
from domain.approval_round_flow import Terms
from domain.approval_round_state import Ballot, RoundState
from domain.rules import Refused, require

Votes = Mapping[str, Mapping[str, Ballot]]


class Plan(Struct, frozen=True, kw_only=True):
    """What becomes of each stage. Names are those of the other version, but in `mapping`, from the
    old name to the new one, and in `dropped`, by the old name."""

    from_version: int
    to_version: int
    mapping: dict[str, str]
    """The counterparts of all stages that have begun."""
    passed: tuple[str, ...]
    going_on: tuple[str, ...]
    """Open, and go on with their votes and a fresh patience."""
    again: tuple[str, ...]
    """Open so far, and wait now, with their votes."""
    opening: tuple[str, ...]
    """Open now for the first time."""
    waiting: tuple[str, ...]
    """Come later."""
    skipped: tuple[str, ...]
    kept: dict[str, tuple[str, ...]]
    """Whose votes stay."""
    dropped: dict[str, tuple[str, ...]]
    """Whose votes fall."""
    stages: tuple[OpenStage, ...]
    """Those of the other version, with everybody who has a vote in them."""


def plan(
    state: RoundState,
    to_version: int,
    stages: Sequence[OpenStage],
    terms: Terms,
    mapping: Mapping[str, str] | None = None,
) -> Plan:
    """How a round goes on with these stages, whose people have been looked up anew.

    Raises Refused where the round is over, or its position has no counterpart.
    """
    require(len(state.open) > 0, "The approval does not run any more, so it stays on its version.")
    require(
        to_version != state.process_version, f"The approval is on version {to_version} already."
    )
    skipped = tuple(one.name for one in terms.skipped)
    to = _counterparts(state, to_version, stages, skipped, mapping or {})
    _require_position(state, to_version, to, skipped)
    begun = {*state.passed, *state.open, *state.ballots}
    used = {old: new for old, new in to.items() if old in begun}
    passed = tuple(dict.fromkeys(used[name] for name in state.passed if name in used))
    reachable = approval_flow.openable(stages, passed, ())
    going_on = tuple(used[name] for name in state.open if used[name] in reachable)
    again = tuple(used[name] for name in state.open if used[name] not in reachable)
    draft = structs.replace(
        state,
        stages=tuple(stages),
        exclude=terms.exclude,
        managers=dict(terms.managers),
        repeat_voters=terms.repeat_voters,
        passed=passed,
        ballots=carried({name: state.ballots.get(name, {}) for name in state.passed}, used),
        conditions={},
    )
    _require_signed(state, draft, used)
    draft = _with_managers(draft, going_on)
    kept, dropped = _votes(draft, state, used)
    opening = tuple(name for name in reachable if name not in going_on)
    return Plan(
        from_version=state.process_version,
        to_version=to_version,
        mapping=used,
        passed=passed,
        going_on=going_on,
        again=again,
        opening=opening,
        waiting=tuple(
            stage.name
            for stage in stages
            if stage.name not in {*passed, *going_on, *again, *opening}
        ),
        skipped=skipped,
        kept=kept,
        dropped=dropped,
        stages=draft.stages,
    )


def carried(ballots: Votes, mapping: Mapping[str, str]) -> dict[str, dict[str, Ballot]]:
    """The votes under the names of the other version. Where stages become one, a person has one
    vote there: a rejection, if they rejected in one of them."""
    found: dict[str, dict[str, Ballot]] = {}
    for old, cast in ballots.items():
        if old not in mapping:
            continue
        votes = found.setdefault(mapping[old], {})
        for voter, ballot in cast.items():
            if voter not in votes or ballot.vote == "reject":
                votes[voter] = ballot
    return {name: votes for name, votes in found.items() if votes}


# Counterparts ------------------------------------------------------------------------------


def _counterparts(
    state: RoundState,
    version: int,
    stages: Sequence[OpenStage],
    skipped: Sequence[str],
    mapping: Mapping[str, str],
) -> dict[str, str]:
    old = [stage.name for stage in state.stages]
    new = {stage.name for stage in stages}
    for one, other in mapping.items():
        require(one in old, f"mapping: the approval has no stage {one!r}.")
        require(other not in skipped, f"mapping: version {version} skips {other} for this subject.")
        require(other in new, f"mapping: version {version} has no stage {other!r}.")
    taken = set(mapping.values())
    found = {name: name for name in old if name in new - taken and name not in mapping}
    return {name: {**found, **mapping}[name] for name in old if name in {**found, **mapping}}


def _require_position(
    state: RoundState, version: int, to: Mapping[str, str], skipped: Sequence[str]
) -> None:
    for name in state.open:
        if name not in to:
            why = f"skips {name} for this subject" if name in skipped else "has no such stage"
            raise Refused(f"{name} is open, and version {version} {why}: map it to another stage.")
    for name, awaited in approval_flow.before(state.stages).items():
        done = [one for one in awaited if one in state.passed]
        if name in (*state.open, *state.passed) or not 0 < len(done) < len(awaited):
            continue
        for one in done:
            require(
                one in to or one in skipped,
                f"{name} waits for {' and '.join(awaited)}, of which {one} is passed, and version "
                f"{version} has no stage {one}: map it to another stage.",
            )
    for new in dict.fromkeys(to.values()):
        sources = [old for old, other in to.items() if other == new]
        done = [one for one in sources if one in state.passed]
        require(
            len(sources) == 1 or len(done) == len(sources) or not _begun(state, sources),
            f"{' and '.join(sources)} cannot become {new} together: they are not all passed.",
        )


def _require_signed(state: RoundState, draft: RoundState, to: Mapping[str, str]) -> None:
    for old in state.passed:
        if old in to and draft.stage(to[old]).needs_signature:
            require(
                state.stage(old).needs_signature,
                f"{to[old]} asks for signatures, and {old} was passed without.",
            )


def _begun(state: RoundState, names: Iterable[str]) -> bool:
    return any(name in (*state.passed, *state.open, *state.ballots) for name in names)


# Votes -------------------------------------------------------------------------------------


def _with_managers(draft: RoundState, names: Iterable[str]) -> RoundState:
    """With the managers of those who approved before, where an open stage asks them."""
    for name in names:
        if draft.stage(name).asks_managers:
            asked = (draft.managers.get(voter) for voter in draft.approvers_before(name))
            draft = draft.with_voters(name, [one for one in asked if one])
    return draft


def _votes(
    draft: RoundState, state: RoundState, mapping: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Whose votes stay, by the new name, and whose fall, by the old one."""
    dropped: dict[str, tuple[str, ...]] = {}
    for old, cast in state.ballots.items():
        if old in state.passed and old in mapping:
            continue
        fallen: list[str] = []
        for voter, ballot in cast.items():
            new = mapping.get(old)
            if new is not None and _counts(draft, new, voter, ballot):
                draft = draft.with_ballot(new, voter, ballot)
            else:
                fallen.append(voter)
        if fallen:
            dropped[old] = tuple(fallen)
    return {name: tuple(votes) for name, votes in draft.ballots.items()}, dropped


def _counts(draft: RoundState, name: str, voter: str, ballot: Ballot) -> bool:
    """Whether a vote could be cast there now, as it was, after those that stay."""
    stage = draft.stage(name)
    if ballot.vote == "abstain" and not quorum.may_abstain(stage.quorum, voter):
        return False
    if voter not in draft.entitled(name) or (stage.needs_signature and not ballot.is_signed):
        return False
    if ballot.cast_by == voter:
        return True
    cast = draft.ballots.get(name, {})
    hands = {one.cast_by for one in cast.values()} if draft.repeat_voters else draft.voted
    out = {*draft.barred, *draft.exclude, *stage.exclude, *stage.voters, *hands}
    return ballot.cast_by not in out
