"""Links by which somebody hears no more of a saved view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decision_link import Forged
from domain.ids import record_id
from domain.unsubscribe_link import Subscription, link, opened

KEY = b"a key of a desk, for its links"
SUBSCRIPTIONS = st.builds(
    Subscription,
    st.builds(record_id, st.just("VIE"), st.integers(1, 10**9)),
    st.builds(record_id, st.just("PER"), st.integers(1, 10**9)),
)


@given(subscription=SUBSCRIPTIONS, place=st.integers(0, 200), other=st.characters(codec="utf-8"))
def test_a_link_is_for_what_it_was_made_for_and_for_nothing_else(
    subscription: Subscription, place: int, other: str
) -> None:
    made = link(KEY, subscription)
    place %= len(made)
    changed = made[:place] + other + made[place + 1 :]

    assert opened(KEY, made) == subscription
    if changed != made:
        with pytest.raises(Forged):
            opened(KEY, changed)
    for key in (b"another key", b""):
        with pytest.raises(Forged):
            opened(key, made)


def test_a_desk_without_a_key_takes_no_links() -> None:
    subscription = Subscription(record_id("VIE", 1), record_id("PER", 1))

    with pytest.raises(Forged):
        opened(b"", link(b"", subscription))
