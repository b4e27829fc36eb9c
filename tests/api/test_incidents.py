"""The life of an incident over HTTP."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_logged_incident_can_be_read_by_number_and_by_id(house: House) -> None:
    rita = house.as_("rita")

    answer = await rita.post("/incidents", {"title": "No invoices", "description": "All day."})

    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"/api/v1/incidents/{made['number']}"
    by_number = await rita.read(f"/incidents/{made['number']}")
    by_id = await rita.read(f"/incidents/{made['id']}")
    assert by_number == by_id
    assert by_number["title"] == "No invoices"
    assert by_number["description"] == "All day."
    assert by_number["requester"] == str(house.people["rita"])
    assert by_number["organisation"] == str(house.organisations["desk"])
    assert by_number["version"] == made["version"]


async def test_an_incident_goes_through_its_life(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    made = await rita.made("/incidents", {"title": "Printer on fire", "impact": 1, "urgency": 1})
    at = f"/incidents/{made['number']}"

    await adam.act(f"{at}/assign", {"assignee": house.number("adam")})
    await adam.act(f"{at}/start")
    await adam.made(f"{at}/comment", {"text": "On my way."})
    await adam.act(f"{at}/pend", {"reason": "vendor"})
    await adam.act(f"{at}/resume")
    await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "Put out."})
    last = await rita.act(f"{at}/close")

    record = await rita.read(at)
    assert record["status"] == "closed"
    assert record["priority"] == 1
    assert record["version"] == last["version"]
    assert record["responded_at"] is not None
    assert [comment["text"] for comment in record["comments"]] == ["On my way."]


async def test_what_agents_say_among_themselves_is_not_shown_to_the_requester(
    house: House,
) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    made = await rita.made("/incidents", {"title": "Mouse is dead"})
    at = f"/incidents/{made['number']}"

    await adam.made(f"{at}/comment", {"text": "Again?", "visibility": "internal"})
    await adam.made(f"{at}/comment", {"text": "A new one is coming.", "visibility": "public"})

    assert [one["text"] for one in (await adam.read(at))["comments"]] == [
        "Again?",
        "A new one is coming.",
    ]
    assert [one["text"] for one in (await rita.read(at))["comments"]] == ["A new one is coming."]
    refused = await rita.post(f"{at}/comment", {"text": "I see", "visibility": "internal"})
    assert refused.status_code == 403


async def test_an_incident_shows_in_the_queue_once_its_position_is_reached(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", {"title": "Slow network"})

    page = await adam.read(f"/queue?number={made['number']}&min_position={made['position']}")

    assert [row["number"] for row in page["data"]] == [made["number"]]


async def test_a_broken_rule_is_told_in_its_own_words(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", {"title": "Nothing to close"})

    answer = await adam.post(f"/incidents/{made['number']}/close", if_match='"1"')

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "refused"
    assert problem["detail"] == "Only a resolved incident can be closed."
