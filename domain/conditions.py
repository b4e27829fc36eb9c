"""Conditions that process owners write, in CEL, the Common Expression Language.

A condition is checked against the fields of its subject when it is written: a field that does not
exist, a comparison of two types and a result that is no yes or no are refused then, with their
place. It has no loops without end, no clock and no side effect, so it gives the same answer
whenever it is asked again. https://cel.dev
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from cel_expr_python import cel

from domain.rules import Refused
from domain.subjects import FIELDS, FieldType, SubjectKind

TEXT_MAX = 4_000

_TYPES: Mapping[FieldType, Any] = {
    "text": cel.Type.STRING,
    "number": cel.Type.INT,
    "yes or no": cel.Type.BOOL,
    "moment": cel.Type.TIMESTAMP,
    "texts": cel.Type.List(cel.Type.STRING),
}


class Condition:
    """A compiled condition. It holds always if its text is empty."""

    def __init__(self, text: str, kind: SubjectKind) -> None:
        """Raises Refused naming the place in the text and the rule."""
        self.text = text
        self.kind = kind
        self._expression = _compile(text, kind) if text else None

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it holds for a subject with these fields, by name without `subject.`.

        Raises Refused where it has no answer, as when it divides by zero.
        """
        if self._expression is None:
            return True
        data = {f"subject.{name}": value for name, value in facts.items()}
        answer = self._expression.eval(data=data)
        if answer.type() != cel.Type.BOOL:
            raise Refused(f"{self.text!r} has no answer: {answer.value()}")
        return bool(answer.value())


@lru_cache(maxsize=2_000)
def condition(text: str, kind: SubjectKind) -> Condition:
    """The condition with this text on subjects of a kind, compiled once. Raises Refused."""
    return Condition(text, kind)


@cache
def _environment(kind: SubjectKind) -> Any:
    return cel.NewEnv(
        variables={f"subject.{field.name}": _TYPES[field.type] for field in FIELDS[kind]}
    )


def _compile(text: str, kind: SubjectKind) -> Any:
    if len(text) > TEXT_MAX:
        raise Refused(f"A condition has at most {TEXT_MAX} characters.")
    try:
        expression = _environment(kind).compile(text)
    except RuntimeError as error:
        raise Refused(f"{text!r}: {_first_line(str(error))}") from None
    if expression.return_type() != cel.Type.BOOL:
        raise Refused(f"{text!r} gives {expression.return_type().name()}, and not a yes or no.")
    return expression


def _first_line(error: str) -> str:
    return error.removeprefix("INVALID_ARGUMENT: ERROR: <input>:").partition("\n")[0]
