from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.window_past import Past, held_between
from domain.window_rules import Span, Window, joined
from tests.domain.plans import freeze, hour

DAY = 24


def always(window: Window, before: datetime) -> bool:
    return True


def held(past: Past, since: int, until: int, cuts: tuple[datetime, ...] = ()) -> list[Span]:
    return held_between(past, hour(since), hour(until), cuts, always)


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    moments = sorted(draw(st.sets(st.integers(0, DAY), min_size=1, max_size=4)))
    spans = st.tuples(st.integers(0, DAY), st.integers(1, DAY))
    windows = spans.map(lambda span: freeze(1, span[0], span[0] + span[1]))
    return [(hour(moment), draw(st.none() | windows)) for moment in moments]


HOURS = st.integers(0, 2 * DAY)


@given(pasts(), HOURS, HOURS, HOURS)
def test_what_was_held_does_not_depend_on_when_it_is_looked_at(
    past: Past, one: int, two: int, three: int
) -> None:
    since, looked, until = sorted((one, two, three))

    at_once = held(past, since, until)
    twice = joined([*held(past, since, looked), *held(past, looked, until)])

    assert at_once == twice


@given(pasts(), st.integers(0, 2 * DAY - 1))
def test_an_hour_is_held_if_the_window_of_that_time_lies_in_it(past: Past, at: int) -> None:
    known = [window for since, window in past if since <= hour(at)]

    definition = known[-1].definition if known and known[-1] else None

    is_inside = definition is not None and (
        definition.start is not None
        and definition.end is not None
        and definition.start <= hour(at) < definition.end
    )
    assert (held(past, at, at + 1) != []) == is_inside


def test_a_window_holds_only_what_it_is_for_between_two_cuts() -> None:
    past: Past = [(hour(0), freeze(1, 1, 10))]
    cuts = (hour(3), hour(5), hour(20))

    found = held_between(past, hour(0), hour(12), cuts, lambda _, before: before != hour(5))

    assert found == [(hour(1), hour(3)), (hour(5), hour(10))]


@pytest.mark.parametrize("is_in_use", [True, False])
def test_a_window_holds_as_it_was_then(is_in_use: bool) -> None:
    first = freeze(1, 1, 10)
    shorter = replace(first.definition, end=hour(6))
    second = replace(first, definition=shorter) if is_in_use else None

    past: Past = [(hour(0), None), (hour(2), first), (hour(4), second)]

    assert held(past, 0, 24) == [(hour(2), hour(6) if is_in_use else hour(4))]
    assert held(past, 3, 3 + 24) == [(hour(3), hour(6) if is_in_use else hour(4))]
