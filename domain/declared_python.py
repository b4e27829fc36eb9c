"""Views declared in Python: a class with columns and methods, compiled to what is recorded of it.

It is read and never run: no code of others runs in the desk.
"""

import ast
import re
from collections.abc import Mapping

from domain.declaration import NESTING, Declaration, Place, checked
from domain.declared_definition import ColumnDefinition, ColumnType, Rule, ViewDefinition
from domain.declared_python_rules import Method, asks_of
from domain.declared_python_words import ROOTS, Words
from domain.wrong_expression import WrongExpression, at_offset

TYPES: Mapping[str, ColumnType] = {
    "str": "text",
    "int": "integer",
    "bool": "boolean",
    "datetime": "instant",
    "UUID": "id",
}
NO_TEXT = "this is no text of Python."
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def of_python(text: str) -> Declaration:
    """What a class declares. Raises WrongExpression."""
    if "\x00" in text:
        # Each version of Python says this in another way.
        raise at_offset(text, text.index("\x00"), NO_TEXT)
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        place = max(1, error.lineno or 1), max(1, error.offset or 1)
        raise WrongExpression(*place, f"this is no Python: {error.msg}.") from None
    except MemoryError:
        raise WrongExpression(1, 1, NESTING) from None
    except ValueError:
        raise WrongExpression(1, 1, NO_TEXT) from None
    words = Words(text)
    match module.body:
        case [ast.ClassDef() as found]:
            return _Class(words, found).declaration()
    raise words.refusal(module.body[0] if module.body else module, "a file has one class alone.")


class _Class:
    def __init__(self, words: Words, of: ast.ClassDef) -> None:
        self._words = words
        self._of = of
        self._key: dict[str, str] = {}
        self._key_asks: frozenset[str] = frozenset()
        self._rules: list[Rule] = []
        self._places: dict[str, Place] = {}

    def declaration(self) -> Declaration:
        self._require_plain(self._of)
        columns = self._columns(self._of.body, "columns", "row")
        inner = [one for one in self._of.body if isinstance(one, ast.ClassDef)]
        remembered = self._remembered(inner)
        for statement in self._of.body:
            match statement:
                case ast.AnnAssign(value=value, target=ast.Name(id=name)) if value is not None:
                    self._add_key(name, value)
        for statement in self._of.body:
            if isinstance(statement, ast.FunctionDef):
                self._add_method(statement)
        definition = ViewDefinition(
            columns=columns, key=self._key, rules=tuple(self._rules), remembered=remembered
        )
        name = _CAPITAL.sub("_", self._of.name).lower()
        title = ast.get_docstring(self._of) or ""
        return checked(
            Declaration(name=name, title=" ".join(title.split()), definition=definition),
            self._places,
        )

    def _require_plain(self, of: ast.ClassDef) -> None:
        if any((of.bases, of.keywords, of.decorator_list, _type_parameters(of))):
            self._words.refuse(of, "the class has no bases and no decorators.")
        for statement in of.body:
            match statement:
                case ast.Expr(value=ast.Constant(value=str())) | ast.Pass() | ast.AnnAssign():
                    continue
                case ast.FunctionDef() | ast.ClassDef() if of is self._of:
                    continue
            rule = "a class has columns such as `times: int`, and methods under @on(…)."
            self._words.refuse(statement, rule)

    def _remembered(self, inner: list[ast.ClassDef]) -> tuple[ColumnDefinition, ...]:
        match inner:
            case []:
                return ()
            case [ast.ClassDef(name="kept") as kept]:
                self._require_plain(kept)
                return self._columns(kept.body, "remembered", "kept")
        raise self._words.refusal(inner[-1], "the one class within it is `kept`.")

    def _columns(
        self, body: list[ast.stmt], place: str, whose: str
    ) -> tuple[ColumnDefinition, ...]:
        found: list[ColumnDefinition] = []
        for statement in body:
            if not isinstance(statement, ast.AnnAssign):
                continue
            if not isinstance(statement.target, ast.Name):
                self._words.refuse(statement, "a column has a name.")
            if whose == "kept" and statement.value is not None:
                self._words.refuse(statement, "what is kept has no key.")
            column = self._column(statement.target.id, statement.annotation)
            at = self._words.place(statement)
            prefix = f"{place}[{len(found)}]"
            self._places |= {prefix: at, f"{prefix}.name": at, column.name: at}
            self._words.cells[f"{whose}.{column.name}"] = column
            found.append(column)
        return tuple(found)

    def _column(self, name: str, annotation: ast.expr) -> ColumnDefinition:
        is_optional = False
        match annotation:
            case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
                annotation, is_optional = left, True
        if not isinstance(annotation, ast.Name) or annotation.id not in TYPES:
            self._words.refuse(annotation, f"a column is {', '.join(TYPES)}, or such | None.")
        return ColumnDefinition(name=name, type=TYPES[annotation.id], is_optional=is_optional)

    def _add_key(self, name: str, value: ast.expr) -> None:
        match value:
            case ast.Call(func=ast.Name(id="key"), args=[expression], keywords=[]):
                self._key[name] = self._words.cel(expression).text
                self._key_asks |= asks_of(self._words, expression)
                self._places[f"key.{name}"] = self._words.place(expression)
            case _:
                self._words.refuse(value, "a column is = key(…), by which its row is found.")

    def _add_method(self, method: ast.FunctionDef) -> None:
        on = self._on(method)
        arguments = method.args
        others = (arguments.posonlyargs, arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
        names = [one.arg for one in arguments.args]
        if any(others) or arguments.defaults or not set(names) <= {*ROOTS, "self"}:
            self._words.refuse(method, f"a method takes of {', '.join(ROOTS)} what it asks for.")
        annotations = [one.annotation for one in arguments.args]
        if any((*annotations, method.returns, _type_parameters(method))):
            self._words.refuse(method, "a method has no annotations.")
        made = Method(self._words, tuple(str(one.value) for one in on), self._key_asks)
        rules = list(made.rules(method.body))
        if not rules:
            self._words.refuse(method, "a method assigns something, or has del row.")
        for rule, places in zip(rules, made.places, strict=True):
            place = f"rules[{len(self._rules)}]"
            self._places |= {f"{place}{part}": at for part, at in places.items()}
            for index, one in enumerate(on):
                self._places[f"{place}.on[{index}]"] = self._words.place(one)
            self._rules.append(rule)

    def _on(self, method: ast.FunctionDef) -> list[ast.Constant]:
        """The names of events that a method is for."""
        match method.decorator_list:
            case [ast.Call(func=ast.Name(id="on"), args=[*names], keywords=[])]:
                found = [one for one in names if isinstance(one, ast.Constant)]
                if found == names and all(isinstance(one.value, str) for one in found):
                    return found
        raise self._words.refusal(method, "a method stands under @on(…) with names of events.")


def _type_parameters(of: ast.ClassDef | ast.FunctionDef) -> list[ast.AST]:
    """Those of `class C[T]`, which Python has had since 3.12."""
    found: list[ast.AST] = getattr(of, "type_params", [])
    return found
