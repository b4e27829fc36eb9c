"""Proposing bulk jobs over HTTP: with a file, or by what a list has."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from secrets import token_bytes
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import Field

from api import bulk_file, list_filters, schemas
from api.attachments import files_of, in_store
from api.bulk_acts import Act, acts
from api.bulk_file import CSV, NDJSON
from api.bulk_jobs import PRACTICE
from api.bulk_room import kept_bytes, under_way
from api.commands import accepted, asked_of
from api.fields import REFERENCE
from api.http import bodies
from api.http.answers import JSON, Answer
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.lists import not_yet, only, reach
from api.practices import KNOWN_CALLER, OF_BODIES, OF_COMMANDS
from api.practices import accepted as accepted_response
from api.record_lists import LISTS
from domain.bulk_job import BYTES_MAX, ROWS_MAX, BulkJob, require_room
from domain.ledger import Work
from domain.policy import allow, visibility
from domain.sealed_file import SALT_BYTES
from domain.text import NAME_MAX
from projections import search_rows
from projections.filter_language import TEXT_MAX
from projections.queries import LIMIT_MAX, BadQuery
from projections.store import NotBuilt

ActName = Annotated[
    str,
    Field(
        min_length=3,
        max_length=100,
        pattern=r"^[a-z_]+\.[a-z_]+$",
        description="A kind of record and a command, such as `incident.assign`.",
        examples=["incident.assign"],
    ),
]
Record = Annotated[str, Field(max_length=40, pattern=REFERENCE)]


class Select(Body):
    """One act on each record of a list that fulfils a condition, or on each that is named."""

    act: ActName
    body: Annotated[dict[str, Any], Field(description="What a request to the act would say.")] = {}
    filter: Annotated[
        str | None,
        Field(min_length=1, max_length=TEXT_MAX, description="As in the list, docs/querying.md."),
    ] = None
    q: Annotated[
        str | None, Field(min_length=1, max_length=TEXT_MAX, description="As in the list.")
    ] = None
    records: Annotated[list[Record] | None, Field(min_length=1, max_length=ROWS_MAX)] = None
    if_unchanged: Annotated[
        bool,
        Field(description="Refuse what has moved on between now and the run; not for `records`."),
    ] = True


EXAMPLE = {
    "act": "incident.assign",
    "filter": 'category == "software" && assignee == null',
    "body": {"team": "TEA0000001"},
}


async def propose(call: Call) -> Answer:
    """Keep the file, and begin the preview."""
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, "act", "name", "min_position")
    media_type = call.header(b"content-type").partition(";")[0].strip().lower()
    name = query.get("name", "") or "bulk"
    if len(name) > NAME_MAX:
        raise Problem("bad_query", f"name: at most {NAME_MAX} characters.")
    act = query.get("act", "")
    if media_type == JSON.decode():
        raw = await bodies.read(call)
        select = bodies.parse(call, Select, raw)
        data, media_type, act = await _selected(call, query, select), NDJSON, select.act
    elif media_type in (NDJSON, CSV):
        raw = data = await bodies.read_from(call.receive, call.headers, BYTES_MAX)
    else:
        raise Problem(
            "unsupported_media_type",
            f"A bulk job is sent as {NDJSON} or {CSV}, in UTF-8, or chosen in {JSON.decode()}.",
            headers=[(b"accept", f"{NDJSON}, {CSV}, {JSON.decode()}".encode())],
        )
    rows = await asyncio.to_thread(bulk_file.read, data, media_type, act)
    said = "\0".join((name, media_type, act)).encode("utf-8", "replace")
    asked, more = asked_of(call, said + raw, None), {"rows": len(rows)}
    repeated = await call.context.ledger.repeated(**asked.keywords)
    if repeated is not None:
        return accepted(call, repeated, 201, PRACTICE.plural, more)
    require_room(await under_way(call), await kept_bytes(call), len(data))
    id = await call.context.ledger.next_id(BulkJob)
    await _keep(call, id, data)
    person = call.caller.person
    assert person.organisation is not None
    organisation: UUID = person.organisation

    async def decide(work: Work) -> None:
        work.add(
            BulkJob.propose(
                id,
                name=name,
                media_type=media_type,
                size=len(data),
                sha256=sha256(data).hexdigest(),
                rows=len(rows),
                act=act,
                owner=person.id,
                organisation=organisation,
                scopes=sorted(call.caller.actor.scopes),
                by=asked.by,
            )
        )

    receipt = await call.context.ledger.run(decide=decide, **asked.keywords)
    return accepted(call, receipt, 201, PRACTICE.plural, more)


async def _keep(call: Call, id: UUID, data: bytes) -> None:
    """Have the file in the store, sealed under the keys of whoever sends it and of the job."""
    files, person = files_of(call), str(call.caller.person.id)

    def keep() -> None:
        receiving = files.receive(person, id, token_bytes(SALT_BYTES))
        try:
            receiving.add(data)
            receiving.keep()
        finally:
            receiving.drop()

    await in_store(keep)


# Selections --------------------------------------------------------------------------------


async def _selected(call: Call, query: dict[str, str], select: Select) -> bytes:
    """The file that says what a selection does."""
    act = acts().get(select.act)
    if act is None or act.is_creation:
        raise _wrong("act", f"There is no act {select.act} on records.")
    if (select.records is None) == (select.filter is None and select.q is None):
        raise _wrong("filter", "Give a condition, or name the records.")
    if select.records is not None:
        found: list[tuple[str, int | None]] = [(record, None) for record in select.records]
    else:
        found = await _listed(call, query, select, act)
    if not found:
        raise _wrong("filter", "No record fulfils the condition.")
    lines = []
    for record, version in found:
        row: dict[str, Any] = {"act": act.name, "record": record, "body": select.body}
        lines.append(row if version is None else {**row, "if_match": version})
    data = msgspec.json.Encoder().encode_lines(lines)
    if len(data) > BYTES_MAX:
        raise Problem("too_large", f"The rows of a bulk job have at most {BYTES_MAX} bytes.")
    return data


async def _listed(
    call: Call, query: dict[str, str], select: Select, act: Act
) -> list[tuple[str, int | None]]:
    what = act.practice.what
    the = LISTS[what]
    allow(call.caller.actor, f"{what}.list", None)
    await reach(call, the.name, query.get("min_position"))
    texts = [(name, text) for name in ("filter", "q") if (text := getattr(select, name))]
    searched = the.searched if select.q else ()
    if searched:
        await reach(call, search_rows.NAME, query.get("min_position"))
    try:
        now = call.context.clock()
        where = list_filters.asked(call, the.listing, the.values, texts, searched, now)
    except Problem as problem:
        raise _wrong("filter", str(problem)) from None
    found: list[tuple[str, int | None]] = []
    after = None
    try:
        while True:
            page = await call.context.views.list_rows(
                the.listing,
                filters=the.fixed,
                visibility=visibility(call.caller.actor, what),
                sort=("number",),
                limit=LIMIT_MAX,
                after=after,
                fields=("number", "version"),
                where=where,
            )
            for row in page.rows:
                found.append((row["number"], row["version"] if select.if_unchanged else None))
            if len(found) > ROWS_MAX:
                raise _wrong("filter", f"More than {ROWS_MAX} records fulfil the condition.")
            after = page.next
            if after is None:
                return found
    except BadQuery as error:
        raise _wrong("filter", str(error)) from None
    except NotBuilt:
        raise not_yet("The views are being built.") from None


def _wrong(field: str, detail: str) -> Problem:
    errors = [{"pointer": f"/{field}", "detail": detail}]
    return Problem("invalid", f"/{field}: {detail}", errors=errors)


# Routes ------------------------------------------------------------------------------------

_ROWS = [
    {"act": "incident.log", "body": {"title": "No invoices", "impact": 2, "urgency": 1}},
    {
        "act": "incident.assign",
        "record": "INC0000042",
        "if_match": 3,
        "body": {"team": "TEA0000001"},
    },
]
_FILES = {
    NDJSON: {
        "schema": {"type": "string"},
        "example": msgspec.json.Encoder().encode_lines(_ROWS).decode(),
    },
    CSV: {"schema": {"type": "string"}, "example": "title,impact,urgency\nNo invoices,2,1\n"},
}


def proposal_routes() -> Iterator[Route]:
    created = accepted_response("It is kept, and being previewed.", schemas.ETAG, schemas.REPEAT)
    schema = {
        **schemas.ACCEPTED,
        "required": [*schemas.ACCEPTED["required"], "rows"],
        "properties": {**schemas.ACCEPTED["properties"], "rows": schemas.WHOLE},
    }
    example = created["content"][schemas.JSON]["example"]
    yield Route(
        method="POST",
        path=f"/{PRACTICE.plural}",
        endpoint=propose,
        act="bulk_job.propose",
        operation=Operation(
            id="proposeBulkJob",
            tag=PRACTICE.title,
            summary="Propose a bulk job: many commands as one",
            description=f"With a file of at most {ROWS_MAX} rows and {BYTES_MAX} bytes as it is, "
            "NDJSON or CSV, or in JSON with an act and the records of a list that it is for. See "
            "docs/bulk.md. It is previewed at once, and runs when it is started.",
            parameters=[
                schemas.query(
                    "act",
                    "What rows do that name no act, such as `incident.log`; of files.",
                    {"type": "string", "pattern": r"^[a-z_]+\.[a-z_]+$", "maxLength": 100},
                ),
                schemas.query("name", "What the job is called.", schemas.FILE_NAME),
                schemas.MIN_POSITION,
                schemas.IDEMPOTENCY_KEY,
            ],
            body=Select,
            is_body_required=True,
            body_example=EXAMPLE,
            content=_FILES,
            responses={
                201: {
                    **created,
                    "content": schemas.content(
                        schema, {**example, "number": "BLK0000042", "rows": 12}
                    ),
                }
            },
            problems=(
                *KNOWN_CALLER,
                *OF_BODIES,
                *OF_COMMANDS,
                *("bad_query", "not_found", "not_yet", "files_unavailable"),
            ),
        ),
    )
