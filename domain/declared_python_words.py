"""Expressions of Python, in CEL. They are read and never run."""

import ast
import re
from collections.abc import Mapping
from functools import reduce
from typing import NoReturn

from domain import cel_text as cel
from domain.cel_text import Operator, Text
from domain.declaration import Place
from domain.declared_definition import ColumnDefinition
from domain.wrong_expression import WrongExpression

ROOTS = ("event", "record", "by", "row", "kept")
INTEGER_MAX = 2**63

_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half a character, which no text is stored with."""
_COMPARED: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
}
_JOINED: Mapping[type[ast.operator], Operator] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_PARTS_OF_SPANS = {"hours": "getHours", "minutes": "getMinutes", "seconds": "getSeconds"}
_METHODS = {"startswith": "startsWith", "endswith": "endsWith"}
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


class Words:
    """The expressions of one text."""

    def __init__(self, text: str) -> None:
        self._lines = _LINE_END.split(text)
        self.cells: dict[str, ColumnDefinition] = {}
        """The columns of the row and of what is kept, as `row.x` and `kept.x`."""

    def refuse(self, node: ast.AST, rule: str) -> NoReturn:
        raise self.refusal(node, rule)

    def refusal(self, node: ast.AST, rule: str) -> WrongExpression:
        return WrongExpression(*self.place(node), rule)

    def place(self, node: ast.AST) -> Place:
        line: int = getattr(node, "lineno", 1)
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        # The parser counts bytes.
        before = text.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore")
        return line, len(before) + 1

    def cel(self, node: ast.expr) -> Text:
        """Raises WrongExpression."""
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return Text(self.name(node))
            case ast.BoolOp():
                operator: Operator = "&&" if isinstance(node.op, ast.And) else "||"
                parts = map(self.cel, node.values)
                return reduce(lambda left, right: cel.joined(operator, left, right), parts)
            case ast.UnaryOp():
                return self._signed(node)
            case ast.BinOp() if operator_of := _JOINED.get(type(node.op)):
                return cel.joined(operator_of, self.cel(node.left), self.cel(node.right))
            case ast.BinOp(op=ast.Div()):
                self.refuse(node, "a division tells no whole number: int(… / …) does.")
            case ast.Compare():
                return self._compared(node)
            case ast.IfExp():
                return cel.chosen(*map(self.cel, (node.test, node.body, node.orelse)))
        return self._called(node)

    def _constant(self, node: ast.Constant) -> Text:
        match node.value:
            case bool():
                return cel.truth(node.value)
            case int() if node.value < INTEGER_MAX:
                return cel.whole(node.value)
            case str() if not _SURROGATE.search(node.value):
                return cel.quoted(node.value)
            case None:
                self.refuse(node, "None is said of a column: it is assigned, or asked for by `is`.")
        raise self.refusal(node, "a value is a text, a whole number of 64 bits, True or False.")

    def name(self, node: ast.expr) -> str:
        """What is asked for, such as event.team. Raises WrongExpression."""
        parts: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id == "never" and not parts:
            return "never"
        if not isinstance(inner, ast.Name) or inner.id not in ROOTS or not parts:
            self.refuse(node, f"a name is never, or begins with {', '.join(ROOTS)} and a dot.")
        name = ".".join((inner.id, *reversed(parts)))
        if not name.isascii():
            self.refuse(node, "names have letters from a to z.")
        return name

    def _signed(self, node: ast.UnaryOp) -> Text:
        match node.op, node.operand:
            case ast.USub(), ast.Constant(value=int(number)) if not isinstance(number, bool):
                if number > INTEGER_MAX:
                    self.refuse(node, "a number has at most 64 bits.")
                return cel.whole(-number)
            case ast.USub(), operand:
                return cel.minus(self.cel(operand))
            case ast.Not(), operand:
                return cel.negated(self.cel(operand))
        raise self.refusal(node, "this operator is not known here.")

    def _compared(self, node: ast.Compare) -> Text:
        sides = [node.left, *node.comparators]
        compared = [
            self._pair(left, operator, right)
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return reduce(lambda left, right: cel.joined("&&", left, right), compared)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Text:
        match operator:
            case ast.NotIn():
                return cel.negated(cel.joined("in", self.cel(left), self._listed(right)))
            case ast.In():
                return cel.joined("in", self.cel(left), self._listed(right))
            case ast.Is() | ast.IsNot():
                if not (isinstance(right, ast.Constant) and right.value is None):
                    self.refuse(right, "`is` asks for None alone.")
                asked: Operator = "==" if isinstance(operator, ast.Is) else "!="
                return cel.joined(asked, self.cel(left), self.nothing(left))
        return cel.joined(_COMPARED[type(operator)], self.cel(left), self.cel(right))

    def _listed(self, node: ast.expr) -> Text:
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return cel.listed(map(self.cel, node.elts))
        return self.cel(node)

    def nothing(self, cell: ast.expr) -> Text:
        """What a column of the row, or what is kept, has where there is nothing."""
        column = self.cells.get(self.name(cell))
        if column is None or not column.is_optional:
            self.refuse(cell, "None is in columns that say so: `text: str | None`.")
        return Text("never") if column.type == "instant" else cel.quoted("")

    def _called(self, node: ast.expr) -> Text:
        match node:
            case ast.Call(func=ast.Name(id="timedelta"), args=[]):
                return self._span(node)
            case ast.Call(func=ast.Name(id=name), args=[of], keywords=[]):
                return self._function(node, name, of)
            case ast.Call(func=ast.Attribute(value=of, attr=name), args=[what], keywords=[]):
                if name in _METHODS:
                    return cel.asked(self.cel(of), _METHODS[name], self.cel(what))
                if ast.unparse(node.func) == "datetime.fromisoformat":
                    return cel.called("timestamp", self.cel(what))
        raise self.refusal(node, "this is not known here.")

    def _function(self, node: ast.expr, name: str, of: ast.expr) -> Text:
        if name in _PARTS_OF_SPANS:
            return cel.asked(self.cel(of), _PARTS_OF_SPANS[name])
        match name, of:
            case "len", _:
                return cel.called("size", self.cel(of))
            case "int", ast.BinOp(op=ast.Div()):
                return cel.joined("/", self.cel(of.left), self.cel(of.right))
        known = ", ".join((*_PARTS_OF_SPANS, "len", "int"))
        raise self.refusal(node, f"there is no function {name[:80]}: {known}.")

    def _span(self, node: ast.Call) -> Text:
        seconds = 0
        for keyword in node.keywords:
            value = keyword.value
            number = value.value if isinstance(value, ast.Constant) else None
            if keyword.arg not in _SECONDS or type(number) is not int or number > 10**9:
                self.refuse(node, f"a timedelta has whole {', '.join(_SECONDS)}.")
            seconds += number * _SECONDS[keyword.arg]
        return cel.called("duration", cel.quoted(f"{seconds}s"))
