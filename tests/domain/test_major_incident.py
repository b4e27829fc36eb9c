"""Major incidents: decided, led, told of, and reviewed."""

from datetime import timedelta
from typing import Any

import pytest

from domain.ids import record_id
from domain.incident import Incident
from domain.rules import Refused
from domain.situation import situation_of
from domain.situation_events import after
from tests.people import CUSTOMER, MONDAY, person, signed


def incident() -> Incident:
    return Incident.log(
        record_id("INC", 1),
        title="No mail",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann"),
    )


def act(one: Incident, minute: int, command: str, **said: Any) -> None:
    getattr(one, command)(**said, by=signed("bea", MONDAY + timedelta(minutes=minute)))


def major(every: str = "30m") -> Incident:
    one = incident()
    act(one, 0, "promote", reason="All sites.", update_every=every)
    return one


def due(one: Incident) -> float | None:
    """In minutes after nine on Monday."""
    return None if one.update_due is None else (one.update_due - MONDAY) / timedelta(minutes=1)


def test_a_proposal_is_decided_and_can_be_made_again() -> None:
    one = incident()
    act(one, 0, "propose_major_incident", reason="Many ask.")
    act(one, 1, "propose_major_incident", reason="More ask.")
    act(one, 2, "decline_promotion", reason="One site.")
    with pytest.raises(Refused, match="is not proposed as a major one"):
        act(one, 3, "decline_promotion", reason="One site.")
    act(one, 4, "propose_major_incident", reason="All sites.")

    act(one, 5, "promote", reason="All sites.")

    assert (one.is_major, one.is_major_proposed) == (True, False)
    assert situation_of(one).is_major
    assert situation_of(one) == after([entry.event for entry in one.pending])
    act(one, 6, "stand_down", reason="A workaround.")
    assert not situation_of(one).is_major
    assert situation_of(one) == after([entry.event for entry in one.pending])


def test_an_update_is_due_a_while_after_the_latest() -> None:
    one = major()
    assert due(one) == 30
    act(one, 20, "update_stakeholders", said="It is the line.")
    assert due(one) == 50
    act(one, 25, "set_update_cadence", every="1h")
    assert due(one) == 80
    act(one, 30, "resolve", code="solved", resolution="A new line.")
    assert due(one) is None
    act(one, 200, "reopen", reason="Down again.")
    assert due(one) == 260
    act(one, 210, "set_update_cadence", every="")
    assert due(one) is None


def test_a_reminder_and_a_miss_are_noted_once_and_never_too_late() -> None:
    one = major()
    moment = one.update_due
    for _ in range(2):
        act(one, 25, "remind_of_update", due=moment, told=[person("cem")])
        act(one, 30, "miss_update", due=moment, told=[person("cem")])
    act(one, 31, "remind_of_update", due=moment, told=[person("cem")])
    act(one, 32, "update_stakeholders", said="It is the line.")
    act(one, 33, "miss_update", due=moment, told=[person("cem")])

    names = [type(entry.event).__name__ for entry in one.pending]
    assert (names.count("UpdateReminded"), names.count("UpdateMissed")) == (1, 1)
    assert one.updates_missed == 1


@pytest.mark.parametrize(
    ("command", "said", "rule"),
    [
        ("give_major_role", {"role": "cook", "person": person("cem")}, "role: one of"),
        ("set_update_cadence", {"every": "5m"}, "10 minutes at least, and 7 days at most"),
        ("set_update_cadence", {"every": "2bd"}, "a number of minutes, hours or days"),
        ("update_stakeholders", {"said": " "}, "An update says something"),
        ("note_on_timeline", {"said": ""}, "A note says something"),
        (
            "note_on_timeline",
            {"said": "Later.", "happened_at": MONDAY + timedelta(days=1)},
            "What is noted has happened already",
        ),
        ("begin_review", {}, "is reviewed once it is resolved"),
        ("complete_review", {"summary": "A."}, "Only a review that is open"),
        ("complete_review_action", {"number": 1}, "there is no action 1"),
    ],
)
def test_what_makes_no_sense_is_refused(command: str, said: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        act(major(), 1, command, **said)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("stand_down", {"reason": "A."}),
        ("give_major_role", {"role": "communications", "person": person("cem")}),
        ("update_stakeholders", {"said": "A."}),
        ("name_affected_services", {"services": ["mail"]}),
        ("note_on_timeline", {"said": "A."}),
        ("begin_review", {}),
    ],
)
def test_an_incident_that_is_no_major_one_has_none_of_it(
    command: str, said: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match="major one"):
        act(incident(), 1, command, **said)


def test_a_review_ends_with_what_was_found_and_its_actions_go_on() -> None:
    one = major()
    act(one, 10, "resolve", code="solved", resolution="A new line.")
    act(one, 11, "close")
    act(one, 12, "begin_review")
    act(one, 13, "add_review_action", title="A second line", owner=person("cem"))
    act(one, 14, "complete_review", summary="One line alone.")
    with pytest.raises(Refused, match="Only a review that is open"):
        act(one, 15, "add_review_action", title="More", owner=person("cem"))

    act(one, 16, "complete_review_action", number=1)

    assert one.major_review == "completed"
    assert [action.is_done for action in one.review_actions] == [True]
