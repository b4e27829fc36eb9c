"""Conditions on the answers to a form, in CEL: `answers.department == "Sales" && answers.travels`.

They ask for the answers that stand at the top of the form and are a text, a whole number, a yes or
no or several texts. One that was not given is an empty text, no or no texts; where a number was not
given, what asks for it does not hold.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.cel import library
from domain.condition_types import variables_of, yes_or_no
from domain.expression import Expression
from domain.expression_hints import Vocabulary
from domain.field_uses import Reading
from domain.form_schema import Schema
from domain.rules import Refused
from domain.subjects import Field, FieldType, Value

PREFIX = "answers."
NONE: Mapping[FieldType, Value] = {"text": "", "yes or no": False, "texts": ()}


class AnswersCondition:
    """A compiled condition. It holds always if its text is empty."""

    def __init__(self, text: str, form: Schema) -> None:
        """Raises WrongExpression, which names the place in the text and the rule."""
        self._fields = tuple(fields_of(form))
        self._expression: Expression | None = None
        if text:
            variables = variables_of(self._fields, PREFIX)
            words = Vocabulary(
                "the answers",
                {f"{PREFIX}{field.name}": field for field in self._fields},
                root=PREFIX.rstrip("."),
            )
            environment = library().NewEnv(variables=variables)
            self._expression = yes_or_no(text, environment, words)
            self._reading = Reading(self._expression.tree, self._fields, PREFIX)

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether it holds for answers that fit the form."""
        if self._expression is None:
            return True
        known = {
            field.name: answers.get(field.name, NONE.get(field.type)) for field in self._fields
        }
        try:
            values = self._reading.values(
                {name: value for name, value in known.items() if value is not None}
            )
            return bool(self._expression.evaluate(values))
        except Refused:
            return False


def fields_of(form: Schema) -> Iterator[Field]:
    """The answers that conditions can ask for."""
    for name, schema in form.get("properties", {}).items():
        if not isinstance(schema, dict) or not name.isascii() or not name.isidentifier():
            continue
        type_ = _type_of(schema)
        if type_ is not None:
            about = str(schema.get("title", name))
            yield Field(name, type_, about, _values(schema) if type_ == "text" else ())


def _type_of(schema: Schema) -> FieldType | None:
    if schema.get("type") == "array":
        items = schema.get("items")
        return "texts" if isinstance(items, dict) and _type_of(items) == "text" else None
    if _values(schema):
        return "text"
    types: dict[str, FieldType] = {
        "string": "text",
        "integer": "integer",
        "boolean": "yes or no",
    }
    named = schema.get("type")
    return types.get(named) if isinstance(named, str) else None


def _values(schema: Schema) -> tuple[str, ...]:
    """All that a text can be; empty where that is not known, or where it can be none."""
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return tuple(values) if all(isinstance(value, str) for value in values) else ()
