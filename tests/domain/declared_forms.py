"""Random views in a form of their own, written in SQL, in Python, and in CEL."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

Node = tuple[Any, ...]
TYPES = {"integer": "int", "text": "str", "boolean": "bool", "instant": "datetime | None"}
CASTS = {"integer": "integer", "text": "text", "boolean": "boolean", "instant": "timestamp"}
NAMES = {
    "integer": ["event.position"],
    "text": ["record.number", "record.kind", "by.day", "by.channel"],
    "instant": ["by.at", "by.effective_at", "never"],
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1) | st.integers(-9, 9),
    "text": st.text("aZ9 'é漢😀\"\\%_\n{}#;-", max_size=6),
    "boolean": st.booleans(),
}
PATTERNS = ["Incident.Logged", "Incident.*", "*.Reopened", "Change.Proposed", "Incident.Resolved"]
PLAIN_TEXTS = st.text("aZ9 'é", min_size=1, max_size=4)


@dataclass(frozen=True)
class Told:
    """A column, and by what a rule tells it."""

    name: str
    type: str
    function: str
    value: Node


@dataclass(frozen=True)
class Group:
    """What some events tell under a condition."""

    on: tuple[str, ...]
    when: Node | None
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Form:
    """`kept` is told up to an event, and `before` until the one before it."""

    kept: tuple[Group, ...]
    rows: tuple[Group, ...]
    before: tuple[Group, ...]


# Expressions -----------------------------------------------------------------------------


@cache
def expressions(type: str, cells: frozenset[str], depth: int = 2) -> st.SearchStrategy[Node]:
    """Of a type, with cells to ask for, whose names end with their types."""
    names = [*NAMES.get(type, []), *sorted(name for name in cells if name.endswith(f"_{type}"))]
    leaves: list[st.SearchStrategy[Node]] = []
    if names:
        leaves.append(st.sampled_from(names).map(lambda name: ("name", name)))
    if type in VALUES:
        leaves.append(VALUES[type].map(lambda value: ("value", value)))
    if depth == 0:
        return st.one_of(leaves)

    def inner(type: str) -> st.SearchStrategy[Node]:
        return expressions(type, cells, depth - 1)

    choice = st.tuples(st.just("if"), inner("boolean"), inner(type), inner(type))
    return st.one_of(*leaves, choice, *_composed(type, inner))


def _composed(type: str, inner: Any) -> list[st.SearchStrategy[Node]]:
    binary, moment = st.just("binary"), inner("instant")
    if type == "integer":
        signs = st.sampled_from("+-*/")
        return [
            st.tuples(binary, signs, inner("integer"), inner("integer")),
            st.tuples(st.just("span"), st.sampled_from(["hours", "minutes"]), moment, moment),
            st.tuples(st.just("length"), inner("text")),
        ]
    if type == "text":
        return [st.tuples(binary, st.just("+"), inner("text"), inner("text"))]
    if type != "boolean":
        return []
    order = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    joined = st.tuples(binary, st.sampled_from(["and", "or"]), inner("boolean"), inner("boolean"))
    compared = [
        st.tuples(binary, order, inner(of), inner(of)) for of in ("integer", "text", "instant")
    ]
    number = VALUES["integer"].map(lambda number: ("value", number))
    items = st.lists(number, min_size=1, max_size=3)
    return [
        joined,
        *compared,
        st.tuples(st.just("not"), inner("boolean")),
        st.tuples(st.just("in"), inner("integer"), items.map(tuple)),
        st.tuples(st.just("starts"), inner("text"), PLAIN_TEXTS),
    ]


def in_sql(node: Node, before: frozenset[str] = frozenset()) -> str:
    """`before`: what is remembered under that name."""
    match node:
        case ("name", name):
            root, _, column = name.partition(".")
            return f"before.{column}" if root == "kept" and column in before else name
        case ("value", value):
            return str(value) if isinstance(value, int) else _quoted(value)
        case ("binary", sign, left, right):
            is_text = sign == "+" and _is_text(left)
            return f"({in_sql(left, before)} {'||' if is_text else sign} {in_sql(right, before)})"
        case ("if", condition, then, otherwise):
            parts = (in_sql(part, before) for part in (condition, then, otherwise))
            return "(CASE WHEN {} THEN {} ELSE {} END)".format(*parts)
        case ("not", of):
            return f"(NOT {in_sql(of, before)})"
        case ("in", of, items):
            return f"({in_sql(of, before)} IN ({', '.join(map(in_sql, items))}))"
        case ("starts", of, text):
            return f"({in_sql(of, before)} LIKE {_quoted(text + '%')})"
        case ("span", unit, left, right):
            return f"{unit}({in_sql(left, before)} - {in_sql(right, before)})"
        case ("length", of):
            return f"length({in_sql(of, before)})"
    raise AssertionError(node)


def in_python(node: Node) -> str:
    match node:
        case ("name", name):
            return str(name)
        case ("value", value):
            return repr(value)
        case ("binary", sign, left, right):
            joined = f"({in_python(left)} {'==' if sign == '=' else sign} {in_python(right)})"
            return f"int{joined}" if sign == "/" else joined
        case ("if", condition, then, otherwise):
            return f"({in_python(then)} if {in_python(condition)} else {in_python(otherwise)})"
        case ("not", of):
            return f"(not {in_python(of)})"
        case ("in", of, items):
            return f"({in_python(of)} in [{', '.join(map(in_python, items))}])"
        case ("starts", of, text):
            return f"{in_python(of)}.startswith({text!r})"
        case ("span", unit, left, right):
            return f"{unit}({in_python(left)} - {in_python(right)})"
        case ("length", of):
            return f"len({in_python(of)})"
    raise AssertionError(node)


_CEL = {"=": "==", "and": "&&", "or": "||"}


def in_cel(node: Node) -> str:
    match node:
        case ("name", name):
            return str(name)
        case ("value", value):
            return _value_in_cel(value)
        case ("binary", sign, left, right):
            return f"({in_cel(left)} {_CEL.get(sign, sign)} {in_cel(right)})"
        case ("if", condition, then, otherwise):
            return f"({in_cel(condition)} ? {in_cel(then)} : {in_cel(otherwise)})"
        case ("not", of):
            return f"(!({in_cel(of)}))"
        case ("in", of, items):
            return f"({in_cel(of)} in [{', '.join(map(in_cel, items))}])"
        case ("starts", of, text):
            return f"({in_cel(of)}).startsWith({in_cel(('value', text))})"
        case ("span", unit, left, right):
            method = {"hours": "getHours", "minutes": "getMinutes"}[unit]
            return f"({in_cel(left)} - {in_cel(right)}).{method}()"
        case ("length", of):
            return f"size({in_cel(of)})"
    raise AssertionError(node)


def _value_in_cel(value: int | str) -> str:
    if isinstance(value, int):
        return str(value).lower()
    return '"{}"'.format("".join(f"\\U{ord(one):08x}" for one in value))


def _quoted(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def _is_text(node: Node) -> bool:
    match node:
        case ("name", name):
            return name in NAMES["text"] or name.endswith("_text")
        case ("value", value):
            return isinstance(value, str)
        case ("binary", "+", left, _):
            return _is_text(left)
        case ("if", _, then, _):
            return _is_text(then)
    return False


# Views -----------------------------------------------------------------------------------


def forms() -> st.SearchStrategy[Form]:
    kept, before = ("kept.k_integer", "kept.k_text"), ("kept.b_boolean", "kept.b_instant")
    memory = frozenset((*kept, *before))
    first, second = ("row.r_integer", "row.r_text"), ("row.r_boolean", "row.r_instant")
    one, other = _group(first, memory, PATTERNS[:3]), _group(second, memory, PATTERNS[3:])
    return st.builds(
        Form,
        kept=st.tuples(_group(kept, frozenset(before))),
        rows=st.tuples(one) | st.tuples(one, other),
        before=st.tuples(_group(before, frozenset(kept))),
    )


def _group(
    cells: tuple[str, ...], others: frozenset[str], patterns: Sequence[str] = PATTERNS
) -> st.SearchStrategy[Group]:
    on = st.lists(st.sampled_from(patterns), min_size=1, max_size=2, unique=True).map(tuple)
    # What is joined by `and` would be told apart from other conditions, to the same effect.
    conditions = expressions("boolean", others).filter(lambda node: node[:2] != ("binary", "and"))
    told = st.tuples(*(_told(cell, others) for cell in cells))
    return st.builds(Group, on=on, when=st.none() | conditions, told=told)


def _told(cell: str, others: frozenset[str]) -> st.SearchStrategy[Told]:
    name = cell.partition(".")[2]
    type = name.partition("_")[2]
    value = expressions(type, others | {cell})
    function = st.sampled_from(_FUNCTIONS[type])
    return st.builds(Told, name=st.just(name), type=st.just(type), function=function, value=value)


_FUNCTIONS = {
    "integer": ["count", "sum", "latest"],
    "text": ["latest", "max", "min"],
    "boolean": ["latest"],
    "instant": ["latest", "max", "min"],
}


def view_in_sql(form: Form) -> str:
    before = frozenset(told.name for group in form.before for told in group.told)
    told_with = [
        f"{name} AS (SELECT {_columns_in_sql(groups, before)} FROM events GROUP BY record.id)"
        for name, groups in (("kept", form.kept), ("before", form.before))
        if groups
    ]
    head = f"WITH {', '.join(told_with)} " if told_with else ""
    columns = _columns_in_sql(form.rows, before)
    return f"{head}SELECT by.day AS day, {columns} FROM events GROUP BY day"


def _columns_in_sql(groups: tuple[Group, ...], before: frozenset[str]) -> str:
    return ", ".join(_column_in_sql(group, told, before) for group in groups for told in group.told)


def _column_in_sql(group: Group, told: Told, before: frozenset[str]) -> str:
    inner = "*" if told.function == "count" else in_sql(told.value, before)
    conditions = ["({})".format(" OR ".join(map(_topic_in_sql, group.on)))]
    if group.when is not None:
        conditions.append(in_sql(group.when, before))
    filtered = f"{told.function}({inner}) FILTER (WHERE {' AND '.join(conditions)})"
    return f"CAST({filtered} AS {CASTS[told.type]}) AS {told.name}"


def _topic_in_sql(pattern: str) -> str:
    if "*" in pattern:
        return "event.topic LIKE '{}'".format(pattern.replace("*", "%"))
    return f"event.topic = '{pattern}'"


def view_in_python(form: Form) -> str:
    lines = ["class Drawn:", "    day: str = key(by.day)"]
    lines += _columns_in_python(form.rows, "    ")
    if form.kept or form.before:
        lines += ["    class kept:", *_columns_in_python((*form.kept, *form.before), " " * 8)]
    for whose, groups in (("kept", form.kept), ("row", form.rows), ("kept", form.before)):
        for group in groups:
            lines.append(f"    @on({', '.join(map(repr, group.on))})")
            lines.append(f"    def rule{len(lines)}(row, kept, event, by, record):")
            indent = " " * 8
            if group.when is not None:
                lines.append(f"{indent}if {in_python(group.when)}:")
                indent += " " * 4
            lines += [f"{indent}{_assigned(f'{whose}.{told.name}', told)}" for told in group.told]
    return "\n".join(lines)


def _columns_in_python(groups: tuple[Group, ...], indent: str) -> list[str]:
    return [f"{indent}{told.name}: {TYPES[told.type]}" for group in groups for told in group.told]


def _assigned(cell: str, told: Told) -> str:
    value = in_python(told.value)
    blank = "never" if told.type == "instant" else "''"
    match told.function:
        case "count":
            return f"{cell} += 1"
        case "sum":
            return f"{cell} += {value}"
        case "max":
            return f"{cell} = {value} if {value} > {cell} else {cell}"
        case "min":
            condition = f"{value} != {blank} and ({cell} == {blank} or {value} < {cell})"
            return f"{cell} = {value} if {condition} else {cell}"
    return f"{cell} = {value}"
