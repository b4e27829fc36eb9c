from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain import business_time
from domain.business_time import BusinessHours, duration
from domain.clock_marks import next_mark
from domain.service_clock import (
    Clock,
    Fact,
    FactKind,
    Target,
    due,
    re_budget,
    remaining,
    replay,
    settled,
    told,
    used,
    waiting,
)
from tests.domain.calendars import STEP, calendars, slowly_open
from tests.domain.clocks import BUDGETS, DAYS, MONDAY, OFFICE, PENDING, at, facts_of, spans, targets

LONGER = BusinessHours(zone="UTC", weekly={day: (("06:00", "22:00"),) for day in DAYS})

KINDS: tuple[FactKind, ...] = (
    "start",
    "pause",
    "resume",
    "meet",
    "reopen",
    "restart",
    "cancel",
    "re_budget",
    "mark",
)


@st.composite
def facts(draw: st.DrawFn, kinds: Sequence[FactKind] = KINDS) -> list[Fact]:
    """Facts in any order of kinds, in order of time, on quarters of an hour."""
    quarters = sorted(draw(st.lists(st.integers(0, 500), max_size=10)))
    found = []
    for quarter in quarters:
        kind = draw(st.sampled_from(kinds))
        by = ""
        if kind in ("pause", "resume"):
            by = draw(st.sampled_from(("pending", "freeze", "lunch", "")))
        if kind == "re_budget":
            by = draw(st.sampled_from(BUDGETS))
        found.append(Fact(MONDAY + quarter * STEP, kind, by))
    return found


@given(targets, facts(), st.randoms(), calendars(2026))
def test_a_clock_told_step_by_step_equals_the_clock_of_all_facts(
    target: Target, told_facts: list[Fact], random: object, hours: BusinessHours
) -> None:
    by_time = {fact.at: fact for fact in told_facts}
    clock = waiting(target)

    for fact in sorted(by_time.values(), key=lambda fact: fact.at):
        stored = msgspec.json.encode(told(clock, fact, hours))
        clock = msgspec.json.decode(stored, type=Clock)

    assert clock == replay(target, reversed(by_time.values()), hours)


@given(targets, st.permutations(range(10)), facts(), calendars(2026))
def test_no_order_of_facts_fails_and_no_decided_past_changes(
    target: Target, order: list[int], told_facts: list[Fact], hours: BusinessHours
) -> None:
    clock = waiting(target)

    for number in order:
        if number >= len(told_facts):
            continue
        before, clock = clock, told(clock, told_facts[number], hours)
        assert clock.earlier[: len(before.earlier)] == before.earlier
        if len(clock.earlier) == len(before.earlier):
            assert clock.ran >= before.ran
            assert before.breached_at in (None, clock.breached_at)
            assert before.met_at in (None, clock.met_at)


@given(targets, facts(), calendars(2026))
def test_a_fact_told_twice_says_nothing_new(
    target: Target, told_facts: list[Fact], hours: BusinessHours
) -> None:
    clock = waiting(target)

    for fact in told_facts:
        clock = told(clock, fact, hours)
        if fact.kind not in ("restart", "re_budget"):
            assert told(clock, fact, hours) == clock


def slowly_told(
    budget: timedelta, told_facts: Sequence[Fact], hours: BusinessHours, until: datetime
) -> tuple[timedelta, datetime | None, datetime | None]:
    """What a clock consumed, when it was used up and when met, walked in quarters of an hour."""
    consumed, used_up = timedelta(0), None
    met = next((fact.at for fact in told_facts if fact.kind == "meet"), None)
    now = MONDAY
    while now <= until and (met is None or now < met):
        reasons = standing(told_facts, now)
        if not reasons and slowly_open(hours, now):
            consumed += STEP
            if consumed == budget:
                used_up = now + STEP
        now += STEP
    return consumed, used_up, met


def standing(told_facts: Sequence[Fact], now: datetime) -> set[str]:
    """What pauses a clock at a moment."""
    reasons: set[str] = set()
    for fact in told_facts:
        if fact.at > now:
            break
        if fact.kind == "pause" and fact.by in ("pending", "freeze"):
            reasons.add(fact.by)
        if fact.kind == "resume":
            reasons = reasons - {fact.by} if fact.by else set()
    return reasons


@given(
    facts(("start", "pause", "resume", "resume", "meet")),
    st.integers(1, 60),
    calendars(2026),
)
def test_a_clock_consumes_what_a_slow_walk_through_time_counts(
    told_facts: list[Fact], quarters: int, hours: BusinessHours
) -> None:
    told_facts = [Fact(MONDAY, "start"), *told_facts]
    target = Target("t", f"{quarters * 15}m", pausing=("pending", "freeze"))
    end = MONDAY + 500 * STEP
    consumed, used_up, met = slowly_told(quarters * STEP, told_facts, hours, end - STEP)

    clock = replay(target, told_facts, hours)

    assert used(clock, end, hours) == consumed
    assert remaining(clock, end, hours) == quarters * STEP - consumed
    assert clock.met_at == met
    late = used_up is not None and (met is None or met > used_up)
    assert settled(clock, end, hours).breached_at == (used_up if late else None)
    if clock.state == "running" and used_up is None:
        left = quarters * STEP - used(clock, end, hours)
        assert due(clock) == hours.add(end, left)


