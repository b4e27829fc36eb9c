"""Another requester over HTTP: a ticket leaves the sight of one customer for that of another."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = "It is the oven of the foundry."


async def test_a_ticket_leaves_one_customer_for_another_in_the_lists_too(house: House) -> None:
    adam, old, new = (house.as_(name) for name in ("adam", "bakery.rita", "foundry.rita"))
    made = await old.made("/incidents", {"title": "No heat"})
    number = made["number"]
    at = f"/incidents/{number}"
    await adam.act(f"{at}/watch", {"person": house.number("bakery.anna")})

    moved = await adam.act(
        f"{at}/change-requester", {"requester": house.number("foundry.rita"), "reason": WHY}
    )

    latest = f"min_position={moved['position']}"
    listed = {
        name: [
            row["number"]
            for row in (await house.as_(name).read(f"/queue?number={number}&{latest}"))["data"]
        ]
        for name in ("adam", "bakery.adam", "bakery.anna", "foundry.adam")
    }
    assert listed == {
        "adam": [number],
        "bakery.adam": [],
        "bakery.anna": [],
        "foundry.adam": [number],
    }
    [row] = (await adam.read(f"/queue?number={number}&{latest}"))["data"]
    assert row["organisation"] == str(house.organisations["foundry"])
    for name in ("bakery.rita", "bakery.anna", "bakery.adam", "bakery.axel"):
        assert (await house.as_(name).get(at)).status_code == 404
        assert (await house.as_(name).get(f"{at}?as_of=@{made['position']}")).status_code == 404
    assert (await new.read(at))["requester"] == str(house.people["foundry.rita"])
    told = (await adam.read(f"{at}/history"))["data"]
    assert [one["changed"]["reason"] for one in told if one["event"] == "RequesterChanged"] == [WHY]


async def test_a_past_list_shows_whose_a_ticket_was(house: House) -> None:
    adam = house.as_("adam")
    made = await house.as_("bakery.rita").made("/incidents", {"title": "No water"})
    moved = await adam.act(
        f"/incidents/{made['number']}/change-requester",
        {"requester": house.number("foundry.rita"), "reason": WHY},
    )

    async def seen(name: str, position: int) -> bool:
        question = f"number={made['number']}&min_position={moved['position']}&as_of=@{position}"
        return bool((await house.as_(name).read(f"/queue?{question}"))["data"])

    assert await seen("bakery.adam", made["position"])
    assert not await seen("bakery.adam", moved["position"])
    assert not await seen("foundry.adam", made["position"])
    assert await seen("foundry.adam", moved["position"])


async def test_everybody_lists_their_own_tickets_of_all_kinds_and_no_others(house: House) -> None:
    rita, adam = house.as_("foundry.rita"), house.as_("foundry.adam")
    incident = await rita.made("/incidents", {"title": "No water again"})
    question = await rita.made("/questions", {"title": "When does it come back?"})
    other = await adam.made("/incidents", {"title": "No light"})
    at = f"/tickets?min_position={other['position']}"

    own = {row["number"] for row in (await rita.read(at))["data"]}
    questions = {row["number"] for row in (await rita.read(f"{at}&kind=question"))["data"]}
    others = {row["number"] for row in (await adam.read(at))["data"]}

    assert {incident["number"], question["number"]} <= own
    assert other["number"] not in own
    assert question["number"] in questions
    assert incident["number"] not in questions
    assert incident["number"] not in others
    asked = await rita.get(f"{at}&requester={house.number('foundry.adam')}")
    assert asked.status_code == 400
