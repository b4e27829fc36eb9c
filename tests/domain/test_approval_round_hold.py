from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approval import OpenStage
from domain.change import Change
from domain.ids import record_id
from domain.provenance import Provenance
from tests.domain.changes import BOARD, CALENDAR, OFFICE, PROCESS, proposed, stage
from tests.facts import new_facts
from tests.people import MONDAY, signed, system

YEAR_END, CUT_OVER = record_id("WIN", 1), record_id("WIN", 2)
CAB = stage("CAB", "bea", "cem", patience="8h")


def clock(hours: float) -> Provenance:
    return system("window-clock", at(hours))


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def submitted(*stages: OpenStage, on_calendar: bool = False) -> Change:
    change = proposed()
    change.submit(
        process=PROCESS,
        process_version=1,
        calendar=CALENDAR if on_calendar else None,
        calendar_version=1 if on_calendar else 0,
        hours=OFFICE if on_calendar else None,
        stages=stages or (CAB,),
        by=signed("ann", MONDAY),
    )
    new_facts(change)
    return change


def due(change: Change, name: str = "CAB") -> datetime | None:
    return change.standing.open[name].due


def test_while_a_freeze_holds_a_round_nothing_times_out() -> None:
    change = submitted()

    change.hold_approval(YEAR_END, by=clock(1))
    change.time_out_stage(1, "CAB", by=clock(100))

    assert due(change) is None
    assert change.is_in_approval


def test_a_round_goes_on_with_exactly_what_was_left() -> None:
    change = submitted()
    change.hold_approval(YEAR_END, by=clock(1.5))

    change.resume_approval(YEAR_END, by=clock(50))

    assert due(change) == at(50 + 8 - 1.5)
    change.time_out_stage(1, "CAB", by=clock(56.4))
    assert change.is_in_approval
    change.time_out_stage(1, "CAB", by=clock(56.5))
    assert not change.is_in_approval


def test_what_was_left_is_counted_on_the_calendar() -> None:
    # Monday 10:00 in Berlin to 10:30, and on from Wednesday 12:00.
    change = submitted(on_calendar=True)
    change.hold_approval(YEAR_END, by=clock(0.5))

    change.resume_approval(YEAR_END, by=clock(50))

    left = timedelta(hours=7, minutes=30)
    assert OFFICE.between(at(50), due(change) or MONDAY) == left


def test_votes_count_during_a_freeze_and_what_they_open_stands_from_then_on() -> None:
    change = submitted(CAB, BOARD)
    change.hold_approval(YEAR_END, by=clock(1))

    change.vote("approve", by=signed("bea", at(2)))
    change.vote("approve", by=signed("cem", at(3)))

    assert list(change.standing.open) == ["Board"]
    assert due(change, "Board") is None
    change.resume_approval(YEAR_END, by=clock(10))
    assert due(change, "Board") == at(10 + 8)


def test_the_last_freeze_that_ends_lets_a_round_go_on() -> None:
    change = submitted()
    change.hold_approval(YEAR_END, by=clock(1))
    change.hold_approval(CUT_OVER, by=clock(2))
    change.hold_approval(CUT_OVER, by=clock(3))

    change.resume_approval(YEAR_END, by=clock(4))
    assert due(change) is None
    change.resume_approval(CUT_OVER, by=clock(6))

    assert due(change) == at(6 + 7)
    change.resume_approval(CUT_OVER, by=clock(9))
    assert due(change) == at(6 + 7)


@pytest.mark.parametrize(
    ("held", "asked", "goes_on"),
    [
        ((1, 6), (2, 4), 6),
        ((2, 4), (1, 6), 6),
        ((1, 4), (2, 6), 6),
        ((2, 6), (1, 4), 6),
    ],
)
def test_a_freeze_and_missing_information_stand_in_for_each_other(
    held: tuple[int, int], asked: tuple[int, int], goes_on: int
) -> None:
    change = submitted()
    acts = {
        held[0]: lambda by: change.hold_approval(YEAR_END, by=by),
        held[1]: lambda by: change.resume_approval(YEAR_END, by=by),
        asked[0]: lambda by: change.request_information("Why?", by=signed("bea", by.at)),
        asked[1]: lambda by: change.provide_information("So.", by=signed("ann", by.at)),
    }

    for moment in sorted(acts):
        acts[moment](clock(moment))
        assert (due(change) is None) == (moment < goes_on)

    assert due(change) == at(goes_on + 8 - 1)


@given(
    st.lists(st.integers(1, 1000), min_size=2, max_size=6, unique=True).map(sorted),
)
def test_any_number_of_freezes_takes_nothing_from_the_patience(minutes: list[int]) -> None:
    change = submitted(stage("CAB", "bea", "cem", patience="100h"))
    spans = list(zip(minutes[::2], minutes[1::2], strict=False))

    for begins, ends in spans:
        change.hold_approval(YEAR_END, by=clock(begins / 60))
        change.resume_approval(YEAR_END, by=clock(ends / 60))

    stood = timedelta(minutes=sum(ends - begins for begins, ends in spans))
    assert due(change) is not None
    assert abs((due(change) or MONDAY) - (at(100) + stood)) < timedelta(milliseconds=1)


def test_a_round_that_is_over_is_neither_held_nor_resumed() -> None:
    change = submitted()
    change.hold_approval(YEAR_END, by=clock(1))
    change.vote("reject", comment="No.", by=signed("bea", at(2)))
    new_facts(change)

    change.hold_approval(CUT_OVER, by=clock(3))
    change.resume_approval(YEAR_END, by=clock(4))

    assert new_facts(change) == []
