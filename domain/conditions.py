"""Conditions that process owners write on the fields of a subject, as `subject.risk == "high"`.

A condition is checked when it is written: a field that does not exist, a comparison of two types,
a value that a field never has and a result that is no yes or no are refused then, with their
place. What it may take is limited, and it gives the same answer whenever it is asked again.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from domain.cel import library
from domain.condition_types import variables_of, yes_or_no
from domain.expression import TEXT_MAX, Expression
from domain.expression_hints import Vocabulary
from domain.field_uses import PREFIX, Plain, Reading, Uses, literals
from domain.subjects import FIELDS, WRITTEN, SubjectKind, Value
from domain.wrong_expression import WrongExpression

__all__ = [
    "TEXT_MAX",
    "Condition",
    "WrongExpression",
    "condition",
    "variables",
    "vocabulary",
]

COMPILED_MAX = 1_000
"""So many compiled conditions are kept in each process."""


class Condition:
    """A compiled condition. It holds always if its text is empty. Threads may share it."""

    def __init__(self, text: str, kind: SubjectKind) -> None:
        """Raises WrongExpression, which names the place in the text and the rule."""
        self.text = text
        self.kind = kind
        self._expression: Expression | None = None
        self._reading: Reading | None = None
        if text:
            self._expression = yes_or_no(text, _environment(kind), vocabulary(kind))
            self._reading = Reading(self._expression.tree, FIELDS[kind])

    @property
    def uses(self) -> Uses:
        """What it asks of each field."""
        return {} if self._reading is None else self._reading.uses

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it reads, without `subject.`."""
        return frozenset() if self._reading is None else self._reading.fields

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
        if self._expression is None or self._reading is None:
            return True
        return bool(self._expression.evaluate(self._reading.values(facts)))


@lru_cache(maxsize=COMPILED_MAX)
def condition(text: str, kind: SubjectKind) -> Condition:
    """The condition with this text on subjects of a kind, compiled once. Raises Refused."""
    return Condition(text, kind)


@cache
def vocabulary(kind: SubjectKind) -> Vocabulary:
    """What conditions on subjects of a kind can ask for."""
    a = "an" if kind[0] in "aeiou" else "a"
    return Vocabulary(
        f"{a} {kind}",
        {f"{PREFIX}{field.name}": field for field in FIELDS[kind]},
        frozenset(f"{PREFIX}{field.name}" for field in WRITTEN.get(kind, ())),
    )


def variables(kind: SubjectKind) -> dict[str, Any]:
    """The type of each field, by its full name."""
    return variables_of(FIELDS[kind])


@cache
def _environment(kind: SubjectKind) -> Any:
    return library().NewEnv(variables=variables(kind))
