"""The AsyncAPI document: the streams that the API opens, and what they carry."""

from collections.abc import Iterator
from typing import Any

from api import schemas
from api.event_stream import SERVER_SENT
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import ROOT, Operation, Route
from api.lists import only

PATH = "/events/stream"


def document(version: str) -> dict[str, Any]:
    """AsyncAPI 3.0."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ledgerdesk events",
            "version": version,
            "description": "Events as they happen, over server-sent events; webhooks stand in "
            "the OpenAPI document.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": ROOT + PATH,
                "description": "Opened by a GET with a bearer token, which takes `after`, `until`, "
                "`type`, `kind`, `subject` and `condition`, and goes on after `Last-Event-ID`.",
                "messages": {"event": {"$ref": "#/components/messages/event"}},
            }
        },
        "operations": {
            "tellEvents": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "summary": "Tell of each event that the caller may see",
                "messages": [{"$ref": "#/channels/events/messages/event"}],
            }
        },
        "components": {
            "messages": {
                "event": {
                    "name": "event",
                    "title": "An event",
                    "summary": f"The data of a {SERVER_SENT.decode()} frame whose id is the "
                    "position and whose event is the type.",
                    "contentType": "application/json",
                    "payload": {"$ref": "#/components/schemas/CloudEvent"},
                }
            },
            "schemas": {"CloudEvent": schemas.CLOUD_EVENT},
        },
    }


async def read_document(call: Call) -> Answer:
    only(call.query())
    return json(document(call.context.settings.version))


def document_routes() -> Iterator[Route]:
    yield Route(
        method="GET",
        path="/asyncapi.json",
        endpoint=read_document,
        act="",
        operation=Operation(
            id="readAsyncDocument",
            tag="Events",
            summary="Read the AsyncAPI document of the stream of events",
            responses={
                200: {
                    "description": "AsyncAPI 3.0.",
                    "content": schemas.content({"type": "object"}),
                }
            },
            problems=("bad_query", "too_many_requests"),
        ),
    )
