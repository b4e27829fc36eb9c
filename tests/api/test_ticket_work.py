"""Families, checklists, time and ratings of tickets over HTTP."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def incident(house: House, who: str = "rita") -> str:
    made = await house.as_(who).made("/incidents", {"title": "No invoices"})
    return str(made["number"])


async def test_the_checklist_stands_in_the_ticket_for_those_who_work_on_it(house: House) -> None:
    number, adam = await incident(house), house.as_("adam")
    at = f"/incidents/{number}"

    await adam.made(f"{at}/add-item", {"title": "Ask", "assignee": house.number("adam")})
    await adam.made(f"{at}/add-item", {"title": "Look"})
    await adam.made(f"{at}/complete-item", {"number": 2})

    record = await adam.read(at)
    assert [(item["title"], item["done_by"]) for item in record["checklist"]] == [
        ("Ask", ""),
        ("Look", str(house.people["adam"])),
    ]
    assert (record["items"], record["items_done"]) == (2, 1)
    assert (await house.as_("rita").read(at))["checklist"] == []


async def test_time_is_listed_and_added_up_for_those_who_may_see_it(house: House) -> None:
    number, adam = await incident(house, "bakery.rita"), house.as_("adam")
    at = f"/incidents/{number}"
    for minutes, is_billable in ((25, True), (10, False)):
        body = {"minutes": minutes, "activity": "baking", "is_billable": is_billable}
        made = await adam.made(f"{at}/book-time", {**body, "day": "2020-05-04"})
    body = {"number": 1, "minutes": 20, "reason": "Shorter."}
    made = await adam.made(f"{at}/correct-time", body)
    span = f"from=2020-05-01T00:00:00Z&to=2020-06-01T00:00:00Z&min_position={made['position']}"

    sums = await adam.read(f"/reports/time-spent?{span}&by=person,month")
    listed = await adam.read(f"/time-spent?{span}&sort=number")

    assert sums["total"] == {"minutes": 30, "billable": 20}
    assert sums["data"] == [
        {
            "group": {"person": str(house.people["adam"]), "month": "2020-05"},
            "names": {"person": "Adam"},
            "minutes": 30,
            "billable": 20,
        }
    ]
    assert [row["minutes"] for row in listed["data"]] == [20, 10]
    assert (await adam.read(at))["minutes_spent"] == 30
    before = await adam.read(f"/reports/time-spent?{span}&known_at=@{made['position'] - 1}")
    assert (before["total"]["minutes"], before["position"]) == (35, made["position"] - 1)
    other = await house.as_("foundry.adam").read(f"/reports/time-spent?{span}")
    assert other["total"] == {"minutes": 0, "billable": 0}


@pytest.mark.parametrize(
    "query", ["by=note", "by=person,person", "by=", "activity=a&activity=b", "minutes=3"]
)
async def test_a_wrong_question_for_sums_is_told(house: House, query: str) -> None:
    span = "from=2020-05-01T00:00:00Z&to=2020-06-01T00:00:00Z"

    answer = await house.as_("adam").get(f"/reports/time-spent?{span}&{query}")

    assert answer.status_code == (200 if query == "by=" else 400)


async def test_the_requester_is_asked_how_well_it_was_resolved(house: House) -> None:
    number, rita, adam = await incident(house), house.as_("rita"), house.as_("adam")
    at = f"/incidents/{number}"
    await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "Restarted."})
    asked = (await rita.read(at))["rated_until"]

    refused = await adam.post(f"{at}/rate", {"score": 5})
    await rita.made(f"{at}/rate", {"score": 4, "comment": "Quick."})

    record = await adam.read(at)
    assert asked is not None
    assert refused.status_code == 403
    assert (record["score"], record["rated_until"]) == (4, None)
    assert [(one["score"], one["comment"]) for one in record["ratings"]] == [(4, "Quick.")]


async def test_a_family_is_resolved_as_far_as_whoever_does_it_may(house: House) -> None:
    parent, child = await incident(house, "bakery.rita"), await incident(house, "bakery.rita")
    theirs = await incident(house)
    adam, baker = house.as_("adam"), house.as_("bakery.adam")
    for number in (child, theirs):
        body = {"other": parent, "type": "child of"}
        await adam.made(f"/incidents/{number}/link", body)

    hidden = await baker.post(f"/incidents/{child}/link", {"other": theirs, "type": "parent of"})
    await baker.act(
        f"/incidents/{parent}/resolve",
        {"code": "solved", "resolution": "Baked.", "children": ["incident"]},
    )

    assert hidden.status_code in (404, 422)
    status = {n: (await adam.read(f"/incidents/{n}"))["status"] for n in (parent, child, theirs)}
    assert status == {parent: "resolved", child: "resolved", theirs: "new"}
    links = (await adam.read(f"/incidents/{parent}"))["links"]
    assert [link["type"] for link in links] == ["parent of", "parent of"]


async def test_it_is_told_whose_hands_a_ticket_went_through(house: House) -> None:
    number, adam = await incident(house), house.as_("adam")
    teams = [
        (await house.as_("zoe").made("/teams", {"name": f"{name} of hands"}))["number"]
        for name in ("Network", "Servers")
    ]
    for team in (teams[0], teams[1], teams[0]):
        made = await adam.act(f"/incidents/{number}/assign", {"team": team})

    found = await adam.read(f"/tickets/{number}/hands")
    before = await adam.read(f"/tickets/{number}/hands?as_of=@{made['position'] - 1}")

    assert (found["hand_overs"], found["returns"]) == (2, 1)
    assert [one["team"] and one["team"]["number"] for one in found["held"]] == [None, *teams]
    assert found["holdings"][-1]["until"] is None
    assert found["holdings"][-1]["by"] == "Adam"
    assert (before["hand_overs"], before["returns"]) == (1, 0)
    assert (await house.as_("rita").get(f"/tickets/{number}/hands")).status_code == 403
    assert (await adam.get("/tickets/PER0000001/hands")).status_code == 404
