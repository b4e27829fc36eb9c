"""The delegations of a person over HTTP: those that they made, and those that were made to them."""

from collections.abc import Iterator
from typing import Any, cast, get_args
from uuid import UUID

from api import history, schemas
from api.desk_then import Then, find_then, then_of
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import only, reach_ledger
from api.names import Names
from api.people import PRACTICE
from api.practices import reference_of
from api.reads import reading
from api.schemas import array_of, object_of
from domain.delegation import Delegation, Risk
from domain.ids import number_of
from domain.person import Person

SHOWN_MAX = 1_000
DIRECTIONS = ("made", "received")


async def read_delegations(call: Call) -> Answer:
    """Delegations with the numbers by which they are ended, the earliest start first."""
    query = call.query()
    only(query, "direction", "is_in_force", "min_position", *history.PARAMETERS)
    direction, in_force = query.get("direction", ""), query.get("is_in_force", "")
    if direction not in ("", *DIRECTIONS):
        raise Problem("bad_query", f"direction: it is {' or '.join(DIRECTIONS)}.")
    if in_force not in ("", "true", "false"):
        raise Problem("bad_query", "is_in_force: it is true or false.")
    await reach_ledger(call, query)
    as_of = await history.asked_of(call, query)
    person = cast(Person, await find_then(call, PRACTICE, as_of))
    then = await then_of(call, as_of)
    names = Names(call, as_of)
    found: list[dict[str, Any]] = []
    if direction != "received":
        found += [_shown(then, names, "made", person.id, made) for made in person.delegations]
    if direction != "made":
        directory = then.desk.directory
        directory.catch_up()
        found += [
            _shown(then, names, "received", delegator.id, made)
            for delegator, made in directory.delegated_to(person.id)
        ]
    if in_force:
        found = [one for one in found if one["is_in_force"] == (in_force == "true")]
    found.sort(key=lambda one: (one["start"], one["delegator"]["number"], one["number"]))
    return json(
        {"data": found[:SHOWN_MAX], "has_more": len(found) > SHOWN_MAX, "next_cursor": None},
        headers=[(b"cache-control", b"private, no-cache")],
    )


def _shown(
    then: Then, names: Names, direction: str, delegator: UUID, made: Delegation
) -> dict[str, Any]:
    return {
        "direction": direction,
        "number": made.number,
        "delegator": _person(names, delegator),
        "delegate": _person(names, made.to),
        "start": made.start,
        "end": made.end,
        "is_in_force": made.holds(then.now),
        "risks": list(made.risks),
        "process": None if made.process is None else number_of(made.process),
    }


def _person(names: Names, id: UUID) -> dict[str, Any]:
    return {"id": id, "number": number_of(id), "name": names.of_person(id)}


# Routes ------------------------------------------------------------------------------------

_PERSON = object_of(id=schemas.UUID_TEXT, number=schemas.NUMBER, name={"type": "string"})
_DIRECTION = {"type": "string", "enum": list(DIRECTIONS)}
_BOOLEAN = {"type": "boolean"}
DELEGATION = object_of(
    direction=_DIRECTION,
    number={**schemas.WHOLE, "description": "By which the delegator ends it."},
    delegator=_PERSON,
    delegate=_PERSON,
    start=schemas.INSTANT,
    end=schemas.INSTANT,
    is_in_force=_BOOLEAN,
    risks=array_of({"type": "string", "enum": list(get_args(Risk))}),
    process={"anyOf": [schemas.NUMBER, {"type": "null"}]},
)


def delegation_routes() -> Iterator[Route]:
    yield reading(
        "/people/{ref}/delegations",
        read_delegations,
        "person.read_delegations",
        PRACTICE.title,
        "Read which votes a person has delegated, and which are delegated to them",
        [
            reference_of(PRACTICE),
            schemas.query("direction", "Only those that they made, or received.", _DIRECTION),
            schemas.query("is_in_force", "Only those that hold now, or do not.", _BOOLEAN),
            schemas.AS_OF,
            schemas.KNOWN_AT,
            schemas.MIN_POSITION,
        ],
        schemas.page_of(DELEGATION),
    )
