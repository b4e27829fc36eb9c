"""Conditions under which a field of a ticket is needed, as `ticket.priority in [1, 2]`."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from domain.cel import library
from domain.expression import Expression
from domain.expression_hints import Vocabulary, type_called
from domain.field_uses import Reading
from domain.subjects import LEVELS, Field, Value
from domain.wrong_expression import WrongExpression

PREFIX = "ticket."
COMPILED_MAX = 2_000

FIELDS = (
    Field("status", "text", "Its state, as its page shows it."),
    Field(
        "priority",
        "number",
        "1 critical, 2 high, 3 moderate, 4 low, 5 planning; 0 where it is not set.",
        (0, 1, 2, 3, 4, 5),
    ),
    Field("impact", "number", "1 high, 2 medium, 3 low; 0 where it is not set.", LEVELS),
    Field("urgency", "number", "1 high, 2 medium, 3 low; 0 where it is not set.", LEVELS),
    Field("category", "text", "The category, empty without one."),
    Field("subcategory", "text", "The subcategory, empty without one."),
    Field("service", "text", "The name of the affected service, empty without one."),
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
            self._expression = Expression(text, _environment(), VOCABULARY)
            if self._expression.type != "bool":
                given = type_called(self._expression.type)
                rule = f"a condition gives a yes or no, as a comparison does, and this {given}."
                raise WrongExpression(1, 1, rule)
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
    "a ticket",
    {f"{PREFIX}{field.name}": field for field in FIELDS},
    frozenset(),
)


@cache
def _environment() -> Any:
    cel = library()
    types: dict[str, Any] = {
        "text": cel.Type.STRING,
        "number": cel.Type.INT,
        "yes or no": cel.Type.BOOL,
        "texts by name": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
    }
    return cel.NewEnv(variables={f"{PREFIX}{field.name}": types[field.type] for field in FIELDS})
