"""All practices, and the routes of their commands."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from api import (
    approval_processes,
    articles,
    asset_types,
    assets,
    assignment_rules,
    bulk_jobs,
    cab_meetings,
    calendars,
    change_templates,
    change_windows,
    changes,
    choice_lists,
    contracts,
    data_rules,
    declared_views,
    incidents,
    macros,
    offerings,
    order_guides,
    organisations,
    people,
    problems,
    purchase_orders,
    questions,
    releases,
    report_schedules,
    requests,
    risk_models,
    saved_views,
    schemas,
    service_level_policies,
    services,
    survey_policies,
    teams,
    text_modules,
    ticket_types,
    update_templates,
    webhooks,
)
from api.commands import Command, Creation, Practice, act, create
from api.http.routing import Operation, Route
from api.openapi import camel
from domain.approval_round import ApprovalRounds
from domain.ticket import Ticket

PRACTICES: Sequence[Practice] = (
    incidents.PRACTICE,
    problems.PRACTICE,
    questions.PRACTICE,
    requests.PRACTICE,
    changes.PRACTICE,
    cab_meetings.PRACTICE,
    change_templates.PRACTICE,
    change_windows.PRACTICE,
    risk_models.PRACTICE,
    assignment_rules.PRACTICE,
    assets.PRACTICE,
    asset_types.PRACTICE,
    contracts.PRACTICE,
    purchase_orders.PRACTICE,
    releases.PRACTICE,
    services.PRACTICE,
    offerings.PRACTICE,
    articles.PRACTICE,
    people.PRACTICE,
    teams.PRACTICE,
    organisations.PRACTICE,
    approval_processes.PRACTICE,
    service_level_policies.PRACTICE,
    calendars.PRACTICE,
    ticket_types.PRACTICE,
    text_modules.PRACTICE,
    survey_policies.PRACTICE,
    update_templates.PRACTICE,
    macros.PRACTICE,
    data_rules.PRACTICE,
    choice_lists.PRACTICE,
    order_guides.PRACTICE,
    saved_views.PRACTICE,
    webhooks.PRACTICE,
    bulk_jobs.PRACTICE,
    report_schedules.PRACTICE,
    declared_views.PRACTICE,
)

APPROVED: Sequence[Practice] = tuple(
    practice for practice in PRACTICES if issubclass(practice.kind, ApprovalRounds)
)
"""Those whose records people approve."""

KNOWN_CALLER = ("bad_request", "unauthenticated", "forbidden", "too_many_requests")
OF_BODIES = ("broken_json", "too_large", "unsupported_media_type", "invalid")
OF_COMMANDS = ("cross_site", "refused", "key_reused", "conflict")


def command_routes(practice: Practice) -> Iterator[Route]:
    if practice.creation is not None:
        yield _creation(practice, practice.creation)
    for command in practice.commands:
        yield _command(practice, command)


def reference_of(practice: Practice) -> dict[str, Any]:
    """The path parameter that names a record."""
    example = f"{practice.kind.prefix}0000042"
    return schemas.path("ref", f"The number or the id, such as {example}.", example)


def accepted(description: str, *headers: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "headers": {key: value for header in headers for key, value in header.items()},
        "content": schemas.content(
            {"$ref": "#/components/schemas/Accepted"},
            {
                "id": "494e4300-0000-8000-8000-00000000002a",
                "number": "INC0000042",
                "version": 3,
                "position": 118,
            },
        ),
    }


def _creation(practice: Practice, creation: Creation) -> Route:
    location = {"Location": {"description": "Where the record is.", "schema": {"type": "string"}}}
    return Route(
        method="POST",
        path=f"/{practice.plural}",
        endpoint=partial(create, practice=practice, creation=creation),
        act=f"{practice.what}.{creation.name}",
        operation=Operation(
            id=camel(f"{creation.name} {practice.what}"),
            tag=practice.title,
            summary=creation.summary,
            description=creation.description,
            parameters=[schemas.IDEMPOTENCY_KEY],
            body=creation.body,
            is_body_required=True,
            body_example=creation.example,
            responses={201: accepted("It is recorded.", schemas.ETAG, schemas.REPEAT, location)},
            problems=(*KNOWN_CALLER, *OF_BODIES, *OF_COMMANDS),
            links=_links(practice),
        ),
    )


def _command(practice: Practice, command: Command) -> Route:
    problems = [*KNOWN_CALLER, *OF_BODIES, *OF_COMMANDS, "not_found", "outdated"]
    if issubclass(practice.kind, Ticket):
        problems.append("locked")
    if command.needs_version:
        problems.append("version_needed")
    needed = any(field.is_required() for field in command.body.model_fields.values())
    return Route(
        method="POST",
        path=f"/{practice.plural}/{{ref}}/{command.name.replace('_', '-')}",
        endpoint=partial(act, practice=practice, command=command),
        act=f"{practice.what}.{command.name}",
        operation=Operation(
            id=camel(f"{command.name} {practice.what}"),
            tag=practice.title,
            summary=command.summary,
            description=command.description,
            parameters=[
                reference_of(practice),
                schemas.if_match(is_required=command.needs_version),
                schemas.IDEMPOTENCY_KEY,
            ],
            body=command.body,
            is_body_required=needed,
            body_example=command.example,
            responses={200: accepted("It is recorded.", schemas.ETAG, schemas.REPEAT)},
            problems=problems,
        ),
    )


def _links(practice: Practice) -> dict[str, Any]:
    """From a new record to reading it, and to what can be done with it."""
    ref = "$response.body#/number"
    links: dict[str, Any] = {
        camel(f"read {practice.what}"): {
            "operationId": camel(f"read {practice.what}"),
            "parameters": {"ref": ref},
        },
        camel(f"read {practice.what} history"): {
            "operationId": camel(f"read {practice.what} history"),
            "parameters": {"ref": ref},
        },
    }
    for command in practice.commands:
        parameters = {"ref": ref}
        if command.needs_version:
            parameters["If-Match"] = "$response.header.ETag"
        name = camel(f"{command.name} {practice.what}")
        links[name] = {"operationId": name, "parameters": parameters}
    return links
