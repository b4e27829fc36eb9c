"""The columns of a SELECT: what its aggregates make of events."""

from collections.abc import Mapping
from itertools import combinations

from msgspec import Struct
from sqlglot import exp

from domain import cel_text as cel
from domain.cel_text import Text
from domain.declared_definition import ColumnType
from domain.declared_fields import events_named
from domain.declared_sql_words import Topics, Words, column_type, offset, said

FUNCTIONS = "count(*), sum, min, max and latest"
BLANK: Mapping[ColumnType, Text] = {
    "text": cel.quoted(""),
    "id": cel.quoted(""),
    "instant": Text("never"),
}
"""What a cell has as long as there is nothing, of types of which no value is the same."""


class Branch(Struct, frozen=True):
    """What some events tell."""

    topics: Topics
    when: str
    value: Text
    at: int
    when_at: int


class Aggregate(Struct, frozen=True, kw_only=True):
    name: str
    function: str
    type: ColumnType | None
    """What the SELECT says it is, or what it must be."""
    is_optional: bool
    branches: tuple[Branch, ...]
    at: int

    def becomes(self, cell: Text, branch: Branch, type: ColumnType) -> Text:
        """What a cell becomes by an event."""
        value = branch.value
        match self.function:
            case "count" | "sum":
                return cel.joined("+", cell, value)
            case "max":
                return cel.chosen(cel.joined(">", value, cell), value, cell)
            case "min":
                blank = BLANK[type]
                is_less = cel.joined(
                    "||", cel.joined("==", cell, blank), cel.joined("<", value, cell)
                )
                is_there = cel.joined("!=", value, blank)
                return cel.chosen(cel.joined("&&", is_there, is_less), value, cell)
        return value


def aggregate(words: Words, name: str, node: exp.Expr, where: exp.Expr | None) -> Aggregate:
    """What a column is told by. Raises WrongExpression."""
    type, is_optional, inner = unwrapped(words, node)
    conditions = [where]
    if isinstance(inner, exp.Filter):
        conditions.append(inner.expression.this)
        inner = inner.this
    function, value = _function(words, inner)
    return Aggregate(
        name=name,
        function=function,
        type=type or ("integer" if function in ("count", "sum") else None),
        is_optional=is_optional,
        branches=_branches(words, conditions, value, inner),
        at=offset(inner),
    )


def unwrapped(words: Words, node: exp.Expr) -> tuple[ColumnType | None, bool, exp.Expr]:
    """Of which type a column is said to be, and whether there can be nothing in it."""
    type: ColumnType | None = None
    is_optional = False
    while True:
        match node:
            case exp.Paren():
                node = node.this
            case exp.Cast():
                type = column_type(node)
                if type is None:
                    words.refuse(node, "a column is text, integer, boolean, timestamp or uuid.")
                node = node.this
            case exp.Nullif(expression=exp.Literal(this="", is_string=True)):
                is_optional, node = True, node.this
            case _:
                return type, is_optional, node


def _function(words: Words, node: exp.Expr) -> tuple[str, exp.Expr | None]:
    """The name of an aggregate, and what it is told; None if it counts."""
    match node:
        case exp.Count(this=exp.Star()):
            return "count", None
        case exp.Count(this=exp.Distinct()):
            words.refuse(
                node,
                "count(DISTINCT) would keep all values, which are without bound: group by the "
                "value, and count the rows.",
            )
        case exp.Count():
            words.refuse(node, "it is count(*), of which a FILTER says what is counted.")
        case exp.Sum() | exp.Min() | exp.Max() if not node.expressions:
            return type(node).__name__.lower(), node.this
        case exp.Anonymous(expressions=[value]) if node.name.lower() == "latest":
            return "latest", value
    raise words.refusal(node, f"{said(node)} is neither in GROUP BY nor one of {FUNCTIONS}.")


def _branches(
    words: Words,
    conditions: list[exp.Expr | None],
    value: exp.Expr | None,
    at: exp.Expr,
) -> tuple[Branch, ...]:
    if isinstance(value, exp.Case) and value.this is None and value.args.get("default") is None:
        branches = tuple(
            _branch(words, [*conditions, one.this], one.args["true"], at)
            for one in value.args["ifs"]
        )
        for one, other in combinations(branches, 2):
            if _events(one.topics.names) & _events(other.topics.names):
                rule = "without ELSE, no event is in two branches of a CASE."
                raise words.refusal_at(other.at, rule)
        return branches
    return (_branch(words, conditions, value, at),)


def _branch(
    words: Words,
    conditions: list[exp.Expr | None],
    value: exp.Expr | None,
    at: exp.Expr,
) -> Branch:
    topics: list[Topics] = []
    others: list[Text] = []
    for condition in conditions:
        named, rest = words.split(condition)
        topics += named
        others += rest
    told = cel.all_of(others)
    given = [condition for condition in conditions if condition is not None]
    return Branch(
        topics=_meeting(words, topics, at),
        when=told.text if told else "",
        value=cel.whole(1) if value is None else words.cel(value),
        at=offset(at if value is None else value),
        when_at=offset(given[-1]) if given else offset(at),
    )


def _meeting(words: Words, topics: list[Topics], at: exp.Expr) -> Topics:
    """The events that are in all that is said of them."""
    if not topics:
        words.refuse(at, "of which events? event.topic = '…', IN (…) or LIKE '….%', with AND.")
    *wider, last = topics
    unknown = next((one for one in topics for name in one.names if not events_named(name)), None)
    if unknown is not None:
        return unknown
    events = _events(last.names)
    if all(events <= _events(one.names) for one in wider):
        return last
    for one in wider:
        events &= _events(one.names)
    if not events:
        words.refuse(at, "no event is in all that is said of event.topic.")
    return Topics(tuple(sorted(events)), (last.offsets[0],) * len(events))


def _events(names: tuple[str, ...]) -> set[str]:
    return {event for name in names for event in events_named(name)}
