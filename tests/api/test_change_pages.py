"""The pages of changes, problems and assets, as those who plan and do the work use them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.browsing import Browser, signed_in
from tests.api.house import House

PLAN = {
    "implementation": "Mount the switch.",
    "backout": "Put the old one back.",
    "test": "All links are up.",
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carl(house: House) -> AsyncIterator[Browser]:
    """A change manager."""
    browser = await signed_in(house, "carl")
    yield browser
    await browser.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def adam(house: House) -> AsyncIterator[Browser]:
    """An agent."""
    browser = await signed_in(house, "adam")
    yield browser
    await browser.aclose()


async def proposed(carl: Browser, type_: str = "normal") -> str:
    """The number of a change; its page is open."""
    await carl.open("/propose")
    await carl.send(title="A new switch", type=type_, description="", reason="It is full.")
    assert carl.page.status_code == 200, carl.page.text
    return carl.page.url.path.rpartition("/")[2]


async def test_a_change_is_planned_on_its_page(house: House, carl: Browser) -> None:
    asset = await house.as_("adam").made("/assets", {"name": "sw-1", "asset_class": "network"})
    number = await proposed(carl)
    empty = carl.page.text
    await carl.send("plan", **PLAN)
    await carl.send("assess_risk", impact="1", likelihood="2")
    await carl.send("affect", asset=asset["number"])
    await carl.send("request_time", start="2030-01-05T20:00", end="2030-01-05T22:00")

    record = await house.as_("carl").read(f"/changes/{number}")
    assert "Not there yet: a plan, an assessed risk, the assets that it affects, a time" in empty
    assert "Not there yet" not in carl.page.text
    assert record["plan"] == PLAN
    assert (record["risk"]["impact"], record["risk"]["likelihood"]) == (1, 2)
    assert record["requested_start"] == "2030-01-05T20:00:00.000000Z"
    assert f'<a href="/assets/{asset["number"]}">' in carl.page.text
    assert PLAN["backout"] in carl.page.text
    assert 'value="2030-01-05T20:00"' in carl.page.text


async def test_what_is_refused_stands_beside_what_was_typed(carl: Browser) -> None:
    await proposed(carl)
    wrong = await carl.send("request_time", start="2030-01-05T22:00", end="2030-01-05T20:00")
    unread = await carl.send("request_time", start="tomorrow", end="2030-01-05T20:00")

    assert wrong.status_code == 422
    assert 'value="2030-01-05T22:00"' in wrong.text
    assert unread.status_code == 422


async def test_an_emergency_is_done_reviewed_and_told_on_its_page(
    house: House, carl: Browser
) -> None:
    number = await proposed(carl, "emergency")
    await carl.send("plan", **PLAN)
    await carl.send("assess_risk", impact="2", likelihood="2")
    await carl.send("start_implementation")
    assert carl.page.status_code == 200, carl.page.text
    await carl.send("complete_implementation", outcome="successful")
    await carl.send("review", outcome="successful with issues", notes="One cable was missing.")

    record = await house.as_("carl").read(f"/changes/{number}")
    assert (record["status"], record["outcome"]) == ("reviewed", "successful with issues")
    assert "One cable was missing." in carl.page.text


async def test_a_risk_model_asks_its_questions_on_the_page(house: House, carl: Browser) -> None:
    answers = [{"text": "Few", "score": 1}, {"text": "All", "score": 9}]
    model = {
        "name": "Who feels it",
        "definition": {
            "when": 'subject.category == "asked"',
            "questions": [{"name": "who", "text": "Who feels it?", "answers": answers}],
            "bands": [{"score": 0, "risk": "low"}, {"score": 5, "risk": "high"}],
        },
    }
    made = await house.as_("olga").made("/risk-models", model)
    await house.as_("olga").act(f"/risk-models/{made['number']}/publish")
    number = await proposed(carl)
    await carl.send("categorise", category="asked", subcategory="", service="")
    assert "Who feels it?" in carl.page.text, carl.page.text
    await carl.send("assess_risk", **{"answers__who": "All"})

    record = await house.as_("carl").read(f"/changes/{number}")
    assert record["risk"]["risk"] == "high"
    assert record["risk"]["answers"] == {"who": "All"}


async def test_the_calendar_shows_the_days_of_a_week_and_of_four(carl: Browser) -> None:
    week = (await carl.open("/calendar?from=2030-01-05")).text
    month = (await carl.open("/calendar?span=month&from=2030-01-05")).text
    anyhow = (await carl.open("/calendar?span=x&from=never")).text

    assert week.count("<h2>") == anyhow.count("<h2>") == 7
    assert "Mon 31 Dec" in week
    assert month.count("<h2>") == 28


async def test_a_problem_is_raised_of_an_incident_and_looked_into(
    house: House, adam: Browser
) -> None:
    incident = await house.as_("rita").made("/incidents", {"title": "It prints twice"})
    await adam.open(f"/raise?of={incident['number']}")
    await adam.send(title="Jobs are printed twice", description="")
    number = adam.page.url.path.rpartition("/")[2]
    await adam.send("note_symptom", text="Each Monday.")
    await adam.send("identify_cause", text="The spooler is full.")
    await adam.send("document_workaround", text="Restart it.", visibility="internal")
    await adam.send("declare_known_error")

    problem = await house.as_("adam").read(f"/problems/{number}")
    links = (await house.as_("adam").read(f"/incidents/{incident['number']}"))["links"]
    assert problem["status"] == "known error"
    assert (problem["cause"], problem["workaround"]) == ("The spooler is full.", "Restart it.")
    assert [link["type"] for link in links] == ["caused by"]
    for said in ("Each Monday.", "The spooler is full.", "Restart it."):
        assert said in adam.page.text


async def test_an_asset_is_found_and_shown_with_what_fails_with_it(
    house: House, adam: Browser
) -> None:
    agent = house.as_("adam")
    base = await agent.made("/assets", {"name": "rack-7", "asset_class": "rack"})
    above = await agent.made("/assets", {"name": "db-7", "asset_class": "server"})
    before = house.desk.ledger.position()
    related = {"type": "runs on", "other": base["number"]}
    done = await agent.act(f"/assets/{above['number']}/relate", related)

    found = (await adam.open(f"/assets?q=rack-7&position={done['position']}")).text
    page = (await adam.open(f"/assets/{base['number']}")).text
    then = (await adam.open(f"/assets/{base['number']}?as_of=@{before}")).text
    wrong = (await adam.open("/assets?q=nothing:x")).text

    assert "rack-7" in found
    assert "db-7" in page
    assert "db-7" not in then
    assert "As it was at" in then
    assert 'class="mistake"' in wrong


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/assets/AST0099999", 404),
        ("/assets/nonsense", 404),
        ("/propose?template=TPL0099999", 404),
        ("/propose?template=INC0000001", 404),
        ("/raise?of=INC0099999", 404),
    ],
)
async def test_what_is_not_there_is_not_found(adam: Browser, path: str, status: int) -> None:
    await adam.open(path, status=status)
