"""Forms of offerings as fields of a page, and what was typed as answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import json_forms
from api.pages.forms import Form
from domain.form_answers import mistakes

KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "minLength": 1, "maxLength": 40},
    "long": {"type": "string", "maxLength": 2_000},
    "day": {"type": "string", "format": "date"},
    "count": {"type": "integer", "minimum": -5, "maximum": 5},
    "share": {"type": "number"},
    "agreed": {"type": "boolean"},
    "one": {"enum": ["a", "b c", 3, True, None]},
    "some": {"type": "array", "items": {"enum": ["x", "y", 1]}, "uniqueItems": True},
    "lines": {"type": "array", "items": {"type": "string"}},
    "address": {
        "type": "object",
        "properties": {"street": {"type": "string"}, "floor": {"type": "integer"}},
        "required": ["street"],
    },
}
SCHEMA: dict[str, Any] = {"type": "object", "properties": KINDS, "additionalProperties": False}

_words = st.text('abc é<"', min_size=1, max_size=20).map(str.strip).filter(bool)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "text": _words,
        "long": _words,
        "day": st.dates().map(str),
        "count": st.integers(-5, 5),
        "share": st.integers(-10_000, 10_000).map(lambda number: number / 8),
        "agreed": st.booleans(),
        "one": st.sampled_from(["a", "b c", 3, True]),
        "some": st.lists(st.sampled_from(["x", "y", 1]), min_size=1, unique=True).map(
            lambda some: [one for one in ("x", "y", 1) if one in some]
        ),
        "lines": st.lists(_words, min_size=1, max_size=3),
        "address": st.fixed_dictionaries({"street": _words}, optional={"floor": st.integers(0, 9)}),
    },
)


def sent(fields: tuple[json_forms.Field, ...]) -> Form:
    """What a browser sends of a page with these fields, as they are drawn."""
    said: dict[str, list[str]] = {"asked": json_forms.names_of(fields)}

    def fill(some: tuple[json_forms.Field, ...]) -> None:
        for field in some:
            if field.kind == "group":
                fill(field.fields)
            elif field.kind == "yes":
                said[field.name] = ["yes"] if field.value == "true" else []
            elif field.kind == "several":
                said[field.name] = list(field.value or [])
            elif isinstance(field.value, list):
                said[field.name] = ["\n".join(field.value)]
            else:
                said[field.name] = [field.value]

    fill(fields)
    return Form(said)


@given(answers=ANSWERS)
def test_a_page_that_is_sent_as_it_was_drawn_says_the_same(answers: dict[str, Any]) -> None:
    fields = json_forms.fields_of(SCHEMA, answers, "0")

    again = json_forms.answers_of(SCHEMA, sent(fields), "0")

    assert again == {"agreed": False} | answers
    assert mistakes(SCHEMA, again) == []


def test_what_is_no_number_is_left_for_the_desk_to_refuse() -> None:
    form = Form({"0.count": ["many"], "0.share": ["1,5"], "0.one": ["z"]})

    answers = json_forms.answers_of(SCHEMA, form, "0")

    assert answers == {"count": "many", "share": 1.5, "one": "z"}
    assert {mistake.pointer for mistake in mistakes(SCHEMA, answers)} == {"/count", "/one"}


CHAINED: dict[str, Any] = {
    "type": "object",
    "properties": {"where": {"enum": ["office", "home"]}},
    "required": ["where"],
    "allOf": [
        {
            "if": {"properties": {"where": {"const": "home"}}, "required": ["where"]},
            "then": {"properties": {"insured": {"type": "boolean"}}, "required": ["insured"]},
            "else": {"properties": {"room": {"type": "string"}}},
        }
    ],
    "dependentSchemas": {"room": {"properties": {"key": {"type": "string"}}}},
    "dependentRequired": {"room": ["key"]},
}


@pytest.mark.parametrize(
    ("typed", "asked", "needed"),
    [
        ({}, ["where", "room"], {"where"}),
        ({"where": "office"}, ["where", "room"], {"where"}),
        ({"where": "office", "room": "12"}, ["where", "room", "key"], {"where", "key"}),
        ({"where": "home"}, ["where", "insured"], {"where", "insured"}),
    ],
)
def test_fields_appear_once_their_condition_is_met(
    typed: dict[str, str], asked: list[str], needed: set[str]
) -> None:
    form = Form({f"0.{name}": [text] for name, text in typed.items()})

    fields = json_forms.fields_of(CHAINED, json_forms.answers_of(CHAINED, form, "0"), "0")

    assert [field.name for field in fields] == [f"0.{name}" for name in asked]
    assert {field.name.removeprefix("0.") for field in fields if field.is_needed} == needed


def test_an_answer_to_what_no_longer_applies_is_left_out() -> None:
    form = Form({"0.where": ["home"], "0.room": ["12"], "0.key": ["7"]})

    assert json_forms.answers_of(CHAINED, form, "0") == {"where": "home"}


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/form/reason", "/0.reason"),
        ("/form/address/street", "/0.address.street"),
        ("/form/lines/3", "/0.lines"),
        ("/more/0/form/kind", "/1.kind"),
        ("/requester", "/requester"),
    ],
)
def test_a_mistake_is_shown_at_its_field(pointer: str, field: str) -> None:
    (found,) = json_forms.places([{"pointer": pointer, "detail": "It is needed."}])

    assert found == {"pointer": field, "detail": "It is needed."}
