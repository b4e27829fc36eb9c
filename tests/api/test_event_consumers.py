"""Consumers of events over HTTP: they go on where they acknowledged, and nowhere else."""

from typing import Any

import httpx2
import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

TITLE = {"title": "Printer on fire"}


async def put(house: House, who: str, name: str, **wanted: Any) -> httpx2.Response:
    return await house.as_(who).http.put(f"/api/v1/event-consumers/{name}", json=wanted)


async def test_a_consumer_goes_on_where_it_acknowledged(house: House) -> None:
    adam, at = house.as_("adam"), "/event-consumers/billing"
    begun = (await put(house, "adam", "billing", kinds=["incident"])).json()
    made = [await adam.made("/incidents", TITLE) for _ in range(3)]
    await adam.made("/problems", TITLE)

    first = await adam.read(f"{at}/events?limit=2")
    again = await adam.read(f"{at}/events?limit=2")
    await adam.made(f"{at}/ack", {"was": begun["position"], "position": first["next"]})
    rest = await adam.read(f"{at}/events")
    shown = await adam.made(f"{at}/ack", {"was": first["next"], "position": rest["next"]})

    assert (begun["position"], begun["kinds"]) == (0, ["incident"])
    assert again == first
    subjects = [event["subject"] for event in first["data"] + rest["data"]]
    assert subjects == [one["number"] for one in made]
    assert (shown["lag"], shown["position"]) == (0, rest["next"])
    assert await adam.read(at) == shown


async def test_of_two_that_acknowledge_the_same_one_is_told(house: House) -> None:
    carl, at = house.as_("carl"), "/event-consumers/twins"
    await put(house, "carl", "twins", after=3)

    first = await carl.post(f"{at}/ack", {"was": 3, "position": 5})
    second = await carl.post(f"{at}/ack", {"was": 3, "position": 9})
    back = await carl.post(f"{at}/ack", {"was": 5, "position": 4})

    assert (first.status_code, second.status_code, back.status_code) == (200, 412, 422)
    assert second.json()["detail"] == "twins stands at 5, not at 3."
    assert (await carl.read(at))["position"] == 5


async def test_consumers_belong_to_who_made_them(house: House) -> None:
    await put(house, "olga", "mine", types=["Incident.Logged"])

    theirs = await house.as_("axel").get("/event-consumers/mine")
    listed = await house.as_("axel").read("/event-consumers")

    assert theirs.status_code == 404
    assert "mine" not in [one["name"] for one in listed["data"]]


async def test_a_consumer_is_changed_and_removed(house: House) -> None:
    anna = house.as_("anna")
    await put(house, "anna", "feed", after=7)

    changed = (await put(house, "anna", "feed", subjects=["INC0000001"])).json()
    removed = await anna.http.delete("/api/v1/event-consumers/feed")
    gone = await anna.http.delete("/api/v1/event-consumers/feed")

    assert (changed["position"], changed["subjects"]) == (7, ["INC0000001"])
    assert (removed.status_code, gone.status_code) == (204, 404)


async def test_a_person_has_not_any_number_of_consumers(house: House) -> None:
    answers = [await put(house, "rita", f"c{number}") for number in range(51)]

    assert [answer.status_code for answer in answers] == [200] * 50 + [422]


@pytest.mark.parametrize(
    ("name", "wanted", "status"),
    [
        ("Billing", {}, 404),
        ("a" * 41, {}, 404),
        ("ok", {"kinds": ["incidents"]}, 422),
        ("ok", {"after": -1}, 422),
        ("ok", {"what": "all"}, 422),
    ],
)
async def test_what_makes_no_sense_is_refused(
    house: House, name: str, wanted: dict[str, Any], status: int
) -> None:
    assert (await put(house, "zoe", name, **wanted)).status_code == status
