"""What a draft of a service level policy would do to the open tickets, over HTTP."""

from collections.abc import Iterator
from typing import Any

import msgspec

from api import schemas, service_level_policies
from api.commands import accepted, asked_of, if_match
from api.http import bodies
from api.http.answers import Answer
from api.http.calls import Call
from api.http.routing import Operation, Route
from api.openapi import camel
from api.practices import KNOWN_CALLER, OF_BODIES, OF_COMMANDS, reference_of
from api.reference import reference
from api.tickets import Nothing
from domain.desk.what_if import KEPT_MAX, TICKETS_MAX, WhatIf
from domain.ids import number_of
from domain.policy import about, allow
from domain.service_level_policy import Effects, ServiceLevelPolicy
from domain.what_if import ClockChange

PRACTICE = service_level_policies.PRACTICE
CHANGES_SHOWN_MAX = KEPT_MAX


async def what_if(call: Call) -> Answer:
    raw = await bodies.read(call)
    bodies.parse(call, Nothing, raw)
    id = reference(ServiceLevelPolicy, call.params[0])
    policy = await call.context.ledger.find(ServiceLevelPolicy, id)
    allow(call.caller.actor, f"{PRACTICE.what}.what_if", about(policy))
    expected = if_match(call, is_needed=False)
    asked = asked_of(call, raw, expected)
    receipt, found = await call.context.desk.what_if(id, expected=expected, **asked.keywords)
    return accepted(call, receipt, 200, PRACTICE.plural, shown(found))


def shown(found: WhatIf) -> dict[str, Any]:
    """What would change as JSON: the numbers of all, and the first 1,000 clocks."""
    return {
        "effects": msgspec.to_builtins(found.effects),
        "is_whole": found.is_whole,
        "clocks": [_clock(change) for change in found.changes[:CHANGES_SHOWN_MAX]],
    }


def _clock(change: ClockChange) -> dict[str, Any]:
    return {
        "ticket": number_of(change.ticket),
        "clock": change.clock,
        "budget": [change.budget_before or None, change.budget_after or None],
        "due": [change.due_before, change.due_after],
        "breached": [change.breached_before, change.breached_after],
    }


# Routes ------------------------------------------------------------------------------------


def _before_and_after(one: dict[str, Any], says: str) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"anyOf": [one, {"type": "null"}]},
        "minItems": 2,
        "maxItems": 2,
        "description": f"{says}: now, and then.",
    }


_TEXT = {"type": "string"}
_CLOCK = schemas.object_of(
    ticket=_TEXT,
    clock=_TEXT,
    budget=_before_and_after(_TEXT, "The budget"),
    due=_before_and_after(schemas.INSTANT, "When it is due if it runs on"),
    breached=_before_and_after(schemas.INSTANT, "When it was breached"),
)
_ANSWER = schemas.object_of(
    id={"type": "string", "format": "uuid"},
    number=_TEXT,
    version=schemas.WHOLE,
    position=schemas.WHOLE,
    effects=schemas.object_of(
        **{field: schemas.WHOLE for field in Effects.__struct_fields__},
    ),
    is_whole={
        "type": "boolean",
        "description": f"Whether all open tickets were looked at: about {TICKETS_MAX} are.",
    },
    clocks={**schemas.array_of(_CLOCK), "maxItems": CHANGES_SHOWN_MAX},
)


def what_if_routes() -> Iterator[Route]:
    yield Route(
        method="POST",
        path=f"/{PRACTICE.plural}/{{ref}}/what-if",
        endpoint=what_if,
        act=f"{PRACTICE.what}.what_if",
        operation=Operation(
            id=camel("what if service level policy"),
            tag=PRACTICE.title,
            summary="See what the draft would do to the open tickets, if it were for them now",
            description=(
                "Nothing changes but that it is recorded who asked, for which draft, and the "
                "numbers of the answer."
            ),
            parameters=[
                reference_of(PRACTICE),
                schemas.IDEMPOTENCY_KEY,
                schemas.if_match(is_required=False),
            ],
            body=Nothing,
            responses={
                200: {
                    "description": "What would change.",
                    "headers": {**schemas.ETAG, **schemas.REPEAT},
                    "content": schemas.content(_ANSWER),
                }
            },
            problems=(*KNOWN_CALLER, *OF_BODIES, *OF_COMMANDS, "not_found", "outdated"),
        ),
    )
