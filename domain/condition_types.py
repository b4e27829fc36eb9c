"""What all conditions share: each is a yes or no, and the types of the fields that it asks for."""

from collections.abc import Iterable
from typing import Any

from domain.cel import library
from domain.expression import Expression
from domain.expression_hints import Vocabulary, type_called
from domain.field_uses import PREFIX
from domain.subjects import Field, FieldType
from domain.wrong_expression import WrongExpression


def yes_or_no(text: str, environment: Any, vocabulary: Vocabulary) -> Expression:
    """A compiled expression that is a yes or no.

    Raises WrongExpression, which names the place in the text and the rule.
    """
    expression = Expression(text, environment, vocabulary)
    if expression.type != "bool":
        given = type_called(expression.type)
        rule = f"a condition gives a yes or no, as a comparison does, and this {given}."
        raise WrongExpression(1, 1, rule)
    return expression


def variables_of(fields: Iterable[Field], prefix: str = PREFIX) -> dict[str, Any]:
    """The type of each field, by its full name."""
    cel = library()
    types: dict[FieldType, Any] = {
        "text": cel.Type.STRING,
        "number": cel.Type.INT,
        "integer": cel.Type.INT,
        "yes or no": cel.Type.BOOL,
        "moment": cel.Type.TIMESTAMP,
        "texts": cel.Type.List(cel.Type.STRING),
        "texts by name": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
    }
    return {f"{prefix}{field.name}": types[field.type] for field in fields}
