from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approval import All, Count, OpenStage, Quorum
from domain.approval import Any as AnyOne
from domain.change import Change, Status
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.changes import (
    BOARD,
    CAB,
    CALENDAR,
    LATER,
    OFFICE,
    PROCESS,
    approved,
    due,
    proposed,
    stage,
    submitted,
    vote,
    voters,
)
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, MONDAY, person, signed, system


def test_a_submission_opens_the_first_stage_with_its_due_moment_in_business_hours() -> None:
    change = proposed()

    change.submit(
        process=PROCESS,
        process_version=2,
        calendar=CALENDAR,
        calendar_version=3,
        hours=OFFICE,
        stages=[CAB, BOARD],
        by=ANN,
    )

    # Monday 09:00 UTC is 10:00 in Berlin: seven hours are left, and one on Tuesday.
    assert new_facts(change) == [
        fact(
            Change.Submitted,
            round=1,
            process=PROCESS,
            process_version=2,
            calendar=CALENDAR,
            calendar_version=3,
            hours=OFFICE,
            stages=(CAB, BOARD),
            barred=voters("ann"),
        ),
        fact(
            Change.StageOpened,
            round=1,
            index=0,
            stage="CAB",
            due=datetime(2026, 3, 3, 9, tzinfo=UTC),
        ),
    ]


def test_without_a_calendar_patience_counts_day_and_night() -> None:
    change = proposed()

    change.submit(stages=[stage("CAB", "bea", patience="36h")], by=ANN)

    assert due(change) == MONDAY + timedelta(hours=36)


def test_a_vote_short_of_the_quorum_decides_nothing() -> None:
    change = submitted(CAB)

    vote(change, "bea", "approve", "Fine.")

    assert new_facts(change) == [
        fact(Change.VoteCast, round=1, stage="CAB", vote="approve", comment="Fine.")
    ]
    assert change.standing.verdict("CAB").still_needed == 1


def test_the_deciding_vote_opens_the_next_stage_in_the_same_command() -> None:
    change = submitted(stage("CAB", "bea", "cem", quorum=Count(1)), BOARD)

    change.vote("approve", hours=None, by=signed("cem", LATER))

    happened = new_facts(change)
    assert [event for event, _ in happened] == [
        Change.VoteCast,
        Change.StageDecided,
        Change.StageOpened,
    ]
    assert happened[-1] == fact(
        Change.StageOpened, round=1, index=1, stage="Board", due=LATER + timedelta(hours=8)
    )
    assert list(change.standing.open) == ["Board"]
    assert change.standing.votes("Board") == {}


def test_the_last_vote_needed_in_the_last_stage_approves_the_change() -> None:
    change = submitted(CAB)
    vote(change, "bea", "approve")
    new_facts(change)

    vote(change, "cem", "approve", "")

    assert new_facts(change) == [
        fact(Change.VoteCast, round=1, stage="CAB", vote="approve"),
        fact(
            Change.StageDecided,
            round=1,
            stage="CAB",
            outcome="approved",
            reason="2 approved and 0 rejected of 2: 2 approvals are needed, and given.",
        ),
        fact(Change.Approved, round=1),
    ]
    assert change.status is Status.APPROVED


def test_a_rejection_that_puts_the_quorum_out_of_reach_rejects_the_change() -> None:
    change = submitted(CAB, BOARD)

    vote(change, "bea", "reject", "Not in the busy season.")

    assert [event for event, _ in new_facts(change)] == [
        Change.VoteCast,
        Change.StageDecided,
        Change.Rejected,
    ]
    assert change.status is Status.REJECTED
    assert change.standing.open == {}


def test_a_rejection_says_why() -> None:
    change = submitted(CAB)

    with pytest.raises(Refused, match="needs a comment"):
        vote(change, "bea", "reject", " ")


def test_only_the_voters_of_the_open_stage_vote_and_only_once() -> None:
    change = submitted(CAB, BOARD)
    vote(change, "bea", "approve")
    new_facts(change)

    with pytest.raises(Refused, match="You have voted in CAB already"):
        vote(change, "bea", "approve")
    with pytest.raises(Refused, match="You have no vote in CAB"):
        vote(change, "dan", "approve")

    assert new_facts(change) == []


def test_nobody_votes_once_it_is_decided() -> None:
    change = approved()

    with pytest.raises(Refused, match="not open for votes"):
        vote(change, "bea", "approve")


def test_a_rejected_change_is_planned_again_and_goes_into_the_next_round() -> None:
    change = submitted(CAB)
    vote(change, "bea", "reject")

    change.plan(implementation="Better.", backout="Swap it back.", by=ANN)
    change.submit(process=PROCESS, process_version=1, stages=[CAB], by=ANN)

    assert change.round == 2
    change.assign(team=None, assignee=person("bea"), by=ANN)
    vote(change, "cem", "approve")


