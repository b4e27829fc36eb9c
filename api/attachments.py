"""The bytes of attachments over HTTP: sent as they are, and fetched again, whole or in part."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from secrets import token_bytes
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from api import schemas
from api.commands import Practice, accepted, asked_of, if_match
from api.http.answers import Answer
from api.http.calls import Call
from api.http.errors import Problem
from api.http.files import OPENS_NOWHERE, FileAnswer, disposition, span_of
from api.http.routing import Operation, Route
from api.lists import only
from api.openapi import camel
from api.practices import KNOWN_CALLER, PRACTICES, reference_of
from api.reads import entries_of, find
from domain.files import DIGEST, Files, FilesUnavailable, Received, Receiving
from domain.inline_images import IMAGES
from domain.personal import ERASED
from domain.rules import NotFound, require
from domain.sealed_file import SALT_BYTES
from domain.ticket import Ticket

P = ParamSpec("P")
T = TypeVar("T")

WRITTEN_BYTES = 256 * 1024
"""So much is sealed and written in one go."""
EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""The digest of `test`."""


async def upload(call: Call, practice: Practice) -> Answer:
    """Take a file, and attach it once it is durable."""
    query = call.query()
    only(query, "name")
    name = query.get("name", "") or "file"
    files = files_of(call)
    media_type = call.header(b"content-type").partition(";")[0].strip().lower()
    record: Any = await find(call, practice)
    expected = if_match(call, is_needed=False)
    files.limits.check_media_type(media_type)
    record.require_not_over()
    _check_declared(call, files)
    person = str(call.caller.person.id)
    receiving = await asyncio.to_thread(files.receive, person, record.id, token_bytes(SALT_BYTES))
    try:
        received = await _received(call, receiving)
        if await _needs_bytes(call, files, record, received):
            await in_store(receiving.keep)
    finally:
        await asyncio.to_thread(receiving.drop)
    size, sha256 = received
    asked = asked_of(call, "\0".join((name, media_type, sha256)).encode("utf-8", "replace"), None)
    receipt = await call.context.ledger.edit(
        practice.kind,
        record.id,
        lambda ticket: ticket.attach(  # type: ignore[attr-defined]  # only tickets have this route
            name=name, media_type=media_type, size=size, sha256=sha256, by=asked.by
        ),
        expected=expected,
        **asked.keywords,
    )
    return accepted(call, receipt, 201, practice.plural, {"sha256": sha256, "size": size})


async def download(call: Call, practice: Practice) -> Answer:
    """Send a file, or the range of it that is asked for."""
    query = call.query()
    only(query, "inline")
    sha256 = call.params[1]
    record = await find(call, practice)
    files = files_of(call)
    attached = await _attached(call, record.id, sha256) if DIGEST.fullmatch(sha256) else None
    if attached is None:
        raise NotFound(f"{record.number} has no such attachment.")
    if attached.name == ERASED:
        raise NotFound("The content of this attachment was erased.")
    is_shown = query.get("inline", "false") == "true"
    if query.get("inline", "false") not in ("true", "false"):
        raise Problem("bad_query", "inline: true or false.")
    if is_shown and attached.media_type not in IMAGES:
        raise Problem("bad_query", f"inline: only {', '.join(sorted(IMAGES))} are shown.")
    headers = [
        (b"etag", b'"%s"' % sha256.encode()),
        (b"cache-control", b"private, no-cache"),
    ]
    if call.header(b"if-none-match") in ("*", f'"{sha256}"'):
        return Answer(304, headers=headers)
    file = await in_store(files.open, sha256, attached.by.actor, record.id)
    if file is None:
        raise NotFound("The content of this attachment was never sent to this desk.")
    headers += [
        disposition(attached.name, is_shown=is_shown),
        (b"accept-ranges", b"bytes"),
        *OPENS_NOWHERE,
    ]
    asked = call.header(b"range")
    if call.headers.get(b"if-range", b'"%s"' % sha256.encode()) != b'"%s"' % sha256.encode():
        asked = ""
    span = span_of(asked, file.size)
    if span is None:
        return FileAnswer(200, file.parts(), file.size, headers, attached.media_type)
    start, end = span
    headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, file.size)))
    return FileAnswer(206, file.parts(start, end), end - start, headers, attached.media_type)


def files_of(call: Call) -> Files:
    files = call.context.files
    if files is None:
        raise NotFound("This desk keeps no files.")
    return files


