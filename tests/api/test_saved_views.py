"""Saved views over HTTP: used by those whom they are for, and by nobody else."""

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _saved(house: House, who: str, **asking: Any) -> str:
    """The path of a new view of incidents."""
    body = {"name": "Mine", "list": "incidents", "asking": asking}
    made = await house.as_(who).made("/saved-views", body)
    return f"/saved-views/{made['number']}"


async def _names(house: House, who: str, position: int) -> set[str]:
    page = await house.as_(who).read(f"/saved-views?limit=250&min_position={position}")
    return {f"/saved-views/{row['number']}" for row in page["data"]}


async def test_a_list_is_asked_as_the_view_says_for_whoever_uses_it(house: House) -> None:
    adam = house.as_("adam")
    numbers = []
    for title, who in (
        ("Pump A", "adam"),
        ("Pump B", "anna"),
        ("Pump C", "adam"),
        ("Vent", "adam"),
    ):
        made = await adam.made("/incidents", {"title": title})
        last = await adam.act(
            f"/incidents/{made['number']}/assign", {"assignee": house.number(who)}
        )
        numbers.append(made["number"])
    asking = {"filter": "assignee == me", "q": "pump", "sort": "-title", "fields": ["number"]}
    view = await _saved(house, "adam", **asking)
    await adam.act(f"{view}/share", {"shared_with": "organisation"})
    asked = f"/incidents?view={view.rpartition('/')[2]}&min_position={last['position']}"

    mine = await adam.read(asked)
    annas = await house.as_("anna").read(asked)
    other = await adam.read(f"{asked}&sort=title&fields=title&filter=title!='Pump A'&include=total")

    assert mine["data"] == [{"number": numbers[2]}, {"number": numbers[0]}]
    assert annas["data"] == [{"number": numbers[1]}]
    assert (other["data"], other["total"]) == ([{"title": "Pump C"}], 1)


async def test_pages_of_a_view_go_on_until_it_changes(house: House) -> None:
    adam = house.as_("adam")
    for _ in range(3):
        made = await adam.made("/incidents", {"title": "Valve"})
    view = await _saved(house, "adam", q="valve", sort="number")
    asked = f"/incidents?view={view.rpartition('/')[2]}&limit=1&min_position={made['position']}"

    first = await adam.read(asked)
    second = await adam.read(f"{asked}&cursor={first['next_cursor']}")
    await adam.act(f"{view}/amend", {"name": "Mine", "asking": {"q": "valve", "sort": "-number"}})
    third = await adam.get(f"{asked}&cursor={second['next_cursor']}")

    assert first["data"][0]["number"] < second["data"][0]["number"]
    assert third.status_code == 400


async def test_a_view_is_found_by_those_whom_it_is_shared_with(house: House) -> None:
    adam, zoe = house.as_("adam"), house.as_("zoe")
    team = await zoe.made("/teams", {"name": "Pumps"})
    at = f"/teams/{team['number']}/add-member"
    for who in ("adam", "anna"):
        await zoe.act(at, {"person": house.number(who)})
    view = await _saved(house, "adam", q="is:open")
    asked = f"/incidents?view={view.rpartition('/')[2]}"

    async def who_finds(position: int) -> set[str]:
        found = set()
        for who in ("adam", "anna", "rita", "bakery.adam"):
            used = await house.as_(who).get(asked)
            listed = view in await _names(house, who, position)
            assert (used.status_code == 200) == listed, who
            assert used.status_code in (200, 400)
            found |= {who} if listed else set()
        return found

    alone = await who_finds(house.desk.ledger.position())
    shared = await adam.act(f"{view}/share", {"shared_with": "team", "team": team["number"]})
    with_team = await who_finds(shared["position"])
    gone = await zoe.act(f"/teams/{team['number']}/remove-member", {"person": house.number("anna")})
    without_anna = await who_finds(gone["position"])
    shared = await adam.act(f"{view}/share", {"shared_with": "organisation"})
    with_all = await who_finds(shared["position"])
    removed = await adam.act(f"{view}/remove")

    assert alone == {"adam"}
    assert with_team == {"adam", "anna"}
    assert without_anna == {"adam"}
    assert with_all == {"adam", "anna", "rita"}
    assert view not in await _names(house, "adam", removed["position"])
    assert (await adam.get(asked)).status_code == 400


