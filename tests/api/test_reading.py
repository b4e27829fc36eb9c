"""Lists, boards and calendars: what the views answer over HTTP."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.api.house import SETTINGS, House, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

TITLE = {"title": "No invoices"}


# Lists -------------------------------------------------------------------------------------


async def test_pages_show_every_row_once_in_order(house: House) -> None:
    adam = house.as_("adam")
    made = [
        await adam.made("/incidents", {"title": f"T{i % 3}", "impact": i % 3 + 1, "urgency": 2})
        for i in range(11)
    ]
    wanted = {row["number"] for row in made}
    position = made[-1]["position"]

    seen: list[Any] = []
    path = f"/incidents?limit=3&sort=-title,number&min_position={position}"
    cursor = ""
    while True:
        page = await adam.read(path + cursor)
        assert len(page["data"]) <= 3
        seen += [(row["title"], row["number"]) for row in page["data"]]
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert len(seen) == len(set(seen))
    assert wanted <= {number for _, number in seen}
    titles = [title for title, _ in seen]
    assert titles == sorted(titles, reverse=True)


async def test_a_list_takes_filters_fields_and_a_total(house: House) -> None:
    adam = house.as_("adam")
    await adam.made("/incidents", {"title": "Tea machine", "category": "kitchen"})
    last = await adam.made("/incidents", {"title": "Coffee machine", "category": "kitchen"})

    page = await adam.read(
        f"/incidents?category=kitchen&fields=number,title&sort=title&include=total&limit=1"
        f"&min_position={last['position']}"
    )

    assert page["total"] == 2
    assert page["has_more"] is True
    assert page["data"] == [{"number": last["number"], "title": "Coffee machine"}]


async def test_a_people_field_is_filtered_by_number_or_id(house: House) -> None:
    adam = house.as_("adam")
    made = await adam.made("/incidents", TITLE)
    at = f"/incidents/{made['number']}"
    last = await adam.act(f"{at}/assign", {"assignee": house.number("anna")})
    wait = f"min_position={last['position']}"

    by_number = await adam.read(f"/incidents?assignee={house.number('anna')}&{wait}")
    by_id = await adam.read(f"/incidents?assignee={house.people['anna']}&{wait}")
    nobodys = await adam.read(f"/incidents?assignee=&{wait}&limit=250")

    assert [row["number"] for row in by_number["data"]] == [made["number"]]
    assert by_id == by_number
    assert made["number"] not in [row["number"] for row in nobodys["data"]]
    assert nobodys["data"]


async def test_a_position_that_no_view_reaches_ends_the_wait(tmp_path: Path) -> None:
    async with opened(tmp_path, replace(SETTINGS, wait_seconds_max=0.05)) as house:
        lists = await house.as_("adam").get("/incidents?min_position=1000000")
        record = await house.as_("zoe").get(f"/people/{house.number('adam')}?min_position=1000000")

    for answer in (lists, record):
        assert answer.status_code == 503
        assert answer.json()["code"] == "not_yet"
        assert answer.headers["retry-after"] == "1"


# Approvals, calendars, service levels, impact ---------------------------------------------------


async def test_a_normal_change_is_approved_by_two_and_not_by_its_requester(house: House) -> None:
    olga, carl, anna, abel = (house.as_(name) for name in ("olga", "carl", "anna", "abel"))
    process = await olga.made(
        "/approval-processes",
        {
            "name": "Normal",
            "definition": {
                "subjects": ["change"],
                "stages": [
                    {
                        "name": "Board",
                        "approvers": ["person:anna", "person:abel", "person:carl"],
                        "quorum": {"kind": "count", "approvals": 2},
                        "patience": "2d",
                        "on_timeout": "reject",
                    }
                ],
            },
        },
    )
    await olga.act(f"/approval-processes/{process['number']}/publish")
    change = await carl.made("/changes", {"title": "New switch"})
    at = f"/changes/{change['number']}"
    await carl.act(f"{at}/assess-risk", {"impact": 2, "likelihood": 3})
    await carl.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    submitted = await carl.act(f"{at}/submit")

    inbox = await anna.read(f"/approvals?min_position={submitted['position']}")
    own = await carl.post(f"{at}/vote", {"vote": "approve"}, if_match="*")
    unseen = await anna.post(f"{at}/vote", {"vote": "approve"})
    voted = await anna.act(f"{at}/vote", {"vote": "approve"})
    emptied = await anna.read(f"/approvals?min_position={voted['position']}")
    between = (await anna.read(at))["status"]
    await abel.act(f"{at}/vote", {"vote": "approve", "comment": "Sound."})

    assert [row["number"] for row in inbox["data"]] == [change["number"]]
    assert emptied["data"] == []
    assert own.status_code == 403
    assert unseen.status_code == 428
    assert between == "in approval"
    record = await carl.read(at)
    assert record["status"] == "approved"
    assert record["approval"]["1"]["outcome"] == "approved"

    planned = {"start": "2031-05-01T20:00:00Z", "end": "2031-05-01T22:00:00Z"}
    scheduled = await carl.act(f"{at}/schedule", planned)
    month = "from=2031-05-01T00:00:00Z&to=2031-06-01T00:00:00Z"
    found = await carl.read(f"/changes/calendar?{month}&min_position={scheduled['position']}")
    assert [row["number"] for row in found["data"]] == [change["number"]]


async def test_an_incident_shows_its_service_clocks(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    always = {
        day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    calendar = await olga.made(
        "/calendars", {"name": "Always", "hours": {"zone": "UTC", "weekly": always}}
    )
    policy = await olga.made(
        "/service-level-policies",
        {
            "name": "Gold",
            "definition": {
                "calendar": calendar["number"],
                "targets": [{"name": "resolution", "budget": {"1": "4h"}, "pausing": ["vendor"]}],
                "priorities": [1],
            },
        },
    )
    await olga.act(f"/service-level-policies/{policy['number']}/publish")
    made = await adam.made("/incidents", {"title": "All down", "impact": 1, "urgency": 1})
    wait = f"min_position={made['position']}"

    clocks = (await adam.read(f"/incidents/{made['number']}/sla?{wait}"))["data"]
    board = (await adam.read(f"/sla?state=running&{wait}"))["data"]

    assert [(clock["target"], clock["budget"], clock["state"]) for clock in clocks] == [
        ("resolution", "4h", "running")
    ]
    assert made["number"] in [row["number"] for row in board]


async def test_the_impact_of_an_asset_is_what_depends_on_it(house: House) -> None:
    adam = house.as_("adam")
    disk, server, shop = [
        await adam.made("/assets", {"name": name, "asset_class": "server"})
        for name in ("disk", "server", "shop")
    ]
    for asset, other in ((server, disk), (shop, server)):
        last = await adam.made(
            f"/assets/{asset['number']}/relate", {"other": other["number"], "type": "depends on"}
        )
    wait = f"min_position={last['position']}"

    up = await adam.read(f"/assets/{disk['number']}/impact?{wait}")
    near = await adam.read(f"/assets/{disk['number']}/impact?depth=1&{wait}")
    down = await adam.read(f"/assets/{shop['number']}/impact?direction=down&{wait}")

    assert [(row["name"], row["distance"]) for row in up["data"]] == [("server", 1), ("shop", 2)]
    assert [row["name"] for row in near["data"]] == ["server"]
    assert [row["name"] for row in down["data"]] == ["server", "disk"]
