"""Tickets that are locked while somebody edits them, over HTTP and on pages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.browsing import Browser, signed_in
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def adam(house: House) -> AsyncIterator[Browser]:
    browser = await signed_in(house, "adam")
    yield browser
    await browser.aclose()


async def locked(house: House) -> str:
    """A question of rita's that adam edits, of a type that locks."""
    olga = house.as_("olga")
    if not (await olga.read("/ticket-types?ticket=question"))["data"]:
        body = {"ticket": "question", "definition": {"edits_lock": True}}
        made = await olga.made("/ticket-types", body)
        await olga.read(f"/ticket-types?min_position={made['position']}")
    made = await house.as_("rita").made("/questions", {"title": "Which printer?"})
    at = f"/questions/{made['number']}"
    await house.as_("adam").act(f"{at}/begin-edit", {"minutes": 30})
    return at


async def test_others_are_told_who_locks_a_ticket_and_until_when(house: House) -> None:
    at, carl, anna = await locked(house), house.as_("carl"), house.as_("anna")
    seen = await carl.read(at)

    refused = await anna.post(f"{at}/comment", {"text": "Mine."}, if_match="*")
    hers = await house.as_("rita").post(f"{at}/comment", {"text": "Any news?"}, if_match="*")
    his = await house.as_("adam").post(f"{at}/comment", {"text": "Soon."}, if_match="*")

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (423, "locked")
    assert problem["holder"] == house.number("adam")
    assert problem["until"].startswith(seen["edited_until"][:19])
    assert (hers.status_code, his.status_code) == (200, 200)
    assert (seen["editor"], seen["is_locked"]) == (str(house.people["adam"]), True)


async def test_a_lock_is_broken_by_who_may_with_a_reason(house: House) -> None:
    at, anna, carl = await locked(house), house.as_("anna"), house.as_("carl")

    forbidden = await anna.post(f"{at}/break-lock", {"reason": "I must."}, if_match="*")
    await carl.act(f"{at}/break-lock", {"reason": "Adam is ill."})
    free = await anna.post(f"{at}/comment", {"text": "Mine."}, if_match="*")

    assert (forbidden.status_code, free.status_code) == (403, 200)
    [broken] = [
        one for one in (await carl.read(f"{at}/history"))["data"] if one["event"] == "LockBroken"
    ]
    assert broken["changed"] == {"holder": str(house.people["adam"]), "reason": "Adam is ill."}


async def test_the_page_takes_shows_and_ends_a_lock(house: House, adam: Browser) -> None:
    at = await locked(house)
    number = at.rpartition("/")[2]
    anna = await signed_in(house, "anna")

    await anna.open(f"/tickets/{number}")
    shown = anna.page.text
    await anna.send("say", text="May I?", visibility="public")
    refused = anna.page
    await adam.open(f"/tickets/{number}")
    await adam.send("end_edit")
    await anna.open(f"/tickets/{number}")
    await anna.send("say", text="May I now?", visibility="public")

    assert "Adam has locked it until" in shown
    assert refused.status_code == 423
    assert "May I?" in refused.text
    said = await house.as_("anna").read(at)
    assert [one["text"] for one in said["comments"]] == ["May I now?"]
    await anna.aclose()
