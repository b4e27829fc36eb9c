"""Fields that a desk adds: what they may be, which values they take, and when they are needed."""

from typing import Any

import pytest
from msgspec.structs import replace

from domain.field_definitions import FieldDefinition, Needed, check_fields, checked, missing
from domain.json_values import WrongJson
from domain.rules import Refused
from tests.domain.ticket_types import SITE, SITE_AND_MORE
from tests.people import person

FIELDS = SITE_AND_MORE.fields
SEATS = FIELDS[2]
FACTS: dict[str, Any] = {
    "status": "closed",
    "priority": 1,
    "impact": 1,
    "urgency": 1,
    "category": "mail",
    "subcategory": "",
    "service": "",
    "is_assigned": False,
    "reopened": 0,
    "minutes_spent": 0,
    "fields": {},
}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"site": "Berne"}, "Berne"),
        ({"note": "  Ask Ann.  "}, "Ask Ann."),
        ({"seats": 9}, 9),
        ({"cost": "12.50"}, "12.50"),
        ({"is_vip": False}, False),
        ({"day": "2026-02-28"}, "2026-02-28"),
        ({"tags": ["b", "a"]}, ("a", "b")),
        ({"owner": str(person("bea"))}, str(person("bea"))),
        ({"owner": "PER0000007"}, "50455200-0000-8000-8000-000000000007"),
        ({"site": None}, None),
    ],
)
def test_a_right_value_is_kept_in_one_form(given: dict[str, Any], kept: Any) -> None:
    (value,) = checked(FIELDS, given).values()

    assert value == kept
    assert type(value) is type(kept)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"site": "Basel"}, "It is one of Berne, Geneva."),
        ({"note": " "}, "It has 1 to 40 characters."),
        ({"note": "x" * 41}, "It has 1 to 40 characters."),
        ({"note": "a\0b"}, "It is a text without control characters."),
        ({"seats": "3"}, "It is a whole number."),
        ({"seats": True}, "It is a whole number."),
        ({"seats": 0}, "It is at least 1."),
        ({"seats": 10}, "It is at most 9."),
        ({"cost": 12.5}, "It is a decimal number in quotes, such as 12.50."),
        ({"cost": "1e3"}, "It is a decimal number in quotes, such as 12.50."),
        ({"cost": "-0.01"}, "It is at least 0."),
        ({"is_vip": "true"}, "It is true or false."),
        ({"day": "2026-02-30"}, "It is a date, such as 2026-03-02."),
        ({"day": "20260302"}, "It is a date, such as 2026-03-02."),
        ({"day": "2025-12-31"}, "It is at least 2026-01-01."),
        ({"tags": ["a", "a"]}, "It is a list of a, b, each once."),
        ({"tags": []}, "It is a list of a, b, each once."),
        ({"tags": "a"}, "It is a list of a, b, each once."),
        ({"owner": "TEA0000001"}, "It is the number or the id of a person."),
        ({"owner": "bea"}, "It is the number or the id of a person."),
        ({"height": 3}, "There is no such field."),
    ],
)
def test_a_wrong_value_is_refused_with_the_rule(given: dict[str, Any], rule: str) -> None:
    with pytest.raises(WrongJson) as refused:
        checked(FIELDS, given)

    (mistake,) = refused.value.mistakes
    assert (mistake.pointer, mistake.rule) == (f"/{next(iter(given))}", rule)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(WrongJson) as refused:
        checked(FIELDS, {"site": "Basel", "seats": 3, "cost": "x", "none": 1})

    assert [mistake.pointer for mistake in refused.value.mistakes] == ["/site", "/cost", "/none"]


@pytest.mark.parametrize(
    ("field", "place"),
    [
        (replace(SITE, name="Site"), "/0/name"),
        (replace(SITE, label=""), "/0/label"),
        (replace(SITE, choices=()), "/0/choices"),
        (replace(SITE, choices=("a", "a")), "/0/choices"),
        (replace(SITE, is_personal=True), "/0/is_personal"),
        (replace(SITE, minimum="3"), "/0/minimum"),
        (replace(SITE, length_max=0), "/0/length_max"),
        (replace(SEATS, choices=("a",)), "/0/choices"),
        (replace(SEATS, minimum="few"), "/0/minimum"),
        (replace(SEATS, minimum="1.5"), "/0/minimum"),
        (replace(SEATS, minimum="10"), "/0/maximum"),
        (replace(SITE, needed=(Needed(at="explode"),)), "/0/needed/0/at"),
        (replace(SITE, needed=(Needed(at="close", when="ticket.x"),)), "/0/needed/0/when"),
        (replace(SITE, needed=(Needed(at="close", when="ticket.priority"),)), "/0/needed/0/when"),
        (
            replace(SITE, needed=(Needed(at="close", when='ticket.fields["no"] == ""'),)),
            "/0/needed/0/when",
        ),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_with_its_place(
    field: FieldDefinition, place: str
) -> None:
    with pytest.raises(WrongJson) as refused:
        check_fields([field], ("close",))

    assert [mistake.pointer for mistake in refused.value.mistakes] == [place]


def test_each_name_is_there_once() -> None:
    with pytest.raises(WrongJson, match="Each name is there once"):
        check_fields([SITE, SITE], ("close",))


@pytest.mark.parametrize(
    ("act", "facts", "filled", "is_missing"),
    [
        ("close", {}, (), True),
        ("close", {}, ("site",), False),
        ("resolve", {}, (), False),
        ("close", {"priority": 2}, (), False),
        ("close", {"category": ""}, (), False),
    ],
)
def test_a_field_is_needed_at_its_act_under_its_condition(
    act: str, facts: dict[str, Any], filled: tuple[str, ...], is_missing: bool
) -> None:
    found = missing(FIELDS, act, {**FACTS, **facts}, filled)

    assert bool(found) == is_missing
    assert all(mistake.sentence == "/site: Site is needed to close." for mistake in found)


def test_a_field_can_be_needed_because_of_another() -> None:
    when = 'ticket.fields["site"] == "Berne"'
    cost = FieldDefinition(
        name="cost", label="Cost", type="decimal", needed=(Needed(at="close", when=when),)
    )
    check_fields([SITE, cost], ("close",))

    in_berne = missing([SITE, cost], "close", {**FACTS, "fields": {"site": "Berne"}}, ("site",))
    elsewhere = missing([SITE, cost], "close", {**FACTS, "fields": {"site": "Geneva"}}, ("site",))

    assert [mistake.pointer for mistake in in_berne] == ["/cost"]
    assert elsewhere == []


def test_a_wrong_condition_is_a_refusal() -> None:
    with pytest.raises(Refused):
        check_fields([replace(SITE, needed=(Needed(at="close", when="1 +"),))], ("close",))
