"""Forms are JSON Schemas, and answers are taken as another implementation of those takes them."""

import time
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import form_answers, form_schema
from domain.json_values import WrongJson, at

NAMES = st.sampled_from(["kind", "size", "note"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, 0.3, -1.5, 2.5]),
    st.sampled_from(["", "a", "ab", "laptop", "12", "é1"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
ANSWERS = st.dictionaries(NAMES, VALUES, max_size=3)
COUNTS = st.integers(0, 3)
NUMBERS = st.sampled_from([-1, 0, 0.5, 1, 2])
LEAVES = st.one_of(
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.one_of(
                st.sampled_from(form_schema.TYPES),
                st.lists(st.sampled_from(form_schema.TYPES), min_size=1, max_size=3, unique=True),
            ),
            "enum": st.lists(SCALARS, min_size=1, max_size=3, unique_by=repr),
            "const": VALUES,
            "minLength": COUNTS,
            "maxLength": COUNTS,
            "pattern": st.sampled_from(["^a", "b$", "[0-9]+", "^(a|12)$", "x*"]),
            "minimum": NUMBERS,
            "maximum": NUMBERS,
            "exclusiveMinimum": NUMBERS,
            "exclusiveMaximum": NUMBERS,
            "multipleOf": st.sampled_from([1, 2, 0.1, 0.5]),
            "minItems": COUNTS,
            "maxItems": COUNTS,
            "uniqueItems": st.booleans(),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "minProperties": COUNTS,
            "maxProperties": COUNTS,
            "dependentRequired": st.dictionaries(
                NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2
            ),
        },
    ),
)


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    by_name = st.dictionaries(NAMES, inner, max_size=2)
    several = st.lists(inner, min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "properties": by_name,
            "additionalProperties": inner,
            "items": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "not": inner,
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "dependentSchemas": by_name,
            "required": st.lists(NAMES, max_size=2, unique=True),
        },
    )


FORMS = _schemas(st.recursive(LEAVES, _schemas, max_leaves=6)).map(
    lambda form: {"type": "object", **form}
)
LAPTOP: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["laptop", "phone"]},
        "size": {"type": "integer", "minimum": 13, "maximum": 16},
        "number": {"type": "string", "pattern": "^[0-9 ]+$"},
        "needed": {"type": "string", "format": "date"},
    },
    "required": ["kind"],
    "additionalProperties": False,
    "if": {"properties": {"kind": {"const": "phone"}}},
    "then": {"required": ["number"]},
    "else": {"required": ["size"]},
    "dependentRequired": {"needed": ["size"]},
}


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(form=FORMS, answers=ANSWERS)
def test_answers_are_taken_as_another_implementation_takes_them(
    form: dict[str, Any], answers: dict[str, Any]
) -> None:
    is_form = not form_schema.mistakes(form)

    assert jsonschema_rs.meta.is_valid(form)
    if is_form:
        theirs = jsonschema_rs.Draft202012Validator(form).is_valid(answers)
        assert (form_answers.mistakes(form, answers) == []) is theirs


@given(form=VALUES)
def test_what_is_taken_as_a_form_is_a_schema(form: Any) -> None:
    if not form_schema.mistakes(form):
        assert jsonschema_rs.meta.is_valid(form)


def told(form: dict[str, Any], answers: Any) -> dict[str, str]:
    return {one.pointer: one.rule for one in form_answers.mistakes(form, answers)}


@pytest.mark.parametrize(
    ("answers", "mistakes"),
    [
        ({"kind": "laptop", "size": 14}, {}),
        ({"kind": "phone", "number": "079 1"}, {}),
        ({}, {"/kind": "It is needed.", "/number": "It is needed."}),
        ({"kind": "phone"}, {"/number": "It is needed."}),
        ({"kind": "laptop"}, {"/size": "It is needed."}),
        ({"kind": "laptop", "size": 17}, {"/size": "It is at most 16."}),
        ({"kind": "laptop", "size": True}, {"/size": "It is of the type integer."}),
        ({"kind": "desk", "size": 13}, {"/kind": "It is one of laptop, phone."}),
        (
            {"kind": "phone", "number": "1", "needed": "2026-02-30"},
            {"/needed": "It has the format date.", "/size": "It is needed with needed."},
        ),
        (
            {"kind": "laptop", "size": 13, "a/b": 1},
            {"/a~1b": "The form does not ask for this."},
        ),
        (["laptop"], {"": "Answers are an object."}),
    ],
)
def test_each_mistake_in_answers_has_its_place(answers: Any, mistakes: dict[str, str]) -> None:
    assert form_schema.mistakes(LAPTOP) == []
    assert told(LAPTOP, answers) == mistakes