async def in_store(act: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Do what may take the store some time. Raises Problem if it does not answer."""
    try:
        return await asyncio.to_thread(act, *args, **named)
    except FilesUnavailable as error:
        raise Problem("files_unavailable", str(error), headers=[(b"retry-after", b"10")]) from None


def _check_declared(call: Call, files: Files) -> None:
    """Refuse before it comes what says itself that it is too large."""
    declared = call.headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared[:18]) > files.limits.bytes_max:
        raise Problem("too_large", f"An attachment has at most {files.limits.bytes_max} bytes.")


async def _received(call: Call, receiving: Receiving) -> Received:
    waiting = bytearray()
    has_more = True
    while has_more:
        message = await call.receive()
        if message["type"] == "http.disconnect":
            raise Problem("bad_request", "The body ended before its end.")
        waiting += message.get("body", b"")
        has_more = message.get("more_body", False)
        if waiting and (len(waiting) >= WRITTEN_BYTES or not has_more):
            await asyncio.to_thread(receiving.add, bytes(waiting))
            waiting.clear()
    return receiving.received


async def _needs_bytes(call: Call, files: Files, record: Ticket, received: Received) -> bool:
    """Whether the ticket does not have this content already. Raises Refused if somebody else said
    that they would send it: it would be theirs to be erased with."""
    if received.sha256 not in record.attachments:
        return True
    attached = await _attached(call, record.id, received.sha256)
    if attached is None or attached.by.actor == str(call.caller.person.id):
        return True
    is_there = await in_store(files.has, received.sha256, attached.by.actor, record.id)
    require(is_there, "Who attached a file by its digest sends its content.")
    return False


async def _attached(call: Call, id: UUID, sha256: str) -> Ticket.Attached | None:
    for entry in await entries_of(call, id):
        if isinstance(entry.event, Ticket.Attached) and entry.event.sha256 == sha256:
            return entry.event
    return None


# Routes ------------------------------------------------------------------------------------

DIGEST_TEXT: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
SENT = schemas.object_of(
    **schemas.COMPONENTS["Accepted"]["properties"], sha256=DIGEST_TEXT, size=schemas.WHOLE
)
INLINE = schemas.query(
    "inline",
    "Whether it is an image to be shown in a page, and not a file to be saved.",
    {"type": "string", "enum": ["true", "false"], "default": "false"},
)
BYTES: dict[str, Any] = {"application/octet-stream": {"schema": {}}}


def attachment_routes() -> Iterator[Route]:
    for practice in PRACTICES:
        if issubclass(practice.kind, Ticket):
            yield _upload(practice)
            yield _download(practice)


def _upload(practice: Practice) -> Route:
    return Route(
        method="POST",
        path=f"/{practice.plural}/{{ref}}/attachments",
        endpoint=partial(upload, practice=practice),
        act=f"{practice.what}.attach",
        operation=Operation(
            id=camel(f"upload attachment of {practice.what}"),
            tag=practice.title,
            summary="Attach a file by sending it",
            description="The body is the file as it is, of the type that Content-Type says. It is "
            "durable once this is answered.",
            parameters=[
                reference_of(practice),
                schemas.query("name", "What it is called.", schemas.FILE_NAME)
                | {"example": "screenshot.png"},
                schemas.if_match(is_required=False),
                schemas.IDEMPOTENCY_KEY,
            ],
            content=BYTES,
            responses={
                201: {
                    "description": "It is attached.",
                    "headers": schemas.ETAG | schemas.REPEAT,
                    "content": schemas.content(SENT),
                }
            },
            problems=(
                *KNOWN_CALLER,
                *("bad_query", "too_large", "cross_site", "refused", "key_reused", "conflict"),
                *("not_found", "outdated", "locked", "files_unavailable"),
            ),
        ),
    )


def _download(practice: Practice) -> Route:
    digest = schemas.path("sha256", "The SHA-256 of its content.", EXAMPLE)
    digest["schema"] = DIGEST_TEXT
    found: dict[str, Any] = {"schema": {}}
    return Route(
        method="GET",
        path=f"/{practice.plural}/{{ref}}/attachments/{{sha256}}",
        endpoint=partial(download, practice=practice),
        act=f"{practice.what}.read",
        operation=Operation(
            id=camel(f"download attachment of {practice.what}"),
            tag=practice.title,
            summary="Fetch an attached file, or a range of it",
            parameters=[reference_of(practice), digest, INLINE, schemas.IF_NONE_MATCH],
            responses={
                200: {"description": "The file.", "content": {"*/*": found}},
                206: {"description": "The range.", "content": {"*/*": found}},
                304: {"description": "It is as it was.", "headers": schemas.ETAG},
            },
            problems=(
                *KNOWN_CALLER,
                *("bad_query", "not_found", "out_of_range", "files_unavailable"),
            ),
        ),
    )