@given(targets, facts(("start", "pause", "resume", "meet", "reopen", "cancel")), calendars(2026))
def test_the_spans_of_a_clock_follow_one_another_and_add_up(
    target: Target, told_facts: list[Fact], hours: BusinessHours
) -> None:
    end = MONDAY + 600 * STEP
    clock = replay(target, told_facts, hours)

    found = spans(target, told_facts, hours, end)

    assert all(a.until == b.since for a, b in pairwise(found))
    ran = sum((span.until - span.since for span in found if span.ran), timedelta(0))
    assert ran == (used(clock, end, hours) if clock.started_at else timedelta(0))
    if found:
        assert found[0].since == clock.started_at
        ended = clock.met_at or clock.cancelled_at
        assert found[-1].until == (ended or end) or found[-1].until <= (ended or end)


@given(targets, st.integers(0, 300), st.integers(1, 200), calendars(2026))
def test_a_pause_moves_the_due_moment_by_the_time_that_counts(
    target: Target, since: int, length: int, hours: BusinessHours
) -> None:
    begin, end = MONDAY + since * STEP, MONDAY + (since + length) * STEP
    undisturbed = business_time.due(MONDAY, duration(target.budget), hours)

    clock = replay(
        target,
        [Fact(MONDAY, "start"), Fact(begin, "pause", "pending"), Fact(end, "resume")],
        hours,
    )

    stood = end - begin if target.budget == "1d" else hours.between(begin, end)
    if begin < undisturbed:
        moved = undisturbed + stood if target.budget == "1d" else hours.add(undisturbed, stood)
        assert due(clock) == max(moved, end)
        assert clock.breached_at is None
    else:
        assert clock.breached_at == undisturbed == due(clock)


def test_met_exactly_at_the_due_moment_is_in_time() -> None:
    begun = facts_of(("mon 10:00", "start", ""))

    on_time = replay(PENDING, [*begun, Fact(at("mon 14:00"), "meet")], OFFICE)
    late = replay(PENDING, [*begun, Fact(at("mon 14:01"), "meet")], OFFICE)

    assert (on_time.state, on_time.breached_at) == ("met", None)
    assert (late.state, late.breached_at) == ("met", at("mon 14:00"))


def test_a_pause_at_the_due_moment_comes_too_late() -> None:
    clock = replay(
        PENDING, facts_of(("mon 10:00", "start", ""), ("mon 14:00", "pause", "pending")), OFFICE
    )

    assert clock.breached_at == at("mon 14:00")


def test_a_due_moment_in_closed_time_does_not_pass_during_a_pause() -> None:
    overnight = Target("resolution", "1bd", pausing=("pending",))
    clock = replay(
        overnight,
        facts_of(
            ("mon 21:00", "start", ""),
            ("tue 18:00", "pause", "pending"),
            ("tue 22:00", "resume", ""),
        ),
        OFFICE,
    )

    assert clock.breached_at is None
    assert due(clock) == at("tue 22:00")


def test_a_clock_without_facts_has_no_due_moment() -> None:
    clock = waiting(PENDING)

    assert clock.state == "waiting"
    assert due(clock) is None
    assert next_mark(clock, OFFICE, ("75%",)) is None
    assert remaining(clock, at("mon 10:00"), OFFICE) == timedelta(hours=4)


def test_it_stands_until_everything_that_pauses_it_is_over() -> None:
    clock = replay(
        PENDING,
        facts_of(
            ("mon 09:00", "start", ""),
            ("mon 10:00", "pause", "pending"),
            ("mon 11:00", "pause", "freeze"),
            ("mon 12:00", "resume", "pending"),
        ),
        OFFICE,
    )

    assert clock.state == "paused"
    assert due(clock) is None
    after = told(clock, Fact(at("mon 13:00"), "resume", "freeze"), OFFICE)
    assert due(after) == at("mon 16:00")


def test_a_bigger_budget_counts_from_now_and_keeps_a_breach() -> None:
    clock = replay(
        PENDING, facts_of(("mon 09:00", "start", ""), ("mon 12:00", "re_budget", "8h")), OFFICE
    )
    assert due(clock) == at("mon 17:00")

    late = replay(
        PENDING, facts_of(("mon 09:00", "start", ""), ("mon 14:00", "re_budget", "8h")), OFFICE
    )
    assert late.breached_at == at("mon 13:00")


def test_a_budget_that_is_used_up_already_is_breached_when_it_is_set() -> None:
    clock = replay(
        PENDING, facts_of(("mon 09:00", "start", ""), ("mon 12:00", "re_budget", "1h")), OFFICE
    )

    assert clock.breached_at == at("mon 12:00")


def test_other_business_hours_count_from_now_and_what_was_consumed_stays() -> None:
    clock = replay(PENDING, facts_of(("mon 16:00", "start", "")), OFFICE)

    changed = re_budget(clock, at("mon 17:00"), OFFICE, "4h", hours_from_now=LONGER)

    assert changed.consumed == timedelta(hours=1)
    assert due(changed) == at("mon 20:00")


def test_a_reopened_clock_runs_on_with_what_is_left_and_keeps_its_verdict() -> None:
    clock = replay(
        PENDING,
        facts_of(
            ("mon 09:00", "start", ""), ("mon 11:00", "meet", ""), ("tue 10:00", "reopen", "")
        ),
        OFFICE,
    )

    assert due(clock) == at("tue 12:00")
    assert [verdict.met_at for verdict in clock.earlier] == [at("mon 11:00")]


def test_a_restarted_clock_has_its_whole_budget_again() -> None:
    clock = replay(
        PENDING,
        facts_of(
            ("mon 09:00", "start", ""), ("mon 15:00", "meet", ""), ("tue 10:00", "restart", "")
        ),
        OFFICE,
    )

    assert due(clock) == at("tue 14:00")
    assert clock.breached_at is None
    assert clock.earlier[0].breached_at == at("mon 13:00")