# Separation of duties


def test_requester_proposer_and_assignee_never_vote() -> None:
    change = Change.propose(
        record_id("CHG", 1),
        title="Swap",
        requester=person("ann"),
        organisation=None,
        by=BEA,
    )
    change.assess_risk(impact=3, likelihood=3, by=BEA)
    change.plan(implementation="Swap it.", backout="Swap it back.", by=BEA)
    change.submit(stages=[stage("CAB", "cem", "dan")], by=BEA)
    change.assign(team=None, assignee=person("cem"), by=BEA)

    for own in ("ann", "bea", "cem"):
        with pytest.raises(Refused, match="Nobody votes on their own change"):
            vote(change, own, "approve")
    with pytest.raises(Refused, match="Nobody votes on their own change"):
        change.vote("approve", hours=None, by=signed("dan", on_behalf_of=str(person("ann"))))
    vote(change, "dan", "approve")


@pytest.mark.parametrize(
    "asked", [stage("CAB", "ann", "bea"), stage("CAB", "bea", escalate_to=voters("ann"))]
)
def test_nobody_is_asked_to_approve_their_own_change(asked: OpenStage) -> None:
    change = proposed()

    with pytest.raises(Refused, match="CAB: nobody is asked to approve their own change"):
        change.submit(stages=[asked], by=BEA)


def test_who_has_voted_is_not_assigned_to_the_change_afterwards() -> None:
    change = approved()

    with pytest.raises(Refused, match="who has voted on it is not assigned"):
        change.assign(team=None, assignee=person("dan"), by=ANN)


# Whatever people do

NAMES = ["ann", "bea", "cem", "dan", "eve"]


@st.composite
def stages(draw: st.DrawFn) -> list[OpenStage]:
    names = ["CAB", "Board", "Owners"][: draw(st.integers(1, 3))]
    found = []
    for name in names:
        people = draw(st.lists(st.sampled_from(NAMES[1:]), min_size=1, unique=True))
        quorum: Quorum = draw(
            st.one_of(
                st.just(AnyOne()), st.just(All()), st.builds(Count, st.integers(1, len(people)))
            )
        )
        on_timeout = draw(st.sampled_from(["approve", "reject", "escalate"]))
        found.append(
            stage(name, *people, quorum=quorum, on_timeout=on_timeout, escalate_to=voters("eve"))
        )
    return found


ACTS = st.one_of(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["approve", "reject", "abstain"])),
    st.tuples(st.just("clock"), st.sampled_from(["time out", "remind", "escalate", "stale"])),
    st.tuples(st.just("assign"), st.sampled_from(NAMES)),
)


def attempt(change: Change, who: str, what: str) -> None:
    try:
        if who == "assign":
            change.assign(team=None, assignee=person(what), by=ANN)
        elif who != "clock":
            vote(change, who, what)  # type: ignore[arg-type]  # a vote
        elif change.standing.open:
            name, opened = next(iter(change.standing.open.items()))
            by = system("approvals", opened.patience_ends)
            if what == "time out":
                change.time_out_stage(change.round, name, hours=OFFICE, by=by)
            elif what == "remind":
                change.remind(change.round, name, by=by)
            elif what == "stale":
                change.time_out_stage(change.round - 1, name, hours=None, by=by)
            else:
                to = voters("eve", "ann")
                change.escalate_stage(change.round, name, to=to, hours=OFFICE, by=by)
    except Refused:
        pass


@given(stages(), st.lists(ACTS, max_size=30))
def test_a_round_is_decided_once_by_others_and_history_rebuilds_it(
    stages: list[OpenStage], acts: list[tuple[str, str]]
) -> None:
    change = proposed()
    change.submit(process=PROCESS, process_version=1, stages=stages, by=ANN)

    for who, what in acts:
        own = change.barred
        before = change.voted
        attempt(change, who, what)
        assert own.isdisjoint(change.voted - before)

    # Whoever stays silent, two time-outs a stage end the round.
    for _ in range(2 * len(stages)):
        attempt(change, "clock", "time out")
    entries = change.collect_events()
    topics = [entry.topic for entry in entries]
    assert change.status in (Status.APPROVED, Status.REJECTED)
    assert topics.count("Change.Approved") + topics.count("Change.Rejected") == 1
    assert topics[-1] in ("Change.Approved", "Change.Rejected", "Change.Assigned")
    decided = [e.event.stage for e in entries if isinstance(e.event, Change.StageDecided)]
    assert decided == [stage.name for stage in stages[: len(decided)]]

    rebuilt = proposed().fork()
    for entry in entries:
        rebuilt.replay(entry)
    assert vars(rebuilt) == {**vars(change), "pending": ()}
