"""Conditions on the rows of a list: a tree, whatever it was written in, and the SQL that it is.

A condition has three answers, in SQL as in CEL: yes, no, and none, where something is put in order
with nothing or looked for in it. Only rows with a yes are found. Whether something equals nothing
always has an answer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct, json

from projections.parts import Part
from projections.queries import BadQuery
from projections.search_rows import SEARCH
from projections.sought import Sought
from projections.store import ViewReader
from projections.tables import Column, instant

Sign = Literal["==", "!=", "<", "<=", ">", ">="]
Way = Literal["startsWith", "endsWith", "contains"]


# What is compared ------------------------------------------------------------------------


class Constant(Struct, frozen=True):
    """A value as a column holds it."""

    value: str | int | float | bool


class Now(Struct, frozen=True):
    """The moment at which it is asked, or one that is so far after it."""

    after: timedelta = timedelta()


class Me(Struct, frozen=True):
    """The id of who asks."""


class Of(Struct, frozen=True):
    """What a row has in a column."""

    column: Column


class Item(Struct, frozen=True):
    """One of the texts in a column that has several."""


Value = Constant | Now | Me
Operand = Value | Of | Item


# Conditions ------------------------------------------------------------------------------


class Truth(Struct, frozen=True):
    is_true: bool


class Compare(Struct, frozen=True):
    sign: Sign
    left: Operand
    right: Operand


class IsNothing(Struct, frozen=True):
    column: Column


class Among(Struct, frozen=True):
    what: Of | Item
    values: tuple[Value, ...]


class Contains(Struct, frozen=True):
    """Whether a text has another in it, or begins or ends with it."""

    way: Way
    what: Of | Item
    text: Constant | Me
    is_folded: bool = False
    """Whether A to Z count as a to z; the text is in small letters then."""


class Exists(Struct, frozen=True):
    """Whether the condition holds for one of the texts in a column."""

    column: Column
    condition: "Condition"


class Worded(Struct, frozen=True):
    """Whether the record of a row has these words in the search."""

    words: Sought


class WordedThen(Struct, frozen=True):
    """Whether the record of a row had them: it is one of these, or has them and did not change
    after a moment and a position."""

    words: Sought
    ids: tuple[str, ...]
    moment: int
    position: int


class Not(Struct, frozen=True):
    condition: "Condition"


class Both(Struct, frozen=True):
    """Whether all of them hold."""

    conditions: tuple["Condition", ...]


class Either(Struct, frozen=True):
    """Whether one of them holds."""

    conditions: tuple["Condition", ...]


Plain = Truth | Compare | IsNothing | Among | Contains | Exists
Condition = Plain | Worded | WordedThen | Not | Both | Either


def asks_for_now(condition: Condition) -> bool:
    """Whether its answer for a row can change without anything that happens to the row."""
    match condition:
        case Compare(_, left, right):
            return isinstance(left, Now) or isinstance(right, Now)
        case Among(_, values):
            return any(isinstance(value, Now) for value in values)
        case Exists(_, inner) | Not(inner):
            return asks_for_now(inner)
        case Both(conditions) | Either(conditions):
            return any(map(asks_for_now, conditions))
    return False


# In SQL ------------------------------------------------------------------------------------

_SIGNS: dict[Sign, str] = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class Asked(Struct, frozen=True):
    """A condition that somebody asks for at a moment."""

    condition: Condition
    now: datetime
    me: str

    def sql(self, reader: ViewReader) -> "Statement":
        """The condition with a `?` for each of its values. Raises BadQuery."""
        return Statement(self, reader)


class Statement:
    """A condition on its way to SQL. Columns are named by us; all values are parameters."""

    def __init__(self, asked: Asked, reader: ViewReader) -> None:
        self._asked = asked
        self._reader = reader
        self.parameters: list[Any] = []
        self.varies = False
        """Whether the fastest way to the rows depends on the parameters."""
        self._values: dict[str, str] = {}
        """Where the values of parts of columns are found, by the names of the parts."""
        self.text = self.of(asked.condition)

    def of(self, condition: Condition) -> str:
        parts = parts_in(condition)
        self._values = {part.name: f"part{place}.value" for place, part in enumerate(parts)}
        text = self._of(condition)
        for place, part in enumerate(parts):
            value, parameters = value_of(part, self._reader)
            self.parameters += parameters
            text = f"(SELECT {text} FROM (SELECT {value} AS value) AS part{place})"
        return text

    def _name(self, column: Column) -> str:
        return self._values[column.name] if isinstance(column, Part) else column.name

    def _of(self, condition: Condition) -> str:
        match condition:
            case Truth(is_true):
                return "1 = 1" if is_true else "1 = 0"
            case Compare(sign, left, right):
                return self._compare(sign, left, right)
            case IsNothing(column):
                return f"{self._name(column)} IS NULL"
            case Among(what, values):
                found = f"{self._operand(what)} IN ({', '.join(map(self._operand, values))})"
                return self._known((what,), found)
            case Contains():
                return self._contains(condition)
            case Exists(column, inner):
                return self._exists(column, inner)
            case Worded() | WordedThen():
                return self._worded(condition)
            case Not(inner):
                return f"NOT ({self.of(inner)})"
            case Both(conditions) | Either(conditions):
                word = " AND " if isinstance(condition, Both) else " OR "
                return self._joined(word, conditions)

    def _exists(self, column: Column, inner: Condition) -> str:
        name = self._name(column)
        items = self._reader.items(name)
        found = f"EXISTS (SELECT 1 FROM {items} AS item WHERE {self._of(inner)})"
        return f"CASE WHEN {name} IS NOT NULL THEN {found} END" if column.is_nullable else found

    def _worded(self, condition: Worded | WordedThen) -> str:
        self.varies = True
        found, sought = self._reader.having(SEARCH, "id", condition.words)
        self.parameters.append(sought)
        if isinstance(condition, Worded):
            return f"id IN ({found})"
        same = f"{found} AND held <= {condition.moment:d} AND known <= {condition.position:d}"
        self.parameters.append(json.encode(condition.ids).decode())
        return f"(id IN ({same}) OR id IN (SELECT value FROM {self._reader.items('?')}))"

    def _joined(self, word: str, conditions: Iterable[Condition]) -> str:
        return f"({word.join(map(self.of, conditions))})"

    def _compare(self, sign: Sign, left: Operand, right: Operand) -> str:
        if sign == "!=":
            return f"NOT ({self._compare('==', left, right)})"
        compared = f"{self._operand(left)} {_SIGNS[sign]} {self._operand(right)}"
        return self._known((left, right), compared) if sign == "==" else compared

    def _contains(self, condition: Contains) -> str:
        text = self._value(condition.text)
        size = len(text)
        column = self._operand(condition.what)
        what = f"lower({column})" if condition.is_folded else column
        match condition.way:
            case "startsWith":
                self.parameters.append(text)
                return f"substr({what}, 1, {size:d}) = ?"
            case "endsWith":
                self.parameters.append(text)
                return (
                    f"(length({column}) >= {size:d}"
                    f" AND substr({what}, length({column}) + 1 - {size:d}) = ?)"
                )
            case "contains":
                if not text:
                    return f"length({column}) >= 0"
                # LIKE would need escapes, and the two stores have no other function in common.
                self.parameters.append(text)
                return f"length(replace({what}, ?, '')) < length({column})"

    def _operand(self, operand: Operand) -> str:
        match operand:
            case Of(column):
                return self._name(column)
            case Item():
                return "item.value"
        self.parameters.append(self._value(operand))
        return "?"

    def _value(self, value: Value) -> Any:
        match value:
            case Constant(constant):
                return constant
            case Now(after):
                try:
                    return instant(self._asked.now + after)
                except OverflowError:
                    raise BadQuery("filter", "A moment is too far from now.") from None
            case Me():
                return self._asked.me

    def _known(self, operands: Sequence[Operand], equality: str) -> str:
        """An equality that is no or yes and never nothing, though operands may be nothing."""
        columns = [one.column for one in operands if isinstance(one, Of) and one.column.is_nullable]
        if not columns:
            return equality
        names = list(map(self._name, columns))
        known = " AND ".join(f"{name} IS NOT NULL" for name in names)
        if len(names) == 1:
            return f"({known} AND {equality})"
        neither = " AND ".join(f"{name} IS NULL" for name in names)
        return f"(({known} AND {equality}) OR ({neither}))"


def value_of(part: Part, reader: ViewReader) -> tuple[str, tuple[str, ...]]:
    """The value of a part in SQL, and the parameters in it."""
    value = f"({reader.part(part.of, part.kind)})"
    if not part.types:
        return value, (part.key,)
    types = f"{part.type_column} IN ({', '.join('?' * len(part.types))})"
    return f"CASE WHEN {types} THEN {value} END", (*part.types, part.key)


def parts_in(condition: Condition) -> tuple[Part, ...]:
    """The parts of columns that a condition asks for itself, each once."""
    columns: tuple[Column | None, ...]
    match condition:
        case Compare(_, left, right):
            columns = (_column(left), _column(right))
        case Among(what) | Contains(_, what):
            columns = (_column(what),)
        case IsNothing(column) | Exists(column):
            columns = (column,)
        case _:
            columns = ()
    return tuple(dict.fromkeys(column for column in columns if isinstance(column, Part)))


def _column(operand: Operand) -> Column | None:
    return operand.column if isinstance(operand, Of) else None
