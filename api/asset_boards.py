"""What is asked of all assets: what depends on what, and which licences are over-used."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

from api import history, lists, schemas
from api.assets import PRACTICE as ASSETS
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Operation, Route
from api.lists import List, only, reach, whole
from api.openapi import camel
from api.practices import reference_of
from api.reads import OF_READS, find, list_parameters, list_response, reading
from domain.impact import DEPTH_MAX, Direction
from domain.policy import About, allow, visibility
from domain.rules import DomainError
from projections import asset_register
from projections.store import NotBuilt


async def read_impact(call: Call) -> Answer:
    """What depends on an asset, or what it depends on, as far as the caller may see it."""
    asset = await find(call, ASSETS)
    query = call.query()
    only(query, "direction", "depth", *history.PARAMETERS, "min_position")
    direction = query.get("direction", "up")
    if direction not in ("up", "down"):
        raise Problem("bad_query", "direction: it is up (what depends on it) or down.")
    depth = whole(query, "depth", 5, 1, DEPTH_MAX)
    await reach(call, "asset_register", query.get("min_position"))
    as_of = await history.asked_of(call, query)
    try:
        rows = await call.context.views.impact(
            asset.id, direction=cast(Direction, direction), depth=depth, as_of=as_of
        )
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    seen = {row["id"]: row for row in rows if _is_seen(call, row)}
    for row in seen.values():
        # A way over what the caller may not see is not shown.
        if any(id not in seen for id in row["path"][1:]):
            row["path"] = []
    return _page(list(seen.values()))


async def read_licences(call: Call) -> Answer:
    """The licences that the caller may see, with what is entitled and installed."""
    allow(call.caller.actor, call.route.act, None)
    query = call.query()
    only(query, *history.PARAMETERS, "min_position")
    await reach(call, "asset_register", query.get("min_position"))
    as_of = await history.asked_of(call, query)
    try:
        rows = await call.context.views.licences(as_of)
    except NotBuilt:
        raise lists.not_yet("The views are being built.") from None
    return _page([row for row in rows if _is_seen(call, row)])


async def read_findings(call: Call) -> Answer:
    """What was found to be otherwise than registered, without a change that planned it."""
    actor = call.caller.actor
    allow(actor, call.route.act, About(organisation=actor.organisation))
    return await lists.answer(call, FINDINGS, visibility(actor, "asset_findings"))


async def read_reminders(call: Call) -> Answer:
    """What was reminded of, of the assets that the caller may see."""
    actor = call.caller.actor
    allow(actor, call.route.act, About(organisation=actor.organisation, people=(actor.id,)))
    return await lists.answer(call, REMINDERS, visibility(actor, "asset_reminders"))


def _page(rows: list[dict[str, Any]]) -> Answer:
    return json({"data": rows, "has_more": False, "next_cursor": None})


def _is_seen(call: Call, row: dict[str, Any]) -> bool:
    people = tuple(UUID(row[name]) for name in ("owner", "holder") if row[name])
    organisation = UUID(row["organisation"]) if row["organisation"] else None
    about = About(id=UUID(row["id"]), organisation=organisation, people=people)
    try:
        allow(call.caller.actor, "asset.read", about)
    except DomainError:
        return False
    return True


REMINDERS = List(name="asset_reminders", sort=("-at",))
FINDINGS = List(name="asset_findings", sort=("-found_at",))

# Routes ------------------------------------------------------------------------------------


def asset_board_routes() -> Iterator[Route]:
    yield reading(
        "/assets/{ref}/impact",
        read_impact,
        "asset.read",
        "Assets",
        "Read what depends on an asset, or what it depends on",
        [
            reference_of(ASSETS),
            schemas.query(
                "direction",
                "What depends on it (up), or what it depends on (down).",
                {"type": "string", "enum": ["up", "down"], "default": "up"},
            ),
            schemas.query(
                "depth",
                "How many steps away at most.",
                {"type": "integer", "minimum": 1, "maximum": DEPTH_MAX, "default": 5},
            ),
            schemas.AS_OF,
            schemas.KNOWN_AT,
            schemas.MIN_POSITION,
        ],
        schemas.page_of(
            _row(
                distance=schemas.WHOLE,
                path=schemas.array_of(schemas.UUID_TEXT),
                effect={"type": "string", "enum": ["fails", "weakened", "holds"]},
            )
        ),
    )
    yield reading(
        "/licences",
        read_licences,
        "asset.list",
        "Assets",
        "List licences with what is entitled and installed",
        [schemas.AS_OF, schemas.KNOWN_AT, schemas.MIN_POSITION],
        schemas.page_of(_row(installed=schemas.WHOLE, over=schemas.WHOLE, unused=schemas.WHOLE)),
    )

    yield Route(
        method="GET",
        path="/asset-reminders",
        endpoint=read_reminders,
        act="asset_reminders.read",
        operation=Operation(
            id=camel("list asset reminders"),
            tag="Assets",
            summary="List the reminders of what ends with assets",
            parameters=list_parameters(REMINDERS),
            responses={200: list_response(REMINDERS)},
            problems=OF_READS,
        ),
    )
    yield Route(
        method="GET",
        path="/asset-findings",
        endpoint=read_findings,
        act="asset_findings.read",
        operation=Operation(
            id=camel("list asset findings"),
            tag="Assets",
            summary="List what was found to be otherwise than registered",
            parameters=list_parameters(FINDINGS),
            responses={200: list_response(FINDINGS)},
            problems=OF_READS,
        ),
    )


def _row(**more: dict[str, Any]) -> dict[str, Any]:
    row = schemas.row_of(asset_register.REGISTER)
    row["properties"] = {**more, **row["properties"]}
    return row
