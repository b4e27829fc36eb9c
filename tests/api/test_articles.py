"""The knowledge base over HTTP: from a draft to what customers read of it."""

from typing import Any

import pytest

from api.articles import ARTICLE
from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def drafted(house: House, *, by: str = "adam", **said: Any) -> str:
    beside = {name: said.pop(name) for name in ("translation_of", "ticket") if name in said}
    made = await house.as_(by).made("/articles", {"definition": ARTICLE | said, **beside})
    return f"/articles/{made['number']}"


async def published(house: House, **said: Any) -> str:
    """An article that adam wrote and olga published."""
    at = await drafted(house, **said)
    await publish(house, at)
    return at


async def publish(house: House, at: str) -> None:
    await house.as_("adam").act(f"{at}/submit")
    await house.as_("olga").act(f"{at}/publish")


async def listed(client: Client, at: str, position: int, query: str = "") -> bool:
    """Whether an article is in somebody's list."""
    page = await client.read(f"/articles?min_position={position}&limit=250&{query}")
    return at.rpartition("/")[2] in {row["number"] for row in page["data"]}


async def test_an_article_is_published_by_somebody_else_than_who_wrote_it(house: House) -> None:
    adam = house.as_("adam")
    at = await drafted(house)
    await adam.act(f"{at}/submit")

    own = await adam.post(f"{at}/publish", {}, if_match="*")
    unseen = await house.as_("olga").post(f"{at}/publish")
    await house.as_("olga").act(f"{at}/publish")

    assert own.status_code == 422
    assert "Nobody publishes what they wrote themselves" in own.json()["detail"]
    assert unseen.status_code == 428
    record = await adam.read(at)
    assert (record["status"], record["published_version"]) == ("published", 1)
    assert record["text"] == ARTICLE["text"]
    assert [one["published_by"] for one in record["versions"]] == [str(house.people["olga"])]


async def test_what_is_published_stays_while_the_next_version_is_written(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("bakery.rita")
    at = await published(house)
    await adam.act(f"{at}/revise", {"definition": ARTICLE | {"text": "Call us."}})

    seen, known = await rita.read(at), await adam.read(at)
    compared = await house.as_("axel").read(f"{at}/versions/draft")

    assert seen["text"] == known["text"] == ARTICLE["text"]
    assert (seen["draft"], seen["draft_status"], seen["versions"]) == ({}, "", [])
    assert (known["draft"]["text"], known["draft_status"]) == ("Call us.", "draft")
    assert (compared["version"], compared["text"]) == (None, "Call us.")
    assert (await rita.get(f"{at}/versions/draft")).status_code == 403
    assert (await rita.get(f"{at}/history")).status_code == 403


async def test_two_versions_are_compared_line_by_line(house: House) -> None:
    adam = house.as_("adam")
    at = await published(house, text="Open it.\nClose it.")
    await adam.act(
        f"{at}/revise",
        {"definition": ARTICLE | {"text": "Open it.\nWait.\nClose it.", "title": "E7"}},
    )
    await publish(house, at)

    found = await adam.read(f"{at}/diff?from=1&to=2")

    assert [(line["op"], line["text"]) for line in found["lines"]] == [
        ("equal", "Open it."),
        ("insert", "Wait."),
        ("equal", "Close it."),
    ]
    assert found["changed"] == [{"field": "title", "old": ARTICLE["title"], "new": "E7"}]
    assert (await adam.get(f"{at}/diff?from=1&to=3")).status_code == 404
    assert (await adam.get(f"{at}/diff?from=1")).status_code == 400


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("public", {"rita", "adam", "bakery.rita", "bakery.adam", "foundry.rita"}),
        ("organisations", {"adam", "bakery.rita", "bakery.adam"}),
        ("agents", {"adam"}),
    ],
)
async def test_an_article_is_found_and_listed_by_its_audience_alone(
    house: House, audience: str, readers: set[str]
) -> None:
    named = [str(house.organisations["bakery"])] if audience == "organisations" else []
    at = await published(house, audience=audience, organisations=named)
    position = house.desk.ledger.position()

    everybody = ("rita", "adam", "bakery.rita", "bakery.adam", "foundry.rita")
    found = {who for who in everybody if (await house.as_(who).get(at)).status_code == 200}
    in_list = {who for who in everybody if await listed(house.as_(who), at, position)}

    assert found == in_list == readers


