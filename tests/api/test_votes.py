"""Votes on changes over HTTP: one's own, those for others, and those that are none."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from tests.api.house import House
from tests.api.voting import APPROVE, DAY, DOCUMENT, SIGNED, SOON, delegate, stage, submitted

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def process(house: House) -> str:
    olga = house.as_("olga")
    number = str((await olga.made("/approval-processes", {"document": DOCUMENT}))["number"])
    await olga.act(f"/approval-processes/{number}/publish")
    signed = await olga.made("/approval-processes", {"document": SIGNED})
    await olga.act(f"/approval-processes/{signed['number']}/publish")
    return number


async def events(house: House, at: str) -> list[str]:
    page = await house.as_("adam").read(f"{at}/history?limit=200")
    return [event["event"] for event in page["data"]]


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
