"""Incidents that a service level is promised for, as they are and as they were."""

from typing import Any

import pytest

from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TARGETS = [
    {"name": "first response", "budget": "1h"},
    {"name": "resolution", "budget": {"1": "4h", "2": "8h"}, "pausing": ["vendor"]},
]


async def publish(olga: Client, order: int = 100) -> Any:
    """The calendar of a policy for priorities 1 and 2 that has been published."""
    always = {day: [["00:00", "24:00"]] for day in DAYS}
    calendar = await olga.made(
        "/calendars", {"name": "Always", "hours": {"zone": "UTC", "weekly": always}}
    )
    policy = await olga.made(
        "/service-level-policies",
        {
            "name": "Gold",
            "definition": {
                "calendar": calendar["number"],
                "targets": TARGETS,
                "priorities": [1, 2],
                "order": order,
            },
        },
    )
    await olga.act(f"/service-level-policies/{policy['number']}/publish")
    return calendar


async def test_an_incident_with_a_service_level_is_read_as_of_each_of_its_moments(
    house: House,
) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    calendar = await publish(olga)
    made = await adam.made("/incidents", {"title": "All down", "impact": 1, "urgency": 1})
    at = f"/incidents/{made['number']}"
    await olga.act(
        f"/calendars/{calendar['number']}/revise",
        {"hours": {"zone": "UTC", "weekly": {"mon": [["00:00", "24:00"]]}}},
    )
    await adam.act(f"{at}/prioritise", {"impact": 1, "urgency": 2})
    await adam.act(f"{at}/pend", {"reason": "vendor"})
    await adam.act(f"{at}/resume")
    await adam.act(f"{at}/resolve", {"code": "fixed", "resolution": "Done."})

    history = (await adam.read(f"{at}/history"))["data"]
    by_position = [await adam.read(f"{at}?as_of=@{event['position']}") for event in history]
    by_instant = [await adam.read(f"{at}?as_of={event['recorded_at']}") for event in history]

    applied = [event["version"] for event in history if event["event"] == "ServiceLevelApplied"]
    assert len(applied) == 2
    assert [record["version"] for record in by_position] == [e["version"] for e in history]
    promised = [record for record in by_position if record["version"] >= applied[0]]
    assert [record["due_target"] for record in promised] == [
        *["first response"] * (len(promised) - 2),
        "resolution",
        "",
    ]
    assert (by_position[-1]["due"], by_instant[-1]["status"]) == (None, "resolved")
    assert by_position[-1] == await adam.read(at)


async def test_a_ticket_tells_why_its_clocks_ran_or_stood_as_of_each_of_its_moments(
    house: House,
) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    calendar = await publish(olga, order=20)
    made = await adam.made("/incidents", {"title": "All down", "impact": 1, "urgency": 1})
    at = f"/incidents/{made['number']}"
    await adam.act(f"{at}/pend", {"reason": "vendor"})
    await adam.act(f"{at}/resume")
    await adam.act(f"{at}/resolve", {"code": "fixed", "resolution": "Done."})

    history = (await adam.read(f"{at}/history"))["data"]
    now = await adam.read(f"/tickets/{made['number']}/sla")
    paused = next(event for event in history if event["event"] == "Paused")
    then = await adam.read(f"/tickets/{made['number']}/sla?as_of=@{paused['position']}")

    [agreed] = now["agreements"]
    assert (agreed["kind"], agreed["label"], agreed["zone"]) == ("SLA", "", "UTC")
    assert (agreed["policy"]["name"], agreed["policy_version"]) == ("Gold", 1)
    assert agreed["calendar"]["number"] == calendar["number"]
    response, resolution = agreed["clocks"]
    assert [clock["state"] for clock in agreed["clocks"]] == ["met", "met"]
    assert [(span["ran"], span["why"], span["party"]) for span in resolution["spans"]] == [
        (True, "", "nobody"),
        (False, "waiting for vendor", "vendor"),
        (True, "", "nobody"),
    ]
    assert sum(party["elapsed"] for party in now["parties"]) == pytest.approx(now["elapsed"])
    assert response["met_at"] == resolution["met_at"] == resolution["spans"][-1]["until"]
    [then_agreed] = then["agreements"]
    assert [clock["state"] for clock in then_agreed["clocks"]] == ["running", "paused"]
    assert then["as_of"] == paused["recorded_at"]


async def test_a_pause_is_noted_afterwards(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    await publish(olga, order=10)
    made = await adam.made("/incidents", {"title": "All down", "impact": 1, "urgency": 1})
    url = f"/tickets/{made['number']}/sla"
    before = (await adam.read(url))["agreements"][0]["clocks"][1]
    since = before["started_at"]
    until = (await adam.read(url))["as_of"]

    await adam.act(
        f"/incidents/{made['number']}/note-pause",
        {"reason": "vendor", "since": since, "until": until},
    )

    after = (await adam.read(url))["agreements"][0]["clocks"][1]
    assert after["due"] > before["due"]
    assert (after["spans"][0]["ran"], after["spans"][0]["until"]) == (False, until)


async def test_only_tickets_have_clocks(house: House) -> None:
    adam = house.as_("adam")

    answer = await adam.get("/tickets/PRB0000001/sla")

    assert answer.status_code == 404
