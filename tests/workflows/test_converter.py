from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from workflows.converter import DATA_CONVERTER

CONVERTER = DATA_CONVERTER.payload_converter


class Stage(msgspec.Struct, frozen=True):
    name: str
    voters: tuple[str, ...]
    patience: timedelta
    needed: int | None = None


class Start(msgspec.Struct, frozen=True, tag="start"):
    change: UUID
    at: datetime
    stages: tuple[Stage, ...]
    cost: Decimal


@dataclass(frozen=True)
class Wrapped:
    start: Start
    tags: frozenset[str]


starts = st.builds(
    Start,
    change=st.uuids(),
    at=st.datetimes(timezones=st.just(UTC)),
    stages=st.lists(
        st.builds(
            Stage,
            name=st.text(),
            voters=st.lists(st.text()).map(tuple),
            patience=st.timedeltas(timedelta(0), timedelta(days=9999)),
            needed=st.none() | st.integers(-(2**63), 2**63 - 1),
        ),
        max_size=3,
    ).map(tuple),
    cost=st.decimals(allow_nan=False, allow_infinity=False),
)


@given(starts, st.frozensets(st.text()))
def test_structs_and_dataclasses_come_back_equal_and_typed(
    start: Start, tags: frozenset[str]
) -> None:
    value = Wrapped(start, tags)

    payloads = CONVERTER.to_payloads([start, value])

    assert CONVERTER.from_payloads(payloads, [Start, Wrapped]) == [start, value]
    assert [payload.metadata["encoding"] for payload in payloads] == [b"json/plain"] * 2


@given(st.lists(st.text(), unique=True))
def test_equal_values_have_equal_bytes_whatever_their_order(words: list[str]) -> None:
    there = {word: set(words) for word in words}
    back = {word: set(reversed(words)) for word in reversed(words)}

    assert CONVERTER.to_payload(there) == CONVERTER.to_payload(back)


def test_a_field_that_the_type_no_longer_has_is_passed_over() -> None:
    payload = CONVERTER.to_payload({"name": "CAB", "voters": [], "patience": "PT1H", "old": 1})

    stage = CONVERTER.from_payload(payload, Stage)

    assert stage == Stage("CAB", (), timedelta(hours=1))


def test_a_payload_that_does_not_fit_its_type_is_refused() -> None:
    payload = CONVERTER.to_payload({"name": "CAB", "voters": "bea", "patience": "PT1H"})

    with pytest.raises(msgspec.ValidationError, match=r"\$\.voters"):
        CONVERTER.from_payload(payload, Stage)


@pytest.mark.parametrize("value", [None, b"\x00\xff", "text", 7, [1, "a"], {"a": {"b": None}}])
def test_plain_values_need_no_type(value: object) -> None:
    assert CONVERTER.from_payload(CONVERTER.to_payload(value)) == value


def test_what_msgspec_does_not_know_is_left_to_the_default_converter() -> None:
    payload = CONVERTER.to_payload(range(3))

    assert CONVERTER.from_payloads([payload], [Iterable]) == [[0, 1, 2]]


def test_broken_json_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        CONVERTER.from_payload(Payload(metadata={"encoding": b"json/plain"}, data=b"{"), Stage)
