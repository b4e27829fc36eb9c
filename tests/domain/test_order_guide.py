"""Order guides: which items are part of an order by the answers, and what is refused in a guide."""

from typing import Any

import pytest
from msgspec.structs import replace

from domain.guide_conditions import AnswersCondition
from domain.ids import record_id
from domain.order_guide import Guide, GuidedItem, OrderGuide, check_answers, chosen
from domain.rules import Refused
from tests.domain.plain_definitions import DESKS, NEW_COLLEAGUE

FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "department": {"enum": ["sales", "other"]},
        "note": {"type": "string"},
        "seats": {"type": "integer"},
        "travels": {"type": "boolean"},
        "tools": {"type": "array", "items": {"enum": ["phone", "car"]}},
        "day-one": {"type": "string"},
        "rate": {"type": "number"},
    },
}
SAID = {"department": "sales", "travels": True, "first_day": "2026-12-01"}


@pytest.mark.parametrize(
    ("when", "answers", "holds"),
    [
        ("", {}, True),
        ('answers.department == "sales"', {"department": "sales"}, True),
        ('answers.department == "sales"', {}, False),
        ("!answers.travels", {}, True),
        ('"car" in answers.tools', {"tools": ["phone", "car"]}, True),
        ('"car" in answers.tools', {}, False),
        ("answers.seats > 2", {"seats": 3}, True),
        ("answers.seats > 2", {}, False),
        ("!(answers.seats > 2)", {}, False),
        ("10 / answers.seats > 1", {"seats": 0}, False),
        ('answers.note.startsWith("x")', {"note": "xy"}, True),
    ],
)
def test_a_condition_asks_for_the_answers(when: str, answers: dict[str, Any], holds: bool) -> None:
    assert AnswersCondition(when, FORM).holds(answers) is holds


@pytest.mark.parametrize(
    ("when", "rule"),
    [
        ('answers.department == "hr"', "is never"),
        ("answers.department", "a condition gives a yes or no"),
        ("answers.rate > 1", "line 1"),
        ("answers.nothing", "line 1"),
        ("answers.seats == true", "line 1"),
    ],
)
def test_a_condition_that_cannot_hold_is_told_where_it_is_wrong(when: str, rule: str) -> None:
    guide = replace(DESKS, form=FORM, items=(replace(DESKS.items[0], when=when),))

    with pytest.raises(Refused, match=rule) as told:
        OrderGuide.check(guide)

    assert str(told.value).startswith("items[0].when: line 1, column")


def test_the_items_are_those_whose_conditions_hold_with_what_the_guide_answers() -> None:
    everything = list(chosen(NEW_COLLEAGUE, SAID))
    little = list(chosen(NEW_COLLEAGUE, {"department": "other", "travels": True}))

    assert [(one.index, one.given) for one in everything] == [
        (0, {"needed": "2026-12-01"}),
        (1, {"kind": "large"}),
    ]
    assert [(one.index, one.given) for one in little] == [(0, {})]


def test_answers_are_what_the_guide_asks_for() -> None:
    check_answers(NEW_COLLEAGUE, SAID)

    with pytest.raises(Refused, match="/department: It is needed"):
        check_answers(NEW_COLLEAGUE, {})


ITEM = GuidedItem(offering=record_id("OFR", 1))


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        (replace(ITEM, copies={"needed": "weather"}), "items[0].copies: the guide does not ask"),
        (
            replace(ITEM, answers={"note": "x"}, copies={"note": "note"}),
            "items[0].copies: note is answered twice",
        ),
        (replace(ITEM, answers={"note": "\x00"}), "items[0].answers/note"),
        (replace(ITEM, when="true || " * 500 + "true"), "items[0].when: at most"),
        (replace(ITEM, answers={str(n): n for n in range(101)}), "items[0]: a guide gives at most"),
    ],
)
def test_an_item_is_told_where_it_is_wrong(item: GuidedItem, rule: str) -> None:
    with pytest.raises(Refused) as told:
        OrderGuide.check(Guide(items=(item,), form=FORM))

    assert rule in str(told.value)
