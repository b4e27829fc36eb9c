import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import (
    SERIAL_MAX,
    named_id,
    number_of,
    ordered_id,
    parse_reference,
    prefix_of,
    range_of,
    record_id,
    serial_of,
)
from domain.rules import NotFound

prefixes = st.text(string.ascii_uppercase, min_size=3, max_size=3)
serials = st.integers(0, SERIAL_MAX)


@given(prefix=prefixes, serial=serials)
def test_a_number_and_an_id_are_two_spellings_of_one_thing(prefix: str, serial: int) -> None:
    id = record_id(prefix, serial)

    assert parse_reference(number_of(id)) == id
    assert parse_reference(str(id)) == id
    assert parse_reference(str(id).upper()) == id
    assert (prefix_of(id), serial_of(id)) == (prefix, serial)
    assert (id.version, id.variant) == (8, "specified in RFC 4122")


@given(prefix=prefixes, one=serials, other=serials)
def test_ids_of_a_kind_are_in_the_order_of_their_numbers(prefix: str, one: int, other: int) -> None:
    first, last = range_of(prefix)

    assert (record_id(prefix, one) < record_id(prefix, other)) == (one < other)
    assert first <= record_id(prefix, one) <= last


def test_a_number_has_seven_digits_or_more() -> None:
    assert number_of(record_id("INC", 1042)) == "INC0001042"
    assert number_of(record_id("INC", 123456789)) == "INC123456789"
    assert parse_reference("INC1042") == record_id("INC", 1042)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "INC",
        "inc0001042",
        "INCX1",
        "INC-1",
        "INC0001042 ",
        "INC0001042\n",
        "INC٣",
        "INC99999999999999999999",
        "INC9999999999999999999",
        "494e4300-0000-8000-8000-00000000041",
        "{494e4300-0000-8000-8000-000000000412}",
        "494e43000000800080000000000004120",
        "urn:uuid:494e4300-0000-8000-8000-000000000412",
        "x" * 10_000,
    ],
)
def test_what_is_neither_a_number_nor_an_id_is_not_found(text: str) -> None:
    with pytest.raises(NotFound, match="is neither a number nor an id") as refused:
        parse_reference(text)

    assert len(str(refused.value)) < 200


@given(text=st.text(max_size=40))
def test_any_text_is_a_reference_or_not_found(text: str) -> None:
    try:
        found = parse_reference(text)
    except NotFound:
        return

    assert isinstance(found, UUID)


def test_an_id_of_elsewhere_has_no_prefix() -> None:
    assert prefix_of(UUID("5d1a4b5e-0a0b-4c0d-8e0f-000000000001")) == ""
    assert prefix_of(UUID("494e4301-0000-8000-8000-000000000001")) == ""
    assert prefix_of(UUID("494e4300-0000-4000-8000-000000000001")) == ""


@pytest.mark.parametrize("prefix", ["", "IN", "INCS", "inc", "IN1", "ÄBC"])
def test_a_prefix_is_three_capital_letters(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"prefix|ascii"):
        record_id(prefix, 1)


@pytest.mark.parametrize("serial", [-1, SERIAL_MAX + 1])
def test_a_serial_has_62_bits(serial: int) -> None:
    with pytest.raises(ValueError, match="is no serial"):
        record_id("INC", serial)


@given(name=st.lists(st.text(), min_size=1, max_size=3))
def test_the_same_name_gives_the_same_id(name: list[str]) -> None:
    assert named_id("PER", *name) == named_id("PER", *name)
    assert prefix_of(named_id("PER", *name)) == "PER"


def test_other_names_and_kinds_give_other_ids() -> None:
    ids = {
        named_id("PER", "a", "b"),
        named_id("PER", "ab"),
        named_id("PER", "b", "a"),
        named_id("TEA", "a", "b"),
    }

    assert len(ids) == 4


@given(
    one=st.integers(0, (1 << 48) - 1),
    other=st.integers(0, (1 << 48) - 1),
    random=st.integers(0, (1 << 80) - 1),
)
def test_ids_in_the_order_of_time_are_of_version_7(one: int, other: int, random: int) -> None:
    first, second = ordered_id(one, random), ordered_id(other, random)

    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert (first < second) == (one < other)
    assert first.int >> 80 == one


def test_randomness_keeps_ids_of_one_moment_apart() -> None:
    assert len({ordered_id(1, 1 << bit) for bit in range(74)}) == 74
