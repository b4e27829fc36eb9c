"""Erasure and export over HTTP."""

import pytest

from domain.person import Role
from tests.api.house import House, let_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_person_reads_what_is_known_of_them_and_not_what_others_said(house: House) -> None:
    rita, adam = house.as_("rita"), house.as_("adam")
    made = await rita.made("/incidents", {"title": "My chair squeaks", "description": "It does."})
    at = f"/incidents/{made['number']}"
    await rita.act(f"{at}/comment", {"text": "It is the left one."})
    await adam.act(f"{at}/comment", {"text": "Oil it.", "visibility": "public"})

    mine = await rita.read(f"/people/{house.number('rita')}/personal-data")

    ours = [one for one in mine["elsewhere"] if one["record"] == made["number"]]
    assert [(one["event"], one["by_them"]) for one in ours][:2] == [
        ("Logged", True),
        ("Commented", True),
    ]
    assert ours[0]["said"]["title"] == "My chair squeaks"
    assert ours[1]["said"]["text"] == "It is the left one."
    assert "Oil it." not in str(mine)
    assert mine["themselves"][0]["said"]["name"] == "Rita"


async def test_the_personal_data_of_others_is_for_administrators(house: House) -> None:
    path = f"/people/{house.number('rita')}/personal-data"

    assert (await house.as_("adam").get(path)).status_code == 403
    assert (await house.as_("zoe").get(path)).status_code == 200


async def test_two_administrators_erase_a_person(house: House) -> None:
    await let_in(house, "desk", "tilda", (Role.REQUESTER,))
    await let_in(house, "desk", "zed", (Role.ADMINISTRATOR,))
    tilda, zoe, zed = house.as_("tilda"), house.as_("zoe"), house.as_("zed")
    made = await tilda.made("/incidents", {"title": "My chair squeaks"})
    at = f"/people/{house.number('tilda')}"
    await tilda.act(f"{at}/request-erasure", {"reason": "I leave."})
    await zoe.act(f"{at}/withdraw-erasure", {})
    await zoe.act(f"{at}/place-legal-hold", {"reason": "A case."})
    held = await zoe.post(f"{at}/request-erasure", {"reason": "She leaves."}, if_match="*")
    await zoe.act(f"{at}/lift-legal-hold", {"reason": "It is closed."})
    await zoe.act(f"{at}/request-erasure", {"reason": "She leaves."})
    alone = await zoe.post(f"{at}/erase", {}, if_match="*")

    await zed.act(f"{at}/erase", {})

    assert "under a legal hold" in held.json()["detail"]
    assert "somebody else" in alone.json()["detail"]
    assert (await tilda.get(f"/incidents/{made['number']}")).status_code == 401
    record = await house.as_("adam").read(f"/incidents/{made['number']}/history")
    known = await zoe.read(f"{at}/personal-data")
    assert "squeaks" not in str((record, known))
    assert "[erased]" in str(record)
    await zoe.made(
        "/people",
        {"username": "tilda", "name": "Tilda", "organisation": str(house.organisations["desk"])},
    )
