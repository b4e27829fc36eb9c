"""Standard changes from the catalogue, emergencies and what they owe, and tasks, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.change_templates import TEMPLATE
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW = {"title": "A disk reports errors"}
FORM = {"server": "db-1", "bay": "1"}


async def a_template(house: House) -> str:
    made = await house.as_("carl").made(
        "/change-templates", {"name": "Replace a disk", "definition": TEMPLATE}
    )
    await house.as_("carl").act(f"/change-templates/{made['number']}/publish")
    number: str = made["number"]
    return number


async def findings(house: House, position: int, **query: Any) -> list[dict[str, Any]]:
    asked = "".join(f"&{name}={value}" for name, value in query.items())
    page = await house.as_("axel").read(f"/audit-findings?min_position={position}{asked}")
    found: list[dict[str, Any]] = page["data"]
    return found


async def test_a_standard_change_is_made_from_a_template_and_done_task_by_task(
    house: House,
) -> None:
    template, adam = await a_template(house), house.as_("adam")

    made = await house.as_("rita").made(
        "/changes", {**NEW, "type": "standard", "template": template, "form": FORM}
    )
    at = f"/changes/{made['number']}"
    proposed = await adam.read(at)

    assert (proposed["type"], proposed["template_version"]) == ("standard", 1)
    assert proposed["plan"]["implementation"].startswith("Swap the disk in bay 1 of db-1")
    assert [(task["number"], task["title"], task["after"]) for task in proposed["tasks"]] == [
        (1, "Order the disk", []),
        (2, "Swap the disk", [1]),
    ]

    await adam.act(f"{at}/submit")
    early = await adam.post(f"{at}/start-implementation", if_match="*")
    await adam.act(f"{at}/complete-task", {"number": 1, "note": "It is here."})
    await adam.act(f"{at}/start-implementation")
    await adam.act(f"{at}/start-task", {"number": 2})
    open_task = await adam.post(
        f"{at}/complete-implementation", {"outcome": "successful"}, if_match="*"
    )
    await adam.act(f"{at}/complete-task", {"number": 2})
    await adam.act(f"{at}/complete-implementation", {"outcome": "successful"})
    await house.as_("carl").act(f"{at}/close", {"code": "implemented"})

    assert (early.status_code, open_task.status_code) == (422, 422)
    closed = await adam.read(at)
    assert (closed["status"], closed["closure_code"]) == ("closed", "implemented")
    assert [task["state"] for task in closed["tasks"]] == ["done", "done"]
    assert closed["tasks"][0]["note"] == "It is here."


async def test_a_standard_change_without_a_template_is_refused(house: House) -> None:
    answer = await house.as_("adam").post("/changes", {**NEW, "type": "standard"})

    assert answer.status_code == 422
    assert "comes from a published template" in answer.json()["detail"]


async def test_the_catalogue_is_open_to_everybody(house: House) -> None:
    template = await a_template(house)
    rita = house.as_("bakery.rita")

    found = await rita.read(f"/change-templates/{template}")

    assert (found["published_version"], found["published"]["risk"]) == (1, "low")


async def test_drafts_of_the_catalogue_are_for_those_who_work_at_the_desk(house: House) -> None:
    template = await a_template(house)
    revised = await house.as_("olga").act(
        f"/change-templates/{template}/revise", {"definition": {**TEMPLATE, "risk": "high"}}
    )

    async def drafts(name: str) -> list[Any]:
        client = house.as_(name)
        one = await client.read(f"/change-templates/{template}")
        listed = await client.read(
            f"/change-templates?number={one['number']}&min_position={revised['position']}"
        )
        return [one["draft"].get("risk"), listed["data"][0]["draft"].get("risk")]

    assert await drafts("adam") == ["high", "high"]
    assert await drafts("bakery.rita") == [None, None]
    unseen = await house.as_("bakery.rita").get(f"/change-templates/{template}/history")
    assert unseen.status_code == 403


async def test_what_a_change_affects_is_shown(house: House) -> None:
    adam = house.as_("adam")
    asset = await adam.made("/assets", {"name": "db-1", "asset_class": "server"})
    made = await adam.made("/changes", NEW)

    await adam.act(f"/changes/{made['number']}/affect", {"asset": asset["number"]})

    assert (await adam.read(f"/changes/{made['number']}"))["affects"] == [asset["id"]]


async def test_an_emergency_change_is_an_audit_finding_until_its_approval_is_decided(
    house: House,
) -> None:
    adam, carl = house.as_("adam"), house.as_("carl")
    made = await adam.made("/changes", {**NEW, "type": "emergency"})
    at = f"/changes/{made['number']}"

    begun = await adam.act(f"{at}/start-implementation")

    [owed] = await findings(house, begun["position"], number=made["number"])
    assert (owed["name"], owed["is_open"], owed["is_overdue"]) == (
        "retrospective approval",
        True,
        False,
    )
    assert datetime.fromisoformat(owed["due"]) > datetime.now(UTC) + timedelta(days=1)
    record = await adam.read(at)
    assert (record["status"], record["is_approval_owed"]) == ("implementing", True)

    failed = await adam.act(f"{at}/complete-implementation", {"outcome": "unsuccessful"})
    both = await findings(house, failed["position"], number=made["number"])
    assert [row["name"] for row in both] == ["retrospective approval", "review"]
    reviewed = await carl.act(f"{at}/review", {"outcome": "unsuccessful", "notes": "It broke."})
    refused = await carl.post(f"{at}/close", {"code": "failed"}, if_match="*")
    assert "retrospective approval is decided" in refused.json()["detail"]
    [left] = await findings(house, reviewed["position"], number=made["number"])
    assert left["name"] == "retrospective approval"
    [met] = await findings(house, reviewed["position"], number=made["number"], is_open="false")
    assert (met["name"], met["outcome"]) == ("review", "unsuccessful")


async def test_a_customer_does_not_see_what_another_owes(house: House) -> None:
    adam = house.as_("foundry.adam")
    made = await adam.made("/changes", {**NEW, "type": "emergency"})
    begun = await adam.act(f"/changes/{made['number']}/start-implementation")

    page = await house.as_("bakery.axel").read(f"/audit-findings?min_position={begun['position']}")

    assert made["number"] not in [row["number"] for row in page["data"]]


PLAIN = """
name: Exemplary
subjects: change
when: subject.category == "Exemplary"
order: 4
stages:
  - name: Review
    approvers: [person:abel, person:anna]
    quorum: any
    patience: 4h
    on_timeout: reject
