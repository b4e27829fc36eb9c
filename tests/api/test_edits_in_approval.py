"""What an edit during an approval may not do, over HTTP."""

from typing import Any

import pytest
import pytest_asyncio

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_RISK = """
name: By risk
subjects: change
when: subject.category == "Edited"
order: 2
fallback: [person:zoe, person:olga]
material: [risk]
stages:
  - name: Review
    approvers: person:abel
    quorum: any
    patience: 4h
    on_timeout: reject
  - name: Board
    when: subject.risk in ["high", "very high"]
    approvers: person:anna
    quorum: any
    patience: 4h
    on_timeout: reject
"""
OF_PAYMENTS = """
name: Payments
subjects: change
when: subject.category == "Edited" && subject.service == "Payments"
order: 1
fallback: [person:zoe, person:olga]
stages:
  - name: Payments
    approvers: person:carl
    quorum: any
    patience: 4h
    on_timeout: reject
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def processes(house: House) -> None:
    olga = house.as_("olga")
    for document in (BY_RISK, OF_PAYMENTS):
        made = await olga.made("/approval-processes", {"document": document})
        await olga.act(f"/approval-processes/{made['number']}/publish")


async def submitted(house: House) -> str:
    """The path of a change of low risk, whose board was skipped."""
    adam = house.as_("adam")
    made = await adam.made("/changes", {"title": "New core switch", "type": "normal"})
    at = f"/changes/{made['number']}"
    await adam.act(f"{at}/categorise", {"category": "Edited"})
    await adam.act(f"{at}/assess-risk", {"impact": 3, "likelihood": 3})
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    await adam.act(f"{at}/submit")
    return at


@pytest.mark.parametrize(
    ("act", "said", "rule"),
    [
        ("assess-risk", {"impact": 1, "likelihood": 1}, "would apply that was skipped: Board"),
        ("categorise", {"category": "Else"}, "the process of its approval would not govern it"),
        (
            "categorise",
            {"category": "Edited", "service": "Payments"},
            "another process would govern it, APR",
        ),
    ],
)
async def test_an_edit_that_another_approval_would_be_needed_for_is_refused(
    house: House, act: str, said: dict[str, Any], rule: str
) -> None:
    at = await submitted(house)
    before = house.desk.ledger.position()

    answer = await house.as_("adam").post(f"{at}/{act}", said, if_match="*")

    assert answer.status_code == 422, answer.text
    assert rule in answer.json()["detail"]
    assert "Withdraw the change and propose it anew." in answer.json()["detail"]
    assert house.desk.ledger.position() == before


async def test_any_other_edit_is_taken_and_fells_the_votes_about_what_it_changed(
    house: House,
) -> None:
    at = await submitted(house)
    adam = house.as_("adam")

    await adam.act(f"{at}/assess-risk", {"impact": 2, "likelihood": 2})
    await adam.act(f"{at}/categorise", {"category": "Edited", "service": "Telephony"})
    await house.as_("abel").act(f"{at}/vote", {"vote": "approve"})
    decided = await adam.read(f"{at}/history?limit=200")

    assert decided["data"][-1]["event"] == "Approved"
    after = await adam.act(f"{at}/categorise", {"category": "Else"})
    assert (await adam.read(f"{at}?min_position={after['position']}"))["category"] == "Else"


ABOUT_PLANS = """
name: About plans
subjects: change
when: subject.category == "Written"
order: 3
material: [title, backout_plan]
stages:
  - name: Review
    approvers: [person:abel, person:anna]
    quorum: all
    patience: 4h
    on_timeout: reject
"""


async def test_voters_see_the_old_and_the_new_text_that_their_votes_were_about(
    house: House,
) -> None:
    olga, adam, abel = house.as_("olga"), house.as_("adam"), house.as_("abel")
    made = await olga.made("/approval-processes", {"document": ABOUT_PLANS})
    await olga.act(f"/approval-processes/{made['number']}/publish")
    made = await adam.made("/changes", {"title": "New core switch", "type": "normal"})
    at = f"/changes/{made['number']}"
    await adam.act(f"{at}/categorise", {"category": "Written"})
    await adam.act(f"{at}/assess-risk", {"impact": 3, "likelihood": 3})
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    await adam.act(f"{at}/submit")
    await abel.act(f"{at}/vote", {"vote": "approve"})

    await adam.act(f"{at}/plan", {"implementation": "Mount it soon.", "backout": "Take it off."})
    before = await abel.read(f"{at}")
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Leave it."})
    await abel.act(f"{at}/vote", {"vote": "approve"})
    await adam.act(f"{at}/amend", {"title": "Newer core switch"})

    after = await abel.read(at)

    assert before["approval"]["1"]["edits"] == []
    backout, title = after["approval"]["1"]["edits"]
    assert (backout["old"], backout["new"]) == (
        {"backout_plan": "Take it off."},
        {"backout_plan": "Leave it."},
    )
    assert (title["old"], title["new"]) == (
        {"title": "New core switch"},
        {"title": "Newer core switch"},
    )
