"""Service level policies as JSON and as YAML documents, their versions, and their schema."""

from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest

from domain.service_level_document import schema
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = """\
name: {name}
when: ticket.priority <= 3
order: 50
calendar: {calendar}
targets:
  - name: first response
    budget:
      1: 15m
      2: 1h
  - name: time to own
    budget: 30m
    start: ticket.team != ""
    stop: ticket.is_assigned
escalation:
  - target: time to own
    mark: 75%
    notify: [role:agent]
    wait: 15m
    reassign: next level
"""


def definition(calendar: str) -> dict[str, Any]:
    return {
        "when": "ticket.priority <= 3",
        "order": 50,
        "calendar": calendar,
        "targets": [
            {"name": "first response", "budget": {"1": "15m", "2": "1h"}},
            {
                "name": "time to own",
                "budget": "30m",
                "start": 'ticket.team != ""',
                "stop": "ticket.is_assigned",
            },
        ],
        "escalation": [
            {
                "target": "time to own",
                "mark": "75%",
                "notify": ["role:agent"],
                "wait": "15m",
                "reassign": "next level",
            }
        ],
    }


async def calendar(house: House) -> str:
    """The number of a calendar."""
    # Of two of one name each is written by its number.
    made = await house.as_("olga").made(
        "/calendars",
        {"name": "Days", "hours": {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}},
    )
    return str(made["number"])


async def drafted(house: House, name: str) -> str:
    document = DOCUMENT.format(name=name, calendar=await calendar(house))
    made = await house.as_("olga").made("/service-level-policies", {"document": document})
    return f"/service-level-policies/{made['number']}"


async def test_a_document_and_json_are_the_same_agreement(house: House) -> None:
    olga = house.as_("olga")
    number = await calendar(house)
    await calendar(house)

    one = await olga.made(
        "/service-level-policies", {"document": DOCUMENT.format(name="One", calendar=number)}
    )
    other = await olga.made(
        "/service-level-policies", {"name": "Other", "definition": definition(number)}
    )

    by_document, by_json = [
        await olga.read(f"/service-level-policies/{made['number']}/versions/draft")
        for made in (one, other)
    ]
    assert (by_document["name"], by_json["name"]) == ("One", "Other")
    assert by_document["definition"] == by_json["definition"] == definition(number)
    assert by_document["digest"] == by_json["digest"]


async def test_a_document_is_read_back_as_it_was_written(house: House) -> None:
    olga = house.as_("olga")
    number = await calendar(house)
    await calendar(house)
    document = DOCUMENT.format(name="Read back", calendar=number)
    made = await olga.made("/service-level-policies", {"document": document})

    answer = await olga.get(f"/service-level-policies/{made['number']}/versions/draft/document")

    assert answer.headers["content-type"] == "application/yaml"
    assert answer.text == document


async def test_each_published_version_stays_with_its_digest(house: House) -> None:
    olga = house.as_("olga")
    at = await drafted(house, "Published")
    await olga.act(f"{at}/publish")
    first = await olga.read(f"{at}/versions/1")

    await olga.act(f"{at}/revise", {"document": first["document"].replace("15m", "10m")})
    await olga.act(f"{at}/publish", {"applies_to": "open"})

    versions = (await olga.read(f"{at}/versions"))["data"]
    assert [version["version"] for version in versions] == [1, 2]
    assert await olga.read(f"{at}/versions/1") == first
    history = (await olga.read(f"{at}/history"))["data"]
    published = [event for event in history if "VersionPublished" in str(event)]
    assert ["'open'" in str(event) for event in published] == [False, True]


async def test_all_mistakes_of_a_document_are_told_with_line_and_column(house: House) -> None:
    document = DOCUMENT.format(name="Wrong", calendar="Nowhere").replace("30m", "-30m")
    answer = await house.as_("olga").post("/service-level-policies", {"document": document})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid")
    assert [(one["pointer"], one["line"], one["column"]) for one in problem["errors"]] == [
        ("/document/calendar", 4, 11),
        ("/document/targets/1/budget", 11, 13),
    ]


