"""The search over HTTP: what somebody finds is what they may read."""

from urllib.parse import quote

import pytest

from api.articles import ARTICLE
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def found(house: House, who: str, text: str, more: str = "") -> set[str]:
    at = f"/search?q={quote(text)}&min_position={house.desk.ledger.position()}{more}"
    return {hit["number"] for hit in (await house.as_(who).read(at))["data"]}


async def test_a_ticket_is_found_by_those_who_may_read_it(house: House) -> None:
    rita, adam = house.as_("bakery.rita"), house.as_("adam")
    number = (await rita.made("/incidents", {"title": "The quagmire oven is cold"}))["number"]
    await adam.act(f"/incidents/{number}/comment", {"text": "Gaskets!", "visibility": "internal"})
    await adam.act(f"/incidents/{number}/comment", {"text": "Send photographs."})

    seen = {
        who: await found(house, who, "quagmire")
        for who in ("bakery.rita", "bakery.adam", "adam", "axel", "foundry.adam", "foundry.rita")
    }
    heard = {who for who in seen if await found(house, who, "gaskets quagmire")}

    assert {who for who, numbers in seen.items() if numbers == {number}} == {
        "bakery.rita",
        "bakery.adam",
        "adam",
        "axel",
    }
    assert heard == {"bakery.adam", "adam", "axel"}
    assert await found(house, "bakery.rita", "photo oven") == {number}


async def test_what_was_found_is_marked_and_never_markup(house: House) -> None:
    adam = house.as_("adam")
    said = {"title": "<b>Ferret</b> & co", "description": "A <script>ferret</script>."}
    made = await adam.made("/incidents", said)

    page = await adam.read(f"/search?q=ferr&kind=incident&min_position={made['position']}")

    [hit] = page["data"]
    assert (hit["id"], hit["kind"], hit["title"]) == (made["id"], "incident", said["title"])
    assert hit["marked_title"] == [
        {"text": "<b>", "is_match": False},
        {"text": "Ferret", "is_match": True},
        {"text": "</b> & co", "is_match": False},
    ]
    assert [part["text"] for part in hit["excerpt"] if part["is_match"]] == ["ferret"]


async def test_kinds_are_chosen_and_pages_follow_one_another(house: House) -> None:
    adam = house.as_("adam")
    numbers = [(await adam.made("/incidents", {"title": f"Zebra {n}"}))["number"] for n in range(3)]
    article = await adam.made("/articles", {"definition": ARTICLE | {"title": "Zebra crossing"}})
    at = f"/search?q=zebra&limit=2&min_position={article['position']}&kind=incident"

    first = await adam.read(at)
    second = await adam.read(f"{at}&cursor={first['next_cursor']}")

    found_so = [hit["number"] for page in (first, second) for hit in page["data"]]
    assert found_so == numbers[::-1]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)
    assert await found(house, "adam", "zebra", "&kind=article,asset") == {article["number"]}
    assert await found(house, "rita", "zebra", "&kind=article,person") == set()
    stolen = await house.as_("rita").get(f"{at}&cursor={first['next_cursor']}")
    assert (stolen.status_code, stolen.json()["code"]) == (400, "bad_query")


async def test_people_are_found_by_those_who_may_list_them(house: House) -> None:
    assert house.number("bakery.olga") in await found(house, "zoe", "olag")
    assert await found(house, "bakery.adam", "Olag", "&kind=person") == {
        house.number("bakery.olga")
    }
    assert await found(house, "bakery.rita", "olga") == set()


@pytest.mark.parametrize(
    "query", ["", "?q=x&kind=letter", "?q=x&limit=51", "?q=x&sort=number", "?q=x&cursor=y"]
)
async def test_a_search_that_is_wrong_says_where(house: House, query: str) -> None:
    answer = await house.as_("adam").get(f"/search{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
    assert answer.json()["detail"].split(":")[0] in ("q", "kind", "limit", "sort", "cursor")


@pytest.mark.parametrize("text", ["", '"', "NEAR(a b)", "a' OR 1=1 --", "\0", "🖨", "x" * 7_000])
async def test_no_text_is_wrong(house: House, text: str) -> None:
    answer = await house.as_("rita").get(f"/search?q={quote(text)}")

    assert answer.status_code == 200


async def test_articles_are_suggested_to_those_who_may_read_them(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("bakery.rita")
    said = ARTICLE | {"title": "Walrus ovens show F9", "text": "Push the red button twice."}
    at = f"/articles/{(await adam.made('/articles', {'definition': said}))['number']}"
    await adam.act(f"{at}/submit")
    await house.as_("olga").act(f"{at}/publish")
    asked = {"title": "Walrus oven?", "description": "It shows F9: which button?"}
    ticket = await rita.made("/incidents", asked)
    seen = f"min_position={ticket['position']}"

    new = await rita.read(f"/articles/suggestions?title=walrus&description=button&{seen}")
    there = await rita.read(f"/tickets/{ticket['number']}/suggestions?{seen}")
    foreign = await house.as_("foundry.rita").get(f"/tickets/{ticket['number']}/suggestions")
    await house.as_("olga").act(f"{at}/retire")
    of_ticket = (
        f"/tickets/{ticket['number']}/suggestions?min_position={house.desk.ledger.position()}"
    )
    then = await rita.read(f"{of_ticket}&as_of=@{ticket['position']}")
    too_soon = await rita.get(f"{of_ticket}&as_of=@{ticket['position'] - 1}")

    for page in (new, there, then):
        assert [hit["number"] for hit in page["data"]] == [at.rpartition("/")[2]]
    assert (await rita.read(of_ticket))["data"] == []
    assert too_soon.status_code == 404
    assert foreign.status_code == 404
    assert (await rita.get("/articles/suggestions")).status_code == 400
    assert (await rita.get("/tickets/AST0000001/suggestions")).status_code == 404


async def test_what_was_found_is_found_as_of_then(house: House) -> None:
    rita, adam = house.as_("bakery.rita"), house.as_("adam")
    at = (await rita.made("/incidents", {"title": "The obelisk is crooked"}))["number"]
    person = {"person": house.number("foundry.rita")}
    acts = (
        ("comment", {"text": "A marmot!", "visibility": "internal"}),
        ("amend", {"title": "The pyramid is crooked"}),
        ("watch", person),
        ("unwatch", person),
    )
    asked = [
        (who, text)
        for who in ("bakery.rita", "foundry.rita", "adam", "bakery.adam")
        for text in ("obelisk", "pyramid", "marmot", "pyra")
    ]
    answers = {house.desk.ledger.position(): [await found(house, *one) for one in asked]}

    for act, said in acts:
        await adam.act(f"/incidents/{at}/{act}", said)
        answers[house.desk.ledger.position()] = [await found(house, *one) for one in asked]

    assert len({str(told) for told in answers.values()}) == len(acts)
    for position, told in answers.items():
        for name in ("as_of", "known_at"):
            assert [await found(house, *one, f"&{name}=@{position}") for one in asked] == told
        listed = await adam.read(f"/incidents?q=marmot&as_of=@{position}")
        assert {row["number"] for row in listed["data"]} == told[asked.index(("adam", "marmot"))]
    assert await found(house, "adam", "obelisk", "&as_of=2020-01-01T00:00:00Z") == set()
    assert (await adam.get("/search?q=x&as_of=then")).status_code == 400
