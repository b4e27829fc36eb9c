"""Ratings by link: what the page shows, what it takes, and what it says when it is over."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from msgspec.structs import replace

from domain.ids import number_of, parse_reference
from domain.incident import Incident
from domain.rating_link import Invitation, link
from tests.api.house import SETTINGS, House, setting_up

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIVE = {"score": "5", "comment": "That was quick."}


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def policy(house: House) -> None:
    body = {"name": "All", "definition": {"tickets": ["incident"]}}
    await house.as_("olga").made("/survey-policies", body)


async def asked(house: House) -> tuple[str, str]:
    """The path of an incident of Rita's, who was asked, and that of her link."""
    rita = house.as_("rita")
    at = f"/incidents/{(await rita.made('/incidents', {'title': 'No <b>mail</b>'}))['number']}"
    await resolve(house, at)
    id = parse_reference(at.rpartition("/")[2])
    await house.desk.keep_survey(id, by=setting_up())
    return at, path_of(Invitation(ticket=id, resolution=1, person=house.people["rita"]))


async def resolve(house: House, at: str) -> None:
    await house.as_("adam").act(f"{at}/resolve", {"code": "solved", "resolution": "Restarted."})


def path_of(invitation: Invitation, key: bytes = SETTINGS.decision_key) -> str:
    return f"/rate/{link(key, invitation)}"


async def look(house: House, path: str) -> httpx2.Response:
    return await house.as_("").http.get(path)


async def send(house: House, path: str, fields: dict[str, str]) -> httpx2.Response:
    return await house.as_("").http.post(path, data=fields)


async def ratings(house: House, at: str) -> list[tuple[str, str, int, str]]:
    told = (await house.as_("adam").read(f"{at}/history?limit=200"))["data"]
    return [
        (one["actor"]["name"], one["channel"], one["changed"]["score"], one["changed"]["comment"])
        for one in told
        if one["event"] == "Rated"
    ]


async def test_the_page_shows_what_is_rated_and_looking_at_it_rates_nothing(house: House) -> None:
    at, path = await asked(house)

    seen = await look(house, path)
    head = await house.as_("").http.head(path)

    assert (seen.status_code, head.status_code) == (200, 200)
    assert f"{at.rpartition('/')[2]}: No &lt;b&gt;mail" in seen.text
    assert "<script" not in seen.text
    assert "default-src 'none'" in seen.headers["content-security-policy"]
    assert seen.headers["cache-control"] == "no-store"
    assert await ratings(house, at) == []


async def test_a_rating_by_link_counts_once_and_says_how_it_came(house: House) -> None:
    at, path = await asked(house)

    rated = await send(house, path, FIVE)
    again = (await send(house, path, {"score": "1"}), await look(house, path))

    assert (rated.status_code, "Your rating is recorded." in rated.text) == (200, True)
    assert [(one.status_code, "rated, which is done once" in one.text) for one in again] == [
        (410, True),
        (410, True),
    ]
    assert await ratings(house, at) == [("Rita", "link", 5, "That was quick.")]


async def test_of_two_ratings_at_once_one_counts(house: House) -> None:
    at, path = await asked(house)

    answers = await asyncio.gather(send(house, path, FIVE), send(house, path, {"score": "1"}))

    assert sorted(answer.status_code for answer in answers) == [200, 410]
    assert len(await ratings(house, at)) == 1


async def test_what_was_rated_otherwise_is_not_rated_again(house: House) -> None:
    at, path = await asked(house)
    await house.as_("rita").act(f"{at}/rate", {"score": 2})

    late = await send(house, path, FIVE)

    assert late.status_code == 410
    assert [score for _, _, score, _ in await ratings(house, at)] == [2]


async def test_a_link_of_a_resolution_that_did_not_hold_is_superseded(house: House) -> None:
    at, path = await asked(house)
    await house.as_("rita").act(f"{at}/reopen", {"reason": "It is back."})
    reopened = await send(house, path, FIVE)
    await resolve(house, at)

    resolved = await send(house, path, FIVE)

    for late in (reopened, resolved):
        assert (late.status_code, "was taken up again" in late.text) == (409, True)
    assert await ratings(house, at) == []


async def test_a_link_ends_with_its_invitation(house: House) -> None:
    then = datetime.now(UTC) - timedelta(days=20)
    rita, by = house.people["rita"], replace(setting_up(), at=then)
    id = (await house.desk.log_incident(title="No mail", requester=rita, by=by)).subject
    by = replace(by, command=uuid4())
    await house.desk.resolve(Incident, id, code="solved", resolution="Restarted.", by=by)
    await house.desk.keep_survey(id, by=replace(by, command=uuid4()))
    path = path_of(Invitation(ticket=id, resolution=1, person=rita))

    for late in (await look(house, path), await send(house, path, FIVE)):
        assert (late.status_code, "The time to rate it is over." in late.text) == (410, True)
    assert await ratings(house, f"/incidents/{number_of(id)}") == []


@pytest.mark.parametrize("fields", [{}, {"score": "6"}, {"score": "five"}, {"comment": "Good"}])
async def test_without_a_score_it_is_asked_for_and_the_comment_is_kept(
    house: House, fields: dict[str, str]
) -> None:
    at, path = await asked(house)

    answer = await send(house, path, fields)

    assert (answer.status_code, "Choose a score." in answer.text) == (422, True)
    assert f">{fields.get('comment', '')}</textarea>" in answer.text
    assert await ratings(house, at) == []


async def test_a_comment_that_is_too_long_is_refused_on_the_page(house: House) -> None:
    at, path = await asked(house)

    answer = await send(house, path, {"score": "5", "comment": "x" * 30_000})

    assert (answer.status_code, "A comment" in answer.text) == (422, True)
    assert await ratings(house, at) == []


async def test_a_link_of_nobody_is_refused(house: House) -> None:
    at, path = await asked(house)
    own = Invitation(
        ticket=parse_reference(at.rpartition("/")[2]), resolution=1, person=house.people["rita"]
    )
    strangers = replace(own, person=house.people["bakery.rita"])
    nothing = replace(own, ticket=parse_reference("INC9999999"))

    assert (await send(house, path[:-1], FIVE)).status_code == 403
    assert (await send(house, path_of(own, b"a key of another desk"), FIVE)).status_code == 403
    assert (await send(house, path_of(strangers), FIVE)).status_code == 409
    assert (await send(house, path_of(nothing), FIVE)).status_code == 403
    for said in ("x", "%00", "." * 5_000, "%ff%fe"):
        assert (await send(house, f"/rate/{said}", FIVE)).status_code in (403, 404)
    assert await ratings(house, at) == []


async def test_whoever_was_deactivated_does_not_rate(house: House) -> None:
    at, path = await asked(house)
    await house.as_("zoe").act(f"/people/{house.number('rita')}/deactivate", {"reason": "Left."})

    answer = await send(house, path, FIVE)

    assert (answer.status_code, "not active" in answer.text) == (403, True)
    assert await ratings(house, at) == []
