from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import asset_attributes
from domain.asset_attributes import Attribute, WrongAttributes, check, checked, read
from domain.ids import number_of, record_id
from domain.rules import Refused
from tests.domain.asset_types import (
    A_SERVER,
    A_SERVER_LATER,
    ATTRIBUTES,
    COLOUR,
    GIVEN,
    HEIGHT,
    MEMORY,
    SCHEMAS,
    SERIAL,
)

ANN = record_id("PER", 1)


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    with pytest.raises(WrongAttributes) as refused:
        checked(A_SERVER, {"memory": 0, "colour": "red", "age": 3})

    assert refused.value.mistakes == (
        ("attributes.age", "Server has no such attribute."),
        ("attributes.colour", "it is one of black, grey."),
        ("attributes.serial", "it is needed."),
        ("attributes.memory", "it is at least 1."),
    )
    assert "attributes.serial: it is needed." in str(refused.value)


@pytest.mark.parametrize(
    ("attribute", "given", "kept"),
    [
        (HEIGHT, "002.500", "2.5"),
        (HEIGHT, 3, "3"),
        (Attribute(name="ratio", kind="decimal"), "-0.0", "0"),
        (Attribute(name="ratio", kind="decimal"), "1e3", "1000"),
        (SERIAL, "  S1 ", "S1"),
        (Attribute(name="user", kind="person"), number_of(ANN), str(ANN)),
        (Attribute(name="day", kind="date", at_least="2020-01-01"), "2026-02-28", "2026-02-28"),
        (Attribute(name="leased", kind="boolean"), True, True),
    ],
)
def test_equal_values_have_one_spelling(attribute: Attribute, given: object, kept: object) -> None:
    assert asset_attributes.spelled(attribute, given) == kept


@pytest.mark.parametrize(
    ("attribute", "given", "rule"),
    [
        (HEIGHT, "NaN", "it is a number"),
        (HEIGHT, "0.49", "it is at least 0.5"),
        (HEIGHT, "1e99", "at most 30 digits"),
        (HEIGHT, True, "it is a text"),
        (MEMORY, True, "whole number"),
        (MEMORY, "64", "whole number"),
        (MEMORY, 2**60, "too large"),
        (SERIAL, "x" * 21, "at most 20 characters"),
        (SERIAL, " ", "not empty"),
        (Attribute(name="user", kind="person"), "AST0000001", "of the kind person"),
        (Attribute(name="day", kind="date"), "2026-02-30", "it is a date"),
        (Attribute(name="day", kind="date", at_most="2020-01-01"), "2020-01-02", "at most"),
        (Attribute(name="leased", kind="boolean"), 1, "true or false"),
    ],
)
def test_what_is_no_value_of_its_kind_is_refused(
    attribute: Attribute, given: object, rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        asset_attributes.spelled(attribute, given)


@given(schema=SCHEMAS, given=GIVEN)
def test_what_is_kept_is_right_and_stays_as_it_is(
    schema: asset_attributes.Schema, given: dict[str, object]
) -> None:
    try:
        values = checked(schema, given)
    except WrongAttributes:
        return

    assert checked(schema, values) == values
    assert set(values) == set(given)


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=1))
def test_a_decimal_is_read_from_a_file_as_from_a_request(value: object) -> None:
    attribute = Attribute(name="price", kind="decimal")
    try:
        kept = asset_attributes.spelled(attribute, str(value))
    except Refused:
        return

    assert read(attribute, f" {value} ") == kept


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ((SERIAL, SERIAL), "attributes[1].name"),
        ((COLOUR,), "attributes[0].name"),
        ((Attribute(name=" x", kind="text"),), "attributes[0].name"),
        ((Attribute(name="x", kind="choice"),), "attributes[0].choices"),
        ((Attribute(name="x", kind="text", choices=("a",)),), "attributes[0].choices"),
        ((Attribute(name="x", kind="choice", choices=("a", "a")),), "attributes[0].choices"),
        ((Attribute(name="x", kind="integer", at_least="a"),), "attributes[0].at_least"),
        ((Attribute(name="x", kind="boolean", at_least="1"),), "attributes[0].at_least"),
        (
            (Attribute(name="x", kind="integer", at_least="2", at_most="1"),),
            "attributes[0].at_most",
        ),
        ((Attribute(name="x", kind="boolean", is_unique=True),), "attributes[0].is_unique"),
    ],
)
def test_attributes_that_make_no_sense_are_refused(
    attributes: tuple[Attribute, ...], place: str
) -> None:
    with pytest.raises(WrongAttributes) as refused:
        check(attributes, ["colour"])

    assert [mistake.place for mistake in refused.value.mistakes] == [place]


@given(attributes=ATTRIBUTES)
def test_every_limit_of_right_attributes_can_be_compared(attributes: tuple[Attribute, ...]) -> None:
    try:
        check(attributes, [])
    except WrongAttributes:
        return

    for attribute in attributes:
        for value in ("S1", "2.5", 64, True, "black"):
            with suppress(Refused):
                asset_attributes.spelled(attribute, value)


def test_one_value_is_claimed_for_the_type_that_asks_for_it() -> None:
    (first,) = asset_attributes.claims(A_SERVER, {"serial": "S1"})
    (later,) = asset_attributes.claims(A_SERVER_LATER, {"serial": "S1"})
    (other,) = asset_attributes.claims(A_SERVER, {"serial": "S2"})

    assert first == later
    assert first.name != other.name
