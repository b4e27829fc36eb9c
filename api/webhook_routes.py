"""The routes of webhooks that answer with more than a receipt, and what webhooks send."""

from collections.abc import Iterator
from typing import Any

from api import schemas
from api.http.routing import Endpoint, Operation, Route
from api.practices import KNOWN_CALLER, OF_BODIES, OF_COMMANDS, reference_of
from api.webhooks import EXAMPLE, PRACTICE, Register, RotateSecret, register, rotate_secret

_WITH_SECRET: dict[str, Any] = {
    **schemas.ACCEPTED,
    "description": "The secret is told once: not to a repeat of the request.",
    "properties": {
        **schemas.ACCEPTED["properties"],
        "secret": {"type": "string", "pattern": "^whsec_"},
    },
}


def webhook_routes() -> Iterator[Route]:
    yield _route("", register, Register, EXAMPLE, 201, "register", "Register a webhook")
    yield _route(
        "/{ref}/rotate-secret",
        rotate_secret,
        RotateSecret,
        {"overlap_hours": 24},
        200,
        "rotate_secret",
        "Sign with a new secret",
    )


def _route(
    path: str,
    endpoint: Endpoint,
    body: Any,
    example: Any,
    status: int,
    act: str,
    summary: str,
) -> Route:
    of_one = "{ref}" in path
    first = [reference_of(PRACTICE), schemas.if_match(is_required=True)] if of_one else []
    problems = [*KNOWN_CALLER, *OF_BODIES, *OF_COMMANDS]
    if of_one:
        problems += ["not_found", "outdated", "version_needed"]
    return Route(
        method="POST",
        path=f"/{PRACTICE.plural}{path}",
        endpoint=endpoint,
        act=f"webhook.{act}",
        operation=Operation(
            id=f"{'rotateSecret' if of_one else 'register'}Webhook",
            tag=PRACTICE.title,
            summary=summary,
            parameters=[*first, schemas.IDEMPOTENCY_KEY],
            body=body,
            is_body_required=not of_one,
            body_example=example,
            responses={
                status: {
                    "description": "It is recorded.",
                    "headers": {**schemas.ETAG, **schemas.REPEAT},
                    "content": schemas.content(_WITH_SECRET),
                }
            },
            problems=problems,
        ),
    )


ENVELOPE = {
    "event": {
        "post": {
            "operationId": "receiveEvent",
            "summary": "An event, sent to a webhook",
            "description": (
                "Signed as Standard Webhooks has it. Answer with a status of the 200s once it is "
                "kept; it may come again under the same webhook-id. 410 disables the webhook."
            ),
            "tags": [PRACTICE.title],
            "parameters": [
                schemas.header(name, about, {"type": "string"}, is_required=True)
                for name, about in (
                    ("webhook-id", "The same for each attempt at an event."),
                    ("webhook-timestamp", "When it was sent, in seconds since 1970."),
                    ("webhook-signature", "One or, while secrets overlap, two: v1,…"),
                )
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/cloudevents+json": {
                        "schema": {"$ref": "#/components/schemas/CloudEvent"}
                    }
                },
            },
            "responses": {
                "204": {"description": "It is kept."},
                "410": {"description": "Nothing is wanted any more."},
            },
            "security": [],
        }
    }
}
"""The `webhooks` section of the OpenAPI document."""
