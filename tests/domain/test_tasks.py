from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.tasks import circle

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
