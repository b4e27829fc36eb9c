"""What is discovered of a process: every step once, and the rare ones left out without a gap."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.process_map import END, START, discovered

names = st.sampled_from(["Logged", "Assigned", "Paused", "Resolved", "Closed"])
traces = st.lists(st.lists(names, max_size=8), max_size=12)


def test_steps_and_events_are_counted() -> None:
    found = discovered([["Logged", "Assigned", "Assigned"], ["Logged"]])

    assert found.records == 2
    assert found.events == {"Logged": 2, "Assigned": 2}
    assert found.steps == {
        (START, "Logged"): 2,
        ("Logged", "Assigned"): 1,
        ("Assigned", "Assigned"): 1,
        ("Assigned", END): 1,
        ("Logged", END): 1,
    }


def test_what_is_passed_over_joins_what_stands_beside_it() -> None:
    found = discovered([["Logged", "Amended", "Closed"], ["Amended"]], without={"Amended"})

    assert found.records == 1
    assert found.steps == {(START, "Logged"): 1, ("Logged", "Closed"): 1, ("Closed", END): 1}


@given(traces)
def test_each_event_is_come_to_and_left_as_often_as_it_happened(traces: list[list[str]]) -> None:
    found = discovered(traces)

    for name, count in found.events.items():
        assert sum(often for (_, to), often in found.steps.items() if to == name) == count
        assert sum(often for (come, _), often in found.steps.items() if come == name) == count
    assert found.records == sum(1 for trace in traces if trace)
    assert sum(found.steps.values()) == sum(len(trace) + 1 for trace in traces if trace)


@given(traces, st.floats(0, 1))
def test_without_the_rare_steps_enough_is_left_and_no_event_is_alone(
    traces: list[list[str]], share: float
) -> None:
    whole = discovered(traces)

    drawn = whole.without_rare(share)

    assert drawn.steps.items() <= whole.steps.items()
    assert sum(drawn.steps.values()) >= share * sum(whole.steps.values())
    for name in whole.events:
        assert any(to == name for _, to in drawn.steps)
        assert any(come == name for come, _ in drawn.steps)
    assert whole.without_rare(1) == whole


def test_the_first_and_the_last_are_no_events() -> None:
    found = discovered([["Logged", "Closed"]])

    assert [step for step in pairwise([START, "Logged", "Closed", END])] == list(found.steps)
    assert START not in found.events
    assert END not in found.events
