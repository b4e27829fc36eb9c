"""Arrays come out of PostgreSQL as they went in."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.postgres_arrays import (
    BooleanArray,
    IntegerArray,
    TextArray,
    register,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
WHOLE = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_url, autocommit=True) as opened:
        register(opened)
        yield opened


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.none() | TEXTS, st.none() | WHOLE, st.none() | st.booleans()), min_size=1
    )
)
def test_columns_come_back_as_rows(connection: psycopg.Connection, rows: list[Any]) -> None:
    texts, numbers, truths = zip(*rows, strict=True)

    found = connection.execute(
        "SELECT * FROM unnest(%b::text[], %b::bigint[], %b::boolean[])",
        [TextArray(texts), IntegerArray(numbers), BooleanArray(truths)],
    )

    assert found.fetchall() == rows


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (IntegerArray([2**63]), OverflowError),
        (TextArray(["\ud800"]), ValueError),
        (TextArray(["a\0b"]), psycopg.DataError),
    ],
)
def test_what_the_database_cannot_hold_is_refused(
    connection: psycopg.Connection, array: TextArray, error: type[Exception]
) -> None:
    with pytest.raises(error):
        connection.execute("SELECT %b", [array])
