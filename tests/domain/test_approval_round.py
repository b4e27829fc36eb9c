from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.approval import All, Count, OpenStage, Quorum
from domain.approval import Any as AnyOne
from domain.approval_round import ALWAYS
from domain.business_time import BusinessHours
from domain.change import Change, Status
from domain.ids import record_id
from domain.rules import Refused
from domain.subjects import material_fields
from tests.domain.changes import (
    BOARD,
    CAB,
    CALENDAR,
    DUE,
    ESCALATING,
    LATER,
    OFFICE,
    PROCESS,
    again,
    approved,
    due,
    exacting,
    proposed,
    stage,
    submitted,
    vote,
    voters,
)
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CLOCK, MONDAY, person, signed, system


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


# Patience


def test_a_stage_whose_patience_ends_is_decided_as_it_says() -> None:
    change = submitted(stage("CAB", "bea", on_timeout="approve"))

    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE))

    assert new_facts(change) == [
        fact(Change.StageTimedOut, round=1, stage="CAB", outcome="approved"),
        fact(
            Change.StageDecided,
            round=1,
            stage="CAB",
            outcome="approved",
            reason="Its patience ran out, which approves it.",
        ),
        fact(Change.Approved, round=1),
    ]


def test_a_stage_that_escalates_asks_more_people_with_fresh_patience() -> None:
    change = submitted(ESCALATING)

    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE))

    second = DUE + timedelta(hours=8)
    assert new_facts(change) == [
        fact(Change.StageTimedOut, round=1, stage="CAB", outcome="escalated"),
        fact(Change.StageEscalated, round=1, stage="CAB", to=voters("dan"), due=second),
    ]
    vote(change, "dan", "approve")
    assert change.status is Status.APPROVED


def test_an_escalated_stage_whose_patience_ends_again_is_rejected() -> None:
    change = submitted(ESCALATING)
    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE))

    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE + timedelta(hours=8)))

    assert change.status is Status.REJECTED


def test_a_clock_that_stood_still_for_days_leaves_time_to_those_who_are_asked() -> None:
    change = submitted(ESCALATING)
    late = MONDAY + timedelta(days=10)

    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", late, effective=DUE))

    assert due(change) == late + timedelta(hours=8)


def test_what_a_late_clock_leads_to_counts_from_the_due_moment() -> None:
    change = submitted(ESCALATING)
    late = DUE + timedelta(hours=1)

    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", late, effective=DUE))

    assert due(change) == DUE + timedelta(hours=8)


def test_an_escalation_that_reaches_nobody_rejects() -> None:
    change = submitted(ESCALATING)
    change.assign(team=None, assignee=person("dan"), by=ANN)

    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE))

    assert change.status is Status.REJECTED


def test_a_clock_that_comes_early_late_twice_or_for_another_stage_does_nothing() -> None:
    change = submitted(ESCALATING)
    at_due = system("approvals", DUE)

    change.time_out_stage(1, "CAB", hours=None, by=CLOCK)
    change.time_out_stage(1, "Board", hours=None, by=at_due)
    change.time_out_stage(2, "CAB", hours=None, by=at_due)
    change.remind(2, "CAB", by=CLOCK)
    change.escalate_stage(1, "Board", to=voters("dan"), hours=None, by=CLOCK)
    assert new_facts(change) == []

    change.time_out_stage(1, "CAB", hours=None, by=at_due)
    new_facts(change)
    change.time_out_stage(1, "CAB", hours=None, by=at_due)
    change.escalate_stage(1, "CAB", to=voters("cem"), hours=None, by=CLOCK)
    assert new_facts(change) == []

    vote(change, "dan", "approve")
    new_facts(change)
    change.time_out_stage(1, "CAB", hours=None, by=at_due)
    change.remind(1, "CAB", by=CLOCK)
    assert new_facts(change) == []


def test_the_silent_voters_are_reminded_once_a_patience() -> None:
    change = submitted(stage("CAB", "bea", "cem", on_timeout="escalate", escalate_to=voters("dan")))
    vote(change, "bea", "approve")
    new_facts(change)

    change.remind(1, "CAB", by=CLOCK)
    change.remind(1, "CAB", by=CLOCK)

    assert new_facts(change) == [
        fact(Change.VotersReminded, round=1, stage="CAB", to=voters("cem"))
    ]


def test_an_escalation_asks_whoever_has_not_voted_and_may_remind_them_again() -> None:
    people = voters("cem", "dan")
    change = submitted(stage("CAB", "bea", "cem", on_timeout="escalate", escalate_to=people))
    vote(change, "bea", "approve")
    change.remind(1, "CAB", by=CLOCK)
    new_facts(change)

    change.escalate_stage(
        1, "CAB", to=voters("bea", "cem", "dan", "dan", "ann"), hours=None, by=CLOCK
    )
    change.remind(1, "CAB", by=CLOCK)

    assert new_facts(change) == [
        fact(Change.StageEscalated, round=1, stage="CAB", to=people, due=DUE),
        fact(Change.VotersReminded, round=1, stage="CAB", to=people),
    ]
    assert change.standing.entitled("CAB") == voters("bea", "cem", "dan")


def test_a_calendar_without_time_left_does_not_hold_up_a_decision() -> None:
    ending = BusinessHours(zone="UTC", date_hours={"2026-03-02": (("09:00", "20:00"),)})
    change = proposed()
    change.submit(calendar=CALENDAR, hours=ending, stages=[CAB, BOARD], by=ANN)
    late = MONDAY + timedelta(days=3)

    change.vote("approve", hours=ending, by=BEA)
    change.vote("approve", hours=ending, by=signed("cem", late))

    assert due(change) == late + timedelta(hours=8)


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


