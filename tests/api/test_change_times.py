"""The times of changes over HTTP: conflicts, change windows and the calendar."""

from typing import Any

import pytest

from api.change_windows import WINDOW
from domain.business_rules import WEEKDAYS
from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAN = {"implementation": "Swap the disk.", "backout": "Put the old one back."}
TEMPLATE = {"description": "It is replaced.", "category": "hardware", "risk": "low", **PLAN}


def at(day: int, hour: int = 20) -> str:
    return f"2031-05-{day:02}T{hour:02}:00:00Z"


def hours(day: int, start: int = 20, end: int = 22) -> dict[str, str]:
    return {"start": at(day, start), "end": at(day, end)}


async def an_asset(house: House, name: str) -> str:
    made = await house.as_("adam").made("/assets", {"name": name, "asset_class": "server"})
    number: str = made["number"]
    return number


async def a_change(house: House, *assets: str, by: str = "rita") -> str:
    """The number of a standard change that is ready to be scheduled."""
    carl = house.as_("carl")
    template = await carl.made("/change-templates", {"name": "Replace", "definition": TEMPLATE})
    await carl.act(f"/change-templates/{template['number']}/publish")
    made = await house.as_(by).made(
        "/changes", {"title": "Replace it", "type": "standard", "template": template["number"]}
    )
    change: str = made["number"]
    for asset in assets:
        await carl.act(f"/changes/{change}/affect", {"asset": asset})
    await carl.act(f"/changes/{change}/submit")
    return change


async def a_window(house: House, **definition: Any) -> str:
    """The number of a window in force, written by olga and published by carl."""
    plain = {"kind": "freeze", "reason": "Year end.", **definition}
    made = await house.as_("olga").made("/change-windows", {"name": "Rest", "definition": plain})
    await house.as_("carl").act(f"/change-windows/{made['number']}/publish")
    number: str = made["number"]
    return number


async def scheduled(client: Client, change: str, times: dict[str, str]) -> int:
    return (await client.post(f"/changes/{change}/schedule", times, if_match="*")).status_code


async def test_what_speaks_against_a_time_is_told_now_and_as_it_was_noted(house: House) -> None:
    carl, host = house.as_("carl"), await an_asset(house, "host-1")
    app = await an_asset(house, "app-1")
    await house.as_("adam").act(f"/assets/{app}/relate", {"other": host, "type": "runs on"})
    first, second = await a_change(house, app), await a_change(house, host)
    await carl.act(f"/changes/{first}/schedule", hours(1))
    await carl.act(f"/changes/{second}/schedule", hours(1))

    found = await carl.read(f"/changes/{second}/conflicts")
    await carl.act(f"/changes/{first}/cancel", {"reason": "No part."})
    after = await carl.read(f"/changes/{second}/conflicts")

    (conflict,) = found["data"]
    assert (conflict["reason"], conflict["other"]) == ("upstream asset", first)
    assert conflict["path"] == [host, app]
    assert conflict["detail"].startswith(f"{first} affects what depends on it")
    assert after["data"] == []
    (noted,) = after["noted"]
    assert noted["occasion"] == "scheduling"
    assert noted["conflicts"] == [conflict]


async def test_a_time_can_be_tried_before_it_is_set(house: House) -> None:
    carl, host = house.as_("carl"), await an_asset(house, "host-2")
    first, second = await a_change(house, host), await a_change(house, host)
    await carl.act(f"/changes/{first}/schedule", hours(2))

    unsaid = await carl.get(f"/changes/{second}/conflicts")
    busy = await carl.read(f"/changes/{second}/conflicts?from={at(2)}&to={at(3)}")
    free = await carl.read(f"/changes/{second}/conflicts?from={at(3)}&to={at(4)}")

    assert unsaid.status_code == 400
    assert [one["reason"] for one in busy["data"]] == ["same asset"]
    assert free["data"] == []
    assert free["noted"] == []


async def test_of_a_change_elsewhere_only_the_conflict_is_told(house: House) -> None:
    carl, host = house.as_("carl"), await an_asset(house, "host-3")
    own, foreign = await a_change(house, host), await a_change(house, host, by="bakery.rita")
    for change in (foreign, own):
        await carl.act(f"/changes/{change}/schedule", hours(3))

    (seen,) = (await carl.read(f"/changes/{foreign}/conflicts"))["data"]
    (hidden,) = (await house.as_("bakery.carl").read(f"/changes/{foreign}/conflicts"))["data"]

    assert seen["other"] == own
    assert (hidden["other"], hidden["path"]) == (None, [])
    assert own not in hidden["detail"]


