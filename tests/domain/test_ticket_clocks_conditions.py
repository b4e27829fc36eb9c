"""Clocks by conditions, and several agreements about one ticket."""

from datetime import timedelta
from typing import Any

import pytest

from domain.change import Change
from domain.clock_marks import Moment, next_moment
from domain.clock_spans import CLOSED, MET, Span
from domain.promises import BREACH, NEXT_RESPONSE, RESOLUTION, Commitment
from domain.ticket_clocks import after
from tests.domain.clock_lives import (
    DESK,
    NETWORK,
    OFFICE,
    TEN_HOURS,
    Life,
    at,
    change,
    hours_of,
)
from tests.people import person

REPLY = Commitment(name=NEXT_RESPONSE, budget="2h", pausing=("vendor",))
TO_OWN = Commitment(
    name="time to own", budget="1h", start="ticket.priority == 1", stop="ticket.is_assigned"
)
TO_APPROVE = Commitment(
    name="time to approve",
    budget="8h",
    start='ticket.status == "in approval"',
    stop='ticket.approval == "approved" || ticket.approval == "rejected"',
    reset='ticket.status == "in approval"',
)
OF_NETWORK = Commitment(name=RESOLUTION, budget="4h", pause='ticket.party != "Network, level 2"')


@pytest.fixture
def life() -> Life:
    return Life()


# The next response -------------------------------------------------------------------------


def test_the_next_response_is_due_after_each_question_of_the_requester(life: Life) -> None:
    life.promise("mon 10:00", REPLY)
    waiting = life.clock(NEXT_RESPONSE)
    life.say("mon 11:00", "ann")
    asked = life.clock(NEXT_RESPONSE)
    life.say("mon 11:30", "ann")
    asked_again = life.clock(NEXT_RESPONSE)
    life.say("mon 12:00", "bea")
    answered = life.clock(NEXT_RESPONSE)
    life.say("mon 16:00", "ann")
    anew = life.clock(NEXT_RESPONSE)

    assert (waiting.state, waiting.due_at) == ("waiting", None)
    assert (asked.state, asked.due_at) == ("running", at("mon 13:00"))
    assert asked_again == asked
    assert (answered.state, answered.met_at) == ("met", at("mon 12:00"))
    assert (anew.state, anew.due_at, anew.cycle) == ("running", at("tue 10:00"), 1)
    assert [one.met_at for one in anew.earlier] == [at("mon 12:00")]
    assert anew.consumed == timedelta(0)


def test_each_question_has_marks_of_its_own(life: Life) -> None:
    life.promise("mon 10:00", REPLY)
    life.say("mon 10:00", "ann")
    life.act("mon 12:00", "mark", target=NEXT_RESPONSE, mark=BREACH, round=1, due=at("mon 12:00"))
    done = next_moment(life.clock(NEXT_RESPONSE), OFFICE)
    life.say("mon 12:30", "bea")
    life.say("mon 13:00", "ann")
    again = next_moment(life.clock(NEXT_RESPONSE), OFFICE)
    late: dict[str, Any] = {
        "target": NEXT_RESPONSE,
        "mark": BREACH,
        "round": 1,
        "due": at("mon 15:00"),
    }
    life.act("mon 15:00", "mark", **late)
    told_of_the_first = life.ticket.version
    life.act("mon 15:00", "mark", **late, cycle=1)

    assert done is None
    assert again == Moment(BREACH, at("mon 15:00"))
    assert life.ticket.version == told_of_the_first + 1
    assert next_moment(life.clock(NEXT_RESPONSE), OFFICE) is None


def test_a_resolution_answers_the_last_question(life: Life) -> None:
    life.promise("mon 10:00", REPLY)
    life.say("mon 10:00", "ann")
    life.act("mon 11:00", "resolve", code="fixed", resolution="Done.")

    assert life.clock(NEXT_RESPONSE).met_at == at("mon 11:00")


def test_a_question_stands_while_the_ticket_waits_for_a_reason_of_its_own(life: Life) -> None:
    life.promise("mon 10:00", REPLY)
    life.say("mon 10:00", "ann")
    life.act("mon 11:00", "pend", reason="vendor")
    life.act("mon 13:00", "resume")

    assert life.clock(NEXT_RESPONSE).due_at == at("mon 14:00")