def test_patience_without_a_calendar_counts_every_hour_of_the_week() -> None:
    assert ALWAYS.between(MONDAY, MONDAY + timedelta(days=7)) == timedelta(days=7)


# Stages side by side

SIDE = replace(BOARD, after=())


def test_stages_that_wait_for_none_open_at_once_and_all_must_pass() -> None:
    change = exacting(CAB, SIDE)
    assert list(change.standing.open) == ["CAB", "Board"]

    again(change, "dan", "approve")
    again(change, "bea", "approve")
    assert list(change.standing.open) == ["CAB"]
    again(change, "cem", "approve")

    assert change.status is Status.APPROVED


def test_any_rejection_rejects_whatever_else_is_open() -> None:
    change = exacting(CAB, SIDE)

    again(change, "dan", "reject")

    assert change.status is Status.REJECTED
    assert change.standing.open == {}


def test_who_may_vote_in_two_open_stages_says_in_which() -> None:
    change = exacting(CAB, stage("Board", "bea", "dan", after=()))

    with pytest.raises(Refused, match="There is a vote in CAB and in Board: say for which"):
        again(change, "bea", "approve")
    again(change, "bea", "approve", stage="Board")

    with pytest.raises(Refused, match="in another stage already: the same person counts once"):
        again(change, "bea", "approve", stage="CAB")
    assert change.standing.entitled("CAB") == voters("cem")


def test_where_voters_are_wanting_the_fallback_joins_and_else_it_is_rejected() -> None:
    alone = stage("Alone", "bea")
    helped = exacting(stage("CAB", "bea"), alone, fallback=voters("eve"))
    lost = exacting(stage("CAB", "bea"), alone)

    again(helped, "bea", "approve")
    again(lost, "bea", "approve")

    assert helped.standing.entitled("Alone") == voters("eve")
    again(helped, "eve", "approve")
    assert helped.status is Status.APPROVED
    assert lost.status is Status.REJECTED


def test_the_managers_of_who_approved_are_asked_next() -> None:
    change = exacting(
        stage("CAB", "bea", "cem", quorum=AnyOne()),
        OpenStage(
            name="Managers",
            voters=(),
            quorum=All(),
            patience="1d",
            on_timeout="reject",
            asks_managers=True,
        ),
        managers={str(person("bea")): str(person("dan")), str(person("cem")): str(person("eve"))},
    )

    again(change, "cem", "approve")

    assert change.standing.entitled("Managers") == voters("eve")


# Votes that change


def test_a_vote_is_taken_back_while_its_stage_is_open() -> None:
    change = exacting(CAB)
    again(change, "bea", "approve", conditions=["Tell the users."])

    change.retract_vote(reason="I mistook the plan.", by=BEA)

    assert change.standing.ballots == {}
    assert [task.state for task in change.tasks] == ["cancelled"]
    again(change, "bea", "approve")


def test_an_edit_fells_the_votes_that_saw_something_else_and_opens_their_stages() -> None:
    change = exacting(stage("CAB", "bea"), BOARD, material=("implementation_plan", "backout_plan"))
    again(change, "bea", "approve")
    assert list(change.standing.open) == ["Board"]

    change.plan(implementation="Otherwise.", backout="Swap it back.", by=ANN)

    assert [event for event, _ in new_facts(change)][-2:] == [
        Change.VotesInvalidated,
        Change.StageOpened,
    ]
    assert list(change.standing.open) == ["CAB"]
    assert change.standing.ballots == {}
    change.plan(implementation="Otherwise.", backout="Swap it back at once.", by=ANN)
    again(change, "bea", "approve")
    again(change, "dan", "approve")
    assert change.status is Status.APPROVED


def test_a_vote_about_the_types_of_the_assets_falls_when_other_assets_are_affected() -> None:
    change = exacting(CAB, material=("asset_types",))
    again(change, "bea", "approve")

    change.affect(record_id("AST", 1), by=ANN)

    assert change.standing.ballots == {}


def test_every_field_and_text_of_a_change_can_be_material() -> None:
    change = exacting(CAB)

    fields = {field.name for field in material_fields("change")} - {"submissions"}
    assert fields <= {*change.content(), *change.said}


def test_without_material_fields_nothing_is_edited_in_approval() -> None:
    change = exacting(CAB)

    with pytest.raises(Refused, match="planned before its submission"):
        change.plan(implementation="Otherwise.", backout="Swap it back.", by=ANN)


def test_patience_stands_while_information_is_outstanding() -> None:
    change = proposed()
    change.submit(calendar=CALENDAR, calendar_version=1, hours=OFFICE, stages=[CAB], by=ANN)
    asked = MONDAY + timedelta(hours=1)
    answered = MONDAY + timedelta(days=3)
    before = due(change)
    change.request_information("Until when?", by=signed("bea", asked))

    change.time_out_stage(1, "CAB", by=system("approvals", MONDAY + timedelta(days=2)))
    assert due(change) is None
    change.provide_information("Until Friday.", by=signed("ann", answered))

    after = due(change)
    assert before is not None
    assert after is not None
    assert OFFICE.between(answered, after) == OFFICE.between(asked, before)


def test_a_vote_is_handed_on_to_who_may_vote_only() -> None:
    change = exacting(CAB, exclude=voters("eve"))

    for barred in ("ann", "eve", "cem"):
        with pytest.raises(Refused):
            change.hand_on_vote(person(barred), reason="Away.", by=BEA)
    change.hand_on_vote(person("dan"), reason="Away.", by=BEA)

    with pytest.raises(Refused, match="You have no vote in CAB"):
        again(change, "bea", "approve")
    again(change, "dan", "approve")
