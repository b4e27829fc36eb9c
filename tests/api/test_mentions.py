"""Where one was mentioned: found by whom it names alone, as far as they may read it."""

import pytest

from tests.api.browsing import signed_in
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def mentioned(house: House, name: str, text: str, visibility: str = "internal") -> str:
    made = await house.as_("rita").made("/incidents", {"title": f"About {name}: {text}"})
    said = {"text": text, "visibility": visibility, "mentions": [house.number(name)]}
    await house.as_("adam").act(f"/incidents/{made['number']}/comment", said)
    return str(made["number"])


async def found(house: House, name: str, query: str = "") -> list[str]:
    position = house.desk.ledger.position()
    page = await house.as_(name).read(f"/me/mentions?min_position={position}{query}")
    return [row["number"] for row in page["data"]]


async def test_one_finds_where_one_was_mentioned_and_has_not_read_it(house: House) -> None:
    first, second = [await mentioned(house, "anna", text) for text in ("Look.", "Here too.")]
    before = house.desk.ledger.position()

    await house.as_("anna").act(f"/incidents/{first}/acknowledge-mentions")

    assert await found(house, "anna", "&is_read=false") == [second]
    assert await found(house, "anna") == [second, first]
    assert await found(house, "anna", f"&is_read=false&as_of=@{before}") == [second, first]
    assert first not in await found(house, "carl")
    of_filter = "&filter=is_read%20%3D%3D%20true%20%26%26%20kind%20%3D%3D%20%22incident%22"
    assert await found(house, "anna", of_filter) == [first]


async def test_mentions_come_in_pages(house: House) -> None:
    numbers = [await mentioned(house, "carl", text) for text in ("One.", "Two.", "Three.")]
    carl = house.as_("carl")
    page = await carl.read(f"/me/mentions?limit=2&min_position={house.desk.ledger.position()}")

    rest = await carl.read(f"/me/mentions?limit=2&cursor={page['next_cursor']}")

    assert [row["number"] for row in page["data"] + rest["data"]] == numbers[::-1]
    assert rest["has_more"] is False


async def test_of_what_one_may_not_read_one_finds_no_mention(house: House) -> None:
    internal = await mentioned(house, "zoe", "Among us.")
    public = await mentioned(house, "zoe", "For all.", "public")
    assert await found(house, "zoe") == [public]

    await house.as_("adam").act(f"/incidents/{public}/unwatch", {"person": house.number("zoe")})

    assert await found(house, "zoe") == []
    assert internal != public


async def test_whoever_is_in_a_mentioned_team_is_mentioned_but_for_who_says_it(
    house: House,
) -> None:
    team = await house.as_("zoe").made("/teams", {"name": "Those who are mentioned"})
    for name in ("adam", "olga"):
        await house.as_("zoe").act(
            f"/teams/{team['number']}/add-member", {"person": house.number(name)}
        )
    made = await house.as_("rita").made("/incidents", {"title": "For a team"})
    said = {"text": "Who knows?", "visibility": "internal", "teams": [team["number"]]}

    await house.as_("adam").act(f"/incidents/{made['number']}/comment", said)

    assert made["number"] in await found(house, "olga")
    assert made["number"] not in await found(house, "adam")
    page = await house.as_("adam").read(f"/incidents/{made['number']}")
    assert [one["teams"] for one in page["comments"]] == [[team["id"]]]


async def test_the_first_page_shows_mentions_until_they_are_read(house: House) -> None:
    number = await mentioned(house, "olga", "See the page.")
    olga = await signed_in(house, "olga")
    await olga.open(f"/home?position={house.desk.ledger.position()}")
    assert f'href="/tickets/{number}"' in olga.page.text
    assert "You were mentioned" in olga.page.text

    await olga.open(f"/tickets/{number}")
    await olga.send("acknowledge_mentions")
    await olga.open(f"/home?position={house.desk.ledger.position()}")

    assert f'href="/tickets/{number}"' not in olga.page.text
    await olga.aclose()
