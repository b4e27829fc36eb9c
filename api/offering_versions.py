"""The versions of offerings over HTTP, for those who work at the desk: what orders were made of."""

from collections.abc import Iterator

from msgspec import to_builtins

from api import history, schemas
from api.article_versions import CACHING
from api.desk_then import find_then
from api.document_versions import DRAFT, VERSION_NAME
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only
from api.offerings import PRACTICE
from api.practices import reference_of
from api.reads import reading
from domain.definition import digest
from domain.offering import Item, Offering
from domain.rules import NotFound


async def read_version(call: Call) -> Answer:
    query = call.query()
    only(query, *history.PARAMETERS)
    offering = await find_then(call, PRACTICE, await history.asked_of(call, query))
    assert isinstance(offering, Offering)
    name = call.params[1]
    item: Item | None = None
    if name == DRAFT:
        item = offering.draft_definition
    elif name.isascii() and name.isdigit() and len(name) <= 6:
        item = offering.definition_of(int(name))
    if item is None:
        raise NotFound(f"{offering.number} has no version {name[:80]}.")
    # Fields with their default values are shown, too.
    plain = {field: to_builtins(getattr(item, field)) for field in item.__struct_fields__}
    shown = {
        "version": None if name == DRAFT else int(name),
        "name": offering.name,
        "digest": digest(item),
        "definition": plain,
    }
    return json(shown, headers=CACHING)


_VERSION = schemas.object_of(
    version={"anyOf": [{**schemas.WHOLE, "minimum": 1}, {"type": "null"}]},
    name={"type": "string"},
    digest={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    definition={"type": "object", "required": list(Item.__struct_fields__)},
)


def offering_routes() -> Iterator[Route]:
    yield reading(
        "/offerings/{ref}/versions/{version}",
        read_version,
        "offering.read_versions",
        PRACTICE.title,
        "Read a version of an offering",
        [reference_of(PRACTICE), VERSION_NAME, schemas.AS_OF, schemas.KNOWN_AT],
        _VERSION,
    )
