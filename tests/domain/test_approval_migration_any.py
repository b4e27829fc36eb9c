"""Any round moves to any version, from any position."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.approval import All, OpenStage, Quorum
from domain.approval import Any as AnyOne
from domain.approval_migration import Plan, plan
from domain.approval_round import Terms
from domain.change import Change
from domain.rules import Refused
from tests.domain.changes import OFFICE, PROCESS, proposed, stage, submitted, voters
from tests.domain.migrating import BOARD, OLGA, migrate
from tests.facts import new_facts
from tests.people import CLOCK, person, signed

NAMES = ("bea", "cem", "dan", "eve", "fay")


# Any version, from any position ---------------------------------------------------------------


QUORUMS: list[Quorum] = [AnyOne(), All(), All(abstain=False)]


@st.composite
def versions(draw: st.DrawFn) -> tuple[tuple[OpenStage, ...], Terms]:
    fallback = draw(st.sampled_from([(), voters("eve")]))
    stages: list[OpenStage] = []
    for name in draw(st.permutations(["A", "B", "C", "D"]))[: draw(st.integers(1, 4))]:
        earlier = [one.name for one in stages]
        after = st.lists(st.sampled_from(earlier), unique=True).map(tuple) if earlier else st.none()
        people = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
        timeout = draw(st.sampled_from(["reject", "approve", "escalate", "fallback"]))
        stages.append(
            stage(
                name,
                *people,
                quorum=draw(st.sampled_from(QUORUMS)),
                after=draw(st.none() | after),
                on_timeout=timeout,
                escalate_to=voters("fay") if timeout == "escalate" else (),
                patience=draw(st.sampled_from(["1h", "1d", "1bd"])),
                asks_managers=draw(st.booleans()),
            )
        )
    managers = dict(zip(voters("bea", "cem"), voters("dan", "eve"), strict=True))
    terms = Terms(
        fallback=fallback,
        managers=managers,
        repeat_voters=draw(st.booleans()),
        material=draw(st.sampled_from([(), ("category",)])),
    )
    return tuple(stages), terms


VOTES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["approve", "approve", "abstain", "reject"])),
    max_size=6,
)


def cast(change: Change, votes: list[tuple[str, Any]]) -> None:
    for name, said in votes:
        for open_stage in tuple(change.standing.open):
            try:
                change.vote(said, comment="So.", stage=open_stage, by=signed(name))
                break
            except Refused:
                continue


def run_out(change: Change) -> int:
    """Let patience run out until the round is over. Returns how often it did."""
    times = 0
    while change.standing.open:
        assert times < 40
        times += 1
        name, opened = min(change.standing.open.items(), key=lambda one: one[1].patience_ends)
        assert opened.due
        by = replace(CLOCK, at=opened.due)
        change.time_out_stage(change.round, name, hours=OFFICE, by=by)
    return times


@given(
    versions(),
    versions(),
    VOTES,
    VOTES,
    st.dictionaries(st.sampled_from("ABCD"), st.sampled_from("ABCD"), max_size=3),
)
def test_whatever_is_moved_ends_and_nobody_counts_twice(
    old: tuple[tuple[OpenStage, ...], Terms],
    new: tuple[tuple[OpenStage, ...], Terms],
    before: list[tuple[str, Any]],
    after: list[tuple[str, Any]],
    mapping: dict[str, str],
) -> None:
    change = proposed()
    change.submit(
        process=PROCESS, process_version=1, stages=old[0], terms=old[1], hours=OFFICE, by=CLOCK
    )
    cast(change, before)
    assume(change.standing.open)
    known = change.standing
    cast_before = sum(len(votes) for votes in known.ballots.values())
    copy = change.fork()
    try:
        made = copy.migrate_approval(
            2, stages=new[0], terms=new[1], hours=OFFICE, mapping=mapping, by=OLGA
        )
    except Refused:
        assert not copy.pending
        assert change.standing == known
        return

    assert plan(known, 2, new[0], new[1], mapping) == made
    becomes = [*made.passed, *made.going_on, *made.again, *made.opening, *made.waiting]
    assert sorted(becomes) == sorted(one.name for one in new[0])
    kept = sum(len(votes) for votes in made.kept.values())
    assert kept + sum(len(votes) for votes in made.dropped.values()) <= cast_before
    assert_counts_once(copy, made, new[1])
    cast(copy, after)
    assert_counts_once(copy, made, new[1])
    run_out(copy)
    assert copy.approval in ("approved", "rejected")
    if copy.approval == "approved":
        assert set(copy.standing.passed) == {one.name for one in new[0]}


def assert_counts_once(change: Change, made: Plan, terms: Terms) -> None:
    """In all that is not passed since before the migration, everybody has one vote at most."""
    seen: list[str] = []
    for name, votes in change.standing.ballots.items():
        if name in made.passed:
            continue
        assert set(votes) <= set(change.standing.stage(name).voters)
        seen += votes
    if not terms.repeat_voters:
        assert len(seen) == len(set(seen))
        passed = {voter for name in made.passed for voter in change.standing.votes(name)}
        assert passed.isdisjoint(seen)


def test_the_person_who_moves_it_is_named() -> None:
    change = submitted(BOARD)

    migrate(change, BOARD)

    [(event, _)] = new_facts(change)
    assert event is Change.ApprovalMigrated
    assert change.standing.barred == (str(person("ann")),)
