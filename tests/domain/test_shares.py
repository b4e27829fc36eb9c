from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import named_id, record_id
from domain.shares import WHOLE, Share

COUNTS = st.integers(1, 64)


@given(st.uuids(), COUNTS)
def test_each_record_is_in_exactly_one_share(id: UUID, count: int) -> None:
    assert [Share(number, count).holds(id) for number in range(count)].count(True) == 1


@given(st.uuids())
def test_the_only_share_is_the_whole(id: UUID) -> None:
    assert WHOLE.holds(id)


@pytest.mark.parametrize("count", [2, 3, 16])
def test_shares_are_about_equal(count: int) -> None:
    ids = [record_id("INC", serial) for serial in range(10_000)]
    named = [named_id("INC", f"{number}") for number in range(10_000)]

    for each in (ids, named):
        sizes = Counter(next(n for n in range(count) if Share(n, count).holds(id)) for id in each)
        assert len(sizes) == count
        assert max(sizes.values()) < 1.3 * min(sizes.values())
