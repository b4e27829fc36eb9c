"""Votes on changes that come with terms: conditions, questions to the requester, and signatures."""

import pytest
import pytest_asyncio

from tests.api.house import House
from tests.api.voting import APPROVE, DAY, DOCUMENT, SIGNED, SOON, delegate, stage, submitted

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "correct horse battery"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def process(house: House) -> str:
    olga = house.as_("olga")
    number = str((await olga.made("/approval-processes", {"document": DOCUMENT}))["number"])
    await olga.act(f"/approval-processes/{number}/publish")
    signed = await olga.made("/approval-processes", {"document": SIGNED})
    await olga.act(f"/approval-processes/{signed['number']}/publish")
    return number


async def test_the_conditions_of_a_vote_become_tasks_that_the_change_waits_for(
    house: House,
) -> None:
    at = await submitted(house)
    adam, abel = house.as_("adam"), house.as_("abel")
    said = {**APPROVE, "conditions": ["Tell the users."]}

    await abel.act(f"{at}/vote", said)
    await abel.act(f"{at}/retract-vote", {"reason": "The wrong words."})
    await abel.act(f"{at}/vote", {**APPROVE, "conditions": ["Tell the users in time."]})
    await house.as_("anna").act(f"{at}/vote", {**APPROVE, "stage": "Security"})
    await house.as_("carl").act(f"{at}/vote", APPROVE)
    early = await adam.post(f"{at}/start-implementation", if_match="*")
    cancelled = await adam.post(
        f"{at}/cancel-task", {"number": 2, "reason": "They know."}, if_match="*"
    )
    before = (await adam.read(at))["approval"]["1"]["conditions"]
    told = await adam.act(f"{at}/complete-task", {"number": 2, "note": "All know."})
    await adam.act(f"{at}/start-implementation")

    assert (early.status_code, cancelled.status_code) == (422, 422)
    assert "A condition of the approval is met, not left out." in cancelled.json()["detail"]
    change = await adam.read(f"{at}?min_position={told['position']}")
    after = change["approval"]["1"]["conditions"]
    assert [(one["condition"], one["is_fulfilled"]) for one in (*before, *after)] == [
        ("Tell the users in time.", False),
        ("Tell the users in time.", True),
    ]
    tasks = change["tasks"]
    assert [(task["title"], task["condition_of"], task["state"]) for task in tasks] == [
        ("Tell the users.", "Security", "cancelled"),
        ("Tell the users in time.", "Security", "done"),
    ]
    assert tasks[1]["condition_by"] == str(house.people["abel"])


async def test_the_requester_finds_in_their_lists_that_information_is_asked_of_them(
    house: House,
) -> None:
    rita, abel = house.as_("rita"), house.as_("abel")
    at = await submitted(house, requester="rita")
    number = at.removeprefix("/changes/")

    asked = await abel.act(f"{at}/request-information", {"question": "Which links?"})

    latest = f"number={number}&min_position={asked['position']}"
    [waiting] = (await rita.read(f"/approvals?asks=information&{latest}"))["data"]
    assert (waiting["stage"], waiting["due"]) == ("Security", None)
    [listed] = (await rita.read(f"/changes?is_information_asked=true&{latest}"))["data"]
    assert listed["number"] == number
    [queued] = (await house.as_("adam").read(f"/queue?is_information_asked=true&{latest}"))["data"]
    assert queued["asked_in"] == ["Security"]

    given = await rita.act(f"{at}/provide-information", {"answer": "The spare one."})

    latest = f"number={number}&min_position={given['position']}"
    assert (await rita.read(f"/approvals?asks=information&{latest}"))["data"] == []
    assert (await rita.read(f"/changes?is_information_asked=true&{latest}"))["data"] == []
    assert (await house.as_("adam").read(f"/queue?{latest}&is_information_asked=true"))[
        "data"
    ] == []


