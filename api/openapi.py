"""The OpenAPI document, made from the routes."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from api import schemas
from api.http.errors import CODES
from api.http.routing import Route
from api.without_past import is_told_of_past, why_not

INTRODUCTION = """\
Commands are acknowledged once they are durable. Every command takes an `Idempotency-Key`. Acts
that depend on what was seen need `If-Match` with the version. Numbers such as `INC0000042` and
ids are interchangeable. Reads that are to see a command take its `position` as `min_position`."""


def document(routes: Sequence[Route], root: str, version: str) -> dict[str, Any]:
    components: dict[str, Any] = dict(schemas.COMPONENTS)
    responses: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for route in routes:
        operations = paths.setdefault(root + route.path, {})
        operations[route.method.lower()] = _operation(route, components, responses)
    tags = list(dict.fromkeys(route.operation.tag for route in routes))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ledgerdesk",
            "version": version,
            "description": INTRODUCTION,
            "license": {"name": "MIT", "identifier": "MIT"},
            "contact": {"name": "Ledgerdesk"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in tags],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "responses": dict(sorted(responses.items())),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "ld_pat_…",
                    "description": "A token with scopes, issued to a person.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "ledgerdesk_session",
                    "description": "The cookie of somebody who has signed in; over TLS it is "
                    "called `__Host-ledgerdesk_session`.",
                },
            },
        },
    }


def _operation(
    route: Route, components: dict[str, Any], responses: dict[str, Any]
) -> dict[str, Any]:
    told = route.operation
    operation: dict[str, Any] = {
        "operationId": told.id,
        "summary": told.summary,
        "tags": [told.tag],
        "responses": _responses(route, responses),
    }
    if description := _description(route):
        operation["description"] = description
    if told.parameters:
        operation["parameters"] = list(told.parameters)
    if told.body is not None:
        schema = {"$ref": f"#/components/schemas/{register(told.body, components)}"}
        operation["requestBody"] = {
            "required": told.is_body_required,
            "content": schemas.content(schema, told.body_example),
        }
    if told.content is not None:
        body = operation.setdefault("requestBody", {"required": True, "content": {}})
        body["content"] = {**body["content"], **told.content}
    if not route.act:
        operation["security"] = []
    return operation


def _description(route: Route) -> str:
    why = "" if route.method != "GET" or is_told_of_past(route) else why_not(route.path)
    said = (route.operation.description, f"It takes no `as_of`: {why}" if why else "")
    return "\n\n".join(filter(None, said))


def _responses(route: Route, shared: dict[str, Any]) -> dict[str, Any]:
    told = route.operation
    responses: dict[int, Any] = {}
    for status, response in told.responses.items():
        responses[status] = dict(response)
        if told.links and status < 300:
            responses[status]["links"] = told.links
    by_status: dict[int, list[str]] = {}
    for code in told.problems:
        by_status.setdefault(CODES[code][0], []).append(code)
    for status, codes in by_status.items():
        name = camel(" ".join(codes))
        shared.setdefault(name, schemas.problem(codes))
        responses[status] = {"$ref": f"#/components/responses/{name}"}
    return {str(status): responses[status] for status in sorted(responses)}


def register(model: type[BaseModel], components: dict[str, Any]) -> str:
    """Put a model and those within it among the components, and return its name there."""
    module = model.__module__.rpartition(".")[2]
    name = "".join(part.title() for part in module.split("_")) + model.__name__
    if name in components:
        return name
    schema = model.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    for inner, definition in schema.pop("$defs", {}).items():
        if components.setdefault(inner, definition) != definition:
            raise ValueError(f"Two models are called {inner}.")
    components[name] = schema
    return name


def camel(text: str) -> str:
    """An operation id such as `escalateIncidentFunctionally`, from words."""
    first, *others = re.split(r"[^A-Za-z0-9]+", text)
    return first.lower() + "".join(word[:1].upper() + word[1:] for word in others)