@pytest.mark.parametrize(
    ("form", "pointer", "rule"),
    [
        ({"type": "string"}, "/type", "its type is object"),
        ({"type": "object", "titel": "x"}, "/titel", "did you mean 'title'"),
        ({"type": "object", "$ref": "#"}, "/$ref", "Forms have no '$ref'"),
        ({"type": "object", "$schema": "x"}, "/$schema", "draft/2020-12"),
        ({"type": "object", "required": "kind"}, "/required", "a list of names"),
        ({"type": "object", "properties": []}, "/properties", "an object of schemas"),
        ({"type": "object", "properties": {"a/b": 1}}, "/properties/a~1b", "true or false"),
        (
            {"type": "object", "then": {"properties": {"a": {"pattern": "(?=x)"}}}},
            "/then/properties/a/pattern",
            "cannot be read",
        ),
        ({"type": "object", "anyOf": []}, "/anyOf", "at least one schema"),
        ({"type": "object", "allOf": [{"type": "text"}]}, "/allOf/0/type", "one of string"),
        ({"type": "object", "not": {"enum": [1, 1.0]}}, "/not/enum", "Each value is listed once"),
        (
            {"type": "object", "items": {"minLength": 3, "maxLength": 2}},
            "/items/minLength",
            "nothing fits",
        ),
        ({"type": "object", "title": "a\0b"}, "/title", "no control characters"),
        ({"type": "object", "default": 2**60}, "/default", "A whole number is at most"),
        ({"type": "object", "default": float("nan")}, "/default", "A number is finite"),
    ],
)
def test_each_mistake_in_a_form_has_its_place(
    form: dict[str, Any], pointer: str, rule: str
) -> None:
    [mistake] = form_schema.mistakes(form)

    assert mistake.pointer == pointer
    assert rule in mistake.rule
    with pytest.raises(WrongJson, match="form") as refused:
        form_schema.check(form)
    assert refused.value.mistakes == (mistake,)


def _nested(depth: int) -> dict[str, Any]:
    form: dict[str, Any] = {"type": "object"}
    for _ in range(depth):
        form = {"type": "object", "properties": {"a": form}}
    return form


@pytest.mark.parametrize(
    "form",
    [
        _nested(form_schema.DEPTH_MAX + 1),
        _nested(200),
        {"type": "object", "allOf": [True] * (form_schema.SUBSCHEMAS_MAX + 1)},
        {"type": "object", "examples": [0] * 10_000},
        {"type": "object", "description": "x" * 20_000},
        {"type": "object", "properties": {"a": {"pattern": "a" * 400}}},
    ],
)
def test_a_form_has_limits(form: dict[str, Any]) -> None:
    assert form_schema.mistakes(form)


def test_a_form_of_all_that_is_allowed_is_answered_in_time() -> None:
    slow = {"pattern": "^(([a-z])+.)+[A-Z]([a-z])+$", "maxLength": 16_000}
    form = {
        "type": "object",
        "additionalProperties": {"anyOf": [slow] * 100, "items": {"oneOf": [slow] * 300}},
    }
    answers = {"a": "a" * 16_000, "b": ["a" * 20] * 4_000}

    began = time.perf_counter()
    found = form_answers.mistakes(form, answers)

    assert form_schema.mistakes(form) == []
    assert len(found) == 50
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("format", "right", "wrong"),
    [
        ("date", "2028-02-29", "2027-02-29"),
        ("date", "2026-01-01", "20260101"),
        ("date-time", "2026-01-01T10:00:00Z", "2026-01-01 10:00"),
        ("date-time", "2026-01-01T10:00:00.5+02:00", "2026-01-01T25:00:00Z"),
        ("email", "ann@example.org", "ann at example.org"),
        ("uri", "https://example.org/a?b=c", "example org"),
        ("uuid", "6c6b9c5e-6d0e-8a57-9b0e-4c65646765ff", "6c6b9c5e"),
    ],
)
def test_formats_are_checked(format: str, right: str, wrong: str) -> None:
    form = {"type": "object", "properties": {"a": {"format": format}}}

    assert told(form, {"a": right}) == {}
    assert told(form, {"a": wrong}) == {"/a": f"It has the format {format}."}
    assert told(form, {"a": 1}) == {}


def test_a_pointer_escapes_what_would_be_read_as_a_step() -> None:
    assert at("/a", "b/c~d", 0) == "/a/b~1c~0d/0"
