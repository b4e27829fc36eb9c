from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.business_time import BusinessHours
from domain.clock_marks import Moment, next_moment, reached
from domain.clock_spans import CLOSED, MET, Span
from domain.explanation import explained
from domain.incident import Incident
from domain.promises import BREACH, FIRST_RESPONSE, RESOLUTION, Commitment
from domain.rules import NotFound
from domain.service_clock import used
from domain.ticket import Visibility
from domain.ticket_clocks import EVENTS, after, told
from tests.domain.clock_lives import (
    CALENDAR,
    LONGER,
    OFFICE,
    ONE_HOUR,
    POLICY,
    TEN_HOURS,
    Life,
    at,
    hours_of,
)
from tests.domain.stories import attempts
from tests.people import person, signed
from tests.projections.lives import lived

RANDOM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
OF_PROMISES = (Incident.ServiceLevelApplied, Incident.MarkReached, Incident.PauseNoted)


@pytest.fixture
def life() -> Life:
    return Life()


# Promises ----------------------------------------------------------------------------------


def test_a_promise_counts_from_the_opening_and_leaves_out_earlier_pauses(life: Life) -> None:
    life.act("mon 11:00", "pend", reason="customer")
    life.act("mon 14:00", "resume")
    life.promise("mon 15:00", TEN_HOURS)

    assert life.clock().started_at == at("mon 10:00")
    assert life.clock().due_at == at("tue 15:00")


def test_a_promise_leaves_out_the_time_for_which_the_incident_was_resolved(life: Life) -> None:
    life.act("mon 11:00", "resolve", code="fixed", resolution="Done.")
    life.act("mon 14:00", "reopen", reason="It is not.")
    life.promise("mon 15:00", TEN_HOURS, ONE_HOUR)

    assert life.clock().due_at == at("tue 15:00")
    assert life.clock(FIRST_RESPONSE).met_at == at("mon 11:00")


@RANDOM
@given(data=st.data())
def test_a_promise_that_comes_late_stands_as_if_it_had_been_given_at_once(
    data: st.DataObject,
) -> None:
    incident = lived(Incident, data.draw(attempts(Incident)))
    assume(isinstance(incident, Incident) and not incident.is_over)
    assert incident is not None
    first, *rest = [
        entry.event for entry in incident.pending if not isinstance(entry.event, OF_PROMISES)
    ]
    promise = Incident.ServiceLevelApplied(
        by=first.by,
        policy=POLICY,
        policy_version=1,
        calendar=CALENDAR,
        calendar_version=1,
        commitments=(TEN_HOURS, ONE_HOUR),
    )

    at_once = after([first, promise, *rest], hours_of)
    late = after([first, *rest, promise], hours_of)

    assert late == at_once


def test_an_answer_that_is_dated_before_the_opening_is_an_answer(life: Life) -> None:
    by = structs.replace(signed("bea", at("mon 11:00")), effective=at("mon 09:00"))
    life.ticket.respond(by=by)
    life.promise("mon 12:00", ONE_HOUR)

    assert life.clock(FIRST_RESPONSE).met_at == at("mon 10:00")


def test_a_promise_for_a_pending_incident_stands(life: Life) -> None:
    life.act("mon 11:00", "pend", reason="customer")
    life.promise("mon 15:00", TEN_HOURS, ONE_HOUR)

    assert (life.clock().state, life.clock(FIRST_RESPONSE).state) == ("paused", "running")


