import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIMES = {"start": "2030-01-05T10:00:00Z", "end": "2030-01-05T11:00:00Z"}
BOARD = {
    "subjects": ["change"],
    "stages": [
        {
            "name": "Board",
            "approvers": ["person:anna", "person:abel"],
            "quorum": {"kind": "all"},
            "patience": "2d",
            "on_timeout": "reject",
        }
    ],
}


async def test_the_agenda_is_what_fits_the_filter_and_votes_decide(house: House) -> None:
    olga, carl, adam = (house.as_(name) for name in ("olga", "carl", "adam"))
    process = await olga.made("/approval-processes", {"name": "Board", "definition": BOARD})
    await olga.act(f"/approval-processes/{process['number']}/publish")
    team = await house.as_("zoe").made("/teams", {"name": "Weekly board"})
    risky, calm = [
        await adam.made("/changes", {"title": title}) for title in ("New switch", "New lamp")
    ]
    for made, impact in ((risky, 1), (calm, 3)):
        at = f"/changes/{made['number']}"
        await adam.act(f"{at}/assess-risk", {"impact": impact, "likelihood": impact})
        await adam.act(f"{at}/plan", {"implementation": "Do it.", "backout": "Undo it."})
        await adam.act(f"{at}/submit")
    meeting = await carl.made(
        "/cab-meetings",
        {
            "title": "Weekly board",
            "team": team["number"],
            "chair": house.number("carl"),
            **TIMES,
            "filter": {"risks": ["very high"]},
        },
    )
    at = f"/cab-meetings/{meeting['number']}"

    await carl.act(f"{at}/fix-agenda")
    await carl.act(f"{at}/open", {"present": [house.number("anna"), house.number("abel")]})
    for name in ("anna", "abel"):
        await carl.act(
            f"{at}/record-vote",
            {"change": risky["number"], "member": house.number(name), "vote": "approve"},
        )
    await carl.act(f"{at}/minute", {"change": risky["number"], "text": "All agree."})
    await carl.act(f"{at}/close")

    held = await carl.read(at)
    assert held["status"] == "closed"
    [item] = held["agenda"]
    assert (item["number"], item["minutes"]) == (risky["number"], "All agree.")
    assert [vote["member"] for vote in item["votes"]] == [
        str(house.people[name]) for name in ("anna", "abel")
    ]
    decided = await carl.read(f"/changes/{risky['number']}")
    assert decided["status"] == "approved"
    assert (await carl.read(f"/changes/{calm['number']}"))["status"] == "in approval"
