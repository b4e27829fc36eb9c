"""The rules that a method of a declared view is compiled to.

A method says what is done step by step, and a rule all at once: its condition and what it remembers
are told by what was there before, the row by what is remembered then. So a method becomes as many
rules as it takes, one after the other. What no rules can say is refused.
"""

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

from domain import cel_text as cel
from domain.cel_text import Text
from domain.declaration import Place
from domain.declared_definition import Rule
from domain.declared_python_words import Words

_STEPS: dict[type[ast.operator], cel.Operator] = {ast.Add: "+", ast.Sub: "-"}
ROW = "row"
"""All of the row, as it is another one, or is there no more."""


class Condition(Struct, frozen=True, eq=False):
    text: Text
    node: ast.expr
    is_met: bool
    after: int
    """How many changes were made before it was asked."""


Path = tuple[Condition, ...]


class Open(Struct):
    """A rule that is being made."""

    path: Path
    at: Place
    remember: dict[str, str] = {}
    set: dict[str, str] = {}
    removes: bool = False


class Method:
    def __init__(self, words: Words, on: tuple[str, ...], key_asks: frozenset[str]) -> None:
        """`key_asks`: what is kept that tells which row it is."""
        self._words = words
        self._on = on
        self._key_asks = key_asks
        self._changes: list[str] = []
        self._rules: list[Open] = []
        self.places: list[dict[str, Place]] = []
        """Of each rule, by its parts."""

    def rules(self, body: Iterable[ast.stmt]) -> Iterator[Rule]:
        """Raises WrongExpression."""
        self._block(list(body), ())
        for one in self._rules:
            when = cel.all_of(
                one_of.text if one_of.is_met else cel.negated(one_of.text) for one_of in one.path
            )
            yield Rule(
                on=self._on,
                when=when.text if when else "",
                remember=one.remember,
                set=one.set,
                removes=one.removes,
            )

    def _block(self, body: list[ast.stmt], path: Path) -> Path | None:
        """Under which conditions what follows a block is done; None if nothing is."""
        after: Path | None = path
        for statement in body:
            if after is None:
                self._words.refuse(statement, "nothing is done after a return.")
            after = self._statement(statement, after)
        return after

    def _statement(self, statement: ast.stmt, path: Path) -> Path | None:
        match statement:
            case ast.Return(value=None):
                return None
            case ast.Pass() | ast.Expr(value=ast.Constant(value=str())):
                return path
            case ast.If():
                return self._if(statement, path)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, self._value(target, value), [value], path)
            case ast.AugAssign() if type(statement.op) in _STEPS:
                target = statement.target
                operator = _STEPS[type(statement.op)]
                text = cel.joined(
                    operator, self._words.cel(target), self._words.cel(statement.value)
                )
                self._assign(target, text, [target, statement.value], path)
            case ast.Delete(targets=[ast.Name(id="row")]):
                self._remove(statement, path)
            case _:
                rule = "a method assigns to row.… and kept.…, has if, return and del row."
                self._words.refuse(statement, rule)
        return path

    def _if(self, statement: ast.If, path: Path) -> Path | None:
        text = self._words.cel(statement.test)
        met, unmet = (
            (*path, Condition(text, statement.test, is_met, len(self._changes)))
            for is_met in (True, False)
        )
        ends = self._block(statement.body, met), self._block(statement.orelse, unmet)
        match ends:
            case None, None:
                return None
            case (end, None) if end == met:
                return met
            case (None, end) if end == unmet:
                return unmet
            case (one, other) if one == met and other == unmet:
                return path
        raise self._words.refusal(statement, "a return ends a branch, and stands in no inner if.")

    def _value(self, target: ast.expr, value: ast.expr) -> Text:
        if isinstance(value, ast.Constant) and value.value is None:
            return self._words.nothing(target)
        return self._words.cel(value)

    def _assign(self, target: ast.expr, text: Text, asked: list[ast.expr], path: Path) -> None:
        name = self._words.name(target)
        whose, _, column = name.partition(".")
        if name not in self._words.cells:
            self._words.refuse(target, f"there is no column {name[:80]} to assign to.")
        asks = {one for expression in asked for one in asks_of(self._words, expression)}
        one = self._rule(target, path, self._fits(whose, column, asks))
        part = one.set if whose == "row" else one.remember
        part[column] = text.text
        field = "set" if whose == "row" else "remember"
        self.places[-1][f".{field}.{column}"] = self._words.place(asked[-1])
        self._changes.append(name)
        if name in self._key_asks:
            self._changes.append(ROW)

    def _fits(self, whose: str, column: str, asks: set[str]) -> bool:
        """Whether the last rule can say this, too, with the same meaning."""
        if not self._rules:
            return False
        last = self._rules[-1]
        if last.removes:
            return False
        if whose == "kept":
            is_asked = any(f"kept.{name}" in asks for name in last.remember)
            asks_row = any(one.startswith("row.") for one in asks)
            is_moved = asks_row and any(f"kept.{name}" in self._key_asks for name in last.remember)
            return not (last.set or column in last.remember or is_asked or is_moved)
        return column not in last.set and not any(f"row.{name}" in asks for name in last.set)

    def _remove(self, statement: ast.stmt, path: Path) -> None:
        is_fit = bool(self._rules) and not (self._rules[-1].set or self._rules[-1].removes)
        self._rule(statement, path, is_fit).removes = True
        self._changes.append(ROW)

    def _rule(self, node: ast.AST, path: Path, fits: bool) -> Open:
        """The rule that takes on what is said next."""
        if fits and self._rules[-1].path == path:
            return self._rules[-1]
        for condition in path:
            self._require_unchanged(condition)
        self._rules.append(Open(path, self._words.place(node), {}, {}))
        at = self._words.place(path[-1].node if path else node)
        self.places.append({"": self._words.place(node), ".when": at})
        return self._rules[-1]

    def _require_unchanged(self, condition: Condition) -> None:
        changed = set(self._changes[condition.after :])
        for name in sorted(asks_of(self._words, condition.node)):
            if name in changed or (ROW in changed and name.startswith("row.")):
                rule = f"{name} changes before all is done that depends on it: choose by … if … "
                self._words.refuse(condition.node, f"{rule}else …, or go on in another method.")


def asks_of(words: Words, node: ast.expr) -> frozenset[str]:
    """The columns of the row, and of what is kept, that an expression asks for."""
    return frozenset(
        words.name(one)
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute)
        and isinstance(one.value, ast.Name)
        and one.value.id in ("row", "kept")
    )
