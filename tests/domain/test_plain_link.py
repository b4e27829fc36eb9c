"""Links that name records alone."""

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import rating_link, unsubscribe_link
from domain.decision_link import Forged
from domain.ids import record_id
from domain.rating_link import Invitation
from domain.unsubscribe_link import Subscription

KEY = b"a key of a desk, for its links"


def records(*prefixes: str) -> st.SearchStrategy[Any]:
    return st.builds(record_id, st.sampled_from(prefixes), st.integers(1, 10**9))


INVITATIONS = st.builds(
    Invitation,
    ticket=records("INC", "QST", "REQ"),
    resolution=st.integers(1, 1_000),
    person=records("PER"),
)
SUBSCRIPTIONS = st.builds(Subscription, records("VIE"), records("PER"))
LINKS = [(rating_link, INVITATIONS), (unsubscribe_link, SUBSCRIPTIONS)]


@pytest.mark.parametrize(("links", "meant"), LINKS)
@given(data=st.data(), place=st.integers(0, 200), other=st.characters(codec="utf-8"))
def test_a_link_is_for_what_it_was_made_for_and_for_nothing_else(
    links: ModuleType, meant: st.SearchStrategy[Any], data: st.DataObject, place: int, other: str
) -> None:
    one = data.draw(meant)
    made = links.link(KEY, one)
    place %= len(made)
    changed = made[:place] + other + made[place + 1 :]

    assert links.opened(KEY, made) == one
    if changed != made:
        with pytest.raises(Forged):
            links.opened(KEY, changed)
    for key in (b"another key", b""):
        with pytest.raises(Forged):
            links.opened(key, made)


@pytest.mark.parametrize(("links", "meant"), LINKS)
@given(data=st.data())
def test_a_desk_without_a_key_takes_no_links(
    links: ModuleType, meant: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    with pytest.raises(Forged):
        links.opened(b"", links.link(b"", data.draw(meant)))
