from hypothesis import given
from hypothesis import strategies as st

from domain.intervals import Intervals

spans = st.tuples(st.integers(0, 20), st.integers(0, 20))


@given(st.lists(spans, max_size=20), spans)
def test_what_overlaps_is_found_as_if_each_were_looked_at(
    given_spans: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    intervals = Intervals((start, end, (start, end)) for start, end in given_spans)

    found = list(intervals.overlapping(*asked))

    start, end = asked
    assert sorted(found) == sorted(
        span for span in given_spans if max(span[0], start) < min(span[1], end)
    )
    assert [span[0] for span in found] == sorted(span[0] for span in found)


def test_intervals_that_only_touch_do_not_overlap() -> None:
    intervals = Intervals([(0, 2, "before"), (4, 6, "after"), (3, 3, "empty")])

    assert list(intervals.overlapping(2, 4)) == []
