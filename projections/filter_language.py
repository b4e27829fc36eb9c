"""Filters of lists as people and programs write them: a part of CEL, on the fields of a row.

    status == "pending" && (due < now + duration("4h") || priority in [1, 2]) && assignee != me

A filter is checked when it is asked: a field that does not exist, a comparison of two types, a
value that a field never has and what is not known here are refused, with their place in the text.
What it can cost is limited. It finds the rows for which CEL says yes, and no others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal, cast

from domain.cel import library
from domain.condition_types import yes_or_no
from domain.expression_hints import Vocabulary
from domain.expression_rules import moment
from domain.expression_tree import Call, Items, Loop, Name, Node, Tree
from domain.expression_tree import Constant as Literally
from domain.subjects import Field, FieldType
from domain.wrong_expression import WrongExpression, at_offset
from projections import has_value
from projections.durations import length_of
from projections.filters import (
    Among,
    Both,
    Compare,
    Condition,
    Constant,
    Contains,
    Either,
    Exists,
    IsNothing,
    Item,
    Me,
    Not,
    Now,
    Of,
    Operand,
    Sign,
    Truth,
    Value,
    Way,
    parts_in,
)
from projections.parts import Part
from projections.queries import VALUES_MAX, BadQuery, stored
from projections.tables import Column, Kind, Table

TEXT_MAX = 2_000
CONDITIONS_MAX = 100
SEARCHES_MAX = 10
"""How often a filter looks inside texts, lists and JSON, which no index can do for it."""
COMPILED_MAX = 500
"""So many filters of each list are kept in each process."""

_ROW = "row"
_HAS = has_value.PREFIX
_TYPES: Mapping[Kind, FieldType] = {
    "text": "text",
    "id": "text",
    "instant": "moment",
    "integer": "integer",
    "boolean": "yes or no",
    "json": "texts",
    "decimal": "integer",
    "day": "text",
}
_SIGNS: Mapping[str, Sign] = {
    "_==_": "==",
    "_!=_": "!=",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
}
_MIRRORED: Mapping[Sign, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_KNOWN = "==, !=, <, <=, >, >=, in, startsWith, endsWith, contains, exists, &&, || and !"


class FilterLanguage:
    """What the filters of one list can ask for."""

    def __init__(
        self,
        table: Table[Any],
        values: Mapping[str, tuple[str, ...]] = {},
        parts: Iterable[Part] = (),
    ) -> None:
        """`values` are all that a field can have, where known, `parts` what is asked of JSON."""
        self.columns = {column.name: column for column in table.columns if is_filterable(column)}
        self._parts = {part.name: part for part in parts}
        self.columns |= self._parts
        values = {**values, **{part.name: part.choices for part in self._parts.values()}}
        self.vocabulary = Vocabulary(
            "a row",
            {
                name: Field(name, _TYPES[column.kind], "", values.get(name, ()))
                for name, column in self.columns.items()
            },
            root="",
            container=_ROW,
        )
        self.condition: Callable[[str], Condition] = lru_cache(COMPILED_MAX)(self._condition)
        """The condition that a text is. Raises WrongExpression, naming the place and the rule."""

    def _condition(self, text: str) -> Condition:
        if len(text) > TEXT_MAX:
            raise WrongExpression(1, 1, f"a filter has at most {TEXT_MAX:,} characters.")
        asked = has_value.written(text, self._parts, self.vocabulary)
        expression = yes_or_no(asked, self._environment, self.vocabulary)
        return _Reading(text, expression.tree, self.columns).condition

    @cached_property
    def _environment(self) -> Any:
        cel = library()
        types = {f"{_ROW}.{name}": _type(column) for name, column in self.columns.items()}
        types |= {f"{_ROW}.{_HAS}{name}": cel.Type.BOOL for name in self._parts}
        types |= {"now": cel.Type.TIMESTAMP, "me": cel.Type.STRING}
        return cel.NewEnv(variables=types, container=_ROW)


def is_filterable(column: Column) -> bool:
    return column.kind != "json" or column.type == tuple[str, ...]


def _type(column: Column) -> Any:
    cel = library()
    if column.kind == "json":
        return cel.Type.List(cel.Type.STRING)
    if column.kind == "instant":
        return cel.Type.TIMESTAMP
    name, plain = {
        "integer": ("Int64", cel.Type.INT),
        "boolean": ("Bool", cel.Type.BOOL),
        "decimal": ("Double", cel.Type.DOUBLE),
    }.get(column.kind, ("String", cel.Type.STRING))
    return cel.Type(f"google.protobuf.{name}Value") if column.is_nullable else plain


class _Reading:
    """One filter on its way from the tree of CEL to a condition."""

    def __init__(self, text: str, tree: Tree, columns: Mapping[str, Column]) -> None:
        self._text = text
        self._columns = columns
        self._count = 0
        self._searches = 0
        self._item = ""
        """The name by which one of several texts is called, inside exists."""
        self.condition = self._read(tree.root)

    def _refusal(self, node: Node, rule: str) -> WrongExpression:
        return at_offset(self._text, node.at, rule)

    def _read(self, node: Node) -> Condition:
        self._count += 1
        if self._count > CONDITIONS_MAX:
            raise self._refusal(node, f"a filter has at most {CONDITIONS_MAX} conditions.")
        match node:
            case Literally(value=bool(is_true)):
                return Truth(is_true)
            case Name(name=name) if name not in self._columns and name.startswith(_HAS):
                return Not(self._unindexed(node, IsNothing(self._columns[name.removeprefix(_HAS)])))
            case Name():
                truth = self._column(node)
                # Nothing is neither yes nor no: put in order, it has no answer.
                sign: Sign = ">=" if truth.column.is_nullable else "=="
                return self._unindexed(node, Compare(sign, truth, Constant(True)))
            case Loop():
                return self._exists(node)
            case Call():
                return self._call(node)
        raise self._refusal(node, f"this is not known in a filter: known are {_KNOWN}.")

    def _call(self, call: Call) -> Condition:
        match call.function, call.arguments:
            case "_&&_", _:
                return Both(tuple(map(self._read, _side_by_side(call))))
            case "_||_", _:
                return Either(tuple(map(self._read, _side_by_side(call))))
            case "!_", (inner,):
                return Not(self._read(inner))
            case "@in", (what, among):
                return self._in(call, what, among)
            case "startsWith" | "endsWith" | "contains", _:
                return self._contains(call)
            case function, (left, right) if function in _SIGNS:
                return self._compare(call, _SIGNS[function], left, right)
        raise self._refusal(call, f"this is not known in a filter: known are {_KNOWN}.")

    # Comparisons -----------------------------------------------------------------------------

    def _compare(self, node: Node, sign: Sign, left: Node, right: Node) -> Condition:
        if _is_null(left) or _is_null(right):
            return self._nothing(node, sign, left if _is_null(right) else right)
        if not self._is_field(left):
            left, right, sign = right, left, _MIRRORED.get(sign, sign)
        if not self._is_field(left):
            raise self._refusal(node, _ONE_SIDE)
        one = self._field(left)
        kinds = _kinds(one)
        other: Operand
        if self._is_field(right):
            other = self._field(right)
            kinds |= _kinds(other)
        elif "json" not in kinds:
            other = self._value(right, one)
        if "json" in kinds:
            raise self._refusal(node, _OF_TEXTS)
        if "id" in kinds and sign not in ("==", "!="):
            raise self._refusal(node, "an id has no order: it is compared by == and !=.")
        return self._unindexed(node, Compare(sign, one, other))

    def _nothing(self, node: Node, sign: Sign, other: Node) -> Condition:
        if sign not in ("==", "!="):
            raise self._refusal(node, "null has no order: it is compared by == and !=.")
        if _is_null(other):
            raise self._refusal(node, _ONE_SIDE)
        column = self._column(other).column
        if not column.is_nullable:
            raise self._refusal(other, f"{column.name} always has a value.")
        nothing = self._unindexed(node, IsNothing(column))
        return nothing if sign == "==" else Not(nothing)

    def _in(self, node: Node, what: Node, among: Node) -> Condition:
        if isinstance(among, Name):
            column = self._several(among)
            return self._search(node, Exists(column, Compare("==", Item(), self._text_of(what))))
        if not isinstance(among, Items):
            raise self._refusal(among, 'a list of values is written there, as in ["one", "other"].')
        if len(among.items) > VALUES_MAX:
            raise self._refusal(among, f"a list has at most {VALUES_MAX} values.")
        field = self._field(what)
        if isinstance(field, Of) and field.column.kind == "json":
            raise self._refusal(what, _OF_TEXTS)
        values = tuple(self._value(item, field) for item in among.items)
        return self._unindexed(node, Among(field, values)) if values else Truth(False)

    # Looking inside ------------------------------------------------------------------------

    def _contains(self, call: Call) -> Condition:
        what, text = call.arguments
        field = self._field(what)
        if isinstance(field, Of) and field.column.kind == "id":
            raise self._refusal(what, "an id is compared as a whole.")
        way = cast("Way", call.function)
        return self._search(call, Contains(way, field, self._text_of(text)))

    def _exists(self, loop: Loop) -> Condition:
        every: Literal["_&&_", "_||_"]
        match loop.step:
            case Call(function="_||_" | "_&&_" as every, arguments=(Name(name=name), inner)) if (
                name == loop.result and isinstance(loop.over, Name) and not self._item
            ):
                column = self._several(loop.over)
                if _is_taken(loop.variable, self._columns):
                    raise self._refusal(loop, f"{loop.variable} is something else already.")
            case _:
                rule = "of lists, a filter asks whether a text exists, or all of them are so."
                raise self._refusal(loop, f"{rule} One does not stand in the other.")
        self._item = loop.variable
        condition = self._read(inner)
        self._item = ""
        if every == "_||_":
            return self._search(loop, Exists(column, condition))
        return self._search(loop, Not(Exists(column, Not(condition))))

    def _unindexed(self, node: Node, condition: Condition) -> Condition:
        return self._search(node, condition) if parts_in(condition) else condition

    def _search(self, node: Node, condition: Condition) -> Condition:
        self._searches += 1
        if self._searches > SEARCHES_MAX:
            rule = f"a filter looks inside texts, lists and parts at most {SEARCHES_MAX} times."
            raise self._refusal(node, rule)
        return condition

    # Fields ----------------------------------------------------------------------------------

    def _is_field(self, node: Node) -> bool:
        return isinstance(node, Name) and (node.name == self._item or node.name in self._columns)

    def _field(self, node: Node) -> Of | Item:
        if isinstance(node, Name) and node.name == self._item and self._item:
            return Item()
        return self._column(node)

    def _column(self, node: Node) -> Of:
        if not isinstance(node, Name) or node.name not in self._columns:
            raise self._refusal(node, "a field is named here.")
        if self._item:
            raise self._refusal(node, f"inside exists and all, only {self._item} is asked for.")
        return Of(self._columns[node.name])

    def _several(self, node: Name) -> Column:
        column = self._column(node).column
        if column.kind != "json":
            raise self._refusal(node, f"{column.name} has one value: compare it by ==.")
        return column

    # Values ----------------------------------------------------------------------------------

    def _value(self, node: Node, field: Of | Item) -> Value:
        column = field.column if isinstance(field, Of) else _ITEM
        match node:
            case Name(name="me"):
                return Me()
            case Literally(value=str() | int() | float() as value):
                try:
                    return Constant(stored(column, value, column.name))
                except BadQuery as error:
                    raise self._refusal(node, str(error)) from None
        if column.kind == "instant":
            return self._moment(node)
        raise self._refusal(node, "a value is written here, which is known before a row is seen.")

    def _text_of(self, node: Node) -> Constant | Me:
        match self._value(node, Item()):
            case Constant(value=str()) | Me() as text:
                return text
        raise self._refusal(node, 'a text is written here, as "text".')

    def _moment(self, node: Node) -> Constant | Now:
        at = self._time(node)
        try:
            return Constant(stored(_INSTANT, at, "")) if isinstance(at, datetime) else Now(at)
        except BadQuery:
            raise self._refusal(node, _TOO_FAR) from None

    def _time(self, node: Node) -> datetime | timedelta:
        """A moment, or how far one is after now."""
        if isinstance(node, Name) and node.name == "now":
            return timedelta()
        if at := moment(node):
            return at
        if isinstance(node, Call) and node.function in ("_+_", "_-_"):
            base, length = node.arguments
            if node.function == "_+_" and _is_duration(base):
                base, length = length, base
            if _is_duration(length):
                try:
                    from_base, long = self._time(base), self._duration(length)
                    return from_base + long if node.function == "_+_" else from_base - long
                except OverflowError:
                    raise self._refusal(node, _TOO_FAR) from None
        raise self._refusal(node, _ONE_SIDE)

    def _duration(self, node: Node) -> timedelta:
        text = str(cast("Literally", cast("Call", node).arguments[0]).value)
        try:
            return length_of(text)
        except ValueError:
            raise self._refusal(node, "a duration is a whole number of microseconds.") from None


_ITEM = Column("", "text", False, str)
_INSTANT = Column("", "instant", False, str)
_TOO_FAR = f"a moment lies between the years 1 and {datetime.max.replace(tzinfo=UTC).year}."
_ONE_SIDE = (
    "a field is compared with a value or another field, and stands alone on its side: as in "
    'opened_at < now - duration("24h").'
)
_OF_TEXTS = 'it has several texts: write "one" in it, or it.exists(each, …).'


def _side_by_side(call: Call) -> Iterator[Node]:
    """What stands in one row between signs such as &&."""
    for part in call.arguments:
        if isinstance(part, Call) and part.function == call.function:
            yield from _side_by_side(part)
        else:
            yield part


def _kinds(operand: Of | Item) -> set[Kind]:
    return {operand.column.kind} if isinstance(operand, Of) else set()


def _is_taken(name: str, columns: Mapping[str, Column]) -> bool:
    return name in columns or name in ("now", "me")


def _is_null(node: Node) -> bool:
    return isinstance(node, Literally) and node.value is None


def _is_duration(node: Node) -> bool:
    match node:
        case Call(function="duration", arguments=(Literally(value=str()),)):
            return True
    return False
