from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.tasks import State, Task, circle, compensating

WAITS = st.dictionaries(st.integers(1, 8), st.sets(st.integers(1, 8), max_size=3), max_size=8)


@given(waits=WAITS)
def test_a_circle_is_one_and_where_there_is_none_all_can_be_done(
    waits: dict[int, set[int]],
) -> None:
    found = circle(waits)

    if found:
        assert found[0] == found[-1]
        assert all(earlier in waits[later] for later, earlier in pairwise(found))
        return
    done: set[int] = set()
    everything = set(waits).union(*waits.values())
    while ready := [task for task in everything - done if waits.get(task, set()) <= done]:
        done.update(ready)
    assert done == everything


STATES: st.SearchStrategy[State] = st.sampled_from(["open", "done", "done", "cancelled"])


@st.composite
def planned(draw: st.DrawFn) -> list[Task]:
    """Tasks that come after earlier ones, numbered in any order."""
    numbers = draw(st.permutations(range(1, draw(st.integers(0, 7)) + 1)))
    return sorted(
        (
            Task(
                number=number,
                after=tuple(draw(st.sets(st.sampled_from(numbers[:place]), max_size=3)))
                if place
                else (),
                state=draw(STATES),
                compensation=draw(st.sampled_from(["", "Undo it"])),
            )
            for place, number in enumerate(numbers)
        ),
        key=lambda task: task.number,
    )


@given(tasks=planned())
def test_each_task_that_is_done_is_undone_once_after_those_that_came_after_it(
    tasks: list[Task],
) -> None:
    made = compensating(tasks)

    undone = {task.compensates: task for task in made}
    assert set(undone) == {
        task.number for task in tasks if task.state == "done" and task.compensation
    }
    assert [task.number for task in made] == list(range(len(tasks) + 1, len(tasks) + 1 + len(made)))
    known = {task.number: task for task in tasks}
    for earlier in undone:
        for later in undone:
            waits = undone[later].number in undone[earlier].after
            assert waits == _comes_after(known, later, earlier)


def _comes_after(known: dict[int, Task], later: int, earlier: int) -> bool:
    return any(one == earlier or _comes_after(known, one, earlier) for one in known[later].after)
