"""The dashboard, drawn from the reports, without scripts."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from api.pages.dashboard import WEEKS, lasting
from tests.api.browsing import Browser, Document, signed_in
from tests.api.house import House
from tests.api.test_sla_reports import promised

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOLVED = {"code": "fixed", "resolution": "Done."}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def adam(house: House) -> AsyncIterator[Browser]:
    browser = await signed_in(house, "adam")
    yield browser
    await browser.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def given(house: House) -> dict[str, Any]:
    """One that is resolved and rated, one that waits, and one that nobody has."""
    agent, rita = house.as_("adam"), house.as_("rita")
    done, waiting, new = [
        (await rita.made("/incidents", {"title": f"No <b>mail</b> {i}"}))["number"]
        for i in range(3)
    ]
    await agent.act(f"/incidents/{done}/resolve", SOLVED)
    await rita.act(f"/incidents/{done}/rate", {"score": 4})
    await agent.act(f"/incidents/{waiting}/assign", {"assignee": house.number("adam")})
    last = await agent.act(f"/incidents/{waiting}/pend", {"reason": "vendor"})
    return {"done": done, "waiting": waiting, "new": new, "position": last["position"]}


def figures(page: str, name: str) -> list[str]:
    """The addresses of the records behind the figures of a name."""
    links = [str(link.get("href")) for link in Document(page).of("a")]
    return [link for link in links if link.startswith(f"/dashboard/{name}?")]


@pytest.fixture
async def page(adam: Browser, given: dict[str, Any]) -> str:
    await adam.open(f"/queue?position={given['position']}")
    return (await adam.open(f"/dashboard?position={given['position']}")).text


async def test_each_tile_leads_to_the_tickets_that_it_counts(
    page: str, adam: Browser, given: dict[str, Any]
) -> None:
    breached, unassigned, waiting = figures(page, "queue")
    [open_, *_] = figures(page, "backlog")

    shown = {}
    for name, place in (("breached", breached), ("unassigned", unassigned), ("waiting", waiting)):
        shown[name] = (await adam.open(place)).text
    shown["open"] = (await adam.open(open_)).text

    assert "There is nothing here." in shown["breached"]
    assert (given["new"] in shown["unassigned"], given["waiting"] in shown["unassigned"]) == (
        True,
        False,
    )
    assert (given["new"] in shown["waiting"], given["waiting"] in shown["waiting"]) == (False, True)
    assert given["new"] in shown["open"]
    assert given["done"] not in shown["open"]
    assert "No &lt;b&gt;mail" in shown["waiting"]


async def test_each_chart_has_its_definition_its_position_and_its_records(
    page: str, adam: Browser, given: dict[str, Any]
) -> None:
    definitions = ("backlog", "attainment", "time-to-resolve", "time-to-acknowledge")
    for name in (*definitions, "change-success", "satisfaction"):
        assert f"Definition <code>{name}</code>, version" in page
    assert page.count("counted at position") == 6
    for name in ("time-to-resolve", "time-to-acknowledge", "satisfaction"):
        in_all, *weeks = figures(page, name)
        for place in (in_all, *weeks):
            assert given["done"] in (await adam.open(place)).text
    assert "under 1 min" in page
    assert "4.0" in page


async def test_service_levels_kept_are_told_by_week_with_their_promises(
    adam: Browser, house: House
) -> None:
    _, _, position = await promised(house)
    await adam.open(f"/queue?position={position}")

    page = (await adam.open(f"/dashboard?position={position}")).text
    places = figures(page, "promises")
    shown = [(await adam.open(place)).text for place in places]

    assert len(places) == 2
    assert page.count(">100 %</a>") == 2
    assert all("first response" in text and ">Met</span>" in text for text in shown)


async def test_the_bars_are_drawn_without_scripts_and_styles_of_their_own(page: str) -> None:
    found = Document(page)

    assert len(found.of("svg")) == 6 + 5 * WEEKS
    assert found.of("script") == []
    assert all("style" not in attributes for _, attributes in found.tags)
    widths = [float(bar["width"] or 0) for bar in found.of("rect")]
    assert all(0 <= width <= 100 for width in widths)


async def test_what_is_recorded_later_does_not_change_the_records_behind_a_figure(
    page: str, adam: Browser, house: House
) -> None:
    _, unassigned, _ = figures(page, "queue")
    before = Document((await adam.open(unassigned)).text).of("li")

    made = await house.as_("rita").made("/incidents", {"title": "Later"})
    await adam.open(f"/queue?position={made['position']}")
    after = await adam.open(unassigned)

    assert made["number"] not in after.text
    assert len(Document(after.text).of("li")) == len(before)


async def test_it_is_in_the_menu_of_those_who_may_see_it(house: House, page: str) -> None:
    rita = await signed_in(house, "rita")

    home = (await rita.open("/home")).text
    refused = await rita.open("/dashboard", status=403)
    await rita.aclose()

    assert 'href="/dashboard" aria-current="page"' in page
    assert 'href="/dashboard"' not in home
    assert refused.status_code == 403


async def test_there_are_records_behind_the_figures_of_the_dashboard_alone(adam: Browser) -> None:
    await adam.open("/dashboard/people", status=404)
    await adam.open("/dashboard/backlog?nonsense=1", status=400)


@pytest.mark.parametrize(
    ("microseconds", "said"),
    [
        (0, "under 1 min"),
        (59_999_999, "under 1 min"),
        (60_000_000, "1 min"),
        (3_600_000_000, "1 h 0 min"),
        (97_200_000_000, "1 d 3 h"),
    ],
)
async def test_times_are_told_in_their_two_largest_units(microseconds: int, said: str) -> None:
    assert lasting(microseconds) == said
