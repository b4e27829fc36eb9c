"""Rows of all lists, filters on them made from their schemas, and CEL itself as the oracle."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from domain.cel import library
from domain.ids import record_id
from projections.filter_language import FilterLanguage, is_filterable
from projections.parts import Part
from projections.tables import Column, Kind, Row, Table, instant
from tests.people import MONDAY
from tests.projections.filter_parts import PARTS, made_up_parts, value_of

NOW = MONDAY + timedelta(days=40, microseconds=5)
ME = str(record_id("PER", 3))

TEXTS = (
    *("", " ", "a", "A", "b", "ab", "aB", "Z", "~", "a%b", "a_b", "100%", "\\", "'", '"', "''"),
    *("é", "e\u0301", "É", "ß", "ss", "İ", "😀", "a😀b", "\uffff", "printer", "Printer jam", ME),
    *("new", "high", "?", "%s", "\n", "\t", "NULL", "null", "true"),
)
NUMBERS = (-5, -1, 0, 1, 2, 3, 4, 5, 10, 2**31, 2**63 - 1, -(2**63))


# Rows --------------------------------------------------------------------------------------


def made_up(table: Table[Any], count: int, chance: Random) -> list[Row]:
    """Rows with all that a column can hold, each with a key of its own."""
    rows = [
        table.row(*(_value(table, column, serial, chance) for column in table.columns))
        for serial in range(1, count + 1)
    ]
    for row in rows:
        made_up_parts(table.name, row, chance)
    return rows


def _value(table: Table[Any], column: Column, serial: int, chance: Random) -> Any:
    if column.name == table.key[0]:
        return {
            "id": str(record_id("GEN", serial)),
            "text": f"{chance.choice(TEXTS)}-{serial}",
            "integer": serial,
        }[column.kind]
    if column.is_nullable and chance.random() < 0.3:
        return None
    match column.kind:
        case "id":
            return str(record_id("PER", chance.randrange(1, 6)))
        case "text":
            return chance.choice(TEXTS)
        case "integer":
            return chance.choice(NUMBERS)
        case "boolean":
            return chance.random() < 0.5
        case "instant":
            return instant(_near(chance.randrange(-3, 4), chance.randrange(-2, 3)))
    if is_filterable(column):
        return tuple(chance.sample(TEXTS, chance.randrange(4)))
    return () if str(column.type).startswith("tuple") else {}


def _near(days: int, microseconds: int) -> datetime:
    return NOW + timedelta(days=days, microseconds=microseconds)


# The oracle ----------------------------------------------------------------------------------


class Oracle:
    """CEL on rows in memory. A field that can be nothing has no type, so that nothing is null; a
    moment has its type where there is one, as the library takes no others."""

    def __init__(self, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        own = (column for column in table.columns if is_filterable(column))
        self._columns = [*own, *PARTS.get(table.name, ())]
        self._key = table.key
        self._rows = [(self.key_of(row), self._values(row)) for row in rows]
        self._moments = [one.name for one in self._columns if one.kind == "instant"]
        self._environments: dict[frozenset[str], Any] = {}

    def _environment(self, without: frozenset[str]) -> Any:
        """Where these moments are nothing."""
        if without not in self._environments:
            variables = {f"row.{one.name}": self._type(one, without) for one in self._columns}
            cel = library()
            more = {"now": cel.Type.TIMESTAMP, "me": cel.Type.STRING}
            self._environments[without] = cel.NewEnv(
                variables={**variables, **more}, container="row"
            )
        return self._environments[without]

    def _type(self, column: Column, without: frozenset[str]) -> Any:
        cel = library()
        if column.kind == "instant":
            return cel.Type.DYN if column.name in without else cel.Type.TIMESTAMP
        if column.is_nullable:
            return cel.Type.DYN
        types: Mapping[Kind, Any] = {
            "text": cel.Type.STRING,
            "id": cel.Type.STRING,
            "integer": cel.Type.INT,
            "boolean": cel.Type.BOOL,
            "json": cel.Type.List(cel.Type.STRING),
        }
        return types[column.kind]

    def key_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._key)

    def _values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {"now": NOW, "me": ME}
        for column in self._columns:
            value = _of(row, column)
            if column.kind == "instant" and value is not None:
                value = datetime.fromisoformat(value)
            values[f"row.{column.name}"] = value
        return values

    def keys(self, text: str) -> list[tuple[Any, ...]]:
        """The keys of the rows for which CEL says yes, in order."""
        asked = [name for name in self._moments if name in text]
        # The library takes has(…) for the value.
        text = re.sub(r"\bhas\( *([\w.]+) *\)", r"(\1 != null)", text)
        compiled: dict[frozenset[str], Any] = {}
        found = []
        for key, values in self._rows:
            without = frozenset(name for name in asked if values[f"row.{name}"] is None)
            if without not in compiled:
                compiled[without] = self._environment(without).compile(text)
            answer = compiled[without].eval(data=values)
            if answer.type() == library().Type.BOOL and answer.plain_value():
                found.append(key)
        return sorted(found)


# Filters -------------------------------------------------------------------------------------


class Filters:
    """A strategy for the filters of one list."""

    def __init__(self, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        parts = PARTS.get(table.name, ())
        self.columns = list(FilterLanguage(table, parts=parts).columns.values())
        self._rows = rows
        self.texts = st.recursive(
            st.one_of([self._on(column) for column in self.columns]),
            lambda inner: st.one_of(
                st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(
                    lambda each: f"({each[0]} {each[1]} {each[2]})"
                ),
                inner.map(lambda each: f"!({each})"),
            ),
            max_leaves=6,
        )

    def _on(self, column: Column) -> st.SearchStrategy[str]:
        """Conditions on one column."""
        name = column.name
        if column.kind == "json":
            return self._on_several(column)
        values = self._values(column)
        equality = st.sampled_from(["==", "!="])
        choices = column.choices if isinstance(column, Part) else ()
        has_order = column.kind != "id" and not choices
        order = st.sampled_from(_SIGNS) if has_order else equality
        ways = [
            _spaced(st.just(name), order, values),
            _spaced(values, order, st.just(name)),
            st.lists(values, max_size=3).map(lambda all: f"{name} in [{', '.join(all)}]"),
        ]
        if column.is_nullable:
            ways.append(_spaced(st.just(name), equality, st.just("null")))
        if isinstance(column, Part):
            ways.append(st.just(f"has({name})"))
        if column.kind == "boolean":
            ways.append(st.sampled_from([name, f"!{name}", "true", "false"]))
        if column.kind in ("text", "day"):
            ways.append(_searched(name, self._parts(column)))
        alike = [
            one.name
            for one in self.columns
            if one.kind == column.kind and not (isinstance(one, Part) and one.choices)
        ] or [name]
        ways.append(_spaced(st.just(name), order, st.sampled_from(alike)))
        return st.one_of(ways)

    def _on_several(self, column: Column) -> st.SearchStrategy[str]:
        name = column.name
        if isinstance(column, Part):
            known = st.sampled_from(column.choices).map(lambda one: f"{_quoted(one)} in {name}")
            return (
                known
                | st.just(f"has({name})")
                | self._in_loop(name, st.sampled_from(['"a"', '"é"', "me"]))
            )
        among = st.sampled_from([*TEXTS]).map(_quoted) | st.just("me")
        return among.map(lambda text: f"{text} in {name}") | self._in_loop(name, among)

    def _in_loop(self, name: str, among: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        inner = st.one_of(
            _spaced(st.just("one"), st.sampled_from(_SIGNS), among),
            _searched("one", among),
            st.lists(among, min_size=1, max_size=3).map(lambda all: f"one in [{', '.join(all)}]"),
        )
        pairs = _spaced(inner, st.sampled_from(["&&", "||"]), inner)
        loop = st.tuples(st.sampled_from(["exists", "all"]), inner | pairs)
        return loop.map(lambda each: f"{name}.{each[0]}(one, {each[1]})")

    def _values(self, column: Column) -> st.SearchStrategy[str]:
        """What the column is compared with: values that it has, and others."""
        if isinstance(column, Part) and column.choices:
            return st.sampled_from(column.choices).map(_quoted)
        match column.kind:
            case "boolean":
                return st.sampled_from(["true", "false"])
            case "decimal":
                return st.sampled_from([*map(repr, self._seen(column)), "0.5", "-1e300"])
            case "day":
                return st.sampled_from(['"0001-01-01"', '"2026-02-28"', '"2026-03-01"'])
            case "integer":
                return st.sampled_from([*map(str, NUMBERS), *map(str, self._seen(column))])
            case "instant":
                seen = [datetime.fromisoformat(value) for value in self._seen(column)]
                some = st.sampled_from([NOW, *seen]) | st.datetimes(timezones=st.just(UTC))
                return st.one_of(some.map(_moment), _FROM_NOW)
            case "id":
                return st.sampled_from([_quoted(ME), "me", *map(_quoted, self._seen(column))])
        return st.sampled_from([*map(_quoted, TEXTS), "me", *map(_quoted, self._seen(column))])

    def _parts(self, column: Column) -> st.SearchStrategy[str]:
        """Texts to be found in those of the column."""
        return st.tuples(
            st.sampled_from([*TEXTS, *self._seen(column)]), st.integers(0, 4), st.integers(0, 9)
        ).map(lambda each: _quoted(each[0][each[1] : each[1] + each[2]]))

    def _seen(self, column: Column) -> list[Any]:
        return sorted({_of(row, column) for row in self._rows} - {None})[:50]


def _of(row: Mapping[str, Any], column: Column) -> Any:
    return value_of(row, column) if isinstance(column, Part) else row[column.name]


_SIGNS = ("==", "!=", "<", "<=", ">", ">=")
_DURATIONS = st.sampled_from(["24h", "1.5h", "-30m", "72h1us", "0s", "3ms", "168h30m15s"])
_FROM_NOW = st.one_of(
    st.just("now"),
    st.tuples(st.sampled_from("+-"), _DURATIONS).map(lambda a: f'now {a[0]} duration("{a[1]}")'),
)


def _spaced(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(" ".join)


def _searched(name: str, parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ways = st.sampled_from(["startsWith", "endsWith", "contains"])
    return st.tuples(ways, parts).map(lambda each: f"{name}.{each[0]}({each[1]})")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _moment(at: datetime) -> str:
    return f'timestamp("{instant(at)}")'
