"""One attempt at a route by one person, with a body and a record that it is meant for."""

from typing import Any

from fastapi import FastAPI

from api.attachments import EXAMPLE
from api.http.routing import Route
from projections.reports import REPORTS
from tests.api.house import House
from tests.api.test_offerings import offered
from tests.api.test_services import live

ROLES = ("rita", "adam", "anna", "carl", "olga", "axel", "zoe")
"""The requester of the tickets, an agent, an approver, a change manager, a process owner, an
auditor and an administrator: each has that role alone."""

REFUSED = (401, 403, 404)

SENT = b"test"
SPAN = "?from=2030-01-01T00:00:00Z&to=2030-02-01T00:00:00Z"
QUERIES = {
    "/events/stream": "?after=0&until=1",
    "/log/proof/inclusion": "?position=1",
    "/log/proof/consistency": "?from=1&to=2",
    "/calendars/{ref}/windows": SPAN,
    "/calendars/{ref}/open-time": SPAN,
    "/calendars/{ref}/next-open": "?at=2030-01-01T00:00:00Z",
    "/calendars/{ref}/add": "?at=2030-01-01T00:00:00Z&duration=4h",
    "/search": "?q=printer",
    "/text-modules/{ref}/filled": "?ticket=INC0000001",
    "/update-templates/{ref}/filled": "?ticket=INC0000001",
    "/articles/suggestions": "?title=printer",
    "/reports/deflection": SPAN,
    "/reports/time-spent": SPAN,
    "/reports/attainment": "?from=2030-01-01T00:00:00Z&to=2030-02-01T00:00:00Z",
    "/reports/breaches": "?from=2030-01-01T00:00:00Z&to=2030-02-01T00:00:00Z",
    **{f"/reports/{report.name}": SPAN for report in REPORTS.values() if not report.is_by_age},
    "/changes/calendar": SPAN,
    "/articles/{ref}/diff": "?from=1&to=1",
}


DEFINED = (
    *("text-modules", "update-templates", "survey-policies"),
    *("macros", "data-rules", "contracts"),
    *("purchase-orders", "choice-lists"),
)
SHARED = {"shared_with": "organisation"}
WATCHING = {"act": "incident.watch", "records": ["INC0000001"]}
ENDS = {
    "/articles/{ref}/retire",
    "/saved-views/{ref}/remove",
    *(
        f"/{kind}/{{ref}}/change-requester"
        for kind in ("incidents", "problems", "questions", "requests", "changes")
    ),
}
"""Acts after which fewer people find a record: they are tried with a version that is not there."""


def routes(app: FastAPI) -> list[Route]:
    """Every route of the API."""
    found: list[Route] = app.state.routes
    return found


