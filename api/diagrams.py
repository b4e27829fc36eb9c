"""Drawings over HTTP: of the versions of approval processes, and of approvals."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from api import history, schemas
from api.commands import Practice
from api.http.answers import Answer
from api.http.calls import Call
from api.http.routing import Endpoint, Operation, Route
from api.lists import only
from api.names import Names
from api.openapi import camel
from api.practices import APPROVED, KNOWN_CALLER, reference_of
from api.process_versions import PRACTICE, VERSION_NAME, asked, responses, tagged
from api.reads import entries_of, find, may
from domain.approval_process import ApprovalProcess
from domain.ids import number_of
from domain.process_graph import graph
from domain.rules import NotFound, require
from projections.approval_progress import latest_round, progress
from projections.bpmn import bpmn
from projections.diagram import diagram
from projections.diagram_svg import svg

SVG = b"image/svg+xml; charset=utf-8"
BPMN = b"application/bpmn+xml; charset=utf-8"
DRAWN_ONLY = (b"content-security-policy", b"default-src 'none'; sandbox")
"""Besides the policy of all answers, as both hold: a browser that opens a drawing runs nothing."""


async def read_diagram(call: Call) -> Answer:
    process, version = await asked(call)
    number = "draft" if version.number is None else f"version {version.number}"
    title = f"{process.name}, {process.number} {number}"
    drawn = svg(diagram(graph(version.definition)), version.definition, title=title)
    return _drawn(call, drawn, SVG)


async def read_bpmn(call: Call) -> Answer:
    process, version = await asked(call)
    layout = diagram(graph(version.definition))
    return _drawn(call, bpmn(layout, version.definition, name=process.name), BPMN)


async def read_approval(call: Call, practice: Practice) -> Answer:
    query = call.query()
    only(query, *history.PARAMETERS)
    record: Any = await find(call, practice)
    as_of = await history.asked_of(call, query)
    entries = history.until(await entries_of(call, record.id), as_of)
    if not entries:
        raise NotFound(f"{record.number} was not there yet.")
    round = latest_round(entry.event for entry in entries)
    require(round.process is not None, f"This {record.what} has not been submitted for approval.")
    assert round.process
    id, number = round.process
    process = await call.context.ledger.find(ApprovalProcess, id)
    definition = process.definition_of(number)
    names = Names(call, as_of)
    name = names.of_person if may(call, f"{practice.what}.read_history", record) else number_of
    title = f"{record.number} in {process.name}, {process.number} version {number}"
    standing = progress(round, lambda person: name(UUID(person)))
    layout = diagram(graph(definition))
    return _drawn(call, svg(layout, definition, title=title, progress=standing), SVG)


def _drawn(call: Call, text: str, media_type: bytes) -> Answer:
    answer = tagged(call, text.encode(), media_type)
    answer.headers.append(DRAWN_ONLY)
    return answer


# Routes ------------------------------------------------------------------------------------


_OF_THEN = (schemas.AS_OF, schemas.KNOWN_AT, schemas.IF_NONE_MATCH)


def diagram_routes() -> Iterator[Route]:
    at = "/approval-processes/{ref}/versions/{version}"
    of_process = [reference_of(PRACTICE), VERSION_NAME, *_OF_THEN]
    yield _route(
        f"{at}/diagram.svg",
        read_diagram,
        "approval_process.read",
        "Read a drawing of a version",
        of_process,
        "image/svg+xml",
    )
    yield _route(
        f"{at}/diagram.bpmn",
        read_bpmn,
        "approval_process.read",
        "Read a version as BPMN 2.0 XML with its layout",
        of_process,
        "application/bpmn+xml",
    )
    for practice in APPROVED:
        yield _route(
            f"/{practice.plural}/{{ref}}/approval.svg",
            partial(read_approval, practice=practice),
            # A customer who reads about a service or an offering knows nothing of its drafts.
            f"{practice.what}.read_internal"
            if practice.what in ("service", "offering")
            else f"{practice.what}.read",
            "Read a drawing of how far its approval has come",
            [reference_of(practice), *_OF_THEN],
            "image/svg+xml",
            "refused",
            practice=practice,
            name="read_approval",
        )


def _route(
    path: str,
    endpoint: Endpoint,
    act: str,
    summary: str,
    parameters: list[dict[str, Any]],
    media_type: str,
    *problems: str,
    practice: Practice = PRACTICE,
    name: str = "",
) -> Route:
    return Route(
        method="GET",
        path=path,
        endpoint=endpoint,
        act=act,
        operation=Operation(
            id=camel(f"{name or endpoint.__name__} of {practice.what}"),
            tag=practice.title,
            summary=summary,
            parameters=parameters,
            responses=responses({media_type: {"schema": {"type": "string"}}}),
            problems=(*KNOWN_CALLER, "bad_query", "not_found", *problems),
        ),
    )
