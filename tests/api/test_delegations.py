"""The delegations of a person, as they and those who oversee them may read them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def delegate(house: House, who: str, to: str, days: int, **more: Any) -> None:
    start = datetime.now(UTC) + timedelta(days=days)
    said = {
        "to": house.number(to),
        "start": start.isoformat(),
        "end": (start + timedelta(days=2)).isoformat(),
        "reason": "On leave.",
    }
    await house.as_(who).act(f"/people/{house.number(who)}/delegate", {**said, **more})


def at(house: House, who: str) -> str:
    return f"/people/{house.number(who)}/delegations"


async def test_a_person_reads_what_they_delegated_and_what_is_delegated_to_them(
    house: House,
) -> None:
    await delegate(house, "abel", "anna", -1, risks=["low"])
    await delegate(house, "abel", "carl", 10)
    await delegate(house, "adam", "abel", 20)

    page = await house.as_("abel").read(at(house, "abel"))
    received = await house.as_("abel").read(f"{at(house, 'abel')}?direction=received")
    in_force = await house.as_("abel").read(f"{at(house, 'abel')}?is_in_force=true")

    assert [
        (one["direction"], one["number"], one["delegator"]["name"], one["delegate"]["name"])
        for one in page["data"]
    ] == [("made", 1, "Abel", "Anna"), ("made", 2, "Abel", "Carl"), ("received", 1, "Adam", "Abel")]
    assert [one["is_in_force"] for one in page["data"]] == [True, False, False]
    assert page["data"][0]["risks"] == ["low"]
    assert received["data"] == page["data"][2:]
    assert in_force["data"] == page["data"][:1]


async def test_the_number_is_the_one_by_which_a_delegation_is_ended(house: House) -> None:
    await delegate(house, "axel", "anna", 40)
    zoe = house.as_("zoe")
    [made] = (await zoe.read(at(house, "axel")))["data"]

    await zoe.act(f"/people/{house.number('axel')}/end-delegation", {"number": made["number"]})

    [ended] = (await zoe.read(at(house, "axel")))["data"]
    assert ended["end"] < made["end"]


async def test_others_do_not_read_the_delegations_of_a_person(house: House) -> None:
    answers = {
        who: (await house.as_(who).get(at(house, "abel"))).status_code
        for who in ("rita", "adam", "anna", "carl", "olga", "axel", "zoe")
    }

    assert answers == {
        **dict.fromkeys(("adam", "anna", "carl"), 403),
        "rita": 404,
        **dict.fromkeys(("olga", "axel", "zoe"), 200),
    }


@pytest.mark.parametrize("query", ["direction=both", "is_in_force=1", "limit=1"])
async def test_what_makes_no_sense_is_refused(house: House, query: str) -> None:
    answer = await house.as_("zoe").get(f"{at(house, 'abel')}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
