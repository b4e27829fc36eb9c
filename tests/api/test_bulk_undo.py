"""Bulk jobs: what is undone, and what is left."""

from typing import Any

import pytest

from api import bulk_runner
from tests.api.bulk import Bulk, incident, log, on
from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_runner, "PAGE_ROWS", 2)


@pytest.fixture
def adam(house: House) -> Bulk:
    return Bulk(house, "adam")


SHOWN = (
    *("title", "description", "details", "category", "subcategory", "service", "team", "assignee"),
    *("impact", "urgency", "priority", "status", "watchers", "links", "affected_people"),
)


async def as_shown(client: Client, number: str) -> dict[str, Any]:
    found = await client.read(f"/incidents/{number}")
    return {name: found[name] for name in SHOWN}


async def test_what_was_changed_is_as_it_was_once_it_is_undone(house: House, adam: Bulk) -> None:
    team = (await house.as_("zoe").made("/teams", {"name": "Undone"}))["number"]
    number, other = await incident(adam), await incident(adam)
    await adam.client.act(f"/incidents/{number}/categorise", {"category": "mail"})
    await adam.client.act(f"/incidents/{number}/assign", {"assignee": house.number("adam")})
    before = await as_shown(adam.client, number)
    person = house.number("rita")
    rows = [
        on(number, "categorise", category="print", service="paper"),
        on(number, "categorise", category="toner"),
        on(number, "assign", team=team),
        on(number, "prioritise", impact=1, urgency=1),
        on(number, "amend", title="No paper", description="At all."),
        on(number, "watch", person=person),
        on(number, "add_affected_person", person=person),
        on(number, "link", other=other, type="relates to"),
    ]
    job = await adam.proposed(rows)
    done = await adam.act(job, "start")
    assert done["run"] == {"changed": 8}
    assert await as_shown(adam.client, number) != before

    preview = await adam.act(job, "preview-undo")
    assert await as_shown(adam.client, number) != before
    undone = await adam.act(job, "undo")

    assert preview["undo_preview"] == undone["undo"] == {"undone": 8}
    assert (preview["status"], undone["status"]) == ("done", "undone")
    assert await as_shown(adam.client, number) == before
    history = (await adam.client.read(f"/incidents/{number}/history?limit=250"))["data"]
    assert history[-1]["correlation"] == undone["id"]


async def test_what_was_created_is_cancelled_unless_it_has_moved_on(adam: Bulk) -> None:
    job = await adam.proposed([log("Kept"), log("Cancelled"), log("")])
    await adam.act(job, "start")
    kept, cancelled, _ = [row["number"] for row in await adam.results(job, "run")]
    await adam.client.act(f"/incidents/{kept}/categorise", {"category": "mail"})

    shown = await adam.act(job, "undo")

    assert (shown["status"], shown["undo"]) == ("undone", {"undone": 1, "left": 1})
    assert (await adam.client.read(f"/incidents/{cancelled}"))["status"] == "cancelled"
    assert (await adam.client.read(f"/incidents/{kept}"))["status"] == "new"
    left, _ = await adam.results(job, "undo")
    assert left["problem"]["detail"] == "The record has moved on since."


async def test_rows_without_a_way_back_are_left_and_say_so(adam: Bulk) -> None:
    number = await incident(adam)
    rows = [on(number, "categorise", category="mail"), on(number, "comment", text="Well.")]
    job = await adam.proposed(rows)
    await adam.act(job, "start")

    await adam.act(job, "undo")

    first, second = await adam.results(job, "undo")
    assert first["problem"]["detail"] == "A later row changed the record, and is not undone."
    assert second["problem"]["detail"] == "There is no way back from this incident.comment."
