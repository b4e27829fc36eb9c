"""Types of tickets over HTTP: defined by a process owner, and felt by everybody."""

import pytest

from api.ticket_types import DEFINITION
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_type_gives_tickets_fields_and_priorities(house: House) -> None:
    olga, adam, rita = (house.as_(name) for name in ("olga", "adam", "rita"))

    made = await olga.made("/ticket-types", {"ticket": "incident", "definition": DEFINITION})

    incident = await rita.made("/incidents", {"title": "Slow", "impact": 1, "urgency": 2})
    at = f"/incidents/{incident['number']}"
    refused = await adam.post(
        f"{at}/set-fields", {"fields": {"site": "Basel", "cost": "-1", "seats": 3}}, if_match="*"
    )
    needed = await adam.post(
        f"{at}/resolve", {"code": "solved", "resolution": "Done."}, if_match="*"
    )
    await adam.act(f"{at}/set-fields", {"fields": {"site": "Berne", "cost": "12.50"}})
    await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "Done."})

    record = await adam.read(at)
    assert (record["priority"], record["status"]) == (1, "resolved")
    assert record["fields"] == {"site": "Berne", "cost": "12.50"}
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        "/fields/site",
        "/fields/cost",
        "/fields/seats",
    ]
    assert needed.json()["errors"] == [
        {"pointer": "/fields/site", "detail": "Site is needed to resolve."}
    ]
    type = await adam.read(f"/ticket-types/{made['number']}")
    assert type["matrix"] == DEFINITION["matrix"]
    assert [field["name"] for field in type["fields"]] == ["site", "cost"]


async def test_mistakes_of_a_type_are_told_with_their_places(house: House) -> None:
    fields = [
        {"name": "site", "label": "Site", "type": "choice", "choices": []},
        {"name": "day", "label": "Day", "type": "date", "minimum": "soon"},
    ]

    answer = await house.as_("olga").post(
        "/ticket-types", {"ticket": "question", "definition": {"fields": fields}}
    )

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/definition/fields/0/choices",
        "/definition/fields/1/minimum",
    ]


async def test_a_matrix_in_which_worse_ranks_lower_is_refused(house: House) -> None:
    matrix = [[3, 2, 1], [2, 3, 4], [3, 4, 5]]

    answer = await house.as_("olga").post(
        "/ticket-types", {"ticket": "question", "definition": {"matrix": matrix}}
    )

    assert answer.status_code == 422
    assert "must not rank before" in answer.json()["detail"]
