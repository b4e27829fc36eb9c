from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.people import MONDAY
from workflows.due_index import Horizon

NOW = MONDAY
SOON, LATER = NOW + timedelta(seconds=10), NOW + timedelta(seconds=20)
PASSED = NOW - timedelta(seconds=10)

moments = st.integers(-100, 100).map(lambda n: NOW + timedelta(seconds=n))


def waiting_for(moment: datetime | None) -> Horizon:
    horizon = Horizon()
    horizon.begin_sweep()
    horizon.end_sweep(moment)
    return horizon


def test_a_clock_of_which_nothing_is_known_is_poked() -> None:
    assert Horizon().hear(LATER, NOW)


def test_a_clock_is_poked_for_an_earlier_moment_only() -> None:
    horizon = waiting_for(LATER)

    assert not horizon.hear(LATER, NOW)
    assert horizon.hear(SOON, NOW)
    assert not horizon.hear(SOON, NOW)


def test_a_clock_whose_moment_has_passed_is_poked() -> None:
    assert waiting_for(PASSED).hear(LATER, NOW)


def test_a_clock_is_told_after_its_sweep_what_was_heard_meanwhile() -> None:
    horizon = waiting_for(PASSED)

    horizon.begin_sweep()
    is_poked = horizon.hear(SOON, NOW)

    assert not is_poked
    assert horizon.end_sweep(LATER) == SOON
    assert not horizon.hear(LATER, NOW)


def test_after_a_sweep_that_broke_off_a_clock_is_poked() -> None:
    horizon = waiting_for(LATER)

    horizon.begin_sweep()
    horizon.break_off_sweep()

    assert horizon.hear(LATER + timedelta(seconds=1), NOW)


@given(found=st.none() | moments, heard=st.lists(moments))
def test_no_moment_is_lost_in_a_sweep(found: datetime | None, heard: list[datetime]) -> None:
    horizon = Horizon()

    horizon.begin_sweep()
    for moment in heard:
        horizon.hear(moment, NOW)
    next = horizon.end_sweep(found)

    known = [moment for moment in (found, *heard) if moment is not None]
    assert next == min(known, default=None)
