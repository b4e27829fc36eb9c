from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from domain.business_time import BusinessHours
from domain.change_window import ChangeWindow, Definition
from domain.ids import record_id
from domain.rules import Refused
from tests.facts import new_facts
from tests.people import ANN, BEA, MONDAY

WINDOW, CHANGE = record_id("WIN", 1), record_id("CHG", 1)
FREEZE = Definition(kind="freeze", reason="Year end.", start=MONDAY, end=MONDAY + timedelta(days=7))
NIGHTS = Definition(
    kind="maintenance",
    reason="Nobody works.",
    hours=BusinessHours(zone="Europe/Zurich", weekly={"sat": (("22:00", "04:00"),)}),
)


def drafted(definition: Definition = FREEZE) -> ChangeWindow:
    return ChangeWindow.draft(WINDOW, name="Year end", definition=definition, by=ANN)


def test_a_window_is_drafted_revised_published_and_retired() -> None:
    window = drafted(NIGHTS)
    window.publish(by=ANN)
    window.revise(replace(NIGHTS, is_strict=False), by=ANN)
    window.publish(by=ANN)
    window.publish(by=ANN)
    window.retire(by=ANN)

    assert [event.__name__ for event, _ in new_facts(window)] == [
        "Drafted",
        "VersionPublished",
        "Revised",
        "VersionPublished",
        "Retired",
    ]
    assert window.published is None


def test_a_freeze_is_published_by_somebody_else_than_its_author() -> None:
    window = drafted()

    with pytest.raises(Refused, match="by somebody else than its author"):
        window.publish(by=ANN)
    window.publish(by=BEA)
    assert window.published == FREEZE

    window.revise(replace(FREEZE, is_strict=False), by=BEA)
    with pytest.raises(Refused, match="by somebody else than its author"):
        window.publish(by=BEA)
    window.publish(by=ANN)


def test_what_is_published_already_is_published_again_by_anybody() -> None:
    window = drafted()
    window.publish(by=BEA)
    window.publish(by=ANN)

    assert window.published_version == 1


def test_a_change_is_excepted_for_a_reason_until_that_is_withdrawn() -> None:
    window = drafted()
    window.except_change(CHANGE, reason="A patch for a hole.", by=BEA)
    window.except_change(CHANGE, reason="Again.", by=BEA)

    assert window.exceptions == {CHANGE: BEA.actor}

    window.withdraw_exception(CHANGE, by=BEA)
    window.withdraw_exception(CHANGE, by=BEA)
    assert window.exceptions == {}
    assert len(new_facts(window)) == 3


def test_an_exception_needs_a_reason_and_a_change() -> None:
    window = drafted()

    with pytest.raises(Refused, match="An exception needs a reason"):
        window.except_change(CHANGE, reason=" ", by=BEA)
    with pytest.raises(Refused, match="Only a change is excepted"):
        window.except_change(record_id("INC", 1), reason="Why not?", by=BEA)


def test_a_retired_window_excepts_nothing_more() -> None:
    window = drafted()
    window.retire(by=ANN)

    with pytest.raises(Refused, match="A retired change window cannot be changed"):
        window.except_change(CHANGE, reason="Too late.", by=BEA)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"kind": "pause"}, "kind: it is one of maintenance, freeze"),
        ({"reason": " "}, "reason: a change window says why"),
        ({"end": None}, "start, end: a window that has no hours"),
        ({"end": MONDAY}, "end: a window ends after it starts"),
        ({"start": datetime(2026, 3, 1)}, "start: A time needs a zone"),
        ({"hours": BusinessHours(zone="Mars")}, "hours: zone: 'Mars' is not an IANA time zone"),
        ({"hours": BusinessHours(zone="UTC")}, "hours: The calendar has no open time at all"),
        ({"services": (" ",)}, "services: a name is needed"),
        ({"assets": (CHANGE,)}, "assets: CHG0000001 is no asset"),
        ({"when": "subject.colour == 1"}, "when: .*subject.colour"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        drafted(replace(FREEZE, **changes))