async def test_a_freeze_is_shown_published_and_broken_by_exception_only(house: House) -> None:
    olga, carl = house.as_("olga"), house.as_("carl")
    change = await a_change(house)
    await carl.act(f"/changes/{change}/schedule", hours(6))
    definition = {"kind": "freeze", "reason": "Year end.", "start": at(5), "end": at(8)}
    made = await olga.made("/change-windows", {"name": "Year end", "definition": definition})
    window = f"/change-windows/{made['number']}"

    own = await olga.post(f"{window}/publish", if_match="*")
    affected = await carl.read(f"{window}/affected")
    await carl.act(f"{window}/publish")
    refused = await carl.post(f"/changes/{change}/schedule", hours(7), if_match="*")
    await carl.act(f"{window}/except-change", {"change": change, "reason": "It is a hole."})
    excepted = await carl.act(f"/changes/{change}/schedule", hours(7))

    assert own.status_code == 422
    (row,) = [row for row in affected["data"] if row["change"] == change]
    assert row["conflict"]["effect"] == "refused"
    assert refused.status_code == 422
    assert f"the freeze {made['number']} (Year end)" in refused.json()["detail"]
    (noted,) = (await carl.read(f"/changes/{change}/conflicts"))["noted"]
    assert noted["conflicts"][0]["effect"] == "excepted"
    listed = await olga.read(f"/change-windows?kind=freeze&min_position={excepted['position']}")
    (shown,) = [row for row in listed["data"] if row["number"] == made["number"]]
    assert list(shown["exceptions"].values()) == [str(house.people["carl"])]
    record = await carl.read(window)
    assert record["published"]["reason"] == "Year end."
    await carl.act(f"{window}/retire")


async def test_the_calendar_shows_windows_beside_changes_and_flags_conflicts(house: House) -> None:
    carl, host = house.as_("carl"), await an_asset(house, "host-4")
    nights = {"zone": "UTC", "weekly": {day: [["19:00", "23:00"]] for day in WEEKDAYS}}
    window = await a_window(house, kind="maintenance", hours=nights, assets=[host])
    first, second, late = [await a_change(house, host) for _ in range(3)]
    await carl.act(f"/changes/{first}/schedule", hours(12))
    position = (await carl.act(f"/changes/{second}/schedule", hours(12, 21, 22)))["position"]
    by_day = await scheduled(carl, late, hours(12, 12, 14))

    found = await carl.read(
        f"/changes/calendar?from={at(12, 0)}&to={at(13, 0)}&min_position={position}"
    )

    assert by_day == 422
    assert {row["number"]: row["conflicts"] for row in found["data"]} == {
        first: ["same asset"],
        second: ["same asset"],
    }
    assert [
        (span["window"], span["kind"], span["start"], span["end"]) for span in found["windows"]
    ] == [(window, "maintenance", at(12, 19), at(12, 23))]
    await carl.act(f"/change-windows/{window}/retire")


async def test_a_window_of_another_organisation_is_not_in_the_calendar(house: House) -> None:
    bakery, foundry = (str(house.organisations[name]) for name in ("bakery", "foundry"))
    of_bakery = await a_window(house, start=at(20), end=at(21), organisations=[bakery])
    of_foundry = await a_window(house, start=at(20), end=at(21), organisations=[foundry])
    day = f"/changes/calendar?from={at(20, 0)}&to={at(22, 0)}"

    own = (await house.as_("bakery.carl").read(day))["windows"]
    everything = (await house.as_("carl").read(day))["windows"]

    assert [span["window"] for span in own] == [of_bakery]
    assert [span["window"] for span in everything] == [of_bakery, of_foundry]


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"when": "subject.colour == 1"}, "subject.colour"),
        ({"end": "2001-01-01T00:00:00Z"}, "ends after it starts"),
        ({"assets": ["AST0009999"]}, "there is no asset"),
        ({"kind": "pause"}, "kind"),
        ({"hours": {"zone": "Mars/Phobos", "weekly": {"mon": [["09:00", "10:00"]]}}}, "Mars"),
    ],
)
async def test_a_window_that_makes_no_sense_is_refused_with_its_place(
    house: House, wrong: dict[str, Any], rule: str
) -> None:
    olga, carl = house.as_("olga"), house.as_("carl")

    answer = await olga.post(
        "/change-windows", {"name": "Wrong", "definition": {**WINDOW, **wrong}}
    )
    if answer.status_code == 201:
        answer = await carl.post(f"/change-windows/{answer.json()['number']}/publish", if_match="*")

    assert answer.status_code == 422
    assert rule in answer.text
