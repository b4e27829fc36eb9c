from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.attainment import Consumed, Promise, figure, promises, promises_of
from domain.incident import Incident
from domain.promises import BREACH, FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION, Commitment
from domain.ticket import Visibility
from domain.ticket_clocks import EVENTS, after
from tests.domain.promised import (
    CODE,
    HOUR,
    NETWORK,
    OFFICE,
    ONE_HOUR,
    SERVERS,
    TEN_HOURS,
    Life,
    at,
    hours_of,
)
from tests.domain.stories import attempts
from tests.people import signed, system
from tests.projections.lives import lived


def found(life: Life, until: str | None = None) -> dict[tuple[str, int], Promise]:
    """The promises of an incident by clock and round."""
    told = (
        promises(after(life.events, hours_of), hours_of)
        if until is None
        else promises_of(life.events, hours_of, at(until))
    )
    return {(one.clock, one.round): one for one in told}


def test_what_is_done_at_the_due_moment_is_met_and_counts_when_it_was_done() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    life.act("tue 12:00", "resolve", **CODE)

    one = found(life)[RESOLUTION, 1]

    assert (one.verdict, one.at, one.month) == ("met", at("tue 12:00"), "2026-03")
    assert one.due_at == at("tue 12:00")


def test_what_is_done_later_is_breached_and_counts_at_its_due_moment() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    life.act("wed 09:00", "resolve", **CODE)

    one = found(life)[RESOLUTION, 1]

    assert (one.verdict, one.at, one.ended_at) == ("breached", at("tue 12:00"), at("wed 09:00"))


def test_what_still_runs_is_breached_once_its_due_moment_has_passed() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)

    before, later = found(life, "tue 11:59"), found(life, "tue 12:01")

    assert (before[RESOLUTION, 1].verdict, before[RESOLUTION, 1].at) == ("running", at("mon 10:00"))
    assert (later[RESOLUTION, 1].verdict, later[RESOLUTION, 1].ended_at) == ("breached", None)


def test_without_a_moment_a_breach_is_one_when_the_desk_has_noted_it() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    assert found(life)[RESOLUTION, 1].verdict == "running"

    by = system("sla-clock", at("tue 12:00") + timedelta(seconds=1))
    life.incident.mark(RESOLUTION, BREACH, round=1, due=at("tue 12:00"), by=by)

    assert found(life)[RESOLUTION, 1].verdict == "breached"


def test_what_was_cancelled_has_no_verdict() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 11:00", "cancel", reason="Not an incident.")

    one = found(life)[RESOLUTION, 1]

    assert (one.verdict, one.at) == ("cancelled", at("mon 11:00"))


def test_a_clock_that_is_reopened_has_one_verdict_the_last() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 12:00", "resolve", **CODE)
    life.act("mon 13:00", "reopen", reason="Still broken.")
    life.act("wed 17:00", "resolve", **CODE)

    assert [(one.round, one.verdict) for one in found(life).values()] == [(1, "breached")]


