"""Assignment rules over HTTP: written, published, and tried on tickets."""

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


def definition(team: str, **more: Any) -> dict[str, Any]:
    return {
        "on": ["logged"],
        "when": 'ticket.kind == "incident" && ticket.category == ""',
        "actions": [
            {"do": "assign", "team": team, "member": {"by": "least loaded", "skill": "mail"}},
            {"do": "categorise", "category": "mail"},
        ],
        **more,
    }


async def test_a_rule_is_tried_on_tickets_and_then_published(house: House) -> None:
    olga, zoe, adam = (house.as_(name) for name in ("olga", "zoe", "adam"))
    team = (await zoe.made("/teams", {"name": "Mail rules"}))["number"]
    await zoe.act(f"/teams/{team}/add-member", {"person": house.number("adam")})
    await zoe.act(f"/people/{house.number('adam')}/set-skills", {"skills": ["mail"]})
    fits = (await adam.made("/incidents", {"title": "No mail"}))["number"]
    other = await adam.made("/incidents", {"title": "No web", "category": "web"})

    rule = await olga.made("/assignment-rules", {"name": "Mail", "definition": definition(team)})
    at = f"/assignment-rules/{rule['number']}"
    one = await olga.made(f"{at}/try", {"ticket": fits})
    await adam.read(f"/incidents?min_position={other['position']}&limit=1")
    latest = await olga.made(f"{at}/try", {"last": 2})
    await olga.act(f"{at}/publish")

    [trial] = one["data"]
    assert (trial["fits"], trial["did"]) == (True, ["assign", "categorise"])
    assert trial["chosen"]["number"] == house.number("adam")
    assert [change["event"] for change in trial["changes"]] == ["Assigned", "Categorised"]
    assert {row["ticket"]: row["fits"] for row in latest["data"]}.get(other["number"]) is not True
    read = await olga.read(at)
    assert (read["published_version"], read["published"]["actions"][1]["do"]) == (1, "categorise")
    assert (await adam.read(f"/people/{house.number('adam')}"))["skills"] == ["mail"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"when": "ticket.colour == 1"}, "when: "),
        ({"on": []}, "on: a rule has a trigger, or a schedule."),
        ({"when": 'ticket.team == "Nobody"'}, "when: there is no team 'Nobody'"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(
    house: House, changes: dict[str, Any], rule: str
) -> None:
    olga, zoe = house.as_("olga"), house.as_("zoe")
    team = (await zoe.made("/teams", {"name": f"Wrong {rule}"[:40]}))["number"]
    said = {"name": "Mail", "definition": definition(team)}
    made = await olga.made("/assignment-rules", said)

    body = {"definition": definition(team, **changes)}
    answer = await olga.post(f"/assignment-rules/{made['number']}/try", body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"].startswith(rule)
