"""Reports on service levels: figures, and the promises that each is counted from."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime.now(UTC)
SINCE, UNTIL = NOW - timedelta(days=1), NOW + timedelta(days=1)
TIME = f"from={SINCE:%Y-%m-%dT%H:%M:%SZ}&to={UNTIL:%Y-%m-%dT%H:%M:%SZ}"
VERDICTS = ("met", "breached", "running", "cancelled")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def promised(house: House) -> tuple[dict[str, Any], dict[str, Any], int]:
    """The policy, the team and the position after three incidents for which both targets were
    promised: one was resolved in time, one answered, one cancelled."""
    olga, adam, zoe = house.as_("olga"), house.as_("adam"), house.as_("zoe")
    always = {day: [["00:00", "24:00"]] for day in DAYS}
    calendar = await olga.made(
        "/calendars", {"name": "Reports", "hours": {"zone": "UTC", "weekly": always}}
    )
    policy = await olga.made(
        "/service-level-policies",
        {
            "name": "Reported",
            "definition": {
                "calendar": calendar["number"],
                "order": 1,
                "services": ["Reports"],
                "targets": [
                    {"name": "first response", "budget": "1h"},
                    {"name": "resolution", "budget": "4h"},
                ],
            },
        },
    )
    await olga.act(f"/service-level-policies/{policy['number']}/publish")
    team = await zoe.made("/teams", {"name": "Reporters"})
    last: dict[str, Any] = {}
    for act, body in (
        ("resolve", {"code": "fixed", "resolution": "Done."}),
        ("comment", {"text": "Soon.", "visibility": "public"}),
        ("cancel", {"reason": "Nothing there."}),
    ):
        sorted_ = {"category": "Reporting", "service": "Reports", "impact": 1, "urgency": 1}
        whose = {"title": "No figures", "requester": house.number("rita")}
        made = await adam.made("/incidents", {**whose, **sorted_})
        await adam.act(f"/incidents/{made['number']}/assign", {"team": team["number"]})
        last = await adam.act(f"/incidents/{made['number']}/{act}", body)
    return policy, team, last["position"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def given(house: House) -> tuple[dict[str, Any], dict[str, Any], int]:
    return await promised(house)


async def report(client: Client, name: str, given: Any, query: str = "") -> Any:
    policy, _, position = given
    only = f"policy={policy['number']}&min_position={position}"
    return await client.read(f"/reports/{name}?{TIME}&{only}{query}")


async def test_figures_say_what_they_mean_and_when_they_were_counted(
    house: House, given: Any
) -> None:
    found = await report(house.as_("axel"), "attainment", given, "&by=target")

    assert (found["definition"]["name"], found["definition"]["version"]) == ("attainment", 2)
    assert "met / (met + breached)" in found["definition"]["text"]
    assert found["position"] >= given[2]
    assert found["by"] == ["target"]
    total = found["total"]
    assert (total["promised"], total["met"], total["cancelled"]) == (6, 3, 2)
    assert (total["running"], total["attainment"]) == (1, 1.0)
    assert total["policies"] == [{"policy": given[0]["id"], "version": 1, "promised": 6}]
    response, resolution = found["data"]
    assert (response["group"], response["met"]) == ({"target": "first response"}, 2)
    assert (resolution["group"], resolution["met"]) == ({"target": "resolution"}, 1)


async def test_groups_are_told_by_id_and_by_name(house: House, given: Any) -> None:
    policy, team, _ = given

    found = await report(house.as_("axel"), "attainment", given, "&by=team,policy,priority,month")

    [line] = found["data"]
    assert line["group"] == {
        "team": team["id"],
        "policy": policy["id"],
        "priority": 1,
        "month": f"{NOW:%Y-%m}",
    }
    assert line["names"] == {"team": "Reporters", "policy": "Reported"}


async def test_each_figure_leads_to_the_promises_it_is_counted_from(
    house: House, given: Any
) -> None:
    axel = house.as_("axel")
    found = await report(axel, "attainment", given, "&by=target,team")

    assert len(found["data"]) == 2
    for line in found["data"]:
        page = await axel.read(line["members"].removeprefix("/api/v1"))
        verdicts = [row["verdict"] for row in page["data"]]
        assert {verdict: verdicts.count(verdict) for verdict in VERDICTS} == {
            verdict: line[verdict] for verdict in VERDICTS
        }
        assert {row["target"] for row in page["data"]} == {line["group"]["target"]}
        assert all(row["policy_version"] == 1 and row["number"] for row in page["data"])


async def test_members_are_read_page_by_page(house: House, given: Any) -> None:
    axel = house.as_("axel")
    [line] = (await report(axel, "attainment", given, "&by=kind"))["data"]
    address = line["members"].removeprefix("/api/v1") + "&limit=4&fields=number,clock"

    first = await axel.read(address)
    second = await axel.read(f"{address}&cursor={first['next_cursor']}")
    other = await axel.get(
        address.replace(f"{SINCE:%Y-%m-%d}", f"{SINCE - timedelta(days=1):%Y-%m-%d}")
        + f"&cursor={first['next_cursor']}"
    )

    assert (len(first["data"]), len(second["data"])) == (4, 2)
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert other.status_code == 400


async def test_breaches_are_told_by_whose_turn_it_was(house: House, given: Any) -> None:
    found = await report(house.as_("axel"), "breaches", given)

    assert (found["by"], found["total"]["breached"], found["data"]) == (["largest"], 0, [])


async def test_nobody_counts_what_they_may_not_see(house: House, given: Any) -> None:
    mine = await report(house.as_("bakery.adam"), "attainment", given, "&by=kind")
    rita = await house.as_("rita").get(f"/reports/attainment?{TIME}")

    assert (mine["total"]["promised"], mine["data"]) == (0, [])
    assert rita.status_code == 403


async def test_the_members_of_a_group_without_a_value_are_those_without_one(
    house: House, given: Any
) -> None:
    adam, axel = house.as_("adam"), house.as_("axel")
    sorted_ = {"category": "Reporting", "service": "Reports"}
    made = await adam.made("/incidents", {"title": "No team", **sorted_})
    later = (*given[:2], made["position"])

    found = await report(axel, "attainment", later, "&by=team")

    [line] = [one for one in found["data"] if one["group"]["team"] is None]
    assert parse_qs(urlsplit(line["members"]).query, keep_blank_values=True)["team"] == [""]
    page = await axel.read(line["members"].removeprefix("/api/v1"))
    assert {row["number"] for row in page["data"]} == {made["number"]}


async def test_a_figure_of_a_past_position_comes_out_again(house: House, given: Any) -> None:
    adam, axel = house.as_("adam"), house.as_("axel")
    before = await report(axel, "attainment", given, "&by=kind")
    listed = before["data"][0]["members"].removeprefix("/api/v1")
    members = (await axel.read(f"{listed}&include=total"))["total"]
    whose = {"title": "No more", "requester": house.number("rita")}
    made = await adam.made("/incidents", {**whose, "category": "Reporting", "service": "Reports"})
    at = f"/incidents/{made['number']}"
    last = await adam.act(f"{at}/prioritise", {"impact": 1, "urgency": 1})
    later = (*given[:2], last["position"])

    now = await report(axel, "attainment", later, "&by=kind")
    again = await report(axel, "attainment", later, f"&by=kind&known_at=@{before['position']}")

    assert now["total"]["promised"] > before["total"]["promised"]
    assert again == before
    assert (await axel.read(f"{listed}&include=total"))["total"] == members
    breaches = await report(axel, "breaches", later, f"&known_at=@{before['position']}")
    assert breaches["position"] == before["position"]


BAD = {
    "no time": ("", "from: an instant such as"),
    "no end": (f"from={SINCE:%Y-%m-%dT%H:%M:%SZ}", "to: an instant such as"),
    "swapped": (
        f"from={UNTIL:%Y-%m-%dT%H:%M:%SZ}&to={SINCE:%Y-%m-%dT%H:%M:%SZ}",
        "to: after `from`",
    ),
    "a huge time": ("from=1990-01-01T00:00:00Z&to=2030-01-01T00:00:00Z", "at most 3653 days"),
    "the end of time": (
        "from=9999-12-30T00:00:00Z&to=9999-12-31T23:00:00-23:59",
        "to: an instant such as",
    ),
    "an unknown group": (f"{TIME}&by=team,colour", "by: 'colour' is none of"),
    "a group twice": (f"{TIME}&by=team,team", "by: each is named once."),
    "an unknown parameter": (f"{TIME}&colour=red", "colour: there is no such parameter here."),
    "a value of no kind": (f"{TIME}&kind=promise", "kind: it is one of SLA, OLA, contract."),
    "no number": (f"{TIME}&priority=high", "priority: 'high' is no whole number."),
    "no record": (f"{TIME}&team=Network", "team: 'Network' is no number or id."),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("which", ["attainment", "breaches"])
async def test_a_question_that_makes_no_sense_is_told_with_its_place(
    which: str, name: str, house: House
) -> None:
    query, said = BAD[name]

    answer = await house.as_("axel").get(f"/reports/{which}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
    assert said in answer.json()["detail"]
