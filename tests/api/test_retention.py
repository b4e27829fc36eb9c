"""What is kept no longer, before it is removed, and the holds that keep it."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_will_be_removed_is_told_ahead_with_what_holds_it(house: House) -> None:
    zoe, adam, olga, axel = (house.as_(name) for name in ("zoe", "adam", "olga", "axel"))
    term = {"kind": "incident", "days": 30, "files_days": 10}
    desk = house.organisations["desk"]
    await zoe.act(f"/organisations/{desk}/set-words-retention", term)
    numbers = []
    for title in ("No mail", "No paper"):
        number = (await adam.made("/incidents", {"title": title}))["number"]
        await adam.act(f"/incidents/{number}/cancel", {"reason": "It is there."})
        numbers.append(number)
    await olga.act(f"/incidents/{numbers[1]}/place-legal-hold", {"reason": "A case."})

    now = await zoe.read("/retention")
    ahead = await axel.read("/retention?within=31")

    assert now == {"data": [], "has_more": False, "totals": []}
    assert {one["record"]: (one["part"], one["held_by"]) for one in ahead["data"]} == {
        numbers[0]: ("words", None),
        numbers[1]: ("words", numbers[1]),
    }
    assert ahead["totals"] == [
        {"kind": "incident", "part": "words", "is_held": False, "count": 1},
        {"kind": "incident", "part": "words", "is_held": True, "count": 1},
    ]


async def test_a_hold_is_lifted_with_a_reason_and_by_who_owns_processes(house: House) -> None:
    adam, olga = house.as_("adam"), house.as_("olga")
    number = (await adam.made("/incidents", {"title": "No mail"}))["number"]
    at = f"/incidents/{number}"
    await olga.act(f"{at}/place-legal-hold", {"reason": "A case."})

    others = await adam.post(f"{at}/lift-legal-hold", {"reason": "Done."}, if_match="*")
    lifted = await olga.post(f"{at}/lift-legal-hold", {"reason": "Closed."}, if_match="*")

    assert (others.status_code, lifted.status_code) == (403, 200)
