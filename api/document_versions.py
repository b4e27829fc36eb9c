"""The versions of definitions that have documents over HTTP, as JSON and in YAML, and the schemas
of those documents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from hashlib import sha256
from typing import Any

from msgspec import Struct

from api import history, schemas
from api.commands import Practice
from api.desk_then import find_then, then_of
from api.http.answers import JSON, Answer, dumps
from api.http.calls import Call
from api.http.routing import Endpoint, Operation, Route
from api.lists import only
from api.names import Names
from api.openapi import camel
from api.practices import KNOWN_CALLER, reference_of
from api.reads import entries_of
from domain.aggregate import Entry
from domain.as_of import AsOf
from domain.definition import digest
from domain.desk import Desk
from domain.policy import allow
from domain.rules import NotFound
from domain.versioned import Versioned

YAML = b"application/yaml"
SCHEMA = b"application/schema+json"
DRAFT = "draft"


class Version(Struct, frozen=True):
    """A version, or the draft, with the entry of the ledger that made it."""

    number: int | None
    definition: Any
    digest: str
    entry: Entry


class Documents(Struct, frozen=True, kw_only=True, dict=True):
    """A kind of definitions, and how they are written."""

    practice: Practice
    noun: str
    """What one is called, as "approval process"."""
    as_document: Callable[[Desk, Any, str], dict[str, Any]]
    """The fields of a definition of some name."""
    to_yaml: Callable[[Desk, Any, str], str]
    fields: Sequence[str]
    """The fields that a definition has besides its name."""
    needed: Sequence[str]
    schema: Callable[[], dict[str, Any]]
    schema_act: str

    @property
    def schema_path(self) -> str:
        return f"/schemas/{self.noun.replace(' ', '-')}"

    @cached_property
    def schema_text(self) -> bytes:
        return dumps(self.schema())


async def read_versions(call: Call, documents: Documents) -> Answer:
    _, entries, as_of = await _told(call, documents)
    names = Names(call, as_of)
    versions = [summary(version, names) for version in _published(entries)]
    page = {"data": versions, "has_more": False, "next_cursor": None}
    return tagged(call, dumps(page), JSON)


async def read_version(call: Call, documents: Documents) -> Answer:
    record, version, as_of = await asked(call, documents)
    desk = (await then_of(call, as_of)).desk
    fields = documents.as_document(desk, version.definition, record.name)
    shown = {
        **summary(version, Names(call, as_of)),
        "name": fields.pop("name"),
        "definition": fields,
        "document": documents.to_yaml(desk, version.definition, record.name),
    }
    return tagged(call, dumps(shown), JSON)


async def read_document(call: Call, documents: Documents) -> Answer:
    record, version, as_of = await asked(call, documents)
    desk = (await then_of(call, as_of)).desk
    text = documents.to_yaml(desk, version.definition, record.name)
    return tagged(call, text.encode(), YAML)


async def read_schema(call: Call, documents: Documents) -> Answer:
    only(call.query())
    allow(call.caller.actor, call.route.act, None)
    return tagged(call, documents.schema_text, SCHEMA, seconds=86_400)


async def asked(call: Call, documents: Documents) -> tuple[Versioned[Any], Version, AsOf | None]:
    """The record and the version that the path names, as of the moment that is asked for. Raises
    NotFound."""
    record, entries, as_of = await _told(call, documents)
    name = call.params[1]
    found = _drafted(entries) if name == DRAFT else _published(entries)
    for version in found:
        if name in (DRAFT, str(version.number)):
            return record, version, as_of
    raise NotFound(f"{record.number} has no version {name[:80]}.")


async def _told(call: Call, documents: Documents) -> tuple[Any, list[Entry], AsOf | None]:
    """The record that the path names and its history, as of the moment that is asked for. Raises
    NotFound."""
    query = call.query()
    only(query, *history.PARAMETERS)
    as_of = await history.asked_of(call, query)
    record = await find_then(call, documents.practice, as_of)
    return record, history.until(await entries_of(call, record.id), as_of), as_of


def _published(entries: Sequence[Entry]) -> list[Version]:
    return [
        Version(entry.event.number, entry.event.definition, entry.event.digest, entry)
        for entry in entries
        if isinstance(entry.event, Versioned.VersionPublished)
    ]


def _drafted(entries: Sequence[Entry]) -> list[Version]:
    """The latest first."""
    return [
        Version(None, entry.event.definition, digest(entry.event.definition), entry)
        for entry in reversed(entries)
        if isinstance(entry.event, Versioned.Drafted | Versioned.Revised)
    ]


def summary(version: Version, names: Names) -> dict[str, Any]:
    event = history.shown(version.entry, names.of_person)
    return {
        "version": version.number,
        "digest": version.digest,
        "by": event["actor"],
        "at": event["recorded_at"],
    }


def tagged(call: Call, body: bytes, media_type: bytes, *, seconds: int = 0) -> Answer:
    """An answer that is not sent again while it is the same; asked for after so many seconds."""
    tag = b'"%s"' % sha256(body).hexdigest()[:32].encode()
    caching = b"private, max-age=%d" % seconds if seconds else b"private, no-cache"
    headers = [(b"etag", tag), (b"cache-control", caching)]
    known = [one.strip().removeprefix("W/") for one in call.header(b"if-none-match").split(",")]
    if tag.decode() in known or "*" in known:
        return Answer(304, headers=headers)
    return Answer(200, body, headers, media_type)


# Routes ------------------------------------------------------------------------------------

_VERSION = {
    "version": {
        "anyOf": [{**schemas.WHOLE, "minimum": 1}, {"type": "null"}],
        "description": "The number of the version; null for the draft.",
    },
    "digest": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "The SHA-256 of the definition: equal definitions have equal ones.",
    },
    "by": {"$ref": "#/components/schemas/Who"},
    "at": schemas.INSTANT,
}
_SUMMARY = {
    "type": "object",
    "required": list(_VERSION),
    "properties": _VERSION,
    "additionalProperties": False,
}
VERSION_NAME = {
    "name": "version",
    "in": "path",
    "required": True,
    "description": "The number of a published version, or `draft`.",
    "schema": {"type": "string", "pattern": "^([1-9][0-9]{0,5}|draft)$"},
    "example": "draft",
}


def _whole(documents: Documents) -> dict[str, Any]:
    properties = {
        **_VERSION,
        "name": {"type": "string"},
        "definition": {
            "type": "object",
            "description": "The fields of the document, but for its name.",
            "required": list(documents.needed),
            "properties": {field: {} for field in documents.fields},
            "additionalProperties": False,
        },
        "document": {
            "type": "string",
            "description": f"The {documents.noun.split()[-1]} in YAML, to be edited.",
        },
    }
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def version_routes(documents: Documents) -> Iterator[Route]:
    practice = documents.practice
    at = f"/{practice.plural}/{{ref}}/versions"

    def route(
        path: str, endpoint: Endpoint, name: str, summary: str, content: dict[str, Any], *more: Any
    ) -> Route:
        return Route(
            method="GET",
            path=path,
            endpoint=endpoint,
            act=f"{practice.what}.read",
            operation=Operation(
                id=camel(f"{name} of {documents.noun}"),
                tag=practice.title,
                summary=summary,
                parameters=[
                    reference_of(practice),
                    *more,
                    schemas.AS_OF,
                    schemas.KNOWN_AT,
                    schemas.IF_NONE_MATCH,
                ],
                responses=responses(content),
                problems=(*KNOWN_CALLER, "bad_query", "not_found"),
            ),
        )

    yield route(
        at,
        partial(read_versions, documents=documents),
        "read_versions",
        "Read which versions were published, by whom and when",
        schemas.content(schemas.page_of(_SUMMARY)),
    )
    yield route(
        f"{at}/{{version}}",
        partial(read_version, documents=documents),
        "read_version",
        "Read a version as JSON and as YAML",
        schemas.content(_whole(documents)),
        VERSION_NAME,
    )
    yield route(
        f"{at}/{{version}}/document",
        partial(read_document, documents=documents),
        "read_document",
        "Read a version as a YAML document",
        {YAML.decode(): {"schema": {"type": "object"}}},
        VERSION_NAME,
    )
    yield Route(
        method="GET",
        path=documents.schema_path,
        endpoint=partial(read_schema, documents=documents),
        act=documents.schema_act,
        operation=Operation(
            id=camel(f"read {documents.noun} schema"),
            tag=practice.title,
            summary=f"Read the JSON Schema of the documents of {practice.title.lower()}",
            description="For editors, which complete and check a document by it.",
            parameters=[schemas.IF_NONE_MATCH],
            responses=responses({SCHEMA.decode(): {"schema": {"type": "object"}}}),
            problems=(*KNOWN_CALLER, "bad_query"),
        ),
    )


def responses(content: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    return {
        200: {"description": "What was asked for.", "headers": schemas.ETAG, "content": content},
        304: {"description": "It is as it was.", "headers": schemas.ETAG},
    }
