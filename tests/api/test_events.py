"""The feed of events over HTTP: no gap, no more than may be seen, in pages and in bulk."""

import gzip
import json
import re
from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

BULK = {"accept": "application/x-ndjson"}


async def everything(house: House, who: str, query: str = "", limit: int = 50) -> list[Any]:
    """All events that somebody sees, page by page."""
    found, after, has_more = [], 0, True
    while has_more:
        page = await house.as_(who).read(f"/events?after={after}&limit={limit}{query}")
        found += page["data"]
        after, has_more = page["next"], page["has_more"]
    return found


async def test_an_event_comes_in_the_envelope_of_cloud_events(house: House) -> None:
    made = await house.as_("adam").made("/incidents", {"title": "Printer on fire"})

    [event] = await everything(house, "adam", f"&subject={made['number']}")

    assert event["id"] == str(made["position"])
    assert event["type"] == "org.ledgerdesk.Incident.Logged"
    assert event["subject"] == made["number"]
    assert event["actor"] == str(house.people["adam"])
    assert event["data"]["title"] == "Printer on fire"


@pytest.mark.parametrize("limit", [1, 3, 250])
async def test_pages_of_any_size_are_the_same_events(house: House, limit: int) -> None:
    await house.as_("adam").made("/incidents", {"title": "Printer on fire"})

    paged = await everything(house, "axel", "&kind=incident,person", limit)

    assert paged == await everything(house, "axel", "&kind=incident,person", 100)
    assert {event["type"].split(".")[2] for event in paged} == {"Incident", "Person"}


async def test_a_filtered_feed_goes_on_where_nothing_is_wanted(house: House) -> None:
    made = await house.as_("adam").made("/incidents", {"title": "Printer on fire"})

    page = await house.as_("adam").read("/events?type=Problem.Raised,Problem.Closed")

    assert page["data"] == []
    assert page["next"] >= made["position"]
    assert not page["has_more"]


async def test_a_customer_sees_events_of_their_own_organisation_alone(house: House) -> None:
    theirs = await house.as_("bakery.rita").made("/incidents", {"title": "Oven cold"})
    others = await house.as_("foundry.rita").made("/incidents", {"title": "Furnace out"})

    seen = await everything(house, "bakery.axel")

    subjects = {event["subject"] for event in seen}
    assert theirs["number"] in subjects
    assert others["number"] not in subjects
    assert "foundry" not in json.dumps(seen)
    people = {house.number(f"bakery.{name}") for name in ("rita", "adam", "zoe")}
    assert people <= subjects


async def test_a_requester_sees_that_something_happened_and_not_what_was_said(
    house: House,
) -> None:
    rita, adam = house.as_("bakery.rita"), house.as_("bakery.adam")
    made = await rita.made("/incidents", {"title": "Oven cold"})
    at = f"/incidents/{made['number']}"
    await adam.act(f"{at}/comment", {"text": "Have a look, please.", "visibility": "public"})
    await adam.act(f"{at}/comment", {"text": "They never pay.", "visibility": "internal"})
    await adam.act(f"{at}/propose-major-incident", {"reason": "All ovens"})
    unseen = await house.as_("bakery.adam").made("/incidents", {"title": "Mixer loud"})

    seen = await everything(house, "bakery.rita")

    of_it = [event for event in seen if event["subject"] == made["number"]]
    happened = [event["type"].rpartition(".")[2] for event in of_it]
    assert happened == ["Logged", "Commented", "FirstResponded"]
    assert unseen["number"] not in {event["subject"] for event in seen}
    for event in seen:
        assert (event["data"], event["withheld"], "actor" in event) == ({}, "data", False)


async def test_all_events_come_in_bulk_a_line_each(house: House) -> None:
    axel = house.as_("axel").http

    answer = await axel.get("/api/v1/events", headers=BULK)
    part = await axel.get("/api/v1/events?after=3&until=7", headers=BULK)

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert lines == await everything(house, "axel", f"&until={answer.headers['ledgerdesk-next']}")
    assert answer.headers["ledgerdesk-next"] == lines[-1]["id"]
    assert [json.loads(line)["id"] for line in part.text.splitlines()] == ["4", "5", "6", "7"]
    assert part.headers["ledgerdesk-next"] == "7"


@pytest.mark.parametrize("headers", [{}, BULK], ids=["a page", "in bulk"])
async def test_whoever_takes_gzip_gets_it(house: House, headers: dict[str, str]) -> None:
    axel = house.as_("axel").http
    sent = {**headers, "accept-encoding": "br;q=1.0, gzip;q=0.8"}

    async with axel.stream("GET", "/api/v1/events?until=9", headers=sent) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    refused = {**headers, "accept-encoding": "gzip;q=0"}
    plain = await axel.get("/api/v1/events?until=9", headers=refused)

    assert answer.headers["content-encoding"] == "gzip"
    assert len(raw) < len(plain.content)
    assert gzip.decompress(raw) == plain.content
    assert "content-encoding" not in plain.headers


async def test_a_token_that_reads_nothing_gets_no_events(house: House) -> None:
    nobody = await house.as_("").get("/events")

    assert nobody.status_code == 401


async def test_the_stream_has_a_document_whose_references_lead_somewhere(house: House) -> None:
    document = (await house.as_("").get("/asyncapi.json")).json()

    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))
    assert document["asyncapi"] == "3.0.0"
    assert document["channels"]["events"]["address"] == "/api/v1/events/stream"
    assert len(references) == 4
    for reference in references:
        found: Any = document
        for step in reference.split("/"):
            found = found[step]
        assert found
