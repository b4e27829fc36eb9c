from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import approval_round
from domain.approval import All, Count, OpenStage, Quorum, Vote
from domain.approval import Any as AnyOne
from domain.business_time import BusinessHours
from domain.change import MOVES, Change, Status, Type
from domain.ids import named_id, record_id
from domain.provenance import Provenance
from domain.rules import Refused
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CEM, CLOCK, CUSTOMER, DAN, MONDAY, person, signed, system

PROCESS = named_id("APR", "normal")
CALENDAR = named_id("CAL", "office")
OFFICE = BusinessHours(
    zone="Europe/Berlin",
    weekly={day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")},
)
LATER = MONDAY + timedelta(hours=1)
DUE = MONDAY + timedelta(hours=8)


def voters(*names: str) -> tuple[str, ...]:
    return tuple(str(person(name)) for name in names)


def stage(name: str, *names: str, quorum: Quorum | None = None, **more: object) -> OpenStage:
    given: dict[str, object] = {"patience": "8h", "on_timeout": "reject", **more}
    return OpenStage(name=name, voters=voters(*names), quorum=quorum or All(), **given)  # type: ignore[arg-type]


CAB = stage("CAB", "bea", "cem")
BOARD = stage("Board", "dan")
ESCALATING = stage("CAB", "bea", quorum=AnyOne(), on_timeout="escalate", escalate_to=voters("dan"))


def proposed(type: Type = "normal") -> Change:
    """A change that could be submitted."""
    change = Change.propose(
        record_id("CHG", 1),
        title="Replace the core switch",
        type=type,
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )
    change.assess_risk(impact=2, likelihood=2, by=ANN)
    change.plan(implementation="Swap it.", backout="Swap it back.", by=ANN)
    new_facts(change)
    return change


def submitted(*stages: OpenStage, by: Provenance = ANN) -> Change:
    change = proposed()
    change.submit(process=PROCESS, process_version=1, stages=stages, by=by)
    new_facts(change)
    return change


def approved() -> Change:
    change = submitted(BOARD)
    change.vote("approve", hours=None, by=DAN)
    new_facts(change)
    return change


def vote(change: Change, name: str, vote: Vote, comment: str = "No.") -> None:
    change.vote(vote, comment=comment, hours=None, by=signed(name))


# Before the submission


def test_a_change_needs_a_title() -> None:
    with pytest.raises(Refused, match="needs a title"):
        Change.propose(record_id("CHG", 1), title=" ", requester=None, organisation=None, by=ANN)


def test_the_risk_follows_from_impact_and_likelihood() -> None:
    change = proposed()

    change.assess_risk(impact=1, likelihood=2, by=ANN)

    assert new_facts(change) == [fact(Change.RiskAssessed, impact=1, likelihood=2, risk="high")]


def test_a_normal_change_is_assessed_and_planned_before_it_is_submitted() -> None:
    change = Change.propose(
        record_id("CHG", 1), title="Swap", requester=person("ann"), organisation=None, by=ANN
    )

    with pytest.raises(Refused, match="The risk of a normal change is assessed first"):
        change.submit(stages=[CAB], by=ANN)
    change.assess_risk(impact=3, likelihood=3, by=ANN)
    with pytest.raises(Refused, match="A normal change is planned before"):
        change.submit(stages=[CAB], by=ANN)


def test_a_standard_change_is_pre_authorised() -> None:
    change = Change.propose(
        record_id("CHG", 1),
        title="Swap",
        type="standard",
        requester=person("ann"),
        organisation=None,
        by=ANN,
    )
    new_facts(change)

    change.submit(by=ANN)

    assert new_facts(change) == [
        fact(Change.Submitted, round=1),
        fact(Change.Approved, round=1, reason="pre-authorised"),
    ]
    assert change.status is Status.APPROVED


def test_a_normal_change_is_not_approved_by_nobody() -> None:
    change = proposed()

    with pytest.raises(Refused, match="at least one stage"):
        change.submit(by=ANN)

    assert change.status is Status.PROPOSED


def test_a_rejected_change_does_not_become_standard() -> None:
    change = submitted(BOARD)
    vote(change, "dan", "reject")

    with pytest.raises(Refused, match="cannot become a standard change"):
        change.classify("standard", by=ANN)


def test_what_is_submitted_stays_as_it_is() -> None:
    change = submitted(CAB)

    with pytest.raises(Refused, match="can be amended"):
        change.amend(title="Something else", by=ANN)
    with pytest.raises(Refused, match="planned before its submission"):
        change.plan(implementation="Otherwise.", backout="No.", by=ANN)
    with pytest.raises(Refused, match="assessed before its submission"):
        change.assess_risk(impact=3, likelihood=3, by=ANN)
    with pytest.raises(Refused, match="can be classified"):
        change.classify("standard", by=ANN)


# Votes and decisions


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
            stages=(CAB, BOARD),
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

    assert change.due == MONDAY + timedelta(hours=36)


def test_a_vote_short_of_the_quorum_decides_nothing() -> None:
    change = submitted(CAB)

    vote(change, "bea", "approve", "Fine.")

    assert new_facts(change) == [
        fact(Change.VoteCast, round=1, stage="CAB", vote="approve", comment="Fine.")
    ]
    verdict = change.verdict_so_far()
    assert verdict is not None
    assert verdict.still_needed == 1


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
    assert change.open_stage == BOARD
    assert change.votes == {}


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
    assert change.open_stage is None


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
    vote(change, "bea", "approve")


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


def test_a_calendar_without_time_left_does_not_hold_up_a_decision() -> None:
    ending = BusinessHours(zone="UTC", date_hours={"2026-03-02": (("09:00", "20:00"),)})
    change = proposed()
    change.submit(calendar=CALENDAR, hours=ending, stages=[CAB, BOARD], by=ANN)
    late = MONDAY + timedelta(days=3)

    change.vote("approve", hours=ending, by=BEA)
    change.vote("approve", hours=ending, by=signed("cem", late))

    assert change.due == late + timedelta(hours=8)


# From the approval to the end


def test_a_change_is_scheduled_once_approved_and_not_in_the_past() -> None:
    hour = timedelta(hours=1)

    with pytest.raises(Refused, match="Only an approved change can be scheduled"):
        submitted(CAB).schedule(start=LATER, end=LATER + hour, by=BEA)
    change = approved()
    with pytest.raises(Refused, match="starts before it ends"):
        change.schedule(start=LATER, end=LATER, by=BEA)
    with pytest.raises(Refused, match="not scheduled in the past"):
        change.schedule(start=MONDAY - hour, end=LATER, by=BEA)
    with pytest.raises(Refused, match="needs a zone"):
        change.schedule(start=datetime(2026, 3, 3), end=LATER, by=BEA)  # noqa: DTZ001
    new_facts(change)

    change.schedule(start=LATER, end=LATER + hour, by=BEA)
    change.schedule(start=LATER, end=LATER + hour, by=BEA)

    assert new_facts(change) == [fact(Change.Scheduled, start=LATER, end=LATER + hour)]


def test_a_change_is_implemented_reviewed_and_closed() -> None:
    change = approved()

    change.start_implementation(by=BEA)
    change.complete_implementation("successful with issues", by=BEA)
    with pytest.raises(Refused, match="Only a reviewed change can be closed"):
        change.close(by=BEA)
    change.review("successful", notes="One hour longer than planned.", by=CEM)
    change.close(code="done", by=CEM)

    assert change.status is Status.CLOSED
    assert change.outcome == "successful"
    with pytest.raises(Refused, match="not being implemented yet"):
        change.cancel(reason="Too late.", by=ANN)


def test_a_change_that_was_backed_out_is_reviewed() -> None:
    change = approved()
    change.start_implementation(by=BEA)

    change.back_out(reason="The switch did not start.", by=BEA)

    assert (change.status, change.outcome) == (Status.BACKED_OUT, "unsuccessful")
    change.review("unsuccessful", notes="Broken on delivery.", by=CEM)
    change.close(by=CEM)


def test_a_standard_change_is_closed_without_a_review() -> None:
    change = proposed("standard")
    change.submit(by=ANN)
    change.start_implementation(by=BEA)
    change.complete_implementation("successful", by=BEA)

    change.close(by=BEA)

    assert change.status is Status.CLOSED


@pytest.mark.parametrize("end", ["withdraw", "cancel"])
def test_a_change_that_is_taken_back_is_not_open_for_votes(end: str) -> None:
    change = submitted(CAB)

    getattr(change, end)(reason="Not needed any more.", by=ANN)

    assert change.is_over
    with pytest.raises(Refused, match="not open for votes"):
        vote(change, "bea", "approve")
    change.time_out_stage(1, "CAB", hours=None, by=system("approvals", DUE))
    assert change.is_over


def test_every_state_but_the_last_ones_has_a_way_out() -> None:
    ways = {source for move in MOVES.values() if move.target for source in move.sources}

    assert set(Status) - ways == {Status.CLOSED, Status.WITHDRAWN, Status.CANCELLED}


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
            vote(change, who, what)  # type: ignore[arg-type]
        elif (opened := change.open_stage) and change.due:
            by = system("approvals", change.due)
            if what == "time out":
                change.time_out_stage(change.round, opened.name, hours=OFFICE, by=by)
            elif what == "remind":
                change.remind(change.round, opened.name, by=by)
            elif what == "stale":
                change.time_out_stage(change.round - 1, opened.name, hours=None, by=by)
            else:
                to = voters("eve", "ann")
                change.escalate_stage(change.round, opened.name, to=to, hours=OFFICE, by=by)
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
        before = dict(change.votes)
        attempt(change, who, what)
        assert own.isdisjoint(set(change.votes) - set(before))

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
    assert approval_round.ALWAYS.between(MONDAY, MONDAY + timedelta(days=7)) == timedelta(days=7)
