"""Reports over HTTP: figures, their members, as of a past moment, as JSON and CSV."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import pytest_asyncio

from projections.reports import REPORTS
from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime.now(UTC)
SINCE, UNTIL = NOW - timedelta(days=1), NOW + timedelta(days=1)
TIME = f"from={SINCE:%Y-%m-%dT%H:%M:%SZ}&to={UNTIL:%Y-%m-%dT%H:%M:%SZ}"
SOLVED = {"code": "fixed", "resolution": "Done."}


async def worked(house: House) -> tuple[dict[str, Any], int]:
    """The team and the position after two incidents of which one was handed over."""
    adam, rita = house.as_("adam"), house.as_("rita")
    team = await house.as_("zoe").made("/teams", {"name": "=Figures"})
    last: dict[str, Any] = {}
    for is_handed_over in (False, True):
        made = await rita.made("/incidents", {"title": "No figures"})
        at = f"/incidents/{made['number']}"
        if is_handed_over:
            await adam.act(f"{at}/assign", {"assignee": house.number("adam")})
        await adam.act(f"{at}/assign", {"team": team["number"]})
        last = await adam.act(f"{at}/resolve", SOLVED)
    await rita.act(f"{at}/rate", {"score": 2})
    last = await adam.made("/incidents", {"title": "Open"})
    return team, last["position"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def given(house: House) -> tuple[dict[str, Any], int]:
    return await worked(house)


async def report(client: Client, name: str, position: int, query: str = "") -> Any:
    time = "" if REPORTS[name].is_by_age else f"{TIME}&"
    return await client.read(f"/reports/{name}?{time}min_position={position}{query}")


async def test_a_figure_says_what_it_means_and_when_it_was_counted(
    house: House, given: Any
) -> None:
    team, position = given

    found = await report(house.as_("axel"), "reassignment-rate", position, "&by=team,kind,week")

    assert (found["definition"]["name"], found["definition"]["version"]) == ("reassignment-rate", 1)
    assert "handed over at least once" in found["definition"]["text"]
    assert (found["unit"], found["position"] >= position) == ("share", True)
    assert (found["total"]["counted"], found["total"]["part"], found["total"]["share"]) == (
        2,
        1,
        0.5,
    )
    [line] = found["data"]
    monday = (NOW - timedelta(days=NOW.weekday())).date().isoformat()
    assert line["group"] == {"team": team["id"], "kind": "incident", "week": monday}
    assert line["names"] == {"team": "=Figures"}


@pytest.mark.parametrize("name", REPORTS)
async def test_each_figure_leads_to_the_tickets_it_is_counted_from(
    name: str, house: House, given: Any
) -> None:
    axel = house.as_("axel")
    age = ",age" if REPORTS[name].is_by_age else ""

    found = await report(axel, name, given[1], f"&by=team,priority,week,month{age}")

    for line in (found["total"], *found["data"]):
        for counted, members in (("counted", "members"), ("part", "part_members")):
            if members in line:
                address = line[members].removeprefix("/api/v1")
                page = await axel.read(f"{address}&include=total")
                assert page["total"] == line[counted]
    assert sum(line["counted"] for line in found["data"]) == found["total"]["counted"]


async def test_times_and_points_have_their_exact_means(house: House, given: Any) -> None:
    resolved = await report(house.as_("axel"), "time-to-resolve", given[1])
    rated = await report(house.as_("axel"), "satisfaction", given[1])

    assert (resolved["unit"], resolved["data"][0]["group"]) == ("microseconds", {})
    assert resolved["total"]["mean"] == round(resolved["total"]["sum"] / 2)
    assert (rated["unit"], rated["total"]["mean"], rated["total"]["sum"]) == ("points", 2.0, 2)


async def test_a_figure_of_a_past_moment_comes_out_again(house: House, given: Any) -> None:
    adam, axel = house.as_("adam"), house.as_("axel")
    names = ("first-contact-resolution", "reopen-rate", "backlog")
    before = {name: await report(axel, name, given[1], "&by=team") for name in names}
    [resolved] = (await axel.read("/incidents?status=resolved&limit=1"))["data"]
    moved = await adam.act(f"/incidents/{resolved['number']}/reopen", {"reason": "Again."})

    for name in names:
        then = before[name]
        as_of = f"&as_of={then['as_of']}" if then["as_of"] else ""
        again = f"&by=team&known_at=@{then['position']}{as_of}"
        assert await report(axel, name, moved["position"], again) == then
        now = await report(axel, name, moved["position"], "&by=team")
        assert [line["counted"] for line in now["data"]] != [
            line["counted"] for line in then["data"]
        ] or now["total"].get("part") != then["total"].get("part")


async def test_the_backlog_as_of_a_position_is_that_of_when_it_was_recorded(
    house: House, given: Any
) -> None:
    axel = house.as_("axel")

    found = await report(axel, "backlog", given[1], f"&as_of=@{given[1]}")

    assert datetime.fromisoformat(found["as_of"]) < datetime.now(UTC)
    assert found["position"] == given[1]
    assert found["data"][0]["group"] == {"age": "under 1 day"}


async def test_attainment_is_told_as_of_a_past_position(house: House, given: Any) -> None:
    axel = house.as_("axel")

    found = await axel.read(f"/reports/attainment?{TIME}&known_at=@1")

    assert (found["position"], found["total"]["promised"]) == (1, 0)


async def test_a_spreadsheet_reads_lines_and_calculates_none(house: House, given: Any) -> None:
    axel = house.as_("axel")

    answer = await axel.get(f"/reports/reassignment-rate?{TIME}&by=team&format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    [line] = csv.DictReader(StringIO(answer.text))
    assert (line["report"], line["version"], line["team_name"]) == (
        "reassignment-rate",
        "1",
        "'=Figures",
    )
    assert (line["team"], line["counted"], line["part"]) == (given[0]["id"], "2", "1")
    assert line["members"].startswith("/api/v1/reports/reassignment-rate/members?")


async def test_nobody_counts_what_they_may_not_see(house: House, given: Any) -> None:
    mine = await report(house.as_("bakery.adam"), "backlog", given[1])
    rita = await house.as_("rita").get("/reports/backlog")

    assert (mine["total"]["counted"], mine["data"]) == (0, [])
    assert rita.status_code == 403


BAD = {
    "no time": ("time-to-resolve?", "from: an instant such as"),
    "swapped": (
        "satisfied?from=2030-02-01T00:00:00Z&to=2030-01-01T00:00:00Z",
        "to: after `from`",
    ),
    "a time of a moment": (f"backlog?{TIME}", "from: there is no such parameter here."),
    "an unknown group": (f"reopen-rate?{TIME}&by=team,colour", "by: 'colour' is none of"),
    "ages of what happened": (f"reopen-rate?{TIME}&by=age", "by: 'age' is none of"),
    "no group": ("backlog?by=", "by: '' is none of"),
    "a group twice": ("backlog?by=team,team", "by: each is named once."),
    "an unknown format": ("backlog?format=pdf", "format: it is one of json, csv."),
    "an unknown kind": ("backlog?kind=asset", "kind: it is one of"),
    "no number": ("backlog?priority=high", "priority: 'high' is no whole number."),
    "no moment": ("backlog?as_of=yesterday", "as_of: an instant such as"),
    "no part": ("backlog/members?part=true", "part: this report has no part."),
    "a part of its own": ("satisfied/members?part=false", "part: it can only be true."),
    "members of no time": ("satisfied/members?from=x", "from: an instant such as"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_question_that_makes_no_sense_is_told_with_its_place(
    name: str, house: House
) -> None:
    query, said = BAD[name]

    answer = await house.as_("axel").get(f"/reports/{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
    assert said in answer.json()["detail"]
