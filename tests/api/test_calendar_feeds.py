"""Addresses of feeds, which open one calendar to calendar programs and nothing else."""

import logging
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import pytest

from api import tokens
from api.settings import now
from domain.ids import parse_reference
from domain.provenance import Provenance
from tests.api.authorisation import REFUSED, attempt, routes, subjects
from tests.api.house import Client, House

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR = timedelta(hours=1)
PUBLIC = ("/asyncapi.json",)
"""What whoever comes may read."""
HOURS = {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "holidays": ["2026-12-24"]}


async def calendar(house: House) -> str:
    made = await house.as_("olga").made("/calendars", {"name": str(uuid4()), "hours": HOURS})
    return str(made["number"])


async def feed(house: House, who: str, of: str, **more: Any) -> dict[str, Any]:
    return await house.as_(who).made(f"/calendars/{of}/feeds", {"name": "Telephone"} | more)


def stranger(house: House) -> Client:
    return house.as_("")


async def test_an_address_shows_the_feed_to_whoever_knows_it(house: House) -> None:
    number = await calendar(house)

    plain = await stranger(house).get((await feed(house, "rita", number))["address"][7:])
    whole = await stranger(house).get(
        (await feed(house, "rita", number, windows=True))["address"][7:]
    )

    assert plain.status_code == 200
    assert plain.headers["content-type"] == "text/calendar; charset=utf-8"
    assert plain.headers["referrer-policy"] == "no-referrer"
    assert plain.text == (await house.as_("rita").get(f"/calendars/{number}/feed.ics")).text
    assert plain.text.count("BEGIN:VEVENT") == 1
    assert whole.text.count("BEGIN:VEVENT") == 2
    again = await stranger(house).get(str(plain.request.url), if_none_match=plain.headers["etag"])
    assert again.status_code == 304


async def test_it_shows_what_the_calendar_says_today(house: House) -> None:
    number = await calendar(house)
    address = (await feed(house, "rita", number))["address"][7:]

    await house.as_("olga").act(
        f"/calendars/{number}/revise", {"hours": HOURS | {"holidays": ["2027-01-06"]}}
    )

    assert "20270106" in (await stranger(house).get(address)).text


async def test_the_address_is_told_once_and_kept_as_a_digest(house: House) -> None:
    rita, number = house.as_("rita"), await calendar(house)
    body = {"name": "Telephone"}

    first = await rita.post(f"/calendars/{number}/feeds", body, idempotency_key="feed-1")
    again = await rita.post(f"/calendars/{number}/feeds", body, idempotency_key="feed-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["cache-control"] == "no-store"
    assert "address" not in again.json()
    assert again.json()["token_id"] == first.json()["token_id"]
    secret = first.json()["address"].rpartition("/")[2].removesuffix(".ics")
    known = await house.as_("zoe").get(f"/people/{house.number('rita')}/tokens")
    events = await house.as_("axel").get("/events?limit=250")
    for told in (known.text, events.text):
        assert secret not in told
    [row] = [row for row in known.json()["data"] if row["id"] == first.json()["token_id"]]
    assert (row["calendar"], row["scopes"]) == (number, [])
    position = first.json()["position"]
    history = await house.as_("axel").get(
        f"/people/{house.number('rita')}/history?min_position={position}"
    )
    assert "FeedOpened" in history.text
    assert "digest" not in history.text


async def test_it_opens_nothing_else(house: House) -> None:
    made = await feed(house, "zoe", await calendar(house), windows=True)
    secret = made["address"].rpartition("/")[2].removesuffix(".ics")
    found = await subjects(house)
    house.secrets["holder"] = secret

    for route in routes(house.app):
        if route.act:
            assert await attempt(house, route, "holder", found) == 401, route.path
        else:
            is_public = route.path in PUBLIC
            status = await attempt(house, route, "holder", found)
            assert status in REFUSED or (is_public and status == 200), route.path


async def test_a_bearer_token_is_no_address(house: House) -> None:
    secret = house.as_("rita").http.headers["authorization"].partition(" ")[2]

    answer = await stranger(house).get(f"/calendar-feeds/{secret}.ics")

    assert answer.status_code == 404
    assert secret not in answer.text


@pytest.mark.parametrize("end", ["revoke-token", "deactivate"])
async def test_an_address_that_is_closed_is_not_found(house: House, end: str) -> None:
    zoe, number = house.as_("zoe"), await calendar(house)
    desk = str(house.organisations["desk"])
    tina = await zoe.made("/people", {"username": end, "name": "Tina", "organisation": desk})
    at = f"/people/{tina['number']}"
    issued = await zoe.made(f"{at}/issue-token", {"name": "x", "scopes": ["read", "write"]})
    house.secrets[end] = issued["token"]
    made = await feed(house, end, number)
    address = made["address"][7:]
    before = await stranger(house).get(address)

    how = {"revoke-token": {"token_id": made["token_id"]}, "deactivate": {"reason": "Left."}}
    await zoe.act(f"{at}/{end}", how[end])
    after = await stranger(house).get(address)
    unknown = await stranger(house).get("/calendar-feeds/ld_ics_unknown.ics")

    assert before.status_code == 200
    assert (after.status_code, after.json()["detail"]) == (404, unknown.json()["detail"])


async def test_an_address_that_has_expired_is_not_found(house: House) -> None:
    secret = tokens.secret_of(token_bytes(32), tokens.FEED_PREFIX)
    by = Provenance(actor="test", at=now() - 2 * HOUR, command=uuid4())
    await house.desk.open_feed(
        house.people["rita"],
        token_id=by.command,
        digest=tokens.digest(secret),
        hint=tokens.hint(secret),
        name="Telephone",
        calendar=parse_reference(await calendar(house)),
        with_windows=False,
        expires=now() - HOUR,
        by=by,
    )

    assert (await stranger(house).get(f"/calendar-feeds/{secret}.ics")).status_code == 404


async def test_a_token_that_does_not_write_opens_no_feed(house: House) -> None:
    number = await calendar(house)
    zoe = house.as_("zoe")
    issued = await zoe.made(
        f"/people/{house.number('rita')}/issue-token", {"name": "x", "scopes": ["read"]}
    )
    house.secrets["reader"] = issued["token"]

    answer = await house.as_("reader").post(f"/calendars/{number}/feeds", {"name": "Telephone"})

    assert answer.status_code == 403


async def test_no_log_tells_an_address(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = (await feed(house, "rita", await calendar(house)))["address"][7:]

    def broken(*_: object) -> None:
        raise RuntimeError("The store is gone.")

    with caplog.at_level(logging.DEBUG):
        await stranger(house).get(address)
        monkeypatch.setattr(house.desk, "authenticate", broken)
        answer = await stranger(house).get(address)

    # What the client of this test says is its own affair.
    ours = [one for one in caplog.records if not one.name.startswith("http")]
    said = "\n".join(logging.Formatter().format(one) for one in ours) + answer.text
    assert answer.status_code == 500
    assert "/calendar-feeds/{secret} failed" in said
    assert address.rpartition("/")[2].removesuffix(".ics") not in said
