"""Checklists, time spent and ratings, by the rules that hold for each."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.ids import record_id
from domain.incident import Incident
from domain.rules import Refused
from domain.satisfaction import RATED_WITHIN
from tests.people import ANN, BEA, CEM, CUSTOMER, MONDAY, person, signed, system


@pytest.fixture
def incident() -> Incident:
    given: dict[str, Any] = {"requester": person("ann"), "organisation": CUSTOMER}
    return Incident.log(record_id("INC", 1), title="No mail", **given, by=ANN)


def resolved(incident: Incident) -> Incident:
    incident.resolve(code="solved", resolution="Restarted.", by=BEA)
    return incident


def topics(incident: Incident) -> list[str]:
    return [entry.topic.partition(".")[2] for entry in incident.pending][1:]


# Checklists --------------------------------------------------------------------------------


def test_it_is_known_who_has_done_an_item_and_when(incident: Incident) -> None:
    incident.add_item("Ask the neighbours", assignee=person("cem"), by=BEA)

    incident.complete_item(1, by=CEM)
    incident.complete_item(1, by=BEA)

    (item,) = incident.checklist
    assert (item.done_by, item.done_at) == (str(person("cem")), MONDAY)
    assert topics(incident) == ["ItemAdded", "ItemCompleted"]


def test_the_number_of_a_removed_item_is_not_used_again(incident: Incident) -> None:
    incident.add_item("One", by=BEA)
    incident.add_item("Two", by=BEA)

    incident.remove_item(2, by=BEA)
    incident.add_item("Three", by=BEA)

    assert [item.number for item in incident.checklist] == [1, 3]
    with pytest.raises(Refused, match="There is no item 2"):
        incident.complete_item(2, by=BEA)


def test_an_item_that_was_not_done_is_open_again(incident: Incident) -> None:
    incident.add_item("One", by=BEA)
    incident.complete_item(1, by=BEA)

    incident.reopen_item(1, by=BEA)
    incident.reopen_item(1, by=BEA)

    assert incident.checklist[0].done_by == ""
    assert topics(incident) == ["ItemAdded", "ItemCompleted", "ItemReopened"]


# Time --------------------------------------------------------------------------------------


def test_time_is_added_up_and_corrected(incident: Incident) -> None:
    incident.book_time(30, activity="phone", is_billable=True, by=BEA)
    incident.book_time(15, activity="phone", by=CEM)

    incident.correct_time(1, minutes=20, reason="It was shorter.", by=BEA)
    incident.correct_time(2, minutes=0, reason="Not this ticket.", by=CEM)

    assert (incident.minutes_spent, incident.minutes_billable) == (20, 20)
    assert [booking.day for booking in incident.bookings] == [date(2026, 3, 2)] * 2


def test_only_whoever_booked_time_corrects_it(incident: Incident) -> None:
    incident.book_time(30, activity="phone", by=BEA)

    with pytest.raises(Refused, match="Only whoever booked time"):
        incident.correct_time(1, minutes=20, reason="Less.", by=CEM)


def test_time_is_booked_afterwards_but_not_ahead(incident: Incident) -> None:
    incident.cancel(reason="Twice.", by=BEA)

    incident.book_time(5, activity="phone", day=date(2026, 2, 27), by=BEA)

    assert incident.bookings[0].day == date(2026, 2, 27)
    with pytest.raises(Refused, match="once it has been spent"):
        incident.book_time(5, activity="phone", day=date(2026, 3, 3), by=BEA)


def test_parts_of_the_desk_spend_no_time(incident: Incident) -> None:
    with pytest.raises(Refused, match="Only people"):
        incident.book_time(5, activity="phone", by=system("clock"))


# Satisfaction ------------------------------------------------------------------------------


def test_the_requester_rates_each_resolution_once(incident: Incident) -> None:
    resolved(incident).rate(2, comment="Slow.", by=ANN)
    with pytest.raises(Refused, match="Each resolution is rated once"):
        incident.rate(5, by=ANN)

    incident.reopen(reason="Again.", by=ANN)
    with pytest.raises(Refused, match="Only a resolved incident"):
        incident.rate(5, by=ANN)
    resolved(incident).rate(5, by=ANN)

    assert incident.scores == {1: 2, 2: 5}
    assert incident.asks_until is None


def test_nobody_else_rates_it(incident: Incident) -> None:
    with pytest.raises(Refused, match="Only its requester"):
        resolved(incident).rate(5, by=BEA)


def test_a_resolution_is_rated_within_its_time_even_if_it_is_closed(incident: Incident) -> None:
    resolved(incident).close(by=ANN)
    end = MONDAY + RATED_WITHIN

    assert incident.asks_until == end
    with pytest.raises(Refused, match="for 14 days"):
        incident.rate(5, by=signed("ann", end + timedelta(seconds=1)))
    incident.rate(5, by=signed("ann", end))

    assert incident.scores == {1: 5}