def test_the_spans_of_a_clock_that_begins_afresh_tell_its_cycles(life: Life) -> None:
    life.promise("mon 10:00", REPLY)
    life.say("mon 10:00", "ann")
    life.say("mon 11:00", "bea")
    life.say("mon 12:00", "ann")

    assert life.spans("mon 13:00", NEXT_RESPONSE) == (
        Span(at("mon 10:00"), at("mon 11:00"), True, ""),
        Span(at("mon 11:00"), at("mon 12:00"), False, MET),
        Span(at("mon 12:00"), at("mon 13:00"), True, "", cycle=1),
    )


# Clocks of one's own -------------------------------------------------------------------------


def test_a_clock_starts_when_its_condition_first_holds(life: Life) -> None:
    life.promise("mon 10:00", TO_OWN)
    life.act("mon 11:00", "prioritise", impact=1, urgency=1)
    started = life.clock("time to own")
    life.act("mon 11:30", "assign", team=NETWORK)
    with_a_team = life.clock("time to own")
    life.act("mon 11:45", "assign", team=NETWORK, assignee=person("bea"))

    assert (started.started_at, started.due_at) == (at("mon 11:00"), at("mon 12:00"))
    assert with_a_team == started
    assert life.clock("time to own").met_at == at("mon 11:45")


def test_a_clock_that_starts_and_stops_at_once_is_met_at_once(life: Life) -> None:
    life.act("mon 10:30", "assign", team=None, assignee=person("bea"))
    life.promise("mon 10:30", TO_OWN)
    life.act("mon 11:00", "prioritise", impact=1, urgency=1)

    clock = life.clock("time to own")
    assert (clock.started_at, clock.met_at) == (at("mon 11:00"), at("mon 11:00"))
    assert clock.breached_at is None


def test_a_clock_that_never_started_ends_with_its_ticket(life: Life) -> None:
    life.promise("mon 10:00", TO_OWN)
    life.act("mon 11:00", "cancel", reason="By mistake.")

    assert life.clock("time to own").state == "cancelled"
    assert life.spans("mon 12:00", "time to own") == ()


def test_a_condition_that_holds_no_more_does_not_stop_what_it_started(life: Life) -> None:
    life.promise("mon 10:00", TO_OWN)
    life.act("mon 11:00", "prioritise", impact=1, urgency=1)
    life.act("mon 11:10", "prioritise", impact=3, urgency=3)

    assert life.clock("time to own").state == "running"


def test_the_time_to_approve_a_change_begins_afresh_with_each_submission() -> None:
    life = change()
    life.promise("mon 10:00", TO_APPROVE)
    life.import_("mon 11:00", Change.Submitted, round=1)
    life.import_("mon 13:00", Change.Rejected, round=1, reason="No.")
    rejected = life.clock("time to approve")
    life.import_("tue 09:00", Change.Submitted, round=2)
    submitted = life.clock("time to approve")
    life.import_("tue 10:00", Change.Approved, round=2)

    assert (rejected.met_at, rejected.consumed) == (at("mon 13:00"), timedelta(hours=2))
    assert (submitted.started_at, submitted.due_at) == (at("tue 09:00"), at("tue 17:00"))
    assert life.clock("time to approve").met_at == at("tue 10:00")
    shares = {share.party: share.elapsed for share in life.explained("tue 11:00").shares}
    assert shares["approver"] == timedelta(hours=3)


def test_a_withdrawn_change_leaves_no_verdict() -> None:
    life = change()
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 12:00", "withdraw", who="ann", reason="Not needed.")

    assert (life.clock().state, life.clock().breached_at) == ("cancelled", None)


# Other agreements ---------------------------------------------------------------------------


def test_an_agreement_of_one_team_runs_in_its_turns_alone(life: Life) -> None:
    life.act("mon 10:00", "assign", team=DESK)
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 10:00", OF_NETWORK, label="Network", kind="OLA")
    to_network: dict[str, Any] = {"team": NETWORK, "support_level": 2, "reason": "Hard."}
    life.act("mon 12:00", "escalate_functionally", **to_network)
    life.act("mon 13:00", "pend", reason="customer")
    life.act("mon 15:00", "resume")

    ola, sla = life.clock("Network: resolution"), life.clock()
    assert ola.due_at == at("tue 10:00")
    assert sla.due_at == at("tue 14:00")
    spans = life.spans("mon 16:00", "Network: resolution")
    assert [(span.ran, span.since, span.party) for span in spans] == [
        (False, at("mon 10:00"), (DESK, 1)),
        (True, at("mon 12:00"), (NETWORK, 2)),
        (False, at("mon 13:00"), "customer"),
        (True, at("mon 15:00"), (NETWORK, 2)),
    ]
    assert spans[0].why == OF_NETWORK.pause


