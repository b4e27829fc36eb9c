"""Votes on changes over HTTP: one's own, those for others, and those that are none."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = """
name: Two branches
subjects: change
when: subject.category == "Branches"
order: 1
fallback: person:zoe
stages:
  - name: Security
    approvers: [person:anna, person:abel]
    quorum: all
    patience: 4h
    after: []
    on_timeout: reject
  - name: Operations
    approvers: [person:anna, person:carl]
    quorum: {kind: any, abstain: false}
    patience: 4h
    after: []
    on_timeout: reject
"""
SIGNED = """
name: Signed
subjects: change
when: subject.category == "Signed"
order: 1
signature: required
stages:
  - name: Board
    approvers: [person:anna, person:abel]
    quorum: all
    patience: 4h
    on_timeout: reject
"""
PASSWORD = "correct horse battery"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def process(house: House) -> str:
    olga = house.as_("olga")
    number = str((await olga.made("/approval-processes", {"document": DOCUMENT}))["number"])
    await olga.act(f"/approval-processes/{number}/publish")
    signed = await olga.made("/approval-processes", {"document": SIGNED})
    await olga.act(f"/approval-processes/{signed['number']}/publish")
    return number


async def submitted(
    house: House, requester: str = "adam", category: str = "Branches", **risk: int
) -> str:
    """The path of a change that Adam proposes, for himself or for somebody else, whose stages are
    open."""
    adam = house.as_("adam")
    asks = {"requester": house.number(requester)}
    made = await adam.made("/changes", {"title": "New core switch", "type": "normal", **asks})
    at = f"/changes/{made['number']}"
    await adam.act(f"{at}/categorise", {"category": category})
    await adam.act(f"{at}/assess-risk", risk or {"impact": 3, "likelihood": 3})
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    await adam.act(f"{at}/submit")
    return at


async def delegate(
    house: House, delegator: str, to: str, start: timedelta, length: timedelta, **limits: Any
) -> None:
    begin = datetime.now(UTC) + start
    said = {"start": begin.isoformat(), "end": (begin + length).isoformat(), "reason": "Away."}
    await house.as_(delegator).act(
        f"/people/{house.number(delegator)}/delegate", {"to": house.number(to), **said, **limits}
    )


async def stage(house: House, at: str, name: str, position: int) -> dict[str, Any]:
    page = await house.as_("adam").read(f"{at}?min_position={position}")
    found: dict[str, Any] = next(
        one for one in page["approval"]["1"]["stages"] if one["name"] == name
    )
    return found


async def events(house: House, at: str) -> list[str]:
    page = await house.as_("adam").read(f"{at}/history?limit=200")
    return [event["event"] for event in page["data"]]


DAY = timedelta(days=1)
SOON = timedelta(seconds=-1)


async def test_somebody_votes_for_another_and_the_record_names_both(house: House) -> None:
    at = await submitted(house)
    await delegate(house, "abel", "rita", SOON, DAY)

    said = {"vote": "approve", "on_behalf_of": house.number("abel")}
    voted = await house.as_("rita").act(f"{at}/vote", said)

    [vote] = (await stage(house, at, "Security", voted["position"]))["votes"]
    assert vote["voter"] == str(house.people["abel"])
    assert vote["cast_by"] == str(house.people["rita"])
    last = (await house.as_("adam").read(f"{at}/history?limit=200"))["data"][-1]
    assert (last["actor"]["name"], last["on_behalf_of"]["name"]) == ("Rita", "Abel")


async def test_a_vote_is_taken_back_and_given_again_while_the_stage_is_open(house: House) -> None:
    at = await submitted(house)
    abel = house.as_("abel")

    await abel.act(f"{at}/vote", {"vote": "abstain"})
    taken = await abel.act(f"{at}/retract-vote", {"reason": "The wrong plan."})
    without = await stage(house, at, "Security", taken["position"])
    given = await abel.act(f"{at}/vote", {"vote": "approve"})

    assert without["votes"] == []
    [vote] = (await stage(house, at, "Security", given["position"]))["votes"]
    assert vote["vote"] == "approve"


async def test_whoever_is_asked_in_two_stages_names_one(house: House) -> None:
    at = await submitted(house)
    anna = house.as_("anna")

    unnamed = await anna.post(f"{at}/vote", {"vote": "approve"}, if_match="*")
    await anna.act(f"{at}/vote", {"vote": "approve", "stage": "Operations"})
    once_more = await anna.post(
        f"{at}/vote", {"vote": "approve", "stage": "Security"}, if_match="*"
    )

    assert unnamed.status_code == once_more.status_code == 422
    assert "Security and in Operations: say for which stage" in unnamed.json()["detail"]
    assert "the same person counts once" in once_more.json()["detail"]


async def test_a_vote_is_handed_on_and_others_are_asked_besides(house: House) -> None:
    at = await submitted(house)

    handed = {"to": house.number("rita"), "reason": "It is her network."}
    await house.as_("abel").act(f"{at}/hand-on-vote", handed)
    added = {"person": house.number("zoe"), "stage": "Security", "reason": "She keeps the keys."}
    await house.as_("carl").act(f"{at}/add-approver", added)
    moved = {"voter": house.number("zoe"), "to": house.number("abel"), "reason": "She is away."}
    asked = await house.as_("carl").act(f"{at}/reassign-vote", moved)

    voters = (await stage(house, at, "Security", asked["position"]))["voters"]
    assert voters == [str(house.people[name]) for name in ("anna", "rita", "abel")]
    for name in ("anna", "rita", "abel"):
        await house.as_(name).act(f"{at}/vote", {"vote": "approve", "stage": "Security"})
    await house.as_("carl").act(f"{at}/vote", {"vote": "approve"})
    assert (await events(house, at))[-1] == "Approved"


async def test_patience_stands_from_the_question_to_the_answer(house: House) -> None:
    at = await submitted(house)

    asked = await house.as_("abel").act(f"{at}/request-information", {"question": "Which links?"})
    standing = await stage(house, at, "Security", asked["position"])
    given = await house.as_("adam").act(f"{at}/provide-information", {"answer": "The spare one."})
    going_on = await stage(house, at, "Security", given["position"])

    assert standing["due"] is None
    assert going_on["due"] is not None
    assert [one["answer"] for one in going_on["information"]] == ["The spare one."]


class Bad(NamedTuple):
    """What a change does not take, by whom, and what is said to them."""

    who: str
    act: str
    said: dict[str, Any]
    rule: str
    status: int = 422


APPROVE = {"vote": "approve"}
BAD = {
    "a stranger of another organisation": Bad("foundry.anna", "vote", APPROVE, "There is no", 404),
    "somebody without a token": Bad("", "vote", APPROVE, "token", 401),
    "somebody who is not asked": Bad("zoe", "vote", APPROVE, "There is no change", 404),
    "an approver who is not asked": Bad(
        "carl", "vote", {**APPROVE, "stage": "Security"}, "You have no vote in Security."
    ),
    "an auditor": Bad("axel", "vote", APPROVE, "Only", 403),
    "the requester": Bad("adam", "vote", APPROVE, "Only whoever is asked", 403),
    "for the requester": Bad(
        "carl", "vote", {**APPROVE, "on_behalf_of": "adam"}, "Nobody votes on their own change"
    ),
    "once more": Bad("abel", "vote", APPROVE, "You have voted in Security already."),
    "for one who has not delegated": Bad(
        "carl", "vote", {**APPROVE, "on_behalf_of": "anna"}, "has not delegated votes"
    ),
    "for nobody": Bad(
        "carl", "vote", {**APPROVE, "on_behalf_of": "PER9999999"}, "There is no PER9999999."
    ),
    "for a team": Bad("carl", "vote", {**APPROVE, "on_behalf_of": "TEA0000001"}, "/on_behalf_of"),
    "in no stage": Bad("carl", "vote", {**APPROVE, "stage": "Board"}, "Board is not open"),
    "a word that is no vote": Bad("carl", "vote", {"vote": "perhaps"}, "vote"),
    "a vote in another form": Bad("carl", "vote", {"vote": ["approve"]}, "vote"),
    "no vote": Bad("carl", "vote", {}, "vote"),
    "a rejection without a reason": Bad(
        "carl", "vote", {"vote": "reject"}, "A rejection needs a comment"
    ),
    "an abstention where nobody abstains": Bad(
        "carl", "vote", {"vote": "abstain"}, "Nobody abstains in Operations."
    ),
    "a rejection on conditions": Bad(
        "carl",
        "vote",
        {"vote": "reject", "comment": "No.", "conditions": ["Not today."]},
        "Only an approval is given on conditions.",
    ),
    "an empty condition": Bad("carl", "vote", {**APPROVE, "conditions": [""]}, "conditions"),
    "too many conditions": Bad(
        "carl", "vote", {**APPROVE, "conditions": ["Tell them."] * 21}, "conditions"
    ),
    "taking back what was not given": Bad(
        "carl", "retract-vote", {"reason": "No."}, "There is no vote of yours"
    ),
    "taking back what another gave": Bad(
        "carl", "retract-vote", {"reason": "No.", "on_behalf_of": "abel"}, "has not delegated"
    ),
    "taking back without a reason": Bad("abel", "retract-vote", {}, "reason"),
    "handing on to the requester": Bad(
        "carl", "hand-on-vote", {"to": "adam", "reason": "You."}, "nobody votes on their own"
    ),
    "handing on to oneself": Bad(
        "carl", "hand-on-vote", {"to": "carl", "reason": "Me."}, "They have a vote in Operations"
    ),
    "handing on to one who has voted": Bad(
        "carl", "hand-on-vote", {"to": "abel", "reason": "You."}, "or twice"
    ),
    "handing on to nobody": Bad("carl", "hand-on-vote", {"to": "PER9999999", "reason": "?"}, "to:"),
    "handing on what was given": Bad(
        "abel", "hand-on-vote", {"to": "zoe", "reason": "You."}, "You have voted"
    ),
    "asking oneself": Bad(
        "carl",
        "add-approver",
        {"person": "carl", "stage": "Security", "reason": "Me."},
        "Nobody makes themselves an approver.",
    ),
    "asking somebody in no stage": Bad(
        "carl", "add-approver", {"person": "zoe", "reason": "Her."}, "say for which stage it is"
    ),
    "asking somebody without the right": Bad(
        "abel",
        "add-approver",
        {"person": "zoe", "stage": "Security", "reason": "Her."},
        "Only a change manager",
        403,
    ),
    "giving the vote of another away": Bad(
        "abel",
        "reassign-vote",
        {"voter": "anna", "to": "zoe", "reason": "Her."},
        "Only a change manager",
        403,
    ),
    "giving oneself the vote of another": Bad(
        "carl",
        "reassign-vote",
        {"voter": "anna", "to": "carl", "stage": "Security", "reason": "Me."},
        "Nobody gives a vote to themselves.",
    ),
    "a question of one who is not asked": Bad(
        "adam", "request-information", {"question": "Why?"}, "Only whoever is asked", 403
    ),
    "an empty question": Bad(
        "carl", "request-information", {"question": " "}, "what is to be known"
    ),
    "an answer to no question": Bad(
        "adam", "provide-information", {"answer": "So."}, "No information is outstanding."
    ),
    "an answer of a stranger": Bad(
        "foundry.rita", "provide-information", {"answer": "So."}, "", 404
    ),
    "a field that there is not": Bad("carl", "vote", {**APPROVE, "voter": "anna"}, "voter"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def half_voted(house: House) -> str:
    at = await submitted(house)
    await house.as_("abel").act(f"{at}/vote", {"vote": "approve"})
    await delegate(house, "adam", "carl", SOON, DAY)
    return at


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_vote_is_refused_with_the_rule_and_changes_nothing(
    house: House, half_voted: str, name: str
) -> None:
    bad = BAD[name]
    said = {
        key: house.number(value) if isinstance(value, str) and value in house.people else value
        for key, value in bad.said.items()
    }
    before = house.desk.ledger.position()

    answer = await house.as_(bad.who).post(f"{half_voted}/{bad.act}", said, if_match="*")

    assert answer.status_code == bad.status, answer.text
    assert bad.rule in answer.text
    assert house.desk.ledger.position() == before


@pytest.mark.parametrize(
    ("hand", "start", "limits"),
    [("carl", DAY, {}), ("zoe", SOON, {"risks": ["very high"]})],
    ids=["later", "for other risks"],
)
async def test_a_delegation_is_for_no_other_vote(
    house: House, half_voted: str, hand: str, start: timedelta, limits: dict[str, Any]
) -> None:
    await delegate(house, "anna", hand, start, DAY, **limits)
    said = {**APPROVE, "stage": "Security", "on_behalf_of": house.number("anna")}
    before = house.desk.ledger.position()

    answer = await house.as_(hand).post(f"{half_voted}/vote", said, if_match="*")

    assert answer.status_code == 422, answer.text
    assert "has not delegated votes on this change to you for now." in answer.json()["detail"]
    assert house.desk.ledger.position() == before


async def test_a_delegation_that_was_ended_is_for_no_vote(house: House, half_voted: str) -> None:
    olga = house.number("olga")
    await delegate(house, "olga", "carl", SOON, DAY)
    await house.as_("olga").act(f"/people/{olga}/end-delegation", {"number": 1})
    said = {**APPROVE, "stage": "Security", "on_behalf_of": olga}
    before = house.desk.ledger.position()

    answer = await house.as_("carl").post(f"{half_voted}/vote", said, if_match="*")

    assert answer.status_code == 422
    assert "has not delegated votes on this change to you for now." in answer.json()["detail"]
    assert house.desk.ledger.position() == before


async def test_a_vote_after_the_decision_is_too_late(house: House) -> None:
    at = await submitted(house)
    for who in ("anna", "abel"):
        await house.as_(who).act(f"{at}/vote", {**APPROVE, "stage": "Security"})
    decided = await house.as_("carl").act(f"{at}/vote", {"vote": "reject", "comment": "No."})
    late = [
        await house.as_("abel").post(f"{at}/{act}", said, if_match="*")
        for act, said in (
            ("vote", APPROVE),
            ("retract-vote", {"reason": "I was wrong."}),
            ("hand-on-vote", {"to": house.number("zoe"), "reason": "Her."}),
            ("request-information", {"question": "Why?"}),
        )
    ]

    assert [answer.status_code for answer in late] == [422] * 4, [one.text for one in late]
    assert house.desk.ledger.position() == decided["position"]


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
