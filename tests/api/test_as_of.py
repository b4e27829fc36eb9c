"""What the desk was, record by record and list by list."""

from datetime import datetime, timedelta

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

TITLE = {"title": "No invoices"}


async def test_a_list_is_answered_as_of_an_instant_a_position_and_what_was_known(
    house: House,
) -> None:
    adam = house.as_("adam")
    first = await adam.made("/incidents", TITLE)
    second = await adam.made("/incidents", {"title": "No orders"})
    at = f"/incidents/{first['number']}"
    moved = await adam.act(f"{at}/resolve", {"code": "solved", "resolution": "Restarted."})
    recorded = (await adam.read(f"{at}/history"))["data"][0]["recorded_at"]
    latest = f"min_position={moved['position']}"

    async def open_ones(question: str) -> list[str]:
        found = await adam.read(f"/queue?is_open=true&sort=number&{latest}&{question}")
        own = (first["number"], second["number"])
        return [row["number"] for row in found["data"] if row["number"] in own]

    both, one = [first["number"], second["number"]], [first["number"]]
    assert await open_ones("limit=9") == [second["number"]]
    assert await open_ones(f"as_of=@{second['position']}") == both
    assert await open_ones(f"as_of=@{first['position']}") == one
    assert await open_ones(f"known_at=@{first['position']}") == one
    assert await open_ones(f"known_at={recorded}") in (one, both)
    assert await open_ones(f"as_of=2100-01-01T00:00:00Z&known_at=@{first['position']}") == one
    before = datetime.fromisoformat(recorded) - timedelta(microseconds=1)
    assert await open_ones(f"as_of={before.isoformat().replace('+00:00', 'Z')}") == []
    assert (await adam.read(f"{at}?known_at=@{first['position']}"))["status"] == "new"


async def test_the_pages_of_a_past_list_belong_to_its_moment(house: House) -> None:
    adam = house.as_("adam")
    made = [await adam.made("/incidents", {"title": f"No {number}"}) for number in range(3)]
    latest = made[-1]["position"]
    question = f"sort=-number&limit=2&min_position={latest}&as_of=@{latest}"
    page = await adam.read(f"/queue?{question}")

    rest = await adam.read(f"/queue?{question}&cursor={page['next_cursor']}")
    other = await adam.get(f"/queue?sort=-number&limit=2&cursor={page['next_cursor']}")

    numbers = [row["number"] for row in page["data"] + rest["data"]]
    assert numbers[:3] == [one["number"] for one in reversed(made)]
    assert other.status_code == 400
