"""The versions of articles over HTTP, for those who work at the desk: each as it was published, and
what differs between two of them."""

import asyncio
from collections.abc import Iterator
from typing import Any

from msgspec import to_builtins

from api import history, schemas
from api.articles import PRACTICE
from api.desk_then import find_then
from api.document_versions import VERSION_NAME
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Route
from api.lists import only, whole
from api.practices import reference_of
from api.reads import reading
from domain.article import VERSIONS_MAX, Article
from domain.article_content import Content
from domain.article_diff import difference
from domain.as_of import AsOf
from domain.definition import digest
from domain.rules import NotFound

CACHING = [(b"cache-control", b"private, no-cache")]


async def read_version(call: Call) -> Answer:
    query = call.query()
    only(query, *history.PARAMETERS)
    article = await _find(call, await history.asked_of(call, query))
    name = call.params[1]
    if name == "draft":
        content, number = article.draft_definition, None
    elif name.isascii() and name.isdigit() and len(name) <= 6:
        content, number = article.definition_of(int(name)), int(name)
    else:
        content, number = None, None
    if content is None:
        raise NotFound(f"{article.number} has no version {name[:80]}.")
    shown = {"version": number, "digest": digest(content), **_plain(content)}
    return json(shown, headers=CACHING)


async def read_difference(call: Call) -> Answer:
    query = call.query()
    only(query, "from", "to")
    for name in ("from", "to"):
        if name not in query:
            raise Problem("bad_query", f"{name}: say which version.")
    old, new = (whole(query, name, 0, 1, VERSIONS_MAX) for name in ("from", "to"))
    article = await _find(call, None)
    before, after = article.definition_of(old), article.definition_of(new)
    # In a thread: long texts must not hold up everybody else.
    found = await asyncio.to_thread(difference, before, after)
    return json({"from": old, "to": new, **to_builtins(found)}, headers=CACHING)


async def _find(call: Call, as_of: AsOf | None) -> Article:
    article = await find_then(call, PRACTICE, as_of)
    assert isinstance(article, Article)
    return article


def _plain(content: Content) -> dict[str, Any]:
    # Fields with their default values are shown, too.
    return {name: to_builtins(getattr(content, name)) for name in content.__struct_fields__}


# Routes ------------------------------------------------------------------------------------

_TEXT = {"type": "string"}
_NUMBER = schemas.WHOLE
_VERSION = schemas.object_of(
    version={"anyOf": [{**_NUMBER, "minimum": 1}, {"type": "null"}]},
    digest={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    title=_TEXT,
    text=_TEXT,
    language=_TEXT,
    category=_TEXT,
    audience=_TEXT,
    organisations=schemas.array_of(schemas.UUID_TEXT),
    review_after_days=_NUMBER,
    of_version=_NUMBER,
)
_DIFFERENCE = {
    "from": _NUMBER,
    "to": _NUMBER,
    "changed": schemas.array_of(schemas.object_of(field=_TEXT, old={}, new={})),
    "lines": schemas.array_of(
        schemas.object_of(
            op={"type": "string", "enum": ["equal", "delete", "insert"]},
            text=_TEXT,
            old=_NUMBER,
            new=_NUMBER,
        )
    ),
}


def article_routes() -> Iterator[Route]:
    yield reading(
        "/articles/{ref}/versions/{version}",
        read_version,
        "article.read_versions",
        PRACTICE.title,
        "Read a version of an article",
        [reference_of(PRACTICE), VERSION_NAME, schemas.AS_OF, schemas.KNOWN_AT],
        _VERSION,
    )
    which = {**_NUMBER, "minimum": 1, "maximum": VERSIONS_MAX}
    yield reading(
        "/articles/{ref}/diff",
        read_difference,
        "article.read_versions",
        PRACTICE.title,
        "Compare versions of an article",
        [
            reference_of(PRACTICE),
            schemas.query("from", "The old version.", which) | {"required": True, "example": 1},
            schemas.query("to", "The new version.", which) | {"required": True, "example": 1},
        ],
        schemas.object_of(**_DIFFERENCE),
    )
