"""What is asked of a list in a language: its filter, checked against the columns of the list."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from api.http.calls import Call
from api.http.errors import Problem, clean
from domain.wrong_expression import WrongExpression
from projections.filter_language import TEXT_MAX, FilterLanguage
from projections.filters import Asked
from projections.listings import LISTINGS
from projections.tables import Column

PARAMETERS = frozenset({"filter"})


def asked(
    call: Call, name: str, values: Mapping[str, tuple[str, ...]], query: Mapping[str, str]
) -> Asked | None:
    """The condition that the query asks for. Raises Problem with the place of a mistake.

    `values` are all that some columns can have.
    """
    if "filter" not in query:
        return None
    try:
        condition = _language(name, tuple(values.items())).condition(query["filter"])
    except WrongExpression as error:
        raise _problem("filter", error) from None
    return Asked(condition, call.context.clock(), str(call.caller.actor.id))


def _problem(parameter: str, error: WrongExpression) -> Problem:
    place: dict[str, str | int] = {
        "parameter": parameter,
        "detail": clean(error.rule),
        "line": error.line,
        "column": error.column,
    }
    return Problem("bad_query", clean(f"{parameter}: {error}"), errors=[place])


@cache
def _language(name: str, values: tuple[tuple[str, tuple[str, ...]], ...]) -> FilterLanguage:
    return FilterLanguage(LISTINGS[name].table, dict(values))


def parameters(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """What the OpenAPI document tells of them."""
    truth = next((name for name, column in columns.items() if column.kind == "boolean"), None)
    return [
        {
            "name": "filter",
            "in": "query",
            "required": False,
            "description": "A condition on the fields in a part of CEL, see docs/querying.md.",
            "schema": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
            "example": truth or f"{next(iter(columns))} != me",
        }
    ]