async def subjects(house: House, organisation: str = "") -> dict[str, str]:
    """A record of each kind: tickets of rita, and a person who is none of those who try."""
    at = f"{organisation}." if organisation else ""
    rita, adam, zoe = (house.as_(f"{at}{name}") for name in ("rita", "adam", "zoe"))
    olga, top = house.as_("olga"), house.as_("zoe")
    org = str(house.organisations[organisation or "desk"])
    person = {"username": f"{at}tina", "name": "Tina", "organisation": org}
    definitions = {
        route.path: route.operation.body_example
        for route in routes(house.app)
        if route.method == "POST" and route.path.count("/") == 1
    }
    network = await top.made("/teams", {"name": f"{at}Board"})
    meeting = definitions["/cab-meetings"] | {
        "team": network["number"],
        "chair": house.number("carl"),
    }
    calendar = await olga.made("/calendars", definitions["/calendars"])
    policy = definitions["/service-level-policies"]
    policy = policy | {"definition": policy["definition"] | {"calendar": calendar["number"]}}
    made = {
        "incidents": await rita.made("/incidents", {"title": "No invoices"}),
        "problems": await adam.made("/problems", {"title": "Every Monday"}),
        "questions": await rita.made("/questions", {"title": "Which printer?"}),
        "requests": await rita.made("/requests", {"title": "A second screen"}),
        "changes": await rita.made("/changes", {"title": "New switch"}),
        "assets": await adam.made("/assets", {"name": "print-01", "asset_class": "server"}),
        "offerings": await olga.made("/offerings", definitions["/offerings"]),
        "releases": await house.as_("carl").made("/releases", definitions["/releases"]),
        "services": await olga.made("/services", {"name": f"{at}Payroll"}),
        "people": await zoe.made("/people", person),
        "teams": await zoe.made("/teams", {"name": f"{at}Network"}),
        "organisations": await top.made("/organisations", {"name": f"{at}Partner"}),
        "asset-types": await olga.made("/asset-types", {"name": f"{at}Printer"}),
        "calendars": calendar,
        "webhooks": await adam.made("/webhooks", definitions["/webhooks"]),
        "report-schedules": await adam.made(
            "/report-schedules",
            definitions["/report-schedules"] | {"people": [house.number(f"{at}adam")]},
        ),
        "bulk-jobs": await adam.made("/bulk-jobs", WATCHING),
        "change-windows": await olga.made("/change-windows", definitions["/change-windows"]),
        "cab-meetings": await house.as_("carl").made("/cab-meetings", meeting),
        "change-templates": await olga.made("/change-templates", definitions["/change-templates"]),
        "risk-models": await olga.made("/risk-models", definitions["/risk-models"]),
        "assignment-rules": await olga.made("/assignment-rules", definitions["/assignment-rules"]),
        "approval-processes": await olga.made(
            "/approval-processes", definitions["/approval-processes"]
        ),
        "service-level-policies": await olga.made("/service-level-policies", policy),
    }
    view = {"name": f"{at}view".lower().replace(" ", "_").replace(".", "_")}
    made["views"] = await olga.made("/views", definitions["/views"] | view)
    kept = {"name": f"{view['name']}_kept"}
    made["views in use"] = await olga.made("/views", definitions["/views"] | kept)
    for plural in DEFINED:
        made[plural] = await olga.made(f"/{plural}", definitions[f"/{plural}"])
    made["order-guides"] = await guided(house, at, definitions["/order-guides"])
    saved = definitions["/saved-views"]
    made["saved-views"] = await rita.made("/saved-views", saved)
    await rita.act(f"/saved-views/{made['saved-views']['number']}/share", SHARED)
    for plural in ("incidents", "problems", "questions", "requests", "changes"):
        at = f"/api/v1/{plural}/{made[plural]['number']}/attachments"
        sent = await adam.http.post(at, content=SENT, headers={"content-type": "text/plain"})
        assert sent.json()["sha256"] == EXAMPLE
    made["articles"] = await published(house, organisation, definitions["/articles"])
    made["ticket-types"] = await typed(house)
    made["tickets"] = made["incidents"]
    return {plural: record["number"] for plural, record in made.items()}


async def guided(house: House, at: str, said: dict[str, Any]) -> dict[str, Any]:
    """A guide of an offering that everybody orders."""
    laptop = (await offered(house, await live(house, f"{at}Workplaces"))).rpartition("/")[2]
    items = [item | {"offering": laptop} for item in said["definition"]["items"]]
    body = said | {"definition": said["definition"] | {"items": items}}
    return await house.as_("olga").made("/order-guides", body)


async def typed(house: House) -> dict[str, Any]:
    """The type of problems, which there is once."""
    olga = house.as_("olga")
    found = (await olga.read("/ticket-types?ticket=problem"))["data"]
    if found:
        return dict(found[0])
    return await olga.made("/ticket-types", {"ticket": "problem", "definition": {}})


async def published(house: House, organisation: str, said: dict[str, Any]) -> dict[str, Any]:
    """An article for an organisation, written by an agent and published by a process owner."""
    named = [str(house.organisations[organisation or "desk"])]
    adam, olga = house.as_("adam"), house.as_("olga")
    article = await adam.made(
        "/articles",
        {"definition": said["definition"] | {"audience": "organisations", "organisations": named}},
    )
    at = f"/articles/{article['number']}"
    assert (await adam.post(f"{at}/submit", {}, if_match="*")).status_code == 200
    assert (await olga.post(f"{at}/publish", {}, if_match="*")).status_code == 200
    return article


IN_USE = {"/views/{ref}/rows": "views in use"}
"""What is asked of a record that no other attempt has retired."""


async def attempt(house: House, route: Route, who: str, subjects: dict[str, str]) -> int:
    """The status of the answer."""
    plural = route.path.split("/")[1]
    path = route.path.replace("{ref}", subjects.get(IN_USE.get(route.path, plural), "")).replace(
        "{version}", "draft"
    )
    path = path.replace("{sha256}", EXAMPLE).replace("{name}", "billing")
    path = path.replace("{position}", "1")
    client = house.as_(who)
    if route.method == "GET":
        query = "?to_version=2" if path.endswith("/approval-migration") else ""
        return (await client.get(path + QUERIES.get(route.path, query))).status_code
    if route.method == "DELETE":
        return (await client.http.delete(f"/api/v1{path}")).status_code
    body: Any = route.operation.body_example
    if route.method == "PUT":
        return (await client.http.put(f"/api/v1{path}", json=body)).status_code
    if_match = '"0"' if route.path in ENDS else "*"
    return (await client.post(path, body, if_match=if_match)).status_code
