"""Declarations of views, compiled: each expression is checked against what its events tell."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from msgspec import Struct

from domain.aggregate import Entry, Event
from domain.cel import library
from domain.condition_types import variables_of
from domain.declared_definition import NAME, ColumnDefinition, ColumnType, Rule, ViewDefinition
from domain.declared_fields import (
    BLANK,
    CLOSED,
    Read,
    all_events,
    events_named,
    fields_in_common,
    sealed_in,
)
from domain.declared_words import RESERVED
from domain.event_fields import event_name
from domain.expression import Expression
from domain.expression_hints import Vocabulary, did_you_mean, type_called
from domain.expression_tree import Name
from domain.ids import as_id
from domain.rules import Refused, require
from domain.subjects import Field, FieldType, Value
from domain.wrong_expression import WrongExpression

COLUMNS_MAX = 40
KEYS_MAX = 3
RULES_MAX = 30
NAMES_MAX = 20
"""So many names of events in a rule."""
EXPRESSIONS_MAX = 200
KEY_TEXT_MAX = 200
"""In characters: what rows are found by stands in an index."""
TEXT_MAX = 4_000

TYPES: Mapping[ColumnType, FieldType] = {
    "text": "text",
    "integer": "integer",
    "boolean": "yes or no",
    "instant": "moment",
    "id": "text",
}
_RESULTS: Mapping[FieldType, tuple[str, ...]] = {
    "text": ("string",),
    "integer": ("int",),
    "yes or no": ("bool",),
    "moment": ("timestamp", "google.protobuf.Timestamp"),
}
_EVENT = re.compile(r"(\*|[A-Za-z]+)\.(\*|[A-Za-z]+)")

Columns = Mapping[str, ColumnDefinition]
Cells = dict[str, Any]
"""What expressions know of a row, by column: nothing is what `BLANK` has for its type."""


class Asking(Struct, frozen=True):
    """A compiled expression, with the variables that it reads."""

    expression: Expression
    of_event: tuple[tuple[str, Read], ...]
    of_cells: tuple[tuple[str, str, str], ...]
    """Each with whose it is, `row` or `kept`, and its column."""

    @property
    def asks(self) -> frozenset[str]:
        """Whether it asks for the `row`, and for what is `kept`."""
        return frozenset(whose for _, whose, _ in self.of_cells)

    def value(self, entry: Entry, cells: Mapping[str, Cells]) -> Any:
        """Raises Refused where it has none."""
        values: dict[str, Value] = {name: read(entry) for name, read in self.of_event}
        for name, whose, column in self.of_cells:
            values[name] = cells[whose][column]
        return self.expression.evaluate(values)


class Step(Struct, frozen=True):
    """A compiled rule, for the events of some names."""

    when: Asking | None
    remember: Mapping[str, Asking]
    key: tuple[Asking, ...]
    set: Mapping[str, Asking]
    removes: bool


class Plan:
    """A compiled definition."""

    def __init__(self, definition: ViewDefinition) -> None:
        """Raises Refused with the place of what is wrong."""
        self.columns = _columns(definition.columns, "columns")
        self.remembered = _columns(definition.remembered, "remembered")
        self.key = definition.key
        require(len(self.columns) > 0, "columns: a view has at least one.")
        require(0 < len(self.key) <= KEYS_MAX, f"key: a row is found by 1 to {KEYS_MAX} columns.")
        for name in self.key:
            column = _known(name, self.columns, f"key.{name}")
            require(not column.is_optional, f"key.{name}: a column of the key is never optional.")
        for name, column in [*self.columns.items(), *self.remembered.items()]:
            is_plain = column.type not in ("instant", "id")
            rule = f"{name}: an instant or an id is optional, or in the key."
            require(is_plain or column.is_optional or name in self.key, rule)
        rules = definition.rules
        require(0 < len(rules) <= RULES_MAX, f"rules: a view has 1 to {RULES_MAX} rules.")
        said = sum(1 + len(self.key) + len(rule.set) + len(rule.remember) for rule in rules)
        require(said <= EXPRESSIONS_MAX, f"rules: at most {EXPRESSIONS_MAX} expressions in all.")
        self._steps: dict[str, tuple[Step, ...]] = {}
        for index, one in enumerate(rules):
            self._add(one, f"rules[{index}]")

    def _add(self, rule: Rule, place: str) -> None:
        does_something = bool(rule.remember or rule.set or rule.removes)
        require(does_something, f"{place}: a rule remembers, sets or removes something.")
        require(not (rule.set and rule.removes), f"{place}: a row is set or removed, not both.")
        for name in rule.set:
            require(name not in self.key, f"{place}.set.{name}: what rows are found by is not set.")
        events = _events(rule, f"{place}.on")
        scope = _Scope(events.values(), self.columns, self.remembered)
        when = scope.asking(rule.when, "yes or no", f"{place}.when") if rule.when else None
        is_about_row = bool(rule.set) or rule.removes
        step = Step(
            when=when,
            remember=scope.cells(rule.remember, self.remembered, f"{place}.remember"),
            key=tuple(scope.cells(self.key, self.columns, f"{place}, key").values())
            if is_about_row
            else (),
            set=scope.cells(rule.set, self.columns, f"{place}.set"),
            removes=rule.removes,
        )
        for name, asking in zip(self.key, step.key, strict=False):
            is_found = "row" not in asking.asks
            require(is_found, f"key.{name}: by what a row is found does not depend on it.")
        asks = [one.asks for one in (step.when, *step.remember.values()) if one is not None]
        has_row = is_about_row or not any("row" in one for one in asks)
        require(has_row, f"{place}: what sets or removes nothing has no row to ask for.")
        for event in events:
            self._steps[event] = (*self._steps.get(event, ()), step)

    def steps(self, entry: Entry) -> tuple[Step, ...]:
        """The rules for an event, in their order."""
        return self._steps.get(event_name(entry), ())

    def checked(self, column: ColumnDefinition, value: Any) -> Any:
        """A value that a column can have. Raises Refused."""
        name, found = column.name, value
        if column.type == "id":
            id = as_id(value) if value else None
            require(id is not None or value == "", f"{name}: {value[:80]!r} is no id.")
            found = "" if id is None else str(id)
        if isinstance(found, str):
            most = KEY_TEXT_MAX if name in self.key else TEXT_MAX
            require(len(found) <= most, f"{name}: a text has at most {most:,} characters.")
        if name in self.key and column.type in ("id", "instant"):
            require(found != BLANK[TYPES[column.type]], f"{name}: there is none.")
        return found


class _Scope:
    """What the expressions of a rule can ask for."""

    def __init__(
        self, events: Iterable[type[Event]], columns: Columns, remembered: Columns
    ) -> None:
        events = tuple(events)
        self._sealed = sealed_in(events)
        self._told = fields_in_common(events)
        self._cells = {
            f"{whose}.{name}": (whose, name, TYPES[column.type])
            for whose, of in (("row", columns), ("kept", remembered))
            for name, column in of.items()
        }
        self._fields = {
            **{name: field for name, (field, _) in self._told.items()},
            **{name: Field(name, type, "") for name, (_, _, type) in self._cells.items()},
        }

    @cached_property
    def _environment(self) -> Any:
        return library().NewEnv(variables=variables_of(self._fields.values(), ""))

    def cells(self, texts: Mapping[str, str], columns: Columns, place: str) -> dict[str, Asking]:
        """The expressions for some columns."""
        return {
            name: self.asking(
                text, TYPES[_known(name, columns, f"{place}.{name}").type], f"{place}.{name}"
            )
            for name, text in texts.items()
        }

    def asking(self, text: str, wanted: FieldType, place: str) -> Asking:
        """A compiled expression of a type. Raises Refused with its place."""
        expression = self.compiled(text, place)
        if expression.type not in _RESULTS[wanted]:
            given, needed = type_called(expression.type), type_called(_RESULTS[wanted][0])
            raise Refused(f"{place}: line 1, column 1: {needed} is needed, and this is {given}.")
        nodes = expression.tree.walk()
        names = sorted({node.name for node in nodes if isinstance(node, Name)})
        return Asking(
            expression,
            tuple((name, self._told[name][1]) for name in names if name in self._told),
            tuple((name, *self._cells[name][:2]) for name in names if name in self._cells),
        )

    def compiled(self, text: str, place: str) -> Expression:
        """Raises Refused with its place."""
        try:
            vocabulary = Vocabulary("an event", self._fields, root="")
            return Expression(text, self._environment, vocabulary)
        except WrongExpression as error:
            raise Refused(f"{place}: {self._about_sealed(text) or error}") from None

    def _about_sealed(self, text: str) -> str:
        for name in sorted(self._sealed):
            if re.search(rf"\b{re.escape(name)}\b", text):
                return f"{name} is sealed, and erased with whose it is: no view asks for it."
        return ""


def column_type(
    text: str, on: tuple[str, ...], columns: Columns, remembered: Columns, place: str
) -> ColumnType:
    """The type of a column that has what an expression tells of some events. Raises Refused with
    its place."""
    events = _events(Rule(on=on), f"{place}.on")
    told = _Scope(events.values(), columns, remembered).compiled(text, place).type
    types = (type for type, field in TYPES.items() if told in _RESULTS[field])
    found = next(types, None)
    if found is None:
        raise Refused(f"{place}: line 1, column 1: a column has no {type_called(told)}.")
    return found


def _columns(defined: Sequence[ColumnDefinition], place: str) -> dict[str, ColumnDefinition]:
    require(len(defined) <= COLUMNS_MAX, f"{place}: at most {COLUMNS_MAX} columns.")
    found: dict[str, ColumnDefinition] = {}
    for index, column in enumerate(defined):
        name = column.name
        at = f"{place}[{index}].name"
        rule = "small letters, digits and underscores, a letter first, at most 40."
        require(NAME.fullmatch(name) is not None, f"{at}: {rule}")
        require(name not in RESERVED, f"{at}: {name} is a word of databases or of queries.")
        require(name not in found, f"{at}: {name} is there already.")
        require(column.type in TYPES, f"{place}[{index}].type: one of {', '.join(TYPES)}.")
        found[name] = column
    return found


def _known(name: str, columns: Columns, place: str) -> ColumnDefinition:
    if name not in columns:
        hint = did_you_mean(name, columns) if columns else "none is declared."
        raise Refused(f"{place}: there is no column {name[:80]!r}; {hint}")
    return columns[name]


def _events(rule: Rule, place: str) -> dict[str, type[Event]]:
    """The events that a rule is for."""
    require(0 < len(rule.on) <= NAMES_MAX, f"{place}: 1 to {NAMES_MAX} names of events.")
    found: dict[str, type[Event]] = {}
    for index, pattern in enumerate(rule.on):
        at = f"{place}[{index}]"
        is_name = len(pattern) <= 80 and _EVENT.fullmatch(pattern) is not None
        require(is_name, f"{at}: a name such as Incident.Reopened, Incident.* or *.Reopened.")
        closed = pattern.partition(".")[0]
        require(closed not in CLOSED, f"{at}: no view tells of {closed}.")
        named = events_named(pattern)
        if not named:
            hint = did_you_mean(pattern, all_events())
            raise Refused(f"{at}: there is no event {pattern}; {hint}")
        found |= named
    return found


def blank(column: ColumnDefinition) -> Any:
    """What expressions read of a column where there is nothing."""
    return BLANK[TYPES[column.type]]


def is_nothing(column: ColumnDefinition, value: Any) -> bool:
    """Whether a value is stored as nothing."""
    return column.is_optional and isinstance(value, str | datetime) and value == blank(column)