async def test_a_view_is_shared_with_ones_own_teams_alone(house: House) -> None:
    team = await house.as_("zoe").made("/teams", {"name": "Valves"})
    view = await _saved(house, "adam", q="is:open")

    refused = await house.as_("adam").post(
        f"{view}/share", {"shared_with": "team", "team": team["number"]}, if_match="*"
    )

    assert refused.status_code == 422
    assert refused.json()["detail"] == "A view is shared with a team of one's own."


async def test_whoever_a_view_is_for_subscribes_to_it(house: House) -> None:
    adam, anna = house.as_("adam"), house.as_("anna")
    view = await _saved(house, "adam", q="is:open")

    hidden = await anna.post(f"{view}/subscribe", {}, if_match="*")
    await adam.act(f"{view}/share", {"shared_with": "organisation"})
    await anna.act(f"{view}/subscribe")
    subscribed = (await adam.read(view))["subscribers"]
    await anna.act(f"{view}/unsubscribe")

    assert hidden.status_code == 404
    assert subscribed == [str(house.people["anna"])]
    assert (await adam.read(view))["subscribers"] == []


@pytest.mark.parametrize(
    ("asking", "pointer", "column"),
    [
        ({"filter": "is_opne"}, "/asking/filter", 1),
        ({"q": "is:open asignee:me"}, "/asking/q", 9),
        ({"sort": "hands"}, "/asking/sort", None),
        ({"sort": "a,b,c,d,e,f"}, "/asking/sort", None),
        ({"fields": ["number", "colour"]}, "/asking/fields", None),
    ],
)
async def test_a_mistake_in_a_view_is_told_when_it_is_saved(
    house: House, asking: dict[str, Any], pointer: str, column: int | None
) -> None:
    body = {"name": "Mine", "list": "incidents", "asking": asking}

    answer = await house.as_("adam").post("/saved-views", body)

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error.get("column")) == (pointer, column)


async def _changes(house: House, who: str, view: str, after: int, position: int) -> list[str]:
    at = f"{view}/changes?after={after}&min_position={position}"
    page = await house.as_(who).read(at)
    assert page["next"] >= position
    assert not page["has_more"]
    return [f"{one['change']} {one['number']}" for one in page["data"]]


async def test_what_enters_a_view_and_leaves_it_is_told_once(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("bakery.rita")
    view = await _saved(house, "adam", filter="priority == 1", q='"boiler"')
    made = await rita.made("/incidents", {"title": "The boiler hisses"})
    number, at = made["number"], f"/incidents/{made['number']}/prioritise"
    other = await rita.made("/incidents", {"title": "The oven hisses"})
    for impact in (1, 3, 1):
        last = await adam.act(at, {"impact": impact, "urgency": 1})
        await adam.act(f"/incidents/{other['number']}/prioritise", {"impact": impact, "urgency": 1})
    noted = await adam.act(f"/incidents/{number}/categorise", {"category": "heat"})
    position = noted["position"]

    told = await _changes(house, "adam", view, 0, position)
    again = await _changes(house, "adam", view, 0, position)
    later = await _changes(house, "adam", view, last["position"] - 1, position)

    assert told == again == [f"{how} {number}" for how in ("entered", "left", "entered")]
    assert later == [f"entered {number}"]


async def test_changes_of_a_view_are_those_of_what_one_sees(house: House) -> None:
    adam = house.as_("bakery.adam")
    view = await _saved(house, "bakery.adam", q='"kiln"')
    await adam.act(f"{view}/share", {"shared_with": "organisation"})
    mine = await house.as_("bakery.rita").made("/incidents", {"title": "Kiln one"})
    foreign = await house.as_("foundry.rita").made("/incidents", {"title": "Kiln two"})
    position = foreign["position"]

    of_agent = await _changes(house, "bakery.adam", view, 0, position)
    of_requester = await _changes(house, "bakery.rita", view, 0, position)
    hidden = await house.as_("foundry.adam").get(f"{view}/changes")

    assert of_agent == of_requester == [f"entered {mine['number']}"]
    assert hidden.status_code == 404


async def test_a_view_that_changes_by_itself_is_not_followed(house: House) -> None:
    view = await _saved(house, "adam", filter='due != null && !(due > now + duration("4h"))')

    answer = await house.as_("adam").get(f"{view}/changes")

    assert answer.status_code == 400
    assert "changes by itself" in answer.json()["detail"]


async def test_a_view_of_one_list_is_no_view_of_another(house: House) -> None:
    view = await _saved(house, "adam", q="is:open")

    answer = await house.as_("adam").get(f"/changes?view={view.rpartition('/')[2]}")

    assert answer.status_code == 400
    assert "is a view of /incidents" in answer.json()["detail"]
