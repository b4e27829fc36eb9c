"""Proofs over HTTP: what was signed, that an event is in the ledger, and that it only grew."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from api import schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Endpoint, Operation, Route
from api.lists import POSITION_MAX, only, whole
from api.openapi import camel
from api.reads import OF_READS
from domain.policy import allow
from domain.rules import NotFound
from domain.transparency.follower import checkpoint_of
from domain.transparency.proofs import Proofs
from domain.transparency.store import Kept

FRESH = (b"cache-control", b"private, no-cache")


async def read_checkpoint(call: Call) -> Answer:
    proofs = _proofs(call)
    only(call.query())
    newest = await asyncio.to_thread(proofs.newest)
    return json(_shown(newest), headers=[FRESH])


async def read_inclusion(call: Call) -> Answer:
    """By the newest checkpoint, or by that of a size."""
    proofs = _proofs(call)
    query = call.query()
    only(query, "position", "size")
    position = _needed(query, "position")
    size = whole(query, "size", 0, 1, POSITION_MAX) or None
    found = await asyncio.to_thread(proofs.inclusion, position, size)
    return json(
        {
            "position": position,
            "leaf": _text(found.leaf),
            "leaf_hash": _text(found.leaf_hash),
            "path": [_text(hash) for hash in found.path],
            "checkpoint": _shown(found.checkpoint),
            "proof": found.text,
        },
        headers=[FRESH],
    )


async def read_consistency(call: Call) -> Answer:
    proofs = _proofs(call)
    query = call.query()
    only(query, "from", "to")
    first, second = _needed(query, "from"), _needed(query, "to")
    if first > second:
        raise Problem("bad_query", "from: it is not larger than `to`.")
    found = await asyncio.to_thread(proofs.consistency, first, second)
    return json(
        {
            "from": first,
            "to": second,
            "from_root": _text(found.first_root),
            "to_root": _text(found.second_root),
            "path": [_text(hash) for hash in found.path],
        },
        headers=[FRESH],
    )


def _proofs(call: Call) -> Proofs:
    allow(call.caller.actor, call.route.act, None)
    proofs = call.context.proofs
    if proofs is None:
        raise NotFound("This desk keeps no transparency log.")
    return proofs


def _needed(query: dict[str, str], name: str) -> int:
    if name not in query:
        raise Problem("bad_query", f"{name}: a whole number is needed.")
    return whole(query, name, 0, 0, POSITION_MAX)


def _shown(kept: Kept) -> dict[str, Any]:
    checkpoint = checkpoint_of(kept)
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": _text(checkpoint.root),
        "signed_at": datetime.fromtimestamp(kept.seconds, UTC),
        "note": kept.note,
    }


def _text(data: bytes) -> str:
    return b64encode(data).decode()


# Routes ------------------------------------------------------------------------------------

BASE64 = {"type": "string", "format": "byte", "description": "Base64 (RFC 4648, section 4)."}
PATH = {"type": "array", "items": BASE64, "maxItems": 64}
NUMBER = {"type": "integer", "minimum": 0, "maximum": POSITION_MAX}


def _object(**properties: Any) -> dict[str, Any]:
    properties = {name.strip("_"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


CHECKPOINT = _object(
    origin={"type": "string", "description": "The name of the key that signed it."},
    size={**schemas.WHOLE, "description": "How many events it covers, from the first on."},
    root=BASE64,
    signed_at=schemas.INSTANT,
    note={"type": "string", "description": "As it was signed (C2SP tlog-checkpoint)."},
)


def proof_routes() -> Iterator[Route]:
    yield _route(
        "/log/checkpoint",
        read_checkpoint,
        "Read the newest checkpoint",
        "What was signed of the ledger: how many events, and the root of the Merkle tree of them.",
        (),
        CHECKPOINT,
    )
    yield _route(
        "/log/proof/inclusion",
        read_inclusion,
        "Prove that an event is in the ledger",
        "`proof` is the whole of it as text (C2SP tlog-proof), to be verified by whoever knows the "
        "public key.",
        (
            schemas.query("position", "The position of the event.", NUMBER, is_required=True)
            | {"example": 1},
            schemas.query(
                "size",
                "By the checkpoint over so many events, in place of the newest.",
                {**NUMBER, "minimum": 1},
            ),
        ),
        _object(
            position=schemas.WHOLE,
            leaf=BASE64,
            leaf_hash=BASE64,
            path=PATH,
            checkpoint=CHECKPOINT,
            proof={"type": "string"},
        ),
    )
    yield _route(
        "/log/proof/consistency",
        read_consistency,
        "Prove that the ledger only grew",
        "That its first `from` events are still the first of its first `to` events (RFC 9162).",
        (
            schemas.query("from", "So many events first.", NUMBER, is_required=True)
            | {"example": 1},
            schemas.query("to", "So many events later.", NUMBER, is_required=True) | {"example": 2},
        ),
        _object(from_=schemas.WHOLE, to=schemas.WHOLE, from_root=BASE64, to_root=BASE64, path=PATH),
    )


def _route(
    path: str,
    endpoint: Endpoint,
    summary: str,
    description: str,
    parameters: Sequence[dict[str, Any]],
    schema: dict[str, Any],
) -> Route:
    return Route(
        method="GET",
        path=path,
        endpoint=endpoint,
        act="ledger.verify",
        operation=Operation(
            id=camel(summary),
            tag="Proofs",
            summary=summary,
            description=description,
            parameters=parameters,
            responses={200: {"description": "Found.", "content": schemas.content(schema)}},
            problems=(*(code for code in OF_READS if code != "not_yet"), "not_found", "refused"),
        ),
    )
