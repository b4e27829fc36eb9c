"""A major incident over HTTP, from the proposal to the review."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_major_incident_is_led_told_of_and_reviewed(house: House) -> None:
    rita, adam, olga = (house.as_(name) for name in ("rita", "adam", "olga"))
    number = (await rita.made("/incidents", {"title": "No invoices"}))["number"]
    at = f"/incidents/{number}"

    await adam.act(f"{at}/propose-major-incident", {"reason": "No site can invoice."})
    queue = await adam.read(f"/queue?number={number}&is_major_proposed=true")
    await olga.act(f"{at}/promote", {"reason": "All sites.", "update_every": "30m"})
    person = house.number("adam")
    await adam.act(f"{at}/give-major-role", {"role": "incident manager", "person": person})
    await adam.act(f"{at}/name-affected-services", {"services": ["billing"]})
    said = await adam.act(f"{at}/update-stakeholders", {"text": "The line is down."})
    await adam.act(f"{at}/note-on-timeline", {"text": "The carrier was called."})
    queued = await adam.read(f"/queue?number={number}&min_position={said['position']}")
    seen = await adam.read(at)
    hers = await rita.read(at)

    assert [row["number"] for row in queue["data"]] == [number]
    assert [row["is_major"] for row in queued["data"]] == [True]
    [major] = seen["major"]
    assert (major["state"], major["update_every"], major["services"]) == (
        "active",
        "30m",
        ["billing"],
    )
    assert major["incident_manager"] == str(house.people["adam"])
    assert major["update_due"] > major["updated_at"]
    assert [line["what"] for line in seen["timeline"]] == [
        "logged",
        "proposed as a major incident",
        "promoted to a major incident",
        "a role was given",
        "affected services were named",
        "stakeholders were updated",
        "noted",
    ]
    assert hers["major"] == []
    assert [line["text"] for line in hers["timeline"] if line["text"]] == ["The line is down."]

    await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "A new line."})
    await adam.act(f"{at}/begin-review")
    await adam.act(
        f"{at}/add-review-action",
        {"title": "A second line", "owner": house.number("adam"), "due": "2030-03-01"},
    )
    await adam.act(f"{at}/complete-review", {"summary": "One line alone.", "cause": "No second."})
    await adam.act(f"{at}/complete-review-action", {"number": 1})
    [major] = (await adam.read(at))["major"]
    assert (major["review"], major["update_due"]) == ("completed", None)
    assert major["actions"] == [
        {
            "number": 1,
            "owner": str(house.people["adam"]),
            "due": "2030-03-01",
            "is_done": True,
            "title": "A second line",
        }
    ]