def test_each_beginning_of_a_clock_is_a_promise_with_its_own_verdict_and_consumption() -> None:
    life = Life()
    life.promise("mon 10:00", Commitment(name=NEXT_RESPONSE, budget="1h"))
    for asked, answered in (("mon 11:00", "mon 11:30"), ("mon 12:00", "mon 14:00")):
        by = signed("ann", at(asked))
        life.incident.comment("When?", visibility=Visibility.PUBLIC, by=by)
        life.act(answered, "comment", said="Soon.", visibility=Visibility.PUBLIC)

    first, second = found(life).values()

    assert [(one.round, one.verdict) for one in (first, second)] == [(1, "met"), (2, "breached")]
    assert (first.consumed, second.consumed) == (
        {"nobody": Consumed(HOUR // 2, HOUR // 2)},
        {"nobody": Consumed(2 * HOUR, 2 * HOUR)},
    )


def test_the_time_of_a_promise_is_shared_among_those_whose_turn_it_was() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS)
    life.act("mon 11:00", "assign", team=NETWORK)
    life.act("mon 16:00", "pend", reason="customer")
    life.act("tue 10:00", "resume")
    life.act(
        "tue 11:00", "escalate_functionally", team=SERVERS, support_level=2, reason="Too deep."
    )
    life.act("tue 16:00", "resolve", **CODE)

    one = found(life)[RESOLUTION, 1]

    assert one.consumed == {
        "nobody": Consumed(HOUR, HOUR),
        "TEA0000001, level 1": Consumed(6 * HOUR, 6 * HOUR),
        "customer": Consumed(18 * HOUR, 0),
        "TEA0000002, level 2": Consumed(5 * HOUR, 5 * HOUR),
    }
    assert (one.verdict, one.largest) == ("breached", "TEA0000001, level 1")


def test_a_promise_says_what_the_ticket_was_when_it_ended_and_not_what_it_became() -> None:
    life = Life()
    life.promise("mon 10:00", ONE_HOUR, TEN_HOURS)
    life.act("mon 10:10", "assign", team=NETWORK)
    life.act("mon 10:20", "prioritise", impact=1, urgency=1)
    life.act("mon 10:30", "respond")
    life.act("mon 11:00", "assign", team=SERVERS)
    life.act("mon 11:10", "prioritise", impact=3, urgency=3)

    response, resolution = found(life).values()

    assert (response.team, response.priority) == (NETWORK, 1)
    assert (resolution.team, resolution.priority) == (SERVERS, 5)


def test_a_verdict_stays_one_of_the_version_that_it_was_given_under() -> None:
    life = Life()
    life.promise("mon 10:00", ONE_HOUR, TEN_HOURS)
    life.act("mon 10:30", "respond")
    shorter = Commitment(name=RESOLUTION, budget="2h")
    life.promise("mon 11:00", Commitment(name=FIRST_RESPONSE, budget="4h"), shorter, version=2)
    life.promise("mon 15:00", TEN_HOURS, version=3)
    life.act("mon 16:00", "resolve", **CODE)

    told = found(life, "mon 17:00")

    response, resolution = told[FIRST_RESPONSE, 1], told[RESOLUTION, 1]
    assert (response.verdict, response.policy_version, response.budget) == ("met", 1, "1h")
    assert (resolution.verdict, resolution.policy_version, resolution.budget) == (
        "breached",
        2,
        "2h",
    )
    assert resolution.breached_at == at("mon 12:00")


def test_what_is_promised_no_more_was_promised_under_the_version_that_said_so() -> None:
    life = Life()
    life.promise("mon 10:00", ONE_HOUR, TEN_HOURS)
    life.promise("mon 10:30", TEN_HOURS, version=2)

    told = found(life, "mon 10:45")

    assert (told[FIRST_RESPONSE, 1].verdict, told[FIRST_RESPONSE, 1].policy_version) == (
        "cancelled",
        1,
    )
    assert (told[RESOLUTION, 1].verdict, told[RESOLUTION, 1].policy_version) == ("running", 2)


def test_an_agreement_beside_the_sla_is_told_by_its_target() -> None:
    life = Life()
    life.promise("mon 10:00", TEN_HOURS, kind="OLA", label="Network")

    one = found(life)["Network: resolution", 1]

    assert (one.kind, one.target) == ("OLA", RESOLUTION)


def test_attainment_is_the_share_of_what_has_a_verdict() -> None:
    assert figure(3, 1, 5, 2).attainment == 0.75
    assert figure(3, 1, 5, 2).promised == 11
    assert figure(0, 0, 5, 2).attainment is None


@given(tried=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_consumption_by_party_adds_up_to_the_time_of_the_promise(tried: st.DataObject) -> None:
    record = lived(Incident, tried.draw(attempts(Incident)))
    events = [] if record is None else [entry.event for entry in record.pending]
    clocks = after([event for event in events if type(event) in EVENTS], lambda *_: OFFICE)

    for one in promises(clocks, lambda *_: OFFICE):
        total = sum(used.elapsed for used in one.consumed.values())
        assert all(0 <= used.ran <= used.elapsed for used in one.consumed.values())
        if one.ended_at is not None:
            assert timedelta(microseconds=total) == one.ended_at - one.started_at
