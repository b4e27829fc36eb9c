"""Approval processes that are approved, over HTTP: from the draft to the version that is in use."""

import pytest

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOVERNING = {
    "subjects": ["approval process"],
    "order": 1,
    # Other tests publish theirs without an approval.
    "when": 'subject.name == "Governed"',
    "stages": [
        {
            "name": "Process owners",
            "approvers": ["person:adam", "person:carl"],
            "quorum": {"kind": "first"},
            "patience": "8h",
            "on_timeout": "reject",
        }
    ],
}
ON_CHANGES = {
    "subjects": ["change"],
    "when": 'subject.type == "emergency" && subject.category == "Governed"',
    "stages": [
        {
            "name": "Board",
            "approvers": ["person:anna", "person:carl"],
            "quorum": {"kind": "any"},
            "patience": "8h",
            "on_timeout": "reject",
        }
    ],
}


async def governed(house: House) -> str:
    """The path of a draft that a process governs."""
    olga = house.as_("olga")
    process = await olga.made("/approval-processes", {"name": "P", "definition": GOVERNING})
    await olga.act(f"/approval-processes/{process['number']}/publish")
    draft = await olga.made("/approval-processes", {"name": "Governed", "definition": ON_CHANGES})
    return f"/approval-processes/{draft['number']}"


async def test_a_process_is_approved_and_published_over_http(house: House) -> None:
    olga, adam, zoe = house.as_("olga"), house.as_("adam"), house.as_("zoe")
    at = await governed(house)

    refused = await olga.post(f"{at}/publish", {}, if_match="*")
    await olga.act(f"{at}/submit")
    record = await olga.read(at)
    inbox = await adam.read("/approvals")
    drawing = await adam.get(f"{at}/approval.svg")
    stranger = await house.as_("anna").post(f"{at}/vote", {"vote": "approve"}, if_match="*")
    own = await olga.post(f"{at}/vote", {"vote": "approve"}, if_match="*")
    conditional = await adam.post(
        f"{at}/vote", {"vote": "approve", "conditions": ["Later."]}, if_match="*"
    )
    await adam.act(f"{at}/comment", {"text": "The board is small."})
    await adam.act(f"{at}/vote", {"vote": "approve"})
    published = await olga.read(at)

    assert refused.status_code == 422
    assert "governs this approval process: its draft is submitted" in refused.json()["detail"]
    assert (record["approval_status"], record["published_version"]) == ("pending", 0)
    (asked,) = [row for row in inbox["data"] if at.endswith(row["number"])]
    assert (asked["kind"], asked["title"]) == ("approval process", "Governed")
    assert drawing.status_code == 200
    assert stranger.status_code == 403
    assert own.status_code == 403
    assert conditional.status_code == 422
    assert (published["approval_status"], published["published_version"]) == ("approved", 1)
    (round,) = published["approval"].values()
    assert round["stages"][0]["votes"][0]["vote"] == "approve"
    assert [comment["text"] for comment in published["comments"]] == ["The board is small."]
    history = await zoe.get(f"{at}/history")
    assert history.status_code == 200


async def test_who_is_asked_may_read_the_draft_and_send_it_back(house: House) -> None:
    adam, olga = house.as_("adam"), house.as_("olga")
    at = await governed(house)
    await olga.act(f"{at}/submit")

    draft = await adam.get(f"{at}/versions/draft")
    await adam.act(f"{at}/request-information", {"question": "Why so few?"})
    await olga.act(f"{at}/provide-information", {"answer": "They are on call."})
    await adam.act(f"{at}/vote", {"vote": "reject", "comment": "Ask more people."})
    rejected = await olga.read(at)

    assert draft.status_code == 200
    assert rejected["approval_status"] == "rejected"
    assert rejected["published_version"] == 0


async def test_only_an_administrator_retires_the_process_of_processes(house: House) -> None:
    olga, zoe = house.as_("olga"), house.as_("zoe")
    process = await olga.made("/approval-processes", {"name": "P", "definition": GOVERNING})
    at = f"/approval-processes/{process['number']}"
    await olga.act(f"{at}/publish")

    by_owner = await olga.post(f"{at}/retire", {"reason": "It is in my way."}, if_match="*")
    without = await zoe.post(f"{at}/retire", {}, if_match="*")
    await zoe.act(f"{at}/retire", {"reason": "Nobody is left to vote."})

    assert by_owner.status_code == 403
    assert without.status_code == 422
    assert (await olga.read(at))["is_retired"]


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("vote", {"vote": "maybe"}, 422),
        ("withdraw", {"reason": ""}, 422),
        ("withdraw", {"reason": "It is not in approval."}, 422),
        ("migrate-approval", {"to_version": 0}, 422),
        ("migrate-approval", {"to_version": 9}, 422),
        ("comment", {"text": ""}, 422),
        ("add-approver", {"person": "PER9999999", "reason": "x"}, 422),
        ("submit", {"process": "APR0000001"}, 422),
    ],
)
async def test_bad_input_gets_an_answer_that_says_what_is_wrong(
    house: House, act: str, body: dict[str, object], status: int
) -> None:
    at = await governed(house)

    answer = await house.as_("olga").post(f"{at}/{act}", body, if_match="*")

    assert answer.status_code == status
    assert answer.json()["detail"]
