"""What asks for attributes and fields over HTTP: lists, data rules, saved views and bulk jobs."""

from typing import Any
from urllib.parse import quote

import pytest

from api.ticket_types import DEFINITION
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

ATTRIBUTES: list[dict[str, Any]] = [
    {"name": "ram gb", "kind": "integer"},
    {"name": "os", "kind": "choice", "choices": ["Linux", "Windows 10"]},
]


async def _numbers(house: House, asked: str) -> list[str]:
    page = await house.as_("adam").read(asked)
    return [row["number"] for row in page["data"]]


async def test_lists_rules_views_and_jobs_ask_for_attributes(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    type = await olga.made("/asset-types", {"name": "Notebook", "attributes": ATTRIBUTES})
    weak = 'attributes.ram_gb < 8 && attributes.os == "Windows 10"'
    rule = await olga.made(
        "/data-rules", {"name": "Weak", "definition": {"list": "assets", "violated_by": weak}}
    )
    small, large = [
        await adam.made(
            "/assets",
            {"name": f"n{ram}", "type": type["number"], "attributes": {"ram gb": ram, "os": os}},
        )
        for ram, os in ((4, "Windows 10"), (16, "Linux"))
    ]
    view = await adam.made(
        "/saved-views", {"name": "Weak", "list": "assets", "asking": {"filter": weak}}
    )

    reached = f"min_position={large['position']}"
    job = await adam.made(f"/bulk-jobs?{reached}", {"act": "asset.retire", "filter": weak})
    mended = await adam.act(
        f"/assets/{small['number']}/set-attributes", {"attributes": {"ram gb": 32}}
    )

    reached = f"min_position={mended['position']}"
    assert job["rows"] == 1
    assert await _numbers(house, f"/assets?filter={quote(weak)}&{reached}") == []
    large_ones = "has(attributes.ram_gb) && attributes.ram_gb >= 16"
    found = await _numbers(house, f"/assets?filter={quote(large_ones)}&sort=number&{reached}")
    assert found == [small["number"], large["number"]]
    counted = await adam.read(f"/assets?type={type['id']}&facet=attributes.os&{reached}")
    assert counted["facets"]["attributes.os"]["values"] == [
        {"value": "Linux", "count": 1},
        {"value": "Windows 10", "count": 1},
    ]
    before = f"as_of=@{small['position']}"
    assert await _numbers(house, f"/assets?filter={quote(weak)}&{before}") == [small["number"]]
    told = await adam.read(f"/saved-views/{view['number']}/changes?after=0&{reached}")
    assert [f"{one['change']} {one['number']}" for one in told["data"]] == [
        f"entered {small['number']}",
        f"left {small['number']}",
    ]
    quality = (await adam.read(f"/data-quality?{before}"))["data"]
    assert [one["violations"] for one in quality if one["rule"] == rule["number"]] == [1]


async def test_tickets_are_found_by_the_fields_that_the_desk_has_added(house: House) -> None:
    olga, adam = house.as_("olga"), house.as_("adam")
    await olga.made("/ticket-types", {"ticket": "incident", "definition": DEFINITION})
    made = await adam.made("/incidents", {"title": "Slow"})
    set = await adam.act(
        f"/incidents/{made['number']}/set-fields", {"fields": {"site": "Berne", "cost": "12.50"}}
    )

    asked = 'fields.site == "Berne" && fields.cost > 12.25'
    found = await _numbers(
        house, f"/incidents?filter={quote(asked)}&min_position={set['position']}"
    )
    never = await adam.get('/incidents?filter=fields.site == "Basel"')

    assert found == [made["number"]]
    assert never.status_code == 400
    assert never.json()["errors"][0]["column"] == 16
