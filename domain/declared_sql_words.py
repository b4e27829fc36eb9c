"""Expressions of SQL, in CEL."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from msgspec import Struct
from sqlglot import exp

from domain import cel_text as cel
from domain.cel_text import Operator, Text
from domain.wrong_expression import WrongExpression, at_offset

ROOTS = ("event", "record", "by", "row")
MEMORY = ("kept", "before")
"""What is told of a record up to an event, and until the one before it."""

_TOPIC = ["event", "topic"]
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BINARY: Mapping[type[exp.Expr], Operator] = {
    exp.EQ: "==",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.And: "&&",
    exp.Or: "||",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.DPipe: "+",
}
_ARGUMENTS = frozenset(
    {
        *("this", "expression", "expressions", "is_string", "big_int", "typed", "safe", "negate"),
        *("table", "db", "catalog", "field", "low", "high", "ifs", "default", "to", "unit"),
    }
)
"""What the parser tells of expressions that are known here."""
_PARTS_OF_SPANS = {"hours": "getHours", "minutes": "getMinutes", "seconds": "getSeconds"}
_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3_600, "DAY": 86_400}


class Topics(Struct, frozen=True):
    """The events that a condition names."""

    names: tuple[str, ...]
    offsets: tuple[int, ...]


class Words:
    """The expressions of one text."""

    def __init__(self, text: str, remembered: Mapping[str, frozenset[str]]) -> None:
        """`remembered`: the columns of `kept` and of `before`."""
        self._text = text
        self._remembered = remembered

    def refuse(self, node: exp.Expr, rule: str) -> NoReturn:
        raise self.refusal(node, rule)

    def refusal(self, node: exp.Expr, rule: str) -> WrongExpression:
        return self.refusal_at(offset(node), rule)

    def refusal_at(self, offset: int, rule: str) -> WrongExpression:
        return at_offset(self._text, offset, rule)

    def place(self, offset: int) -> tuple[int, int]:
        wrong = self.refusal_at(offset, "")
        return wrong.line, wrong.column

    def cel(self, node: exp.Expr) -> Text:
        """Raises WrongExpression."""
        if any(value and name not in _ARGUMENTS for name, value in node.args.items()):
            self.refuse(node, f"{said(node)} is not known here in this form.")
        found = self._plainly(node)
        return cel.negated(found) if node.args.get("negate") else found

    def _plainly(self, node: exp.Expr) -> Text:
        if operator := _BINARY.get(type(node)):
            return cel.joined(operator, self.cel(node.this), self.cel(node.expression))
        match node:
            case exp.Paren():
                return self.cel(node.this)
            case exp.Column():
                return Text(self._name(node))
            case exp.Literal():
                return cel.quoted(node.this) if node.is_string else self._whole(node, 1)
            case exp.Boolean():
                return cel.truth(bool(node.this))
            case exp.Neg(this=exp.Literal(is_string=False)):
                return self._whole(node.this, -1)
            case exp.Neg():
                return cel.minus(self.cel(node.this))
            case exp.Not():
                return cel.negated(self.cel(node.this))
        return self._compared(node)

    def _compared(self, node: exp.Expr) -> Text:
        match node:
            case exp.Between():
                return self._between(node)
            case exp.In():
                return self._in(node)
            case exp.Like():
                return self._like(node)
            case exp.Case():
                return self._case(node)
            case exp.Is() | exp.Null():
                self.refuse(node, "there is no NULL: never is no moment, and '' no text.")
        return self._call(node)

    def _name(self, node: exp.Column) -> str:
        parts = [part.name for part in node.parts]
        if parts == ["never"]:
            return "never"
        if not all(_WORD.fullmatch(part) for part in parts) or len(parts) < 2:
            self.refuse(node, "a name is never, or event., record., by., row., kept. or before.…")
        root, *path = parts
        if root in MEMORY:
            if path[0] not in self._remembered.get(root, ()):
                self.refuse(node, f"{root} tells no {path[0][:80]}.")
            return ".".join(("kept", *path))
        if root not in ROOTS:
            self.refuse(node, f"there is no {root[:80]}: {', '.join((*ROOTS, *MEMORY))}.")
        return ".".join(parts)

    def _whole(self, node: exp.Expr, sign: int) -> Text:
        digits = node.this
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
            self.refuse(node, "a number is whole, and has at most 64 bits.")
        return cel.whole(sign * int(digits))

    def _between(self, node: exp.Between) -> Text:
        low, value, high = (self.cel(node.args[name]) for name in ("low", "this", "high"))
        return cel.joined("&&", cel.joined(">=", value, low), cel.joined("<=", value, high))

    def _in(self, node: exp.In) -> Text:
        value = self.cel(node.this)
        if field := node.args.get("field"):
            return cel.joined("in", value, self.cel(field))
        if not node.expressions:
            self.refuse(node, "IN asks for values, or for a field that is a list.")
        return cel.joined("in", value, cel.listed(map(self.cel, node.expressions)))

    def _like(self, node: exp.Like) -> Text:
        value, pattern = self.cel(node.this), node.expression
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            self.refuse(node, "LIKE asks for a text in quotes.")
        part = pattern.this.strip("%")
        if "%" in part or "_" in part or "\\" in part:
            self.refuse(node, "LIKE has one % at its beginning, at its end, or both.")
        begins, ends = not pattern.this.startswith("%"), not pattern.this.endswith("%")
        if begins and ends:
            return cel.joined("==", value, cel.quoted(part))
        method = "startsWith" if begins else "endsWith" if ends else "contains"
        return cel.asked(value, method, cel.quoted(part))

    def _case(self, node: exp.Case) -> Text:
        if node.args.get("default") is None:
            self.refuse(node, "a CASE has an ELSE, or is all of what latest or sum is told.")
        found = self.cel(node.args["default"])
        for branch in reversed(node.args["ifs"]):
            condition = self.cel(branch.this)
            if node.this is not None:
                condition = cel.joined("==", self.cel(node.this), condition)
            found = cel.chosen(condition, self.cel(branch.args["true"]), found)
        return found

    def _call(self, node: exp.Expr) -> Text:
        match node:
            case exp.Anonymous(expressions=[of]) if node.name.lower() in _PARTS_OF_SPANS:
                return cel.asked(self.cel(of), _PARTS_OF_SPANS[node.name.lower()])
            case exp.Length():
                return cel.called("size", self.cel(node.this))
            case exp.Cast(this=exp.Literal(is_string=True)) if column_type(node) == "instant":
                return cel.called("timestamp", cel.quoted(node.this.this))
            case exp.Cast() if column_type(node) == "text":
                return cel.called("string", self.cel(node.this))
            case exp.Interval(this=exp.Literal()):
                return self._interval(node)
        raise self.refusal(node, f"{said(node)} is not known here.")

    def _interval(self, node: exp.Interval) -> Text:
        unit = _SECONDS.get(str(node.args.get("unit") or "").upper().removesuffix("S"))
        if unit is None or not node.this.this.isdecimal() or len(node.this.this) > 9:
            self.refuse(node, "an interval is a number of days, hours, minutes or seconds.")
        return cel.called("duration", cel.quoted(f"{int(node.this.this) * unit}s"))

    # Events ------------------------------------------------------------------------------

    def split(self, node: exp.Expr | None) -> tuple[list[Topics], list[Text]]:
        """The events that a condition names, and what else has to hold."""
        topics: list[Topics] = []
        others: list[Text] = []
        for part in _conjuncts(node):
            named = self._topics(part)
            if named is None:
                others.append(self.cel(part))
            else:
                topics.append(named)
        return topics, others

    def _topics(self, node: exp.Expr) -> Topics | None:
        match node:
            case exp.Paren():
                return self._topics(node.this)
            case exp.Or():
                left, right = self._topics(node.this), self._topics(node.expression)
                if left is None or right is None:
                    return None
                return Topics(left.names + right.names, left.offsets + right.offsets)
            case exp.EQ() | exp.Like() if not node.args.get("negate"):
                literals = [node.expression]
            case exp.In():
                literals = node.expressions
            case _:
                return None
        of = node.this
        is_topic = isinstance(of, exp.Column) and [one.name for one in of.parts] == _TOPIC
        are_texts = all(isinstance(one, exp.Literal) and one.is_string for one in literals)
        if not (is_topic and are_texts and literals):
            return None
        is_like = isinstance(node, exp.Like)
        names = (one.this.replace("%", "*") if is_like else one.this for one in literals)
        return Topics(tuple(names), tuple(map(offset, literals)))


def _conjuncts(node: exp.Expr | None) -> Iterator[exp.Expr]:
    match node:
        case None:
            return
        case exp.And():
            yield from _conjuncts(node.this)
            yield from _conjuncts(node.expression)
        case exp.Paren(this=exp.And()):
            yield from _conjuncts(node.this)
        case _:
            yield node


def offset(node: exp.Expr) -> int:
    """Before which character something begins, as far as the parser tells."""
    waiting: exp.Expr | None = node
    while waiting is not None:
        starts = [part.meta["start"] for part in waiting.walk() if "start" in part.meta]
        if starts:
            return int(min(starts))
        waiting = waiting.parent
    return 0


_TYPES = {
    "text": ("TEXT", "VARCHAR"),
    "integer": ("INT", "BIGINT"),
    "boolean": ("BOOLEAN",),
    "instant": ("TIMESTAMP", "TIMESTAMPTZ"),
    "id": ("UUID",),
}


def column_type(node: exp.Cast) -> Any:
    """The type of columns that a CAST names, or None."""
    name = node.to.this.value if isinstance(node.to, exp.DataType) else ""
    return next((type for type, names in _TYPES.items() if name in names), None)


def said(node: exp.Expr) -> str:
    """What something is called, as it may be repeated in a refusal."""
    return (node.name[:80] if isinstance(node, exp.Anonymous) else type(node).__name__).upper()