"""


async def test_a_template_is_drafted_of_a_change_that_went_well(house: House) -> None:
    olga, adam, carl = house.as_("olga"), house.as_("adam"), house.as_("carl")
    process = await olga.made("/approval-processes", {"document": PLAIN})
    await olga.act(f"/approval-processes/{process['number']}/publish")
    made = await adam.made("/changes", {"title": "Swap a switch", "type": "normal"})
    at = f"/changes/{made['number']}"
    await adam.act(f"{at}/categorise", {"category": "Exemplary"})
    await adam.act(f"{at}/assess-risk", {"impact": 3, "likelihood": 3})
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    await adam.act(f"{at}/submit")
    await house.as_("abel").act(f"{at}/vote", {"vote": "approve"})
    await adam.act(f"{at}/start-implementation")
    await adam.act(f"{at}/complete-implementation", {"outcome": "successful"})
    early = await carl.post(f"{at}/make-template", {}, if_match="*")
    await carl.act(f"{at}/review", {"outcome": "successful", "notes": "Well."})
    await carl.act(f"{at}/close", {"code": "implemented"})

    drafted = await carl.act(f"{at}/make-template", {"name": "Swap switches"})

    assert (early.status_code, early.json()["code"]) == (422, "refused")
    assert drafted["number"].startswith("TPL")
    template = await adam.read(f"/change-templates/{drafted['number']}")
    change = await adam.read(at)
    assert (template["name"], template["published_version"]) == ("Swap switches", 0)
    assert change["made_template"] == drafted["id"]
