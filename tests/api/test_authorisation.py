"""Every route and every role, in one table."""

import pytest

from projections.reports import REPORTS
from tests.api.authorisation import REFUSED, ROLES, attempt, routes, subjects
from tests.api.house import House
from tests.api.may import governed
from tests.api.may_services import OF_SERVICES
from tests.api.may_tickets import OF_TICKETS

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN_TO_STRANGERS = {
    "GET /asset-types/{ref}",
    "GET /asset-types/{ref}/history",
    "GET /calendars/{ref}",
    "GET /calendars/{ref}/history",
    "GET /calendars/{ref}/windows",
    "GET /calendars/{ref}/open-time",
    "GET /calendars/{ref}/next-open",
    "GET /calendars/{ref}/add",
    "GET /calendars/{ref}/feed.ics",
    "GET /ticket-types/{ref}",
    "GET /ticket-types/{ref}/history",
    "POST /calendars/{ref}/feeds",
    "GET /choice-lists/{ref}",
    "GET /choice-lists/{ref}/history",
    "GET /order-guides/{ref}",
    "POST /order-guides/{ref}/try",
    "POST /order-guides/{ref}/order",
    "GET /change-templates/{ref}",
    "GET /change-templates/{ref}/history",
    "GET /change-templates/{ref}/approval.svg",
}

FOR_ALL = (
    *("/calendars", "/change-templates", "/asset-types", "/ticket-types"),
    *("/order-guides", "/choice-lists"),
)
"""Calendars, types of assets and of tickets, guides and the change catalogue belong to nobody."""


async def test_nobody_does_anything_without_a_token(house: House) -> None:
    found = await subjects(house, "bakery")

    for route in routes(house.app):
        if route.act:
            assert await attempt(house, route, "", found) == 401, route.path


async def test_a_customer_finds_no_record_of_another_customer(house: House) -> None:
    found = await subjects(house, "foundry")

    for route in routes(house.app):
        if "{ref}" not in route.path or f"{route.method} {route.path}" in OPEN_TO_STRANGERS:
            continue
        refused = {403} if route.path.startswith(FOR_ALL) else {404}
        for who in ROLES:
            status = await attempt(house, route, f"bakery.{who}", found)
            assert status in refused, (route.method, route.path, who)


async def test_lists_show_a_customer_nothing_of_another(house: House) -> None:
    made = await house.as_("foundry.rita").made("/incidents", {"title": "Furnace out"})
    at = f"min_position={made['position']}&limit=250"

    for who in ROLES:
        client = house.as_(f"bakery.{who}")
        for path in (
            "/incidents",
            "/changes",
            "/problems",
            "/questions",
            "/requests",
            "/assets",
            "/people",
            "/teams",
        ):
            answer = await client.get(f"{path}?{at}")
            foundry = str(house.organisations["foundry"])
            if answer.status_code == 200:
                assert all(row.get("organisation") != foundry for row in answer.json()["data"])


async def test_a_person_with_the_role_requester_alone_lists_their_own(house: House) -> None:
    theirs = await house.as_("bakery.rita").made("/incidents", {"title": "Oven cold"})
    others = await house.as_("bakery.adam").made("/incidents", {"title": "Mixer loud"})

    page = await house.as_("bakery.rita").read(
        f"/incidents?min_position={others['position']}&limit=250"
    )

    numbers = [row["number"] for row in page["data"]]
    assert theirs["number"] in numbers
    assert others["number"] not in numbers


