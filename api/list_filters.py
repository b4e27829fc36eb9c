"""What is asked of a list in a language, checked against its columns: the filter of programs and
the words of a search box."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from api import schemas
from api.http.calls import Call
from api.http.errors import Problem, clean
from api.list_parts import Parts, parts_of
from api.sights import sights_of
from domain.aggregate import Aggregate
from domain.desk import Desk
from domain.directory import Directory
from domain.organisation import Organisation
from domain.policy import Actor, about, allow
from domain.rules import DomainError
from domain.wrong_expression import WrongExpression
from projections import filter_language, search_box
from projections.filter_language import FilterLanguage
from projections.filters import Asked, Both, Condition
from projections.queries import Listing
from projections.search_box import NameOf, SearchBox
from projections.search_question import Sight
from projections.tables import Column, Table

PARAMETERS = ("filter", "q")


def asked(
    call: Call,
    listing: Listing,
    values: Mapping[str, tuple[str, ...]],
    texts: Iterable[tuple[str, str]],
    searched: Sequence[str],
    now: datetime,
) -> Asked | None:
    """The condition that these parameters ask for together, if any is given. Raises Problem with
    the place of a mistake.

    `values` are all that some columns can have; `searched` are the kinds as which the search has
    the rows; `now` is what that means in a condition.
    """
    sights = sights_of(call.caller.actor, searched) if searched else None
    conditions: list[Condition] = []
    for parameter, text in texts:
        try:
            desk, actor = call.context.desk, call.caller.actor
            conditions.append(condition(desk, actor, listing, values, parameter, text, sights))
        except WrongExpression as error:
            raise _problem(parameter, error) from None
    if not conditions:
        return None
    return Asked(Both(tuple(conditions)), now, str(call.caller.actor.id))


def condition(
    desk: Desk,
    actor: Actor,
    listing: Listing,
    values: Mapping[str, tuple[str, ...]],
    parameter: str,
    text: str,
    sights: Mapping[str, Sight] | None = None,
) -> Condition:
    """The condition that a parameter asks for. Raises WrongExpression."""
    parts = parts_of(desk.directory, listing.table)
    language, box = _languages(listing.table, tuple(values.items()), parts)
    if parameter == "q":
        return box.condition(text, _name_of(desk.directory, actor), sights)
    return language.condition(text)


def _name_of(directory: Directory, actor: Actor) -> NameOf:
    """The people by their user names, and teams, organisations and services, as far as somebody
    may read them."""

    def organisation(name: str) -> Organisation | None:
        return next((one for one in directory.organisations() if one.name == name), None)

    named: Mapping[str, Callable[[str], Aggregate | None]] = {
        "team": directory.team_by_name,
        "organisation": organisation,
        "service": directory.service_by_name,
    }

    def name_of(column: str, name: str) -> UUID | None:
        kind = column if column in named else "person"
        found = named.get(column, directory.person_by_username)(name)
        try:
            allow(actor, f"{kind}.read", None if found is None else about(found))
        except DomainError:
            return None
        return None if found is None else found.id

    return name_of


def _problem(parameter: str, error: WrongExpression) -> Problem:
    place: dict[str, str | int] = {
        "parameter": parameter,
        "detail": clean(error.rule),
        "line": error.line,
        "column": error.column,
    }
    return Problem("bad_query", clean(f"{parameter}: {error}"), errors=[place])


@lru_cache(maxsize=200)
def _languages(
    table: Table[Any], values: tuple[tuple[str, tuple[str, ...]], ...], parts: Parts
) -> tuple[FilterLanguage, SearchBox]:
    return FilterLanguage(table, dict(values), parts.all), SearchBox(table, dict(values))


def parameters(columns: Mapping[str, Column]) -> list[dict[str, Any]]:
    """What the OpenAPI document tells of them."""
    truths = [name for name, column in columns.items() if column.kind == "boolean"]
    truth = next((name for name in truths if name.startswith("is_")), None)
    plain = next((name for name, column in columns.items() if column.kind == "text"), "")
    return [
        _parameter(
            "filter",
            "A condition on the fields in a part of CEL, see docs/querying.md.",
            filter_language.TEXT_MAX,
            truth or f'{plain} != ""',
        ),
        _parameter(
            "q",
            "Terms and words as in a search box, see docs/querying.md.",
            search_box.TEXT_MAX,
            f"is:{truth.removeprefix('is_')}" if truth else f"-no:{plain}",
        ),
    ]


def _parameter(name: str, description: str, length_max: int, example: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": length_max}
    return {**schemas.query(name, description, schema), "example": example}
