"""Marks of service clocks, and what their spans say."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_time import BusinessHours
from domain.clock_marks import check_mark, moment, next_mark
from domain.clock_spans import CLOSED, MET, Span
from domain.rules import Refused
from domain.service_clock import (
    Fact,
    Target,
    due,
    marked,
    re_budget,
    replay,
    told,
    used,
    waiting,
)
from tests.domain.calendars import calendars
from tests.domain.clocks import MONDAY, OFFICE, PENDING, at, facts_of, spans, targets


def test_a_cancelled_clock_is_never_due_again() -> None:
    clock = replay(
        PENDING,
        facts_of(
            ("mon 09:00", "start", ""), ("mon 10:00", "cancel", ""), ("mon 11:00", "start", "")
        ),
        OFFICE,
    )

    assert (clock.state, clock.consumed, due(clock)) == ("cancelled", timedelta(hours=1), None)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("50%", "mon 17:00"),
        ("75%", "tue 10:00"),
        ("100%", "tue 11:00"),
        ("150%", "tue 13:00"),
        ("-30m", "tue 10:30"),
        ("-3h", "mon 16:00"),
        ("-2bd", "mon 15:00"),
        ("+1h", "tue 12:00"),
        ("+1bd", "wed 11:00"),
        ("+1d", "wed 11:00"),
    ],
)
def test_marks_lie_before_at_and_after_the_due_moment(mark: str, expected: str) -> None:
    clock = replay(PENDING, facts_of(("mon 15:00", "start", "")), OFFICE)

    assert moment(clock, OFFICE, mark) == at(expected)


def test_the_next_mark_is_the_earliest_that_is_not_done() -> None:
    clock = replay(PENDING, facts_of(("mon 09:00", "start", "")), OFFICE)
    marks = ("100%", "75%", "+1h")

    assert next_mark(clock, OFFICE, marks) == ("75%", at("mon 12:00"))
    clock = marked(clock, "75%")
    assert next_mark(clock, OFFICE, marks) == ("100%", at("mon 13:00"))
    paused = told(clock, Fact(at("mon 12:30"), "pause", "freeze"), OFFICE)
    assert next_mark(paused, OFFICE, marks) is None
    resumed = told(paused, Fact(at("mon 13:30"), "resume"), OFFICE)
    assert next_mark(resumed, OFFICE, marks) == ("100%", at("mon 14:00"))
    done = marked(marked(resumed, "100%"), "+1h")
    assert next_mark(done, OFFICE, marks) is None


@given(targets, st.integers(1, 100), calendars(2026))
def test_a_share_is_reached_when_so_much_is_consumed(
    target: Target, percent: int, hours: BusinessHours
) -> None:
    clock = replay(target, [Fact(MONDAY, "start")], hours)
    reached = moment(clock, hours, f"{percent}%")

    assert clock.due_at is not None
    assert MONDAY <= reached <= clock.due_at
    wanted = clock.total * percent
    consumed = used(clock, reached, hours) // timedelta(microseconds=1)
    assert consumed * 100 - wanted in range(100) or percent == 100


@pytest.mark.parametrize("mark", ["", "75", "0%", "%", "30m", "-30", "+0h", "75.5%"])
def test_other_marks_are_refused(mark: str) -> None:
    with pytest.raises(Refused):
        check_mark(mark)


def test_spans_say_why_each_stretch_ran_or_stood() -> None:
    told_facts = facts_of(
        ("mon 15:00", "start", ""),
        ("mon 16:00", "pause", "pending"),
        ("mon 16:30", "resume", ""),
        ("tue 09:30", "meet", ""),
        ("tue 10:00", "meet", ""),
        ("tue 11:00", "reopen", ""),
    )

    assert spans(PENDING, told_facts, OFFICE, at("tue 11:30")) == (
        Span(at("mon 15:00"), at("mon 16:00"), True, ""),
        Span(at("mon 16:00"), at("mon 16:30"), False, "pending"),
        Span(at("mon 16:30"), at("mon 17:00"), True, ""),
        Span(at("mon 17:00"), at("tue 09:00"), False, CLOSED),
        Span(at("tue 09:00"), at("tue 09:30"), True, ""),
        Span(at("tue 09:30"), at("tue 11:00"), False, MET),
        Span(at("tue 11:00"), at("tue 11:30"), True, ""),
    )


def test_a_wrong_budget_is_refused() -> None:
    with pytest.raises(Refused):
        waiting(Target("t", "soon"))
    with pytest.raises(Refused):
        re_budget(waiting(PENDING), MONDAY, OFFICE, "-1h")
