"""Running approvals and the versions of their processes over HTTP: which run on an older version,
and what moving one to another version would do."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from api import approval_processes, history, lists, schemas
from api.commands import Practice
from api.desk_then import Then, find_then, then_of
from api.http import cursors
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.lists import only, whole
from api.openapi import camel
from api.practices import APPROVED, KNOWN_CALLER, reference_of
from domain.approval_round import STAGES_MAX, ApprovalRounds
from domain.desk.migrations import Preview
from domain.provenance import Provenance
from domain.rules import Refused
from domain.text import NAME_MAX

VERSION_MAX = 1_000_000
MAPPING_MAX = 20_000
LIMIT_MAX = 100


async def read_migration(call: Call, practice: Practice) -> Answer:
    """What moving the approval of a record to another version would do, or why it cannot be."""
    query = call.query()
    only(query, "to_version", "mapping", *history.PARAMETERS)
    as_of = await history.asked_of(call, query)
    record = await find_then(call, practice, as_of)
    then = await then_of(call, as_of)
    if "to_version" not in query:
        raise Problem("bad_query", "to_version: say to which version.")
    version = whole(query, "to_version", 0, 1, VERSION_MAX)
    mapping = _mapping(query.get("mapping", "{}"))
    return json(
        {"number": record.number, **await _outlook(call, then, record.id, version, mapping)},
        headers=[(b"cache-control", b"private, no-cache")],
    )


async def read_running(call: Call) -> Answer:
    """The approvals that run on a version before another, and what moving each would do."""
    query = call.query()
    only(query, "to_version", "limit", "cursor", *history.PARAMETERS)
    as_of = await history.asked_of(call, query)
    process: Any = await find_then(call, approval_processes.PRACTICE, as_of)
    then = await then_of(call, as_of)
    version = whole(query, "to_version", process.published_version, 1, VERSION_MAX)
    limit = whole(query, "limit", lists.LIMIT, 1, LIMIT_MAX)
    key = call.context.settings.signing_key
    question = f"running {process.id} {version} {as_of}"
    after = ""
    if "cursor" in query:
        (after,) = cursors.read(key, query["cursor"], question)
    running = await then.desk.running_approvals(process.id, version)
    left = [change for change in running if str(change.id) > after]
    page, has_more = left[:limit], len(left) > limit
    return json(
        {
            "data": [await _running(call, then, change, version) for change in page],
            "has_more": has_more,
            "next_cursor": cursors.sign(key, [str(page[-1].id)], question) if has_more else None,
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


async def _running(call: Call, then: Then, record: ApprovalRounds, version: int) -> dict[str, Any]:
    found = await _outlook(call, then, record.id, version, {})
    return {
        "id": record.id,
        "number": record.number,
        "version": record.standing.process_version,
        "open": list(record.standing.open),
        "would_migrate": found["would_migrate"],
        "reason": found["reason"],
    }


async def _outlook(
    call: Call, then: Then, id: UUID, version: int, mapping: Mapping[str, str]
) -> dict[str, Any]:
    by = Provenance(
        actor=str(call.caller.person.id),
        at=then.now,
        command=UUID(int=0),
        channel=call.caller.channel,
    )
    try:
        preview = await then.desk.preview_migration(id, version, mapping=mapping, by=by)
    except Refused as refused:
        return {"would_migrate": False, "reason": str(refused), "plan": None}
    return {"would_migrate": True, "reason": "", "plan": shown(preview)}


def shown(preview: Preview) -> dict[str, Any]:
    """A plan as JSON: what becomes of each stage, whose votes stay and fall, what is open then."""
    plan = msgspec.to_builtins(preview.plan)
    del plan["stages"]
    return {
        **plan,
        "outcome": preview.outcome,
        "open": [{"stage": name, "due": stage.due} for name, stage in preview.open.items()],
    }


def _mapping(text: str) -> dict[str, str]:
    if len(text) > MAPPING_MAX:
        raise Problem("bad_query", f"mapping: at most {MAPPING_MAX} characters are read.")
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Problem(
            "bad_query", 'mapping: an object of names in JSON is needed, such as {"Old": "New"}.'
        ) from None


# Routes ------------------------------------------------------------------------------------

_TO_VERSION = {"type": "integer", "minimum": 1, "maximum": VERSION_MAX}
_NAME = {"type": "string"}
_MAPPING = {
    "name": "mapping",
    "in": "query",
    "required": False,
    "description": "The counterparts of stages that are called otherwise, as an object in JSON.",
    "content": schemas.content(
        {
            "type": "object",
            "maxProperties": STAGES_MAX,
            "additionalProperties": {"type": "string", "maxLength": NAME_MAX},
        },
        {"Board": "Change advisory board"},
    ),
}
_NAMES = {"type": "array", "items": _NAME}
_PEOPLE = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
_PLAN = {
    "from_version": {"type": "integer"},
    "to_version": {"type": "integer"},
    "mapping": {"type": "object", "additionalProperties": _NAME},
    "passed": _NAMES,
    "going_on": _NAMES,
    "again": _NAMES,
    "opening": _NAMES,
    "waiting": _NAMES,
    "skipped": _NAMES,
    "kept": {**_PEOPLE, "description": "Whose votes stay, by the new name of the stage."},
    "dropped": {**_PEOPLE, "description": "Whose votes fall, by the old name of the stage."},
    "outcome": {"enum": ["pending", "approved", "rejected"]},
    "open": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["stage", "due"],
            "properties": {
                "stage": _NAME,
                "due": {"anyOf": [schemas.INSTANT, {"type": "null"}]},
            },
            "additionalProperties": False,
        },
    },
}
_WOULD = {
    "would_migrate": {"type": "boolean"},
    "reason": {"type": "string", "description": "Why it cannot be moved; empty if it can."},
}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


_PREVIEW = _object(
    {"number": _NAME, **_WOULD, "plan": {"anyOf": [_object(_PLAN), {"type": "null"}]}}
)
_RUNNING = _object(
    {
        "id": {"type": "string", "format": "uuid"},
        "number": _NAME,
        "version": {"type": "integer"},
        "open": _NAMES,
        **_WOULD,
    }
)


def migration_routes() -> Iterator[Route]:
    for practice in APPROVED:
        yield _migration(practice)
    yield Route(
        method="GET",
        path="/approval-processes/{ref}/running",
        endpoint=read_running,
        act="approval_process.read_running",
        operation=Operation(
            id=camel("read running of approval process"),
            tag=approval_processes.PRACTICE.title,
            summary="Read which approvals run on an older version, and which could be moved",
            parameters=[
                reference_of(approval_processes.PRACTICE),
                schemas.query(
                    "to_version", "The version to move to; the latest without.", _TO_VERSION
                ),
                schemas.query(
                    "limit",
                    f"At most so many, {lists.LIMIT} without.",
                    {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX},
                ),
                schemas.CURSOR,
                schemas.AS_OF,
                schemas.KNOWN_AT,
            ],
            responses={
                200: {
                    "description": "The lowest number first.",
                    "content": schemas.content(schemas.page_of(_RUNNING)),
                }
            },
            problems=(*KNOWN_CALLER, "bad_query", "not_found"),
        ),
    )


def _migration(practice: Practice) -> Route:
    return Route(
        method="GET",
        path=f"/{practice.plural}/{{ref}}/approval-migration",
        endpoint=partial(read_migration, practice=practice),
        act=f"{practice.what}.read_migration",
        operation=Operation(
            id=camel(f"read migration of {practice.what}"),
            tag=practice.title,
            summary="See what moving its approval to another version would do",
            description="A dry run: nothing is recorded.",
            parameters=[
                reference_of(practice),
                schemas.query(
                    "to_version", "The version to move to.", _TO_VERSION, is_required=True
                ),
                _MAPPING,
                schemas.AS_OF,
                schemas.KNOWN_AT,
            ],
            responses={
                200: {"description": "What it would do.", "content": schemas.content(_PREVIEW)}
            },
            problems=(*KNOWN_CALLER, "bad_query", "not_found"),
        ),
    )
