"""Acts on assets that are approved, over HTTP: from the submission to what the vote does."""

from typing import Any

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOVERNING = {
    "subjects": ["asset"],
    # Other tests retire theirs without an approval.
    "when": 'subject.type == "press" && subject.act in ["retire", "issue"]',
    "stages": [
        {
            "name": "Board",
            "approvers": ["person:anna", "person:carl"],
            "quorum": {"kind": "first"},
            "patience": "8h",
            "on_timeout": "reject",
        }
    ],
}


async def governed(house: House) -> str:
    """The path of an asset of which a process governs what is done with it."""
    olga, adam = house.as_("olga"), house.as_("adam")
    process = await olga.made("/approval-processes", {"name": "Presses", "definition": GOVERNING})
    await olga.act(f"/approval-processes/{process['number']}/publish")
    asset = await adam.made("/assets", {"name": "Press 1", "asset_class": "press"})
    return f"/assets/{asset['number']}"


async def test_an_act_is_approved_and_done_over_http(house: House) -> None:
    adam, anna = house.as_("adam"), house.as_("anna")
    at = await governed(house)

    refused = await adam.post(f"{at}/retire", {"reason": "Worn out."}, if_match="*")
    await adam.act(f"{at}/submit", {"act": "retire", "reason": "Worn out."})
    record = await adam.read(at)
    inbox = await anna.read("/approvals")
    drawing = await anna.get(f"{at}/approval.svg")
    own = await adam.post(f"{at}/vote", {"vote": "approve"}, if_match="*")
    await anna.act(f"{at}/vote", {"vote": "approve"})
    done = await adam.read(at)
    history = await adam.read(f"{at}/history")

    assert refused.status_code == 422
    assert "governs this: it is submitted for approval" in refused.json()["detail"]
    assert (record["status"], record["approval_status"]) == ("in stock", "pending")
    assert (record["proposed"]["act"], record["proposed"]["reason"]) == ("retire", "Worn out.")
    (asked,) = [row for row in inbox["data"] if at.endswith(row["number"])]
    assert (asked["kind"], asked["title"], asked["type"]) == ("asset", "Press 1", "retire")
    assert drawing.status_code == 200
    assert own.status_code == 403
    assert (done["status"], done["approval_status"]) == ("retired", "approved")
    (round,) = done["approval"].values()
    assert (round["outcome"], round["stages"][0]["votes"][0]["vote"]) == ("approved", "approve")
    assert history["data"][-1]["event"] == "Retired"
    assert history["data"][-1]["changed"]["round"] == 1


async def test_what_is_in_approval_can_be_asked_about_and_withdrawn(house: House) -> None:
    adam, anna = house.as_("adam"), house.as_("anna")
    at = await governed(house)
    await adam.act(f"{at}/submit", {"act": "issue", "to": house.number("abel")})

    await anna.act(f"{at}/request-information", {"question": "For how long?"})
    await adam.act(f"{at}/provide-information", {"answer": "A week."})
    await adam.act(f"{at}/withdraw", {"reason": "He does without."})

    assert (await adam.read(at))["approval_status"] == ""


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("submit", {}, 422),
        ("submit", {"act": "return"}, 422),
        ("submit", {"act": "retire"}, 422),
        ("submit", {"act": "retire", "reason": "Old.", "method": "sold"}, 422),
        ("submit", {"act": "issue", "to": "PER9999999"}, 422),
        ("submit", {"act": "dispose", "method": "sold"}, 422),
        ("submit", {"act": "repair", "vendor": "Fixit", "reason": "Loud."}, 422),
        ("withdraw", {"reason": "It is not in approval."}, 422),
        ("vote", {"vote": "approve"}, 403),
        ("migrate-approval", {"to_version": 9}, 403),
    ],
)
async def test_bad_input_gets_an_answer_that_says_what_is_wrong(
    house: House, act: str, body: dict[str, Any], status: int
) -> None:
    at = await governed(house)

    answer = await house.as_("adam").post(f"{at}/{act}", body, if_match="*")

    assert answer.status_code == status
    assert answer.json()["detail"]