MAY: dict[str, str] = {
    **OF_TICKETS,
    **OF_SERVICES,
    "POST /ticket-types": "----x--",
    "POST /ticket-types/{ref}/revise": "----x--",
    "GET /ticket-types": "xxxxxxx",
    "GET /ticket-types/{ref}": "xxxxxxx",
    "GET /ticket-types/{ref}/history": "xxxxxxx",
    "POST /views": "----x--",
    "POST /views/{ref}/revise": "----x--",
    "POST /views/{ref}/retire": "----x--",
    "GET /views": "-xxxxxx",
    "GET /views/{ref}": "-xxxxxx",
    "GET /views/{ref}/history": "-xxxxxx",
    "GET /views/{ref}/rows": "-xxxxx-",
    "GET /time-spent": "-xxxxx-",
    "GET /fulfilment-tasks": "-xxxxx-",
    "GET /reports/time-spent": "-xxxxx-",
    **dict.fromkeys((f"GET /reports/{name}" for name in REPORTS), "-xxxxx-"),
    **dict.fromkeys((f"GET /reports/{name}/members" for name in REPORTS), "-xxxxx-"),
    "POST /sessions": "-------",
    "DELETE /sessions/current": "xxxxxxx",
    "GET /me": "xxxxxxx",
    "GET /tickets": "xxxxxxx",
    "GET /me/mentions": "xxxxxxx",
    "POST /people/{ref}/set-password": "------x",
    "POST /people/{ref}/issue-token": "------x",
    "POST /people/{ref}/revoke-token": "------x",
    "GET /people/{ref}/tokens": "------x",
    "POST /change-templates": "---xx--",
    **governed("change-templates", "---xx--", "xxxxxxx"),
    "POST /change-templates/{ref}/revise": "---xx--",
    "POST /change-templates/{ref}/publish": "---xx--",
    "POST /change-templates/{ref}/retire": "---xx--",
    "POST /choice-lists": "-x--x--",
    "POST /choice-lists/{ref}/replace": "-x--x--",
    "POST /choice-lists/{ref}/retire": "-x--x--",
    "GET /choice-lists": "xxxxxxx",
    "GET /choice-lists/{ref}": "xxxxxxx",
    "GET /choice-lists/{ref}/history": "xxxxxxx",
    "POST /change-windows": "---xx--",
    **governed("change-windows", "---xx--", "-xxxxxx"),
    "POST /change-windows/{ref}/revise": "---xx--",
    "POST /change-windows/{ref}/publish": "---xx--",
    "POST /change-windows/{ref}/retire": "---xx--",
    "POST /change-windows/{ref}/except-change": "---x---",
    "POST /change-windows/{ref}/withdraw-exception": "---x---",
    "POST /risk-models": "----x--",
    **governed("risk-models", "----x--", "-xxxxxx"),
    "POST /risk-models/{ref}/revise": "----x--",
    "POST /risk-models/{ref}/publish": "----x--",
    "POST /risk-models/{ref}/retire": "----x--",
    "POST /assignment-rules": "----x--",
    **governed("assignment-rules", "----x--", "-xxxxxx"),
    "POST /assignment-rules/{ref}/revise": "----x--",
    "POST /assignment-rules/{ref}/publish": "----x--",
    "POST /assignment-rules/{ref}/retire": "----x--",
    "POST /assignment-rules/{ref}/try": "----xx-",
    "GET /assignment-rules": "-xxxxxx",
    "GET /assignment-rules/{ref}": "-xxxxxx",
    "GET /assignment-rules/{ref}/history": "-xxxxxx",
    "GET /search": "xxxxxxx",
    "GET /deflections": "-xxxxx-",
    "GET /reports/deflection": "-xxxxx-",
    "GET /tickets/{ref}/suggestions": "xxxxxx-",
    "POST /text-modules": "-x--x--",
    "POST /update-templates": "-x--x--",
    "POST /text-modules/{ref}/revise": "-x--x--",
    "POST /update-templates/{ref}/revise": "-x--x--",
    "POST /text-modules/{ref}/retire": "-x--x--",
    "POST /update-templates/{ref}/retire": "-x--x--",
    "GET /text-modules": "-xxxxxx",
    "GET /update-templates": "-xxxxxx",
    "GET /text-modules/{ref}": "-xxxxxx",
    "GET /update-templates/{ref}": "-xxxxxx",
    "GET /text-modules/{ref}/history": "-xxxxxx",
    "GET /update-templates/{ref}/history": "-xxxxxx",
    "POST /macros": "----x--",
    "POST /survey-policies": "----x--",
    "POST /macros/{ref}/revise": "----x--",
    "POST /survey-policies/{ref}/revise": "----x--",
    "POST /macros/{ref}/retire": "----x--",
    "POST /survey-policies/{ref}/retire": "----x--",
    "GET /macros": "-xxxxxx",
    "GET /survey-policies": "-xxxxxx",
    "GET /macros/{ref}": "-xxxxxx",
    "GET /survey-policies/{ref}": "-xxxxxx",
    "GET /macros/{ref}/history": "-xxxxxx",
    "GET /survey-policies/{ref}/history": "-xxxxxx",
    "POST /data-rules": "----x--",
    "POST /data-rules/{ref}/revise": "----x--",
    "POST /data-rules/{ref}/retire": "----x--",
    "GET /data-rules": "-xxxxxx",
    "GET /data-rules/{ref}": "-xxxxxx",
    "GET /data-rules/{ref}/history": "-xxxxxx",
    "GET /text-modules/{ref}/filled": "-xxxxxx",
    "GET /update-templates/{ref}/filled": "-xxxxxx",
    "GET /data-quality": "-xxxxxx",
    "GET /queue/columns": "-xxxxx-",
    "POST /saved-views": "xxxxx-x",
    "POST /saved-views/{ref}/amend": "x------",
    "POST /saved-views/{ref}/share": "x------",
    "POST /saved-views/{ref}/remove": "x------",
    "POST /saved-views/{ref}/subscribe": "xxxxx-x",
    "POST /saved-views/{ref}/unsubscribe": "xxxxx-x",
    "GET /saved-views": "xxxxxxx",
    "GET /saved-views/{ref}": "xxxxxxx",
    "GET /saved-views/{ref}/changes": "xxxxxxx",
    "GET /saved-views/{ref}/history": "x----x-",
    "POST /people": "------x",
    "POST /people/{ref}/amend": "------x",
    "POST /people/{ref}/set-skills": "------x",
    "POST /people/{ref}/delegate": "------x",
    "POST /people/{ref}/end-delegation": "------x",
    "POST /people/{ref}/move": "------x",
    "POST /people/{ref}/set-manager": "------x",
    "POST /people/{ref}/grant-role": "------x",
    "POST /people/{ref}/revoke-role": "------x",
    "POST /people/{ref}/deactivate": "------x",
    "POST /people/{ref}/reactivate": "------x",
    "POST /people/{ref}/place-legal-hold": "------x",
    "POST /people/{ref}/lift-legal-hold": "------x",
    "POST /people/{ref}/request-erasure": "------x",
    "POST /people/{ref}/withdraw-erasure": "------x",
    "POST /people/{ref}/erase": "------x",
    "POST /teams": "------x",
    "POST /teams/{ref}/rename": "------x",
    "POST /teams/{ref}/add-member": "------x",
    "POST /teams/{ref}/remove-member": "------x",
    "POST /teams/{ref}/disband": "------x",
    "POST /organisations": "------x",
    "POST /organisations/{ref}/rename": "------x",
    "POST /organisations/{ref}/locate": "------x",
    "POST /organisations/{ref}/set-retention": "------x",
    "POST /organisations/{ref}/set-words-retention": "------x",
    "POST /organisations/{ref}/deactivate": "------x",
    "POST /approval-processes": "----x--",
    **governed("approval-processes", "----x--", "-xxxxxx"),
    "POST /approval-processes/{ref}/revise": "----x--",
    "POST /approval-processes/{ref}/publish": "----x--",
    "POST /approval-processes/{ref}/retire": "----x-x",
    "POST /service-level-policies": "----x--",
    **governed("service-level-policies", "----x--", "-xxxxxx"),
    "POST /service-level-policies/{ref}/revise": "----x--",
    "POST /service-level-policies/{ref}/publish": "----x--",
    "POST /service-level-policies/{ref}/retire": "----x--",
    "POST /service-level-policies/{ref}/what-if": "----x--",
    "POST /calendars": "----x--",
    "POST /calendars/{ref}/revise": "----x--",
    "POST /calendars/{ref}/renew-holidays": "----x--",
    "POST /calendars/{ref}/import-file": "----x--",
    "POST /calendars/{ref}/retire": "----x--",
    "POST /calendars/{ref}/feeds": "xxxxx-x",
    "GET /calendar-feeds/{secret}": "-------",
    "GET /change-templates": "xxxxxxx",
    "GET /change-templates/{ref}": "xxxxxxx",
    "GET /change-templates/{ref}/history": "-xxxxxx",
    "GET /change-windows": "-xxxxxx",
    "GET /change-windows/{ref}": "-xxxxxx",
    "GET /change-windows/{ref}/history": "-xxxxxx",
    "GET /change-windows/{ref}/affected": "-xxxxxx",
    "GET /risk-models": "-xxxxxx",
    "GET /risk-models/{ref}": "-xxxxxx",
    "GET /risk-models/{ref}/history": "-xxxxxx",
    "GET /people": "-xxxxxx",
    "GET /people/{ref}": "-xxxxxx",
    "GET /people/{ref}/history": "-----xx",
    "GET /people/{ref}/delegations": "----xxx",
    "GET /people/{ref}/personal-data": "------x",
    "GET /teams": "-xxxxxx",
    "GET /teams/{ref}": "-xxxxxx",
    "GET /teams/{ref}/history": "-----xx",
    "GET /organisations": "-xxxxxx",
    "GET /organisations/{ref}": "-xxxxxx",
    "GET /organisations/{ref}/history": "-----xx",
    "GET /retention": "-----xx",
    "GET /events/{position}/chain": "-----x-",
    "GET /approval-processes": "-xxxxxx",
    "GET /approval-processes/{ref}": "-xxxxxx",
    "GET /approval-processes/{ref}/history": "-xxxxxx",
    "GET /approval-processes/{ref}/versions": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}/document": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}/diagram.svg": "-xxxxxx",
    "GET /approval-processes/{ref}/versions/{version}/diagram.bpmn": "-xxxxxx",
    "GET /approval-processes/{ref}/running": "---xxx-",
    "GET /schemas/approval-process": "xxxxxxx",
    "GET /service-level-policies": "-xxxxxx",
    "GET /service-level-policies/{ref}": "-xxxxxx",
    "GET /service-level-policies/{ref}/history": "-xxxxxx",
    "GET /service-level-policies/{ref}/versions": "-xxxxxx",
    "GET /service-level-policies/{ref}/versions/{version}": "-xxxxxx",
    "GET /service-level-policies/{ref}/versions/{version}/document": "-xxxxxx",
    "GET /schemas/service-level-policy": "xxxxxxx",
    "GET /calendars": "xxxxxxx",
    "GET /calendars/{ref}": "xxxxxxx",
    "GET /calendars/{ref}/history": "xxxxxxx",
    "GET /calendars/{ref}/windows": "xxxxxxx",
    "GET /calendars/{ref}/open-time": "xxxxxxx",
    "GET /calendars/{ref}/next-open": "xxxxxxx",
    "GET /calendars/{ref}/add": "xxxxxxx",
    "GET /calendars/{ref}/feed.ics": "xxxxxxx",
    "GET /queue": "-xxxxx-",
    "GET /approvals": "xxxxxxx",
    "GET /sla": "-xxxxx-",
    "GET /audit-findings": "-xxxxx-",
    "GET /reports/attainment": "-xxxxx-",
    "GET /reports/breaches": "-xxxxx-",
    "GET /reports/promises": "-xxxxx-",
    "GET /tickets/{ref}/hands": "-xxxxx-",
    "GET /tickets/{ref}/sla": "xxxxxx-",
    "GET /tickets/{ref}/conversation": "xxxxxx-",
    "GET /bulk-jobs": "-xxxxxx",
    "GET /bulk-jobs/{ref}": "-x---xx",
    "GET /bulk-jobs/{ref}/history": "-x---xx",
    "GET /bulk-jobs/{ref}/rows": "-x---xx",
    "GET /bulk-jobs/{ref}/results": "-x---xx",
    "POST /bulk-jobs": "-xxxx-x",
    "POST /bulk-jobs/{ref}/start": "-x-----",
    "POST /bulk-jobs/{ref}/retry": "-x-----",
    "POST /bulk-jobs/{ref}/stop": "-x----x",
    "POST /bulk-jobs/{ref}/preview-undo": "-x-----",
    "POST /bulk-jobs/{ref}/undo": "-x-----",
    "GET /report-schedules": "-xxxxxx",
    "GET /report-schedules/{ref}": "-x---xx",
    "GET /report-schedules/{ref}/history": "-x---xx",
    "POST /report-schedules": "-xxxx-x",
    "POST /report-schedules/{ref}/amend": "-x-----",
    "POST /report-schedules/{ref}/pause": "-x----x",
    "POST /report-schedules/{ref}/resume": "-x-----",
    "POST /report-schedules/{ref}/run-now": "-x-----",
    "POST /report-schedules/{ref}/end": "-x----x",
    "GET /webhooks": "-xxxxxx",
    "GET /webhooks/{ref}": "-x---xx",
    "GET /webhooks/{ref}/history": "-x---xx",
    "GET /webhooks/{ref}/deliveries": "-x---xx",
    "POST /webhooks": "-xxxx-x",
    "POST /webhooks/{ref}/amend": "-x-----",
    "POST /webhooks/{ref}/rotate-secret": "-x-----",
    "POST /webhooks/{ref}/test": "-x-----",
    "POST /webhooks/{ref}/rewind": "-x-----",
    "POST /webhooks/{ref}/disable": "-x----x",
    "POST /webhooks/{ref}/enable": "-x-----",
    "POST /webhooks/{ref}/remove": "-x----x",
    "GET /asyncapi.json": "xxxxxxx",
    "GET /events": "xxxxxxx",
    "GET /events/stream": "xxxxxxx",
    "GET /event-consumers": "xxxxxxx",
    "PUT /event-consumers/{name}": "xxxxxxx",
    "GET /event-consumers/{name}": "xxxxxxx",
    "GET /event-consumers/{name}/events": "xxxxxxx",
    "POST /event-consumers/{name}/ack": "xxxxxxx",
    "DELETE /event-consumers/{name}": "xxxxxxx",
    "GET /read-audit": "-----x-",
    "GET /log/checkpoint": "-----xx",
    "GET /log/proof/inclusion": "-----xx",
    "GET /log/proof/consistency": "-----xx",
}


async def test_every_route_has_a_row(house: House) -> None:
    assert {f"{route.method} {route.path}" for route in routes(house.app)} == set(MAY)


async def test_each_role_may_what_its_row_says(house: House) -> None:
    found = await subjects(house)

    wrong = []
    for route in routes(house.app):
        name = f"{route.method} {route.path}"
        for who, mark in zip(ROLES, MAY[name], strict=True):
            status = await attempt(house, route, who, found)
            assert status < 500, (name, who)
            if (status not in REFUSED) != (mark == "x"):
                wrong.append((name, who, status))

    assert wrong == []
