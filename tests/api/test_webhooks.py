"""Webhooks over HTTP: secrets told once, filters that make sense, and whose they are."""

from typing import Any

import pytest

from domain.person import Scope
from tests.api.house import House, issued

pytestmark = pytest.mark.asyncio(loop_scope="module")

THERE = {"url": "https://example.org/hooks/desk"}


async def test_secrets_are_told_once_and_stand_nowhere(house: House) -> None:
    adam = house.as_("adam")
    said = THERE | {"kinds": ["incident"], "types": ["Incident.Logged"]}

    made = await adam.made("/webhooks", said, idempotency_key="hook-1")
    again = await adam.made("/webhooks", said, idempotency_key="hook-1")
    at = f"/webhooks/{made['number']}"
    rotated = await adam.act(f"{at}/rotate-secret", {"overlap_hours": 1})

    secrets = {made["secret"], rotated["secret"]}
    assert len(secrets) == 2
    assert all(secret.startswith("whsec_") for secret in secrets)
    assert again["number"] == made["number"]
    assert "secret" not in again
    position = rotated["position"]
    shown = [
        (await adam.get(f"{at}?min_position={position}")).text,
        (await adam.get(f"{at}/history")).text,
        (await adam.get(f"/webhooks?min_position={position}")).text,
        (await house.as_("axel").get("/events?kind=webhook")).text,
    ]
    for text in shown:
        assert made["number"] in text
        assert "whsec_" not in text
        assert not any(secret.removeprefix("whsec_") in text for secret in secrets)


async def test_a_webhook_is_read_as_it_was_made(house: House) -> None:
    adam = house.as_("adam")
    incident = await adam.made("/incidents", {"title": "No invoices"})
    said = THERE | {
        "types": ["org.ledgerdesk.Incident.Logged"],
        "subjects": [incident["number"]],
        "description": "The chat.",
        "condition": 'by.channel != "imported"',
    }

    made = await adam.made("/webhooks", said)
    shown = await adam.read(f"/webhooks/{made['number']}")
    await adam.act(f"/webhooks/{made['number']}/disable", {"reason": "Maintenance."})
    disabled = await adam.read(f"/webhooks/{made['number']}")

    assert (shown["url"], shown["status"]) == (THERE["url"], "active")
    assert (shown["types"], shown["subjects"]) == (["Incident.Logged"], [incident["number"]])
    assert shown["condition"] == said["condition"]
    assert shown["owner"] == str(house.people["adam"])
    assert (disabled["status"], disabled["reason"]) == ("disabled", "Maintenance.")


async def test_an_administrator_stops_it_and_does_not_lead_it_elsewhere(house: House) -> None:
    made = await house.as_("bakery.adam").made("/webhooks", THERE)
    at, zoe = f"/webhooks/{made['number']}", house.as_("bakery.zoe")

    elsewhere = await zoe.post(f"{at}/amend", {"url": "https://evil.example/"}, if_match="*")
    secret = await zoe.post(f"{at}/rotate-secret", {}, if_match="*")
    of_another = await house.as_("foundry.zoe").get(at)
    stopped = await zoe.post(f"{at}/disable", {"reason": "Not wanted."})

    statuses = (elsewhere.status_code, secret.status_code, of_another.status_code)
    assert statuses == (403, 403, 404)
    assert stopped.status_code == 200


async def test_a_token_that_may_not_read_leads_nothing_out(house: House) -> None:
    made = await house.as_("adam").made("/webhooks", THERE)
    house.secrets["scribe"] = await issued(house.desk, house.people["adam"], scopes=(Scope.WRITE,))
    scribe, at = house.as_("scribe"), f"/webhooks/{made['number']}/amend"

    registered = await scribe.post("/webhooks", THERE)
    amended = await scribe.post(at, {"url": "https://elsewhere.example/"}, if_match="*")

    assert (registered.status_code, amended.status_code) == (403, 403)
    assert "no scope read" in registered.json()["detail"]


async def test_a_webhook_that_was_removed_stays_so(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/webhooks", THERE)
    at = f"/webhooks/{made['number']}"
    await adam.act(f"{at}/remove")

    answers = [
        await adam.post(f"{at}/{act}", body)
        for act, body in (("enable", {}), ("test", {}), ("rewind", {"after": 0}))
    ]

    assert {answer.status_code for answer in answers} == {422}


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"url": "ftp://example.org/"}, "/url"),
        ({"url": "https://ann:secret@example.org/"}, "neither a user name"),
        ({"url": "https://example.org/#here"}, "nor a fragment"),
        ({"url": "https://example.org:99999/"}, "an address such as"),
        ({"url": "https:///hooks"}, "an address such as"),
        ({"url": "https://exa mple.org/"}, "/url"),
        ({"url": "https://127.0.0.1/"}, "goes to public addresses"),
        ({"url": "https://localhost:8080/"}, "goes to public addresses"),
        ({"url": "https://[fd00::1]/"}, "goes to public addresses"),
        ({"url": "http://8.8.8.8/"}, "Only HTTPS"),
        (THERE | {"types": ["Incident.Lost"]}, "no event is called"),
        (THERE | {"kinds": ["incident"], "condition": "event.priorty == 1"}, "line 1, column 6"),
        (THERE | {"kinds": ["incidents"]}, "no kind of record"),
        (THERE | {"subjects": ["x"]}, "neither a number nor an id"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    house: House, said: dict[str, Any], rule: str
) -> None:
    answer = await house.as_("adam").post("/webhooks", said)

    assert answer.status_code == 422
    assert rule in answer.json()["detail"]


async def test_a_webhook_tells_of_saved_views_that_its_owner_may_use(house: House) -> None:
    adam, anna = house.as_("adam"), house.as_("anna")
    view, by_itself = [
        (await adam.made("/saved-views", {"name": "V", "list": "incidents", "asking": asking}))[
            "number"
        ]
        for asking in ({"filter": "is_open"}, {"filter": "due < now"})
    ]

    made = await adam.made("/webhooks", THERE | {"views": [view]})
    foreign = await anna.post("/webhooks", THERE | {"views": [view]})
    both = await adam.post("/webhooks", THERE | {"views": [view], "kinds": ["incident"]})
    unfollowed = await adam.post("/webhooks", THERE | {"views": [by_itself]})

    assert (await adam.read(f"/webhooks/{made['number']}"))["views"] == [view]
    assert foreign.status_code == 404
    assert (both.status_code, unfollowed.status_code) == (422, 422)
    assert "chooses no events" in both.json()["detail"]
    assert "changes by itself" in unfollowed.json()["detail"]


async def test_what_webhooks_send_stands_in_the_document(house: House) -> None:
    document = (await house.as_("").get("http://desk.test/openapi.json")).json()

    sent = document["webhooks"]["event"]["post"]
    assert {one["name"] for one in sent["parameters"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