async def test_what_was_not_for_a_reader_then_is_not_for_them_as_of_then(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("bakery.rita")
    at = await published(house, audience="agents", text="The password is on the shelf.")
    then = house.desk.ledger.position()
    await adam.act(f"{at}/revise", {"definition": ARTICLE})
    await publish(house, at)

    assert (await rita.read(at))["text"] == ARTICLE["text"]
    assert (await rita.get(f"{at}?as_of=@{then}")).status_code == 404
    assert (await adam.read(f"{at}?as_of=@{then}"))["text"] == "The password is on the shelf."


async def test_drafts_and_retired_articles_are_for_the_desk_alone(house: House) -> None:
    adam, rita = house.as_("adam"), house.as_("bakery.rita")
    draft, gone = await drafted(house), await published(house)
    await adam.act(f"{gone}/retire", {"reason": "There is no such printer any more."})
    position = house.desk.ledger.position()

    for at in (draft, gone):
        assert (await rita.get(at)).status_code == 404
        assert not await listed(rita, at, position)
        assert await listed(adam, at, position)
    assert await listed(adam, draft, position, "status=draft&category=printing&language=en")
    assert await listed(adam, gone, position, "status=retired")


async def test_what_is_to_be_looked_at_again_is_listed_by_the_moment(house: House) -> None:
    adam = house.as_("adam")
    soon, late = (
        await published(house, review_after_days=1),
        await published(house, review_after_days=3650),
    )
    position = house.desk.ledger.position()
    due = (await adam.read(soon))["review_due"]
    year = int(due[:4])

    query = f"review_due_before={year + 1}-12-31T00:00:00Z"

    assert await listed(adam, soon, position, query)
    assert not await listed(adam, late, position, query)
    assert (await adam.get("/articles?review_due_before=soon")).status_code == 400
    await house.as_("olga").act(f"{soon}/confirm")
    assert (await adam.read(soon))["review_due"] >= due


async def test_readers_say_whether_it_helped_and_may_change_their_mind(house: House) -> None:
    rita, adam = house.as_("bakery.rita"), house.as_("adam")
    at = await published(house)

    await rita.made(f"{at}/give-feedback", {"helpful": False, "comment": "Which tray?"})
    await house.as_("foundry.rita").made(f"{at}/give-feedback", {"helpful": True})
    await rita.made(f"{at}/give-feedback", {"helpful": True, "comment": "The upper one."})

    seen, known = await rita.read(at), await adam.read(at)
    assert (seen["helpful"], seen["unhelpful"], seen["feedback"]) == (2, 0, [])
    said = {one["person"]: one["comment"] for one in known["feedback"]}
    assert said[str(house.people["bakery.rita"])] == "The upper one."


async def test_an_article_that_is_written_for_a_ticket_answers_it_and_is_counted(
    house: House,
) -> None:
    adam, rita = house.as_("adam"), house.as_("rita")
    ticket = (await rita.made("/incidents", {"title": "E7"}))["number"]
    at = await published(house, ticket=ticket)

    for _ in range(2):
        await adam.made(f"{at}/answer", {"ticket": ticket})

    article, incident = await adam.read(at), await adam.read(f"/incidents/{ticket}")
    assert article["answers"] == 1
    assert article["ticket"] == incident["id"]
    assert {(one["type"], one["other"]) for one in incident["links"]} == {
        ("answered by", article["id"]),
        ("relates to", article["id"]),
    }
    await adam.made(f"{at}/withdraw-answer", {"ticket": ticket})
    assert (await adam.read(at))["answers"] == 0
    assert (await house.as_("carl").post(f"{at}/answer", {"ticket": ticket})).status_code == 403


async def test_a_translation_is_outdated_when_its_original_has_a_newer_version(
    house: House,
) -> None:
    adam = house.as_("adam")
    original = await published(house)
    german = {"title": "E7 am Drucker", "language": "de", "of_version": 1}
    number = original.rpartition("/")[2]
    translation = await published(house, **german, translation_of=number)
    before = await adam.read(translation)
    await adam.act(f"{original}/revise", {"definition": ARTICLE | {"text": "Call us."}})
    await publish(house, original)
    position = house.desk.ledger.position()

    assert not before["is_outdated"]
    assert (await adam.read(translation))["is_outdated"]
    query = f"translation_of={number}&language=de&is_outdated=true"
    assert await listed(adam, translation, position, query)


async def test_a_translation_is_of_a_published_version_in_another_language(house: House) -> None:
    number = (await published(house)).rpartition("/")[2]
    adam = house.as_("adam")

    for said in ({"of_version": 1}, {"of_version": 2, "language": "de"}, {"language": "de"}):
        answer = await adam.post(
            "/articles", {"definition": ARTICLE | said, "translation_of": number}
        )
        assert answer.status_code == 422, said


async def test_what_an_article_made_needless_is_reported(house: House) -> None:
    adam, rita, bob = house.as_("adam"), house.as_("foundry.rita"), house.as_("foundry.adam")
    at = await published(house)
    number = at.rpartition("/")[2]
    today = house.desk.ledger.position()
    for client in (rita, rita, bob):
        await client.made(f"{at}/deflect", {"shown": [number]})
    asked = await bob.made("/incidents", {"title": "E7 all the same"})

    span = "from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"
    seen = f"min_position={asked['position']}"
    ours = await bob.read(f"/reports/deflection?{span}&{seen}")
    all_of_it = await adam.read(f"/reports/deflection?{span}&{seen}")
    listed_rows = (await bob.read(f"/deflections?{seen}&number={number}"))["data"]

    assert (ours["deflections"], ours["followed"]) == (1, 1)
    assert ours["share"] == 1 / (1 + ours["opened"])
    assert {"number": number, "deflections": 1, "followed": 1} in all_of_it["articles"]
    assert ours["position"] >= asked["position"] > today
    assert [row["is_followed"] for row in listed_rows] == [True, False]
    assert (await adam.read(at))["deflections"] == 2
    before = await bob.read(f"/reports/deflection?{span}&known_at=@{asked['position'] - 1}")
    assert (before["deflections"], before["followed"]) == (2, 0)
    assert (await rita.get(f"/reports/deflection?{span}")).status_code == 403
