"""The versions of approval processes over HTTP, as JSON and as documents, and their schema."""

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from msgspec import Struct

from api import approval_processes, history, schemas
from api.http.answers import JSON, Answer, dumps
from api.http.calls import Call
from api.http.routing import Endpoint, Operation, Route
from api.lists import only
from api.openapi import camel
from api.practices import KNOWN_CALLER, reference_of
from api.reads import entries_of, find, name_of
from domain.aggregate import Entry
from domain.approval_process import ApprovalProcess, Definition
from domain.calendar_names import CalendarNames
from domain.definition import digest
from domain.policy import allow
from domain.process_document import DefinitionDocument, schema
from domain.process_yaml import as_document, to_yaml
from domain.rules import NotFound

YAML = b"application/yaml"
SCHEMA = b"application/schema+json"
DRAFT = "draft"
PRACTICE = approval_processes.PRACTICE


class Version(Struct, frozen=True):
    """A version, or the draft, with the entry of the ledger that made it."""

    number: int | None
    definition: Definition
    digest: str
    entry: Entry


async def read_versions(call: Call) -> Answer:
    only(call.query())
    process = await find(call, PRACTICE)
    versions = [
        _summary(call, version) for version in _published(await entries_of(call, process.id))
    ]
    page = {"data": versions, "has_more": False, "next_cursor": None}
    return tagged(call, dumps(page), JSON)


async def read_version(call: Call) -> Answer:
    process, version, names = await asked(call)
    fields = as_document(version.definition, process.name, names.name_of)
    document = to_yaml(version.definition, process.name, names.name_of)
    shown = {
        **_summary(call, version),
        "name": fields.pop("name"),
        "definition": fields,
        "document": document,
    }
    return tagged(call, dumps(shown), JSON)


async def read_document(call: Call) -> Answer:
    process, version, names = await asked(call)
    text = to_yaml(version.definition, process.name, names.name_of)
    return tagged(call, text.encode(), YAML)


async def read_schema(call: Call) -> Answer:
    only(call.query())
    allow(call.caller.actor, call.route.act, None)
    return tagged(call, _schema(), SCHEMA, seconds=86_400)


@cache
def _schema() -> bytes:
    return dumps(schema())


async def asked(call: Call) -> tuple[ApprovalProcess, Version, CalendarNames]:
    """The process and the version that the path names. Raises NotFound."""
    only(call.query())
    process: Any = await find(call, PRACTICE)
    entries = await entries_of(call, process.id)
    name = call.params[1]
    found = _drafted(entries) if name == DRAFT else _published(entries)
    for version in found:
        if name in (DRAFT, str(version.number)):
            return process, version, CalendarNames(call.context.desk.directory.calendars())
    raise NotFound(f"{process.number} has no version {name[:80]}.")


def _published(entries: Sequence[Entry]) -> list[Version]:
    return [
        Version(entry.event.number, entry.event.definition, entry.event.digest, entry)
        for entry in entries
        if isinstance(entry.event, ApprovalProcess.VersionPublished)
    ]


def _drafted(entries: Sequence[Entry]) -> list[Version]:
    """The latest first."""
    return [
        Version(None, entry.event.definition, digest(entry.event.definition), entry)
        for entry in reversed(entries)
        if isinstance(entry.event, ApprovalProcess.Drafted | ApprovalProcess.Revised)
    ]


def _summary(call: Call, version: Version) -> dict[str, Any]:
    event = history.shown(version.entry, name_of(call))
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
_WHOLE = {
    **_VERSION,
    "name": {"type": "string"},
    "definition": {
        "type": "object",
        "description": "The fields of the document, but for its name.",
        "required": ["subjects", "stages"],
        "properties": {field: {} for field in DefinitionDocument.model_fields},
        "additionalProperties": False,
    },
    "document": {"type": "string", "description": "The process in YAML, to be edited."},
}
VERSION_NAME = {
    "name": "version",
    "in": "path",
    "required": True,
    "description": "The number of a published version, or `draft`.",
    "schema": {"type": "string", "pattern": "^([1-9][0-9]{0,5}|draft)$"},
    "example": "draft",
}


def process_routes() -> Iterator[Route]:
    at = "/approval-processes/{ref}/versions"
    yield _route(
        at,
        read_versions,
        "Read which versions were published, by whom and when",
        schemas.content(schemas.page_of(_SUMMARY)),
    )
    yield _route(
        f"{at}/{{version}}",
        read_version,
        "Read a version as JSON and as YAML",
        schemas.content(
            {
                "type": "object",
                "required": list(_WHOLE),
                "properties": _WHOLE,
                "additionalProperties": False,
            }
        ),
        VERSION_NAME,
    )
    yield _route(
        f"{at}/{{version}}/document",
        read_document,
        "Read a version as a YAML document",
        {YAML.decode(): {"schema": {"type": "object"}}},
        VERSION_NAME,
    )
    yield Route(
        method="GET",
        path="/schemas/approval-process",
        endpoint=read_schema,
        act="process_schema.read",
        operation=Operation(
            id="readApprovalProcessSchema",
            tag=PRACTICE.title,
            summary="Read the JSON Schema of the documents of approval processes",
            description="For editors, which complete and check a document by it.",
            parameters=[schemas.IF_NONE_MATCH],
            responses=responses({SCHEMA.decode(): {"schema": {"type": "object"}}}),
            problems=(*KNOWN_CALLER, "bad_query"),
        ),
    )


def _route(
    path: str, endpoint: Endpoint, summary: str, content: dict[str, Any], *more: dict[str, Any]
) -> Route:
    return Route(
        method="GET",
        path=path,
        endpoint=endpoint,
        act="approval_process.read",
        operation=Operation(
            id=camel(f"{endpoint.__name__} of approval process"),
            tag=PRACTICE.title,
            summary=summary,
            parameters=[reference_of(PRACTICE), *more, schemas.IF_NONE_MATCH],
            responses=responses(content),
            problems=(*KNOWN_CALLER, "bad_query", "not_found"),
        ),
    )


def responses(content: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {
        200: {"description": "What was asked for.", "headers": schemas.ETAG, "content": content},
        304: {"description": "It is as it was.", "headers": schemas.ETAG},
    }
