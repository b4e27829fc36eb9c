"""Links by which a requester rates what was done."""

import pytest
from msgspec.structs import replace

from domain import unsubscribe_link
from domain.decision_link import Forged
from domain.ids import record_id
from domain.rating_link import Invitation, link, opened
from domain.unsubscribe_link import Subscription

KEY = b"a key of a desk, for its links"
INVITATION = Invitation(ticket=record_id("INC", 1), resolution=1, person=record_id("PER", 1))


def test_a_link_of_one_resolution_is_none_of_the_next() -> None:
    _, _, mark = link(KEY, INVITATION).rpartition(".")
    said, _, _ = link(KEY, replace(INVITATION, resolution=2)).rpartition(".")

    with pytest.raises(Forged):
        opened(KEY, f"{said}.{mark}")


def test_a_link_of_another_purpose_is_refused() -> None:
    other = unsubscribe_link.link(KEY, Subscription(record_id("VIE", 1), record_id("PER", 1)))

    with pytest.raises(Forged):
        opened(KEY, other)