async def test_all_mistakes_of_json_are_told_with_their_pointers(house: House) -> None:
    wrong = definition("Nowhere")
    wrong["targets"][1]["stop"] = "ticket.asigned"
    wrong["escalation"][0]["mark"] = "soon"

    answer = await house.as_("olga").post(
        "/service-level-policies", {"name": "Wrong", "definition": wrong}
    )

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid")
    assert sorted(one["pointer"] for one in problem["errors"]) == [
        "/definition/calendar",
        "/definition/escalation/0/mark",
        "/definition/targets/1/stop",
    ]


async def test_a_revision_does_not_rename_a_policy(house: House) -> None:
    at = await drafted(house, "Named")
    document = (await house.as_("olga").read(f"{at}/versions/draft"))["document"]
    version = (await house.as_("olga").read(at))["version"]

    answer = await house.as_("olga").post(
        f"{at}/revise",
        {"document": document.replace("name: Named", "name: Renamed")},
        if_match=f'"{version}"',
    )

    assert answer.status_code == 422
    assert "is called 'Named'" in answer.json()["detail"]


async def test_the_schema_accepts_what_the_desk_accepts(house: House) -> None:
    olga = house.as_("olga")

    answer = await olga.get("/schemas/service-level-policy")
    again = await olga.get("/schemas/service-level-policy", if_none_match=answer.headers["etag"])

    assert answer.json() == schema()
    assert again.status_code == 304
    validator = jsonschema_rs.Draft202012Validator(answer.json())
    document = {"name": "Gold", **definition("Office hours")}
    assert validator.is_valid(document)
    assert not validator.is_valid({**document, "when": 7})
    assert not validator.is_valid({**document, "targets": []})


async def test_what_a_draft_would_do_to_open_tickets_is_told_and_recorded(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    document = DOCUMENT.format(name="Tried", calendar=await calendar(house))
    made = await olga.made(
        "/service-level-policies", {"document": document.replace("order: 50", "order: 1")}
    )
    at = f"/service-level-policies/{made['number']}"
    logged = {"title": "No mail", "impact": 1, "urgency": 1, "requester": house.number("rita")}
    incident = await adam.made("/incidents", logged)
    before = await adam.read(f"/incidents/{incident['number']}")

    found = await olga.made(f"{at}/what-if", {})

    assert found["is_whole"]
    assert found["effects"]["tickets"] >= 1
    clocks = [one for one in found["clocks"] if one["ticket"] == incident["number"]]
    assert {one["clock"]: one["budget"][1] for one in clocks}["first response"] == "15m"
    assert (await adam.read(f"/incidents/{incident['number']}"))["version"] == before["version"]
    assert "WhatIfAsked" in str(await olga.read(f"{at}/history"))


async def test_a_what_if_that_is_repeated_gets_the_first_answer(house: House) -> None:
    adam, olga = house.as_("adam"), house.as_("olga")
    document = DOCUMENT.format(name="Repeated", calendar=await calendar(house))
    made = await olga.made("/service-level-policies", {"document": document})
    at = f"/service-level-policies/{made['number']}"
    logged = {"title": "No mail", "impact": 1, "urgency": 1, "requester": house.number("rita")}
    key = str(uuid4())

    first = await olga.post(f"{at}/what-if", {}, idempotency_key=key)
    await adam.made("/incidents", logged)
    again = await olga.post(f"{at}/what-if", {}, idempotency_key=key)
    await olga.act(f"{at}/publish", {})
    late = await olga.post(f"{at}/what-if", {}, idempotency_key=key)
    headers = {"idempotency-key": key, "content-type": "application/json"}
    other = await olga.http.post(f"/api/v1{at}/what-if", content=b"{ }", headers=headers)

    assert first.status_code == 200
    assert "idempotency-replayed" not in first.headers
    for repeat in (again, late):
        assert repeat.json() == first.json()
        assert repeat.headers["etag"] == first.headers["etag"]
        assert repeat.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert str(await olga.read(f"{at}/history")).count("WhatIfAsked") == 1


async def test_hours_of_a_calendar_are_given_to_open_tickets_on_demand(house: House) -> None:
    olga = house.as_("olga")
    at = f"/calendars/{await calendar(house)}"
    other = {"zone": "UTC", "weekly": {"tue": [["09:00", "17:00"]]}}

    await olga.act(f"{at}/revise", {"hours": other})
    await olga.act(f"{at}/revise", {"hours": other, "applies_to": "open"})

    history = str((await olga.read(f"{at}/history"))["data"])
    assert "OpenTicketsIncluded" in history
