"""Columns of values as PostgreSQL's arrays in binary.

psycopg's own way of writing arrays looks at each value for its type, which took a quarter of the
time of a view that catches up; the type of a column is declared.

Source of the layout: array_recv in PostgreSQL's src/backend/utils/adt/arrayfuncs.c.
"""

from collections.abc import Callable, Iterable, Sequence
from struct import Struct as Layout
from typing import Any

from psycopg import Connection
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

from projections.tables import Kind

_HEADER = Layout(">5i").pack
_LENGTH = Layout(">i").pack
_NULL = _LENGTH(-1)
_EIGHT = _LENGTH(8)
_TRUTHS = {None: _NULL, False: _LENGTH(1) + b"\x00", True: _LENGTH(1) + b"\x01"}

Values = Sequence[Any]


class TextArray:
    """A column of texts."""

    __slots__ = ("values",)

    def __init__(self, values: Values) -> None:
        self.values = values


class IntegerArray(TextArray):
    """A column of whole numbers of 64 bits."""


class BooleanArray(TextArray):
    """A column of truths."""


def _texts(values: Values) -> Iterable[bytes]:
    for value in values:
        if value is None:
            yield _NULL
        else:
            text = value.encode()
            yield _LENGTH(len(text))
            yield text


def _integers(values: Values) -> Iterable[bytes]:
    for value in values:
        if value is None:
            yield _NULL
        else:
            yield _EIGHT
            yield value.to_bytes(8, "big", signed=True)


def _truths(values: Values) -> Iterable[bytes]:
    return (_TRUTHS[value] for value in values)


def _dumper(array: int, element: int, parts: Callable[[Values], Iterable[bytes]]) -> type[Dumper]:
    """How arrays are written whose own type and whose elements' type have these numbers."""

    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = array

        def dump(self, obj: TextArray) -> Buffer:
            header = _HEADER(1, 1, element, len(obj.values), 1)
            return b"".join((header, *parts(obj.values)))

    return ArrayDumper


ARRAYS: dict[Kind, type[TextArray]] = {
    "text": TextArray,
    "id": TextArray,
    "instant": TextArray,
    "json": TextArray,
    "integer": IntegerArray,
    "boolean": BooleanArray,
}
"""The arrays of columns, by what these hold."""
_DUMPERS = {
    TextArray: _dumper(1009, 25, _texts),
    IntegerArray: _dumper(1016, 20, _integers),
    BooleanArray: _dumper(1000, 16, _truths),
}


def register(connection: Connection) -> None:
    """Let a connection write these arrays."""
    for array, dumper in _DUMPERS.items():
        connection.adapters.register_dumper(array, dumper)
