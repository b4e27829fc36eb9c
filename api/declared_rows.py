"""The rows of declared views over HTTP, asked as those of any other list."""

from collections.abc import Iterator

from api import lists, schemas
from api.declared_views import PRACTICE
from api.fields import REFERENCE
from api.http.answers import Answer
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.lists import List
from api.reads import OF_READS
from api.reference import reference
from domain.declared_definition import NAME
from domain.declared_view import DeclaredView
from domain.policy import about, allow
from domain.rules import NotFound
from projections.declared import listing_of, view_name
from projections.filter_language import TEXT_MAX
from projections.queries import EVERYTHING


async def read_rows(call: Call) -> Answer:
    """A page of the rows of a declared view, by its name or number."""
    record = await _named(call, call.params[0])
    allow(call.caller.actor, call.route.act, about(record))
    if record.is_retired:
        raise NotFound(f"{record.number} was retired.")
    version = await _serving(call, record)
    try:
        return await lists.answer(call, _list(record, version), EVERYTHING)
    except Problem:
        served = await _serving(call, record)
        if served == version:
            raise
        # Meanwhile the next version has taken its place.
        return await lists.answer(call, _list(record, served), EVERYTHING)


async def _named(call: Call, name: str) -> DeclaredView:
    desk = call.context.desk
    if NAME.fullmatch(name):
        return await desk.declared_view(name)
    return await desk.ledger.find(DeclaredView, reference(DeclaredView, name))


async def _serving(call: Call, record: DeclaredView) -> int:
    """The version that is asked: the oldest that is there, as it stays until the next one has got
    as far."""
    positions = await call.context.views.positions()
    versions = range(1, record.definition_version + 1)
    return next(
        (one for one in versions if view_name(record.name, record.id, one) in positions),
        record.definition_version,
    )


def _list(record: DeclaredView, version: int) -> List:
    definition = record.definition_of(version)
    listing = listing_of(record.name, record.id, version, definition)
    return List(name=listing.view, declared=listing)


def declared_row_routes() -> Iterator[Route]:
    names = {"type": "string", "pattern": "^-?[a-z][a-z0-9_]*(,-?[a-z][a-z0-9_]*){0,60}$"}
    expression = {"type": "string", "minLength": 1, "maxLength": TEXT_MAX}
    yield Route(
        method="GET",
        path="/views/{ref}/rows",
        endpoint=read_rows,
        act="declared_view.read_rows",
        operation=Operation(
            id="listDeclaredViewRows",
            tag=PRACTICE.title,
            summary="List the rows of a declared view",
            description="Each column is a parameter, too: only rows with this value.",
            parameters=[
                _REF,
                schemas.LIMIT,
                schemas.CURSOR,
                schemas.query("sort", "Columns, with a minus before those that descend.", names)
                | {"example": "-reopened"},
                schemas.query("fields", "Only these columns.", names)
                | {"example": "team,reopened"},
                schemas.query("facet", "Columns of which each value is counted.", names)
                | {"example": "team"},
                schemas.INCLUDE,
                schemas.AS_OF,
                schemas.KNOWN_AT,
                schemas.MIN_POSITION,
                schemas.query("filter", "A condition on the columns, in CEL.", expression)
                | {"example": "reopened > 0"},
                schemas.query("q", "Terms and words as in a search box.", expression)
                | {"example": "reopened:>0"},
            ],
            responses={
                200: {
                    "description": "A page.",
                    "content": schemas.content(schemas.page_of({"type": "object"})),
                }
            },
            problems=(*OF_READS, "not_found"),
        ),
    )


_REF = {
    **schemas.path("ref", "Its name, number or id.", "DVW0000042"),
    "schema": {"type": "string", "pattern": f"^[a-z][a-z0-9_]{{0,39}}$|{REFERENCE}"},
}