async def test_what_is_asked_of_a_requester_is_not_asked_of_their_delegate(house: House) -> None:
    at = await submitted(house, requester="olga")
    await delegate(house, "olga", "zoe", SOON, DAY)

    asked = await house.as_("abel").act(f"{at}/request-information", {"question": "Which links?"})

    latest = f"number={at.removeprefix('/changes/')}&min_position={asked['position']}"
    [of_olga] = (await house.as_("olga").read(f"/approvals?{latest}"))["data"]
    assert of_olga["asks"] == "information"
    assert (await house.as_("zoe").read(f"/approvals?{latest}"))["data"] == []


async def test_where_a_signature_is_asked_for_a_token_alone_does_not_vote(house: House) -> None:
    at, anna = await submitted(house, category="Signed"), house.as_("anna")
    await house.as_("zoe").made(
        f"/people/{house.number('anna')}/set-password", {"password": PASSWORD}
    )

    alone = await anna.post(f"{at}/vote", {"vote": "approve"}, if_match="*")
    wrong = await anna.post(f"{at}/vote", {"vote": "approve", "password": "guess"}, if_match="*")
    without = await house.as_("abel").post(
        f"{at}/vote", {"vote": "approve", "password": PASSWORD}, if_match="*"
    )
    voted = await anna.act(f"{at}/vote", {"vote": "approve", "password": PASSWORD})

    assert (alone.status_code, wrong.status_code, without.status_code) == (422, 422, 422)
    assert "Board asks for a signature" in alone.json()["detail"]
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/password"]
    assert PASSWORD not in without.text
    board = await stage(house, at, "Board", voted["position"])
    [vote] = board["votes"]
    assert (board["needs_signature"], vote["signature"]["method"]) == (True, "password")
    assert vote["signature"]["meaning"].startswith("I approve the change CHG")
    assert len(vote["signature"]["digest"]) == 64
    told = (await house.as_("adam").read(f"{at}/history?limit=200"))["data"][-1]
    assert told["changed"]["signature"]["digest"] == vote["signature"]["digest"]
    kept = house.desk.ledger.recorder.select_notifications(voted["position"] - 1, 10)
    assert all(PASSWORD.encode() not in row.state for row in kept)


async def test_a_password_is_no_part_of_what_a_repeat_is_known_by(house: House) -> None:
    at, anna = await submitted(house, category="Signed"), house.as_("anna")
    said = {"vote": "approve", "password": PASSWORD}
    headers = {"if_match": "*", "idempotency_key": "signed-once"}

    first = await anna.post(f"{at}/vote", said, **headers)
    wrong = await anna.post(f"{at}/vote", {**said, "password": "guess"}, **headers)
    again = await anna.post(f"{at}/vote", said, **headers)

    assert (first.status_code, wrong.status_code, again.status_code) == (200, 422, 200)
    assert again.headers["idempotency-replayed"] == "true"


async def test_passwords_are_not_tried_out_in_votes(house: House) -> None:
    at, abel = await submitted(house, category="Signed"), house.as_("abel")
    said = {"vote": "approve", "password": "guess"}

    answers = [(await abel.post(f"{at}/vote", said, if_match="*")).status_code for _ in range(21)]

    assert answers[-1] == 429
    assert set(answers) == {422, 429}


async def test_a_chair_writes_down_no_vote_that_is_to_be_signed(house: House) -> None:
    at, carl = await submitted(house, category="Signed"), house.as_("carl")
    team = await house.as_("zoe").made("/teams", {"name": "Signing board"})
    meeting = await carl.made(
        "/cab-meetings",
        {
            "title": "Board",
            "team": team["number"],
            "chair": house.number("carl"),
            "start": "2030-01-05T10:00:00Z",
            "end": "2030-01-05T11:00:00Z",
        },
    )
    held = f"/cab-meetings/{meeting['number']}"
    await carl.act(f"{held}/fix-agenda")
    await carl.act(f"{held}/open", {"present": [house.number("anna")]})

    answer = await carl.post(
        f"{held}/record-vote",
        {"change": at.removeprefix("/changes/"), "member": house.number("anna"), "vote": "approve"},
        if_match="*",
    )

    assert answer.status_code == 422
    assert "Board asks for a signature" in answer.json()["detail"]
