"""Moving running approvals to another version of their process over HTTP, and its dry run."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = """
name: {name}
subjects: change
when: subject.category == "{name}"
order: 1
stages:
  - name: Technical
    approvers: [role:approver]
    quorum: {quorum}
    patience: {patience}
    on_timeout: reject
"""


def document(name: str, quorum: str = "all", patience: str = "4h") -> dict[str, str]:
    return {"document": DOCUMENT.format(name=name, quorum=quorum, patience=patience)}


async def published(house: House, name: str, *later: dict[str, str]) -> str:
    olga = house.as_("olga")
    at = f"/approval-processes/{(await olga.made('/approval-processes', document(name)))['number']}"
    await olga.act(f"{at}/publish")
    for version in later:
        await publish(house, at, version)
    return at


async def publish(house: House, at: str, version: dict[str, str]) -> None:
    await house.as_("olga").act(f"{at}/revise", version)
    await house.as_("olga").act(f"{at}/publish")


async def submitted(house: House, category: str) -> str:
    """The path of a change of Adam's that Anna has approved, and Abel has not."""
    adam = house.as_("adam")
    made = await adam.made("/changes", {"title": "New core switch", "type": "normal"})
    at = f"/changes/{made['number']}"
    await adam.act(f"{at}/categorise", {"category": category})
    await adam.act(f"{at}/assess-risk", {"impact": 3, "likelihood": 3})
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    await adam.act(f"{at}/submit")
    await house.as_("anna").act(f"{at}/vote", {"vote": "approve"})
    return at


async def round_of(house: House, at: str) -> Any:
    return (await house.as_("carl").read(at))["approval"]["1"]


async def test_a_dry_run_tells_and_records_nothing_and_the_command_does_it(house: House) -> None:
    process = await published(house, "Moved")
    at = await submitted(house, "Moved")
    await publish(house, process, document("Moved", patience="3d"))
    version = (await house.as_("carl").read(at))["version"]

    preview = await house.as_("olga").read(f"{at}/approval-migration?to_version=2")

    assert preview["would_migrate"]
    plan = preview["plan"]
    assert (plan["from_version"], plan["to_version"]) == (1, 2)
    assert (plan["going_on"], plan["dropped"], plan["outcome"]) == (["Technical"], {}, "pending")
    assert plan["kept"] == {"Technical": [str(house.people["anna"])]}
    assert [one["stage"] for one in plan["open"]] == ["Technical"]
    assert (await house.as_("carl").read(at))["version"] == version

    await house.as_("carl").act(f"{at}/migrate-approval", {"to_version": 2})

    shown = await round_of(house, at)
    assert shown["process_version"] == 2
    assert shown["migrations"][0]["from_version"] == 1
    [stage] = shown["stages"]
    assert (stage["state"], len(stage["votes"])) == ("open", 1)
    drawing = await house.as_("carl").get(f"{at}/approval.svg")
    assert (drawing.status_code, "version 2" in drawing.text) == (200, True)
    await house.as_("abel").act(f"{at}/vote", {"vote": "approve"})
    assert (await round_of(house, at))["outcome"] == "approved"


async def test_a_stage_of_another_name_is_mapped_or_the_move_refused(house: House) -> None:
    process = await published(house, "Renamed")
    at = await submitted(house, "Renamed")
    text = document("Renamed")["document"].replace("name: Technical", "name: Peers")
    await publish(house, process, {"document": text})
    carl = house.as_("carl")

    refused = await carl.post(f"{at}/migrate-approval", {"to_version": 2}, if_match="*")
    assert refused.status_code == 422
    assert "Technical is open, and version 2 has no such stage" in refused.json()["detail"]
    preview = await carl.read(f"{at}/approval-migration?to_version=2")
    assert (preview["would_migrate"], preview["reason"]) == (False, refused.json()["detail"])

    mapping = {"Technical": "Peers"}
    said = quote(json.dumps(mapping))
    preview = await carl.read(f"{at}/approval-migration?to_version=2&mapping={said}")
    assert preview["plan"]["mapping"] == mapping
    await carl.act(f"{at}/migrate-approval", {"to_version": 2, "mapping": mapping})
    assert [stage["name"] for stage in (await round_of(house, at))["stages"]] == ["Peers"]


async def test_all_that_run_on_an_older_version_are_listed_page_by_page(house: House) -> None:
    process = await published(house, "Many")
    changes = [await submitted(house, "Many") for _ in range(3)]
    assert (await house.as_("olga").read(f"{process}/running"))["data"] == []
    await publish(house, process, document("Many", quorum="any"))
    await publish(house, process, {"document": document("Many")["document"] + "    after: []\n"})

    first = await house.as_("olga").read(f"{process}/running?limit=2")
    rest = await house.as_("olga").read(f"{process}/running?limit=2&cursor={first['next_cursor']}")

    rows = first["data"] + rest["data"]
    assert [f"/changes/{row['number']}" for row in rows] == changes
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)
    assert {row["version"] for row in rows} == {1}
    assert all(row["would_migrate"] and row["open"] == ["Technical"] for row in rows)


@pytest.mark.parametrize(
    "query", ["", "?to_version=0", "?to_version=2&mapping=x", "?to_version=2&mapping=[]", "?x=1"]
)
async def test_a_dry_run_that_is_asked_wrongly_is_refused(house: House, query: str) -> None:
    await published(house, f"Asked {query[-3:]}")
    made = await house.as_("adam").made("/changes", {"title": "New switch", "type": "normal"})

    answer = await house.as_("carl").get(f"/changes/{made['number']}/approval-migration{query}")

    assert answer.status_code == 400
