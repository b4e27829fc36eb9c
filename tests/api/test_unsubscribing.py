"""The link by which somebody hears no more of a saved view."""

import pytest

from domain.ids import parse_reference
from domain.unsubscribe_link import Subscription, link
from tests.api.house import SETTINGS, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def subscribed(house: House) -> tuple[str, str]:
    """The path of a view that Adam hears of by mail, and that of his link."""
    adam = house.as_("adam")
    body = {"name": "Open", "list": "incidents", "asking": {"q": "is:open"}}
    number = (await adam.made("/saved-views", body))["number"]
    await adam.act(f"/saved-views/{number}/subscribe", {"mailing": {"every": "day", "at": "07:30"}})
    subscription = Subscription(parse_reference(number), house.people["adam"])
    return f"/saved-views/{number}", f"/unsubscribe/{link(SETTINGS.decision_key, subscription)}"


async def test_looking_ends_nothing_and_one_click_does(house: House) -> None:
    at, path = await subscribed(house)
    adam, nobody = house.as_("adam"), house.as_("").http
    before = await adam.read(at)

    seen = await nobody.get(path)
    still = await adam.read(at)
    ended = await nobody.post(path, data={"List-Unsubscribe": "One-Click"})
    again = await nobody.post(path)
    after = await adam.read(at)

    assert (seen.status_code, "Tell me no more" in seen.text) == (200, True)
    assert before["mailings"] == still["mailings"]
    assert list(before["mailings"].values()) == [{"every": "day", "at": "07:30"}]
    assert (ended.status_code, again.status_code) == (200, 200)
    assert (after["subscribers"], after["mailings"]) == ([], {})
    last = (await adam.read(f"{at}/history?limit=200"))["data"][-1]
    assert (last["event"], last["channel"]) == ("Unsubscribed", "link")


async def test_a_link_that_somebody_made_up_ends_nothing(house: House) -> None:
    at, path = await subscribed(house)
    other = path.replace(path[-4:], "aaaa")

    refused = await house.as_("").http.post(other)

    assert refused.status_code == 403
    assert (await house.as_("adam").read(at))["subscribers"] != []


async def test_a_view_that_cannot_be_followed_is_not_mailed(house: House) -> None:
    adam = house.as_("adam")
    asking = {"filter": "due < now"}
    body = {"name": "Late", "list": "queue", "asking": asking}
    at = f"/saved-views/{(await adam.made('/saved-views', body))['number']}"

    refused = await adam.post(f"{at}/subscribe", {"mailing": {"every": "change"}}, if_match="*")

    assert refused.status_code == 422
    assert "cannot be followed" in refused.json()["detail"]
