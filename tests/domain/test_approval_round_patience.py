"""What happens to stages whose patience ends, and what its length counts."""

from datetime import timedelta

from domain.approval_round import ALWAYS
from domain.business_time import BusinessHours
from domain.change import Change, Status
from tests.domain.changes import (
    BOARD,
    CAB,
    CALENDAR,
    DUE,
    ESCALATING,
    due,
    proposed,
    stage,
    submitted,
    vote,
    voters,
)
from tests.facts import fact, new_facts
from tests.people import ANN, BEA, CLOCK, MONDAY, person, signed, system

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


def test_patience_without_a_calendar_counts_every_hour_of_the_week() -> None:
    assert ALWAYS.between(MONDAY, MONDAY + timedelta(days=7)) == timedelta(days=7)
