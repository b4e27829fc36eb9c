"""Conditions that process owners write on the fields of a subject, as `subject.risk == "high"`.

A condition is checked when it is written: a field that does not exist, a comparison of two types,
a value that a field never has and a result that is no yes or no are refused then, with their
place. What it may take is limited, and it gives the same answer whenever it is asked again.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from domain.cel import library
from domain.expression import TEXT_MAX, Expression
from domain.expression_hints import Vocabulary, type_called
from domain.field_uses import PREFIX, Plain, Uses, literals, uses
from domain.representatives import Representatives, representatives
from domain.rules import Refused
from domain.subjects import FIELDS, FieldType, SubjectKind, Value
from domain.wrong_expression import WrongExpression

__all__ = [
    "TEXT_MAX",
    "Condition",
    "Representatives",
    "WrongExpression",
    "condition",
    "representatives",
    "variables",
    "vocabulary",
]

COMPILED_MAX = 2_000
"""So many compiled conditions are kept in each process."""


class Condition:
    """A compiled condition. It holds always if its text is empty. Threads may share it."""

    def __init__(self, text: str, kind: SubjectKind) -> None:
        """Raises WrongExpression, which names the place in the text and the rule."""
        self.text = text
        self.kind = kind
        self._expression: Expression | None = None
        self.uses: Uses = {}
        """What it asks of each field."""
        if text:
            self._expression = Expression(text, _environment(kind), vocabulary(kind))
            if self._expression.type != "bool":
                given = type_called(self._expression.type)
                rule = f"a condition gives a yes or no, as a comparison does, and this {given}."
                raise WrongExpression(1, 1, rule)
            self.uses = uses(self._expression.tree, FIELDS[kind])
        self.fields = frozenset(field for field, _ in self.uses)
        """The fields that it reads, without `subject.`."""
        self._read = tuple((f"{PREFIX}{field}", field) for field in sorted(self.fields))
        self._blanks = _blanks(self.uses)

    @property
    def literals(self) -> frozenset[Plain]:
        """All texts, numbers and moments that are written in it."""
        return frozenset() if self._expression is None else literals(self._expression.tree)

    def constants(self, field: str) -> frozenset[Plain]:
        """What it compares a field with, or the texts in it where it has them by name."""
        return frozenset().union(
            *(use.constants for (name, _), use in self.uses.items() if name == field)
        )

    def holds(self, facts: Mapping[str, Value]) -> bool:
        """Whether it holds for a subject with these fields, by name without `subject.`.

        A text that details do not have is empty, unless the condition asks whether they have it.
        Raises Refused where there is no answer, as when it divides by zero.
        """
        if self._expression is None:
            return True
        values: dict[str, Any] = {}
        for name, field in self._read:
            if field not in facts:
                raise Refused(f"The condition {self.text} asks for {name}, which is not known.")
            value = facts[field]
            blanks = self._blanks.get(field)
            values[name] = {**blanks, **value} if blanks and isinstance(value, dict) else value
        return bool(self._expression.evaluate(values))


@lru_cache(maxsize=COMPILED_MAX)
def condition(text: str, kind: SubjectKind) -> Condition:
    """The condition with this text on subjects of a kind, compiled once. Raises Refused."""
    return Condition(text, kind)


@cache
def vocabulary(kind: SubjectKind) -> Vocabulary:
    """What conditions on subjects of a kind can ask for."""
    a = "an" if kind[0] in "aeiou" else "a"
    return Vocabulary(f"{a} {kind}", {f"{PREFIX}{field.name}": field for field in FIELDS[kind]})


def variables(kind: SubjectKind) -> dict[str, Any]:
    """The type of each field, by its full name."""
    cel = library()
    types: dict[FieldType, Any] = {
        "text": cel.Type.STRING,
        "number": cel.Type.INT,
        "yes or no": cel.Type.BOOL,
        "moment": cel.Type.TIMESTAMP,
        "texts": cel.Type.List(cel.Type.STRING),
        "texts by name": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
    }
    return {f"{PREFIX}{field.name}": types[field.type] for field in FIELDS[kind]}


@cache
def _environment(kind: SubjectKind) -> Any:
    return library().NewEnv(variables=variables(kind))


def _blanks(used: Uses) -> dict[str, dict[str, str]]:
    """The texts that each field is given where it has none: those that are read, not tested."""
    found: dict[str, dict[str, str]] = {}
    for (field, name), use in used.items():
        if name and not use.is_tested:
            found.setdefault(field, {})[name] = ""
    return found
