"""Whose hands a ticket went through: each time in one hand, and no gap between two."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.aggregate import Aggregate, Entry
from domain.hands import Hands, Holder, hands
from domain.ids import record_id
from domain.incident import Incident
from domain.ticket import Ticket
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import attempts
from tests.people import ANN, CUSTOMER, MONDAY, person, signed
from tests.projections.lives import entries_of, lived

HOUR = timedelta(hours=1)
LONG_AFTER = MONDAY + timedelta(days=10_000)
NETWORK, SERVERS = record_id("TEA", 1), record_id("TEA", 2)
BEA, CEM = person("bea"), person("cem")
NOBODY = Holder()


class Story:
    """An incident with one act an hour."""

    def __init__(self) -> None:
        given: dict[str, Any] = {"requester": person("ann"), "organisation": CUSTOMER}
        self.incident = Incident.log(record_id("INC", 1), title="No mail", by=ANN, **given)
        self.at = MONDAY

    def then(self, act: str, **said: Any) -> "Story":
        self.at += HOUR
        getattr(self.incident, act)(**said, by=signed("bea", self.at))
        return self

    @property
    def hands(self) -> Hands:
        return hands(Incident(self.incident.id), self.incident.pending)


def test_it_is_known_who_had_it_for_how_long() -> None:
    story = (
        Story()
        .then("assign", team=NETWORK)
        .then("assign", team=NETWORK, assignee=BEA)
        .then("comment", said="Hm.", visibility="internal")
        .then("escalate_functionally", team=SERVERS, support_level=2, reason="Not the network.")
    )

    found = story.hands

    assert found.held(story.at + 3 * HOUR) == {
        NOBODY: HOUR,
        Holder(NETWORK): HOUR,
        Holder(NETWORK, BEA): 2 * HOUR,
        Holder(SERVERS): 3 * HOUR,
    }
    assert [one.reason for one in found.holdings] == ["", "", "", "Not the network."]
    assert [one.support_level for one in found.holdings] == [1, 1, 1, 2]
    assert found.hand_overs == 2


def test_what_comes_back_is_ping_pong() -> None:
    story = Story()
    for team in (NETWORK, SERVERS, NETWORK, SERVERS):
        story.then("assign", team=team)

    assert (story.hands.hand_overs, story.hands.returns) == (3, 2)


def test_within_a_team_it_comes_back_to_a_person() -> None:
    story = Story()
    for assignee in (BEA, CEM, BEA):
        story.then("assign", team=NETWORK, assignee=assignee)

    assert (story.hands.hand_overs, story.hands.returns) == (2, 1)


def test_a_ticket_that_is_over_is_in_no_hands() -> None:
    story = Story().then("assign", team=NETWORK).then("cancel", reason="Twice.")

    found = story.hands

    assert found.holdings[-1].until == story.at
    assert found.held(story.at + 100 * HOUR)[Holder(NETWORK)] == HOUR


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if issubclass(kind, Ticket)])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_one_holder_follows_another_and_the_last_is_the_present_one(
    kind: type[Aggregate], data: st.DataObject
) -> None:
    record = lived(kind, data.draw(attempts(kind)))
    if not isinstance(record, Ticket):
        return
    history: list[Entry] = entries_of(record)

    new: Any = kind(record.id)
    found = hands(new, history).holdings

    for one, next in pairwise(found):
        assert one.until is not None
        assert one.since <= one.until <= next.since
    assert all(
        one.length(datetime.max.replace(tzinfo=MONDAY.tzinfo)) >= timedelta() for one in found
    )
    if not record.is_over:
        assert found[-1].holder == Holder(record.team, record.assignee)
        assert found[-1].until is None
    else:
        assert all(one.until is not None for one in found)
