"""Decisions by link: what the page shows, what it takes, and what it says when it is too late."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from msgspec.structs import replace

from domain import decision_link
from domain.change import Change
from domain.ids import parse_reference
from tests.api.house import SETTINGS, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "correct horse battery"
STAGE = """
    approvers: [person:anna, person:abel, person:olga]
    quorum: {kind: any, abstain: true}
    patience: 4h
    on_timeout: reject
"""
PROCESSES = (
    f"""
name: By link
subjects: change
when: subject.category == "Link"
order: 1
material: [risk, implementation_plan, title]
stages:
  - name: Board{STAGE}""",
    f"""
name: Signed by link
subjects: change
when: subject.category == "Signed link"
order: 1
signature: required
stages:
  - name: Board{STAGE}""",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def processes(house: House) -> None:
    for document in PROCESSES:
        made = await house.as_("olga").made("/approval-processes", {"document": document})
        await house.as_("olga").act(f"/approval-processes/{made['number']}/publish")


async def submitted(house: House, category: str = "Link") -> str:
    adam = house.as_("adam")
    made = await adam.made("/changes", {"title": "Swap <the> core switch"})
    at = f"/changes/{made['number']}"
    await adam.act(f"{at}/categorise", {"category": category})
    await adam.act(f"{at}/assess-risk", {"impact": 3, "likelihood": 3})
    await adam.act(f"{at}/plan", {"implementation": "Mount it.", "backout": "Take it off."})
    await adam.act(f"{at}/submit")
    return at


async def asked(house: House, at: str, who: str) -> decision_link.Asking:
    id = parse_reference(at.rpartition("/")[2])
    record = await house.desk.ledger.find(Change, id)
    return decision_link.asking(record, "Board", str(house.people[who]))


def page_of(asking: decision_link.Asking, key: bytes = SETTINGS.decision_key) -> str:
    return f"/decide/{decision_link.link(key, asking)}"


async def page(house: House, at: str, who: str = "anna") -> str:
    return page_of(await asked(house, at, who))


async def look(house: House, path: str) -> httpx2.Response:
    return await house.as_("").http.get(path)


async def send(house: House, path: str, fields: Mapping[str, Any]) -> httpx2.Response:
    return await house.as_("").http.post(path, data=dict(fields))


async def votes(house: House, at: str) -> list[dict[str, Any]]:
    told = (await house.as_("adam").read(f"{at}/history?limit=200"))["data"]
    return [one for one in told if one["event"] == "VoteCast"]


async def test_the_page_shows_what_is_asked_and_looking_at_it_decides_nothing(
    house: House,
) -> None:
    at = await submitted(house)

    seen = await look(house, await page(house, at))
    head = await house.as_("").http.head(await page(house, at))

    assert (seen.status_code, head.status_code) == (200, 200)
    assert "Swap &lt;the&gt; core switch" in seen.text
    assert "Anna, your decision is asked in the stage Board" in seen.text
    assert "Mount it." in seen.text
    assert "<script" not in seen.text
    policy = seen.headers["content-security-policy"]
    assert "default-src 'none'; img-src 'self' data:; style-src 'self'; form" in policy
    assert seen.headers["cache-control"] == "no-store"
    assert await votes(house, at) == []


async def test_a_decision_by_link_counts_once_and_says_how_it_came(house: House) -> None:
    at = await submitted(house)
    path = await page(house, at)

    voted = await send(house, path, {"vote": "approve", "comment": "Yes."})

    assert (voted.status_code, "You have approved it" in voted.text) == (200, True)
    [vote] = await votes(house, at)
    assert (vote["channel"], vote["actor"]["name"]) == ("link", "Anna")
    assert (await house.as_("adam").read(at))["status"] == "approved"
    for again in (await look(house, path), await send(house, path, {"vote": "reject"})):
        assert again.status_code == 410
        assert "Your vote in Board has been cast." in again.text


async def test_a_link_that_was_used_is_used_even_if_the_vote_was_taken_back(house: House) -> None:
    at = await submitted(house)
    path = await page(house, at)
    await send(house, path, {"vote": "abstain"})
    await house.as_("anna").act(f"{at}/retract-vote", {"reason": "The wrong one."})

    again = await send(house, path, {"vote": "approve"})

    assert (again.status_code, "This link has been used." in again.text) == (410, True)
    assert len(await votes(house, at)) == 1


async def test_what_another_decided_meanwhile_is_not_decided_again(house: House) -> None:
    at = await submitted(house)
    path = await page(house, at)
    await house.as_("abel").act(f"{at}/vote", {"vote": "approve"})

    late = await send(house, path, {"vote": "reject", "comment": "No."})

    assert (late.status_code, "not open for votes any more" in late.text) == (410, True)


async def test_a_link_that_has_expired_is_refused(house: House) -> None:
    at = await submitted(house)
    asking = replace(await asked(house, at, "anna"), until=datetime.now(UTC) - timedelta(seconds=1))

    for late in (await look(house, page_of(asking)), await send(house, page_of(asking), VOTE)):
        assert (late.status_code, "This link has expired." in late.text) == (410, True)


VOTE = {"vote": "approve"}


async def test_a_link_to_what_was_changed_since_is_superseded(house: House) -> None:
    at = await submitted(house)
    path = await page(house, at)
    await house.as_("adam").act(f"{at}/amend", {"title": "Swap two core switches"})

    for late in (await look(house, path), await send(house, path, VOTE)):
        assert late.status_code == 409
        assert "has changed since you were asked" in late.text
    assert await votes(house, at) == []
    assert (await look(house, await page(house, at))).status_code == 200


async def test_a_link_of_nobody_is_refused(house: House) -> None:
    at = await submitted(house)
    asking = await asked(house, at, "anna")
    path = page_of(asking)
    strangers = replace(asking, voter=house.people["bakery.rita"])
    nothing = replace(asking, record=parse_reference("CHG9999999"))
    nobody = replace(asking, voter=parse_reference("PER9999999"))

    assert (await send(house, path[:-1], VOTE)).status_code == 403
    assert (await send(house, path.replace("/decide/CHG", "/decide/chg"), VOTE)).status_code == 403
    assert (await send(house, page_of(asking, b"a key of another desk"), VOTE)).status_code == 403
    assert (await send(house, page_of(strangers), VOTE)).status_code == 409
    assert (await send(house, page_of(nothing), VOTE)).status_code == 403
    assert (await send(house, page_of(nobody), VOTE)).status_code == 409
    for said in ("x", "%00", "." * 5_000, "..%2f..", "%ff%fe"):
        assert (await send(house, f"/decide/{said}", VOTE)).status_code in (403, 404)
    assert await votes(house, at) == []


async def test_where_a_signature_is_asked_for_the_page_asks_for_the_password(house: House) -> None:
    at = await submitted(house, "Signed link")
    path = await page(house, at)
    await house.as_("zoe").made(
        f"/people/{house.number('anna')}/set-password", {"password": PASSWORD}
    )

    seen = await look(house, path)
    without = await send(house, path, VOTE)
    wrong = await send(house, path, {**VOTE, "password": "guess"})
    voted = await send(house, path, {**VOTE, "password": PASSWORD})

    assert 'name="password"' in seen.text
    assert (without.status_code, "asks for a signature" in without.text) == (422, True)
    assert (wrong.status_code, "This is not your password." in wrong.text) == (422, True)
    assert voted.status_code == 200
    [vote] = await votes(house, at)
    assert vote["changed"]["signature"]["method"] == "password"


async def test_what_is_missing_is_said_on_the_page(house: House) -> None:
    at = await submitted(house)
    path = await page(house, at)

    without = await send(house, path, {})
    silent = await send(house, path, {"vote": "reject"})

    assert (without.status_code, "Choose what you decide." in without.text) == (422, True)
    assert (silent.status_code, "A rejection needs a comment" in silent.text) == (422, True)


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"vote=" + b"x" * 70_000, 413), (b"\xff\xfe", 400), (b"&".join([b"a=b"] * 50), 400)],
)
async def test_a_form_that_is_none_is_refused(house: House, raw: bytes, status: int) -> None:
    path = await page(house, await submitted(house))

    answer = await house.as_("").http.post(path, content=raw)

    assert answer.status_code == status


async def test_whoever_was_deactivated_does_not_decide(house: House) -> None:
    at = await submitted(house)
    path = await page(house, at, "abel")
    await house.as_("zoe").act(f"/people/{house.number('abel')}/deactivate", {"reason": "Left."})

    answer = await send(house, path, VOTE)

    assert (answer.status_code, "not active" in answer.text) == (403, True)
    assert await votes(house, at) == []