def test_another_promise_on_other_hours_keeps_what_was_consumed(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 16:00", Commitment(name=RESOLUTION, budget="13h"), version=2)

    assert life.sla.round == 2
    assert life.clock().due_at == at("tue 07:00")
    assert life.sla.hours(hours_of) == LONGER


@pytest.mark.parametrize(
    ("before", "now", "due_at"),
    [((), ("customer",), at("tue 13:00")), (("customer",), (), at("tue 15:00"))],
)
def test_another_promise_for_a_pending_incident_stands_or_runs_as_it_says(
    life: Life, before: tuple[str, ...], now: tuple[str, ...], due_at: datetime
) -> None:
    life.promise("mon 10:00", Commitment(name=RESOLUTION, budget="9h", pausing=before))
    life.act("mon 11:00", "pend", reason="customer")
    life.promise("mon 14:00", Commitment(name=RESOLUTION, budget="10h", pausing=now))
    pending = life.clock()
    life.act("mon 15:00", "resume")

    assert pending.state == ("paused" if now else "running")
    assert (life.clock().state, life.clock().due_at) == ("running", due_at)


def test_a_target_that_is_promised_no_more_is_due_no_more(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS, ONE_HOUR)
    life.promise("mon 12:00", TEN_HOURS)

    assert [clock.target for clock in life.clocks.clocks] == [RESOLUTION, FIRST_RESPONSE]
    dropped = life.clock(FIRST_RESPONSE)
    assert (dropped.state, dropped.breached_at) == ("cancelled", at("mon 11:00"))
    assert next_moment(dropped, OFFICE) is None
    assert reached(dropped, OFFICE, BREACH) is None


def test_a_target_that_is_promised_again_counts_from_the_opening(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 11:00", ONE_HOUR)
    life.promise("mon 12:00", ONE_HOUR, TEN_HOURS)

    assert (life.clock().state, life.clock().due_at) == ("running", at("tue 12:00"))


def test_a_target_that_was_met_runs_again_if_it_is_promised_again_after_a_reopening(
    life: Life,
) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 11:00", "resolve", code="fixed", resolution="Done.")
    life.promise("mon 12:00", ONE_HOUR)
    life.act("mon 13:00", "reopen", reason="No.")
    life.promise("mon 14:00", ONE_HOUR, TEN_HOURS)

    clock = life.clock()
    assert (clock.state, clock.met_at) == ("running", None)
    assert [verdict.met_at for verdict in clock.earlier] == [at("mon 11:00")]
    assert clock.due_at == at("tue 15:00")


# What happens ------------------------------------------------------------------------------


def test_another_pending_reason_ends_the_pause_of_the_first(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 11:00", "pend", reason="customer")
    life.import_("mon 14:00", Incident.Paused, reason="vendor")

    assert (life.clock().state, life.clock().due_at) == ("running", at("tue 15:00"))


def test_an_incident_that_waits_in_a_queue_again_is_pending_no_more(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 11:00", "pend", reason="customer")
    life.import_("mon 14:00", Incident.Requeued)

    assert (life.clock().state, life.clock().due_at) == ("running", at("tue 15:00"))


def test_an_incident_that_goes_on_after_it_was_closed_can_be_promised_something(
    life: Life,
) -> None:
    life.import_("mon 11:00", Incident.Closed)
    life.import_("mon 12:00", Incident.Reopened)
    life.promise("mon 12:00", TEN_HOURS, ONE_HOUR)

    assert life.clock().state == life.clock(FIRST_RESPONSE).state == "running"


def test_other_events_change_nothing(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    before = life.clocks
    life.act("mon 10:10", "comment", said="We look.", visibility=Visibility.INTERNAL)
    life.act("mon 10:20", "watch", person=person("cem"))

    assert told(before, life.events[-1], hours_of) is before
    assert life.clocks == before
    assert not EVENTS & {Incident.Watched, Incident.Attached, Incident.Linked}


def test_an_unknown_calendar_is_said(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)

    def none(calendar: UUID, version: int) -> BusinessHours:
        raise NotFound(f"{calendar} has no version {version}.")

    with pytest.raises(NotFound):
        after(life.events, none)


# What is due -------------------------------------------------------------------------------


def test_the_marks_of_an_escalation_come_before_the_breach(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)

    half = next_moment(life.clock(), OFFICE, ("75%", "50%"))
    life.act("mon 15:00", "mark", target=RESOLUTION, mark="50%", round=1, due=at("tue 12:00"))

    assert half == Moment("50%", at("mon 15:00"))
    assert reached(life.clock(), OFFICE, "50%") is None
    assert next_moment(life.clock(), OFFICE) == Moment(BREACH, at("tue 12:00"))


def test_a_mark_counts_again_only_if_it_lies_ahead_of_another_promise(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    for mark, when in (("50%", "mon 15:00"), ("75%", "tue 09:30"), ("-2h", "tue 10:00")):
        life.act(when, "mark", target=RESOLUTION, mark=mark, round=1, due=at("tue 12:00"))
    life.promise("tue 10:00", Commitment(name=RESOLUTION, budget="12h"))
    longer = life.clock()
    life.promise("tue 10:00", Commitment(name=RESOLUTION, budget="510m"))

    assert longer.marks_done == ("50%",)
    assert next_moment(longer, OFFICE, ("50%", "75%")) == Moment("75%", at("tue 11:00"))
    assert life.clock().marks_done == ("50%",)


def test_a_mark_of_an_earlier_promise_is_not_counted(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("mon 11:00", Commitment(name=RESOLUTION, budget="2h"))
    late = {"target": RESOLUTION, "mark": BREACH, "round": 1, "due": at("tue 12:00")}
    life.import_("mon 11:30", Incident.TargetBreached, **late)

    assert reached(life.clock(), OFFICE, BREACH) == at("mon 12:00")


def test_a_breach_is_owed_until_it_is_marked_though_the_incident_is_resolved(life: Life) -> None:
    life.promise("mon 10:00", ONE_HOUR)
    life.act("mon 12:00", "respond")
    owed = life.clock(FIRST_RESPONSE)
    life.act("mon 12:01", "mark", target=FIRST_RESPONSE, mark=BREACH, round=1, due=at("mon 11:00"))

    assert next_moment(owed, OFFICE) == Moment(BREACH, at("mon 11:00"))
    assert reached(owed, OFFICE, BREACH) == at("mon 11:00")
    assert reached(owed, OFFICE, "50%") is None
    assert next_moment(life.clock(FIRST_RESPONSE), OFFICE) is None


def test_a_mark_after_the_end_of_the_calendar_never_comes() -> None:
    one_day = BusinessHours(zone="UTC", date_hours={"2026-03-02": (("09:00", "17:00"),)})
    life = Life()
    life.promise("mon 10:00", ONE_HOUR)
    clock = after(life.events, lambda _calendar, _version: one_day).clock(FIRST_RESPONSE)
    assert clock is not None

    assert next_moment(clock, one_day, ("+10h",)) == Moment(BREACH, at("mon 11:00"))


# Why ---------------------------------------------------------------------------------------


def test_spans_say_why_a_clock_stood_before_and_after_it_was_promised(life: Life) -> None:
    life.act("mon 11:00", "pend", reason="customer")
    life.act("mon 12:00", "resume")
    life.promise("mon 13:00", TEN_HOURS)
    life.act("mon 15:00", "pend", reason="customer")
    life.act("mon 16:00", "resolve", code="fixed", resolution="Done.")
    life.act("tue 10:00", "reopen", reason="No.")

    assert explained(life.events, hours_of, at("tue 11:00")).spans[RESOLUTION] == (
        Span(at("mon 10:00"), at("mon 11:00"), True, ""),
        Span(at("mon 11:00"), at("mon 12:00"), False, "customer", "customer"),
        Span(at("mon 12:00"), at("mon 15:00"), True, ""),
        Span(at("mon 15:00"), at("mon 16:00"), False, "customer", "customer"),
        Span(at("mon 16:00"), at("tue 10:00"), False, MET, "customer"),
        Span(at("tue 10:00"), at("tue 11:00"), True, ""),
    )


def test_spans_keep_to_the_hours_that_counted_then(life: Life) -> None:
    life.promise("mon 10:00", TEN_HOURS)
    life.promise("tue 08:00", Commitment(name=RESOLUTION, budget="20h"), version=2)

    assert explained(life.events, hours_of, at("tue 09:00")).spans[RESOLUTION] == (
        Span(at("mon 10:00"), at("mon 17:00"), True, ""),
        Span(at("mon 17:00"), at("tue 08:00"), False, CLOSED),
        Span(at("tue 08:00"), at("tue 09:00"), True, ""),
    )


def test_nothing_is_explained_of_what_was_never_promised(life: Life) -> None:
    assert explained(life.events, hours_of, at("tue 11:00")).spans == {}


@RANDOM
@given(data=st.data())
def test_the_spans_of_any_incident_follow_one_another_and_add_up(data: st.DataObject) -> None:
    incident = lived(Incident, data.draw(attempts(Incident)))
    assume(incident is not None)
    assert incident is not None
    events = [entry.event for entry in incident.pending]
    end = datetime(2026, 6, 1, tzinfo=UTC)

    found = explained(events, hours_of, end)

    assert found.clocks == after(events, hours_of)
    assert list(found.spans) == [clock.target for clock in found.clocks.clocks]
    for agreed in found.clocks.agreements:
        for clock in agreed.clocks:
            spans = found.spans[clock.target]
            assert all(a.until == b.since and a.since < a.until for a, b in pairwise(spans))
            if spans:
                assert spans[0].since == clock.started_at
            ran = sum((span.until - span.since for span in spans if span.ran), timedelta(0))
            assert ran == used(clock, end, agreed.hours(hours_of))
