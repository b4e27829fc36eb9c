"""Conditions under which a field of a ticket is needed, as `ticket.priority in [1, 2]`."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from domain.cel import library
from domain.condition_types import variables_of, yes_or_no
from domain.expression import Expression
from domain.expression_hints import Vocabulary
from domain.field_uses import Reading
from domain.subjects import CLASS, IMPACT, PRIORITY, URGENCY, Field, Value

PREFIX = "ticket."
COMPILED_MAX = 2_000

FIELDS = (
    Field("status", "text", "Its state, as its page shows it."),
    PRIORITY,
    IMPACT,
    URGENCY,
    *CLASS,
    Field("is_assigned", "yes or no", "Whether somebody has it, and not a team alone."),
    Field("reopened", "number", "How often it was reopened."),
    Field("minutes_spent", "number", "The time that was booked on it, in minutes."),
    Field(
        "fields",
        "texts by name",
        'Its fields as texts: `ticket.fields["site"]`, empty without a value or if personal.',
    ),
)


class FieldCondition:
    """A compiled condition. It holds always if its text is empty. Threads may share it."""

    def __init__(self, text: str) -> None:
        """Raises WrongExpression, which names the place in the text and the rule."""
        self._expression: Expression | None = None
        self._reading: Reading | None = None
        if text:
            self._expression = yes_or_no(text, _environment(), VOCABULARY)
            self._reading = Reading(self._expression.tree, FIELDS, PREFIX)

    @property
    def asked(self) -> frozenset[str]:
        """The names of the fields that it asks for by `ticket.fields`."""
        uses = {} if self._reading is None else self._reading.uses
        return frozenset(name for field, name in uses if field == "fields" and name)

    def holds(self, facts: Mapping[str, Value]) -> bool:
        """Whether it holds for a ticket with these facts. Raises Refused without an answer."""
        if self._expression is None or self._reading is None:
            return True
        return bool(self._expression.evaluate(self._reading.values(facts)))


@lru_cache(maxsize=COMPILED_MAX)
def field_condition(text: str) -> FieldCondition:
    """The condition with this text, compiled once. Raises Refused."""
    return FieldCondition(text)


VOCABULARY = Vocabulary(
    what="a ticket", fields={f"{PREFIX}{field.name}": field for field in FIELDS}, root="ticket"
)


@cache
def _environment() -> Any:
    return library().NewEnv(variables=variables_of(FIELDS, PREFIX))
