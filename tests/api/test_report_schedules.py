"""Report schedules over HTTP: checked as if they were asked at once."""

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

WEEKLY = {"every": "week", "weekday": "MO", "at": "08:00"}


def body(house: House, **more: Any) -> dict[str, Any]:
    return {
        "name": "Backlog",
        "contents": {"report": "backlog", "by": ["team", "age"]},
        "rhythm": WEEKLY,
        "zone": "Europe/Rome",
        "people": [house.number("adam")],
        **more,
    }


async def test_a_schedule_is_read_paused_resumed_and_ended(house: House) -> None:
    adam = house.as_("adam")
    at = f"/report-schedules/{(await adam.made('/report-schedules', body(house)))['number']}"

    before = await adam.read(at)
    await adam.act(f"{at}/pause")
    await adam.act(f"{at}/resume")
    await adam.act(f"{at}/run-now")
    last = await adam.act(f"{at}/end")
    after = await adam.read(at)

    assert (before["report"], before["status"]) == ("backlog", "active")
    assert (before["rhythm"]["every"], before["rhythm"]["weekday"]) == ("week", "MO")
    assert before["people"] == [str(house.people["adam"])]
    assert (after["status"], after["outstanding"]) == ("ended", 0)
    listed = await adam.read(f"/report-schedules?status=ended&min_position={last['position']}")
    assert after["number"] in {row["number"] for row in listed["data"]}
    history = (await adam.read(f"{at}/history?limit=200"))["data"]
    assert [one["event"] for one in history] == [
        *("Defined", "Paused", "Resumed", "PreviewAsked", "Ended"),
    ]


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ({"report": "happiness"}, "there is none called 'happiness'"),
        ({"report": "backlog", "by": ["colour"]}, "colour"),
        ({"report": "backlog", "filters": {"colour": "red"}}, "colour"),
        ({"report": "backlog", "filters": {"kind": "wish"}}, "kind"),
        ({}, "either a report or a saved view"),
    ],
)
async def test_what_the_report_would_not_understand_is_told_at_once(
    house: House, contents: Any, said: str
) -> None:
    refused = await house.as_("adam").post("/report-schedules", body(house, contents=contents))

    assert refused.status_code == 422
    assert said in refused.json()["detail"]


async def test_a_view_that_is_for_others_is_not_sent(house: House) -> None:
    asked = {"name": "Mine", "list": "incidents", "asking": {"q": "is:open"}}
    view = (await house.as_("anna").made("/saved-views", asked))["number"]

    refused = await house.as_("adam").post(
        "/report-schedules", body(house, contents={"view": view})
    )
    made = await house.as_("anna").made(
        "/report-schedules",
        body(house, contents={"view": view}, people=[house.number("anna")]),
    )

    assert refused.status_code == 422
    assert made["version"] == 1