def test_each_agreement_counts_its_own_rounds(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 10:00", OF_NETWORK, label="Network", kind="OLA")
    life.promise("mon 11:00", Commitment(name=RESOLUTION, budget="8h"))
    late: dict[str, Any] = {
        "target": "Network: resolution",
        "mark": "75%",
        "round": 1,
        "due": at("tue 10:00"),
    }
    life.act("mon 12:00", "mark", **late)

    assert [(agreed.label, agreed.round) for agreed in life.clocks.agreements] == [
        ("", 2),
        ("Network", 1),
    ]
    assert life.clock("Network: resolution").marks_done == ("75%",)
    assert life.clock().marks_done == ()


def test_an_agreement_that_is_dropped_ends_its_clocks_and_no_others(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 10:00", OF_NETWORK, label="Network", kind="OLA")
    life.promise("mon 12:00", label="Network", kind="OLA")

    assert life.clock("Network: resolution").state == "cancelled"
    assert life.clock().state == "running"


def test_a_team_that_is_renamed_is_the_same_team(life: Life) -> None:
    """The names stand in the event: nobody looks up what a team is called today."""
    life.act("mon 10:00", "assign", team=NETWORK)
    life.promise("mon 10:00", OF_NETWORK, label="Network", kind="OLA")
    life.act("mon 11:00", "escalate_functionally", team=NETWORK, support_level=2, reason="Hard.")

    assert life.clock("Network: resolution").state == "running"


def test_hours_are_read_on_the_wall_clock_of_the_requester(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS, zone="America/New_York")

    # New York opens at 14:00 UTC, as it does before its clocks change.
    assert life.clock().due_at == at("tue 16:00")
    assert life.spans("mon 15:00")[0] == Span(at("mon 10:00"), at("mon 14:00"), False, CLOSED)


def test_what_was_counted_in_another_zone_stays_counted(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 15:00", TEN_HOURS, zone="America/New_York")

    assert [basis.zone for basis in life.sla.bases] == ["", "America/New_York"]
    assert life.clock().due_at == at("mon 20:00")


# Moving, sorting anew, going on ---------------------------------------------------------------


def test_another_customer_with_another_promise_keeps_what_was_consumed(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.import_("mon 14:00", type(life.ticket).RequesterChanged, requester=person("dan"))
    life.promise("mon 14:00", Commitment(name=RESOLUTION, budget="6h"))

    assert life.clock().due_at == at("mon 16:00")
    assert life.clock().consumed == timedelta(hours=4)


def test_whoever_asks_now_is_the_one_who_is_answered(life: Life) -> None:
    life.promise("mon 10:00", REPLY)
    life.import_("mon 11:00", type(life.ticket).RequesterChanged, requester=person("dan"))
    life.say("mon 12:00", "ann")
    of_a_stranger = life.clock(NEXT_RESPONSE)
    life.say("mon 13:00", "dan")

    assert of_a_stranger.state == "waiting"
    assert life.clock(NEXT_RESPONSE).started_at == at("mon 13:00")


def test_a_verdict_outlives_every_later_promise(life: Life) -> None:
    life.promise("mon 10:00", Commitment(name=RESOLUTION, budget="1h"))
    life.act("mon 12:00", "resolve", code="fixed", resolution="Done.")
    before = life.clock()
    life.promise("mon 13:00", TEN_HOURS, version=2)

    after_it = life.clock()
    assert (after_it.met_at, after_it.breached_at) == (before.met_at, before.breached_at)
    assert (after_it.budget, after_it.due_at) == (before.budget, before.due_at)


def test_a_breach_that_nobody_has_marked_is_not_taken_back_either(life: Life) -> None:
    life.promise("mon 10:00", Commitment(name=RESOLUTION, budget="1h"))
    life.promise("mon 12:00", TEN_HOURS, version=2)

    assert life.clock().breached_at == at("mon 11:00")


def test_the_clocks_say_what_is_due_as_of_any_moment_of_the_past(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 12:00", "pend", reason="customer")
    life.act("mon 14:00", "resume")

    dues = [
        clock.due_at
        for number in range(2, len(life.events) + 1)
        if (clock := after(life.events[:number], hours_of).clock(RESOLUTION))
    ]
    assert dues == [at("tue 12:00"), at("tue 12:00"), at("tue 14:00")]
