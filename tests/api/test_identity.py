"""Tokens, sessions, and who is let in."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from msgspec.structs import replace

from api import tokens
from domain.directory import Directory
from domain.person import Person, Role, Scope
from tests.api.house import SETTINGS, Client, House, issued, let_in, opened, setting_up

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "correct horse battery"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def with_password(house: House) -> AsyncIterator[House]:
    await house.as_("zoe").made(
        f"/people/{house.number('adam')}/set-password", {"password": PASSWORD}
    )
    yield house


async def _me(house: House, secret: str) -> httpx2.Response:
    client = Client(house.app, secret)
    try:
        return await client.get("/me")
    finally:
        await client.aclose()


# Tokens ------------------------------------------------------------------------------------


async def test_a_person_is_told_who_they_are(house: House) -> None:
    me = await house.as_("bakery.rita").read("/me")

    assert me["username"] == "bakery.rita"
    assert me["roles"] == ["requester"]
    assert me["organisation"] == str(house.organisations["bakery"])
    assert me["is_operator"] is False
    assert me["token"]["scopes"] == ["read", "write", "admin"]


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "x",
        "ld_pat_",
        "ld_pat_" + "A" * 51,
        "ld_pat_" + "A" * 43 + "00000000",
        tokens.secret_of(b"\1" * 32),
        tokens.secret_of(b"\1" * 32)[:-1] + "~",
        "é" * 20,
        "ld_pat_" + "A" * 10_000,
    ],
    ids=range(9),
)
async def test_a_forged_token_lets_nobody_in(house: House, secret: str) -> None:
    client = Client(house.app, "")
    answer = await client.http.get(
        "/api/v1/me", headers=[(b"authorization", f"Bearer {secret}".encode("latin-1", "replace"))]
    )
    await client.aclose()

    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == 'Bearer realm="ledgerdesk"'


async def test_another_scheme_lets_nobody_in(house: House) -> None:
    answer = await house.as_("").get("/me", authorization="Basic YWRhbTphZGFt")

    assert answer.status_code == 401


async def test_an_expired_token_lets_nobody_in(house: House) -> None:
    secret = await issued(house.desk, house.people["rita"], expires_in=timedelta(microseconds=1))

    assert (await _me(house, secret)).status_code == 401


async def test_a_revoked_token_ends_at_once(house: House) -> None:
    zoe, rita = house.as_("zoe"), house.number("rita")
    made = await zoe.made(f"/people/{rita}/issue-token", {"name": "laptop", "scopes": ["read"]})
    before = await _me(house, made["token"])

    await zoe.made(f"/people/{rita}/revoke-token", {"token_id": made["token_id"]})

    assert before.status_code == 200
    assert (await _me(house, made["token"])).status_code == 401


async def test_who_is_deactivated_is_out_at_once(house: House) -> None:
    await let_in(house, "desk", "dora", (Role.AGENT,))
    before = await _me(house, house.secrets["dora"])

    await house.as_("zoe").act(f"/people/{house.number('dora')}/deactivate", {"reason": "Left."})

    assert before.status_code == 200
    assert (await _me(house, house.secrets["dora"])).status_code == 401


async def test_a_token_issued_elsewhere_is_good_before_the_directory_hears_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Directory, "apply", lambda *_: None)

    secret = await issued(house.desk, house.people["rita"])

    assert (await _me(house, secret)).status_code == 200


async def test_the_secret_of_a_token_is_told_once(house: House) -> None:
    zoe, rita = house.as_("zoe"), house.number("rita")
    body = {"name": "script", "scopes": ["read", "write"]}

    first = await zoe.post(f"/people/{rita}/issue-token", body, idempotency_key="token-1")
    again = await zoe.post(f"/people/{rita}/issue-token", body, idempotency_key="token-1")
    listed = await zoe.get(f"/people/{rita}/tokens")

    assert tokens.is_token(first.json()["token"])
    assert first.headers["cache-control"] == "no-store"
    assert "token" not in again.json()
    assert again.json()["token_id"] == first.json()["token_id"]
    assert first.json()["token"] not in listed.text
    assert first.json()["token_id"] in listed.text


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        ((Scope.READ,), (200, 403)),
        ((Scope.WRITE,), (403, 201)),
        ((Scope.READ, Scope.WRITE), (200, 201)),
    ],
)
async def test_a_token_is_good_for_its_scopes_alone(
    house: House, scopes: tuple[Scope, ...], statuses: tuple[int, int]
) -> None:
    secret = await issued(house.desk, house.people["adam"], scopes)
    client = Client(house.app, secret)

    read = await client.get("/queue")
    wrote = await client.post("/incidents", {"title": "x", "requester": house.number("rita")})
    await client.aclose()

    assert (read.status_code, wrote.status_code) == statuses


async def test_a_token_issues_none_with_more_scopes(house: House) -> None:
    secret = await issued(house.desk, house.people["zoe"], (Scope.ADMIN,))
    client = Client(house.app, secret)

    more = await client.post(
        f"/people/{house.number('rita')}/issue-token", {"name": "x", "scopes": ["read"]}
    )
    await client.aclose()

    assert more.status_code == 403


async def test_what_another_process_recorded_holds_within_a_second(house: House) -> None:
    """The directory hears of it when it catches up, as it does whenever the ledger moves."""
    secret = await issued(house.desk, house.people["abel"])
    observers = house.desk.ledger.observers[:]
    house.desk.ledger.observers.clear()
    by = setting_up()
    digest = tokens.digest(secret)
    person = await house.desk.ledger.find(Person, house.people["abel"])
    token = next(one for one in person.tokens if one.digest == digest)
    await house.desk.ledger.edit(
        Person, person.id, lambda record: record.revoke_token(token.id, by=by), by=by
    )
    house.desk.ledger.observers.extend(observers)

    house.desk.directory.catch_up()

    assert (await _me(house, secret)).status_code == 401


# Sessions ----------------------------------------------------------------------------------


async def test_a_password_opens_a_session(with_password: House) -> None:
    stranger = with_password.as_("")

    answer = await stranger.post("/sessions", {"username": "ADAM", "password": PASSWORD})
    stranger.http.cookies.clear()

    assert answer.status_code == 201
    session = answer.json()
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(
        f"ledgerdesk_session={session['token']}; Path=/; HttpOnly; SameSite=Lax"
    )
    me = await _me(with_password, session["token"])
    assert me.json()["username"] == "adam"
    assert me.json()["token"]["hint"] == "session"


@pytest.mark.parametrize(
    ("username", "password"),
    [("adam", "wrong"), ("nobody", PASSWORD), ("rita", PASSWORD), ("adam", PASSWORD.upper())],
)
async def test_a_wrong_name_and_a_wrong_password_sound_alike(
    with_password: House, username: str, password: str
) -> None:
    answer = await with_password.as_("").post(
        "/sessions", {"username": username, "password": password}
    )

    assert answer.status_code == 401
    assert answer.json()["detail"] == "The user name or the password is wrong."


async def test_guessing_passwords_is_slowed_down(tmp_path: Path) -> None:
    async with opened(tmp_path, replace(SETTINGS, logins_per_quarter_hour=3)) as house:
        stranger = house.as_("")
        wrong = {"username": "rita", "password": "guess"}
        statuses = [(await stranger.post("/sessions", wrong)).status_code for _ in range(4)]
        other = await stranger.post("/sessions", {"username": "adam", "password": "guess"})

    assert statuses == [401, 401, 401, 429]
    assert other.status_code == 401


async def _signed_in(house: House) -> httpx2.AsyncClient:
    client = Client(house.app, "").http
    answer = await client.post("/api/v1/sessions", json={"username": "adam", "password": PASSWORD})
    assert answer.status_code == 201
    return client


async def test_signing_out_ends_the_session(with_password: House) -> None:
    browser = await _signed_in(with_password)
    token = browser.cookies["ledgerdesk_session"]

    before = await browser.get("/api/v1/me")
    left = await browser.delete(
        "/api/v1/sessions/current", headers={"sec-fetch-site": "same-origin"}
    )
    await browser.aclose()

    assert (before.status_code, left.status_code) == (200, 204)
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert (await _me(with_password, token)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "none"}, 201),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://desk.test"}, 201),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({}, 201),
    ],
)
async def test_another_site_cannot_use_a_session(
    with_password: House, headers: dict[str, str], status: int
) -> None:
    browser = await _signed_in(with_password)

    answer = await browser.post("/api/v1/incidents", json={"title": "x"}, headers=headers)
    await browser.aclose()

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "cross_site"


async def test_a_bearer_token_is_good_from_any_site(house: House) -> None:
    answer = await house.as_("adam").post(
        "/incidents", {"title": "x"}, sec_fetch_site="cross-site", origin="http://other.test"
    )

    assert answer.status_code == 201


async def test_the_oldest_session_ends_for_one_too_many(
    with_password: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.sessions.SESSIONS_MAX", 2)
    open_before = await _signed_in(with_password)

    browsers = [open_before, *[await _signed_in(with_password) for _ in range(2)]]
    statuses = [(await browser.get("/api/v1/me")).status_code for browser in browsers]
    for browser in browsers:
        await browser.aclose()

    assert statuses == [401, 200, 200]


async def test_the_channel_of_a_session_is_the_portal(with_password: House) -> None:
    browser = await _signed_in(with_password)

    made: dict[str, Any] = (
        await browser.post("/api/v1/incidents", json={"title": f"{uuid4()}"})
    ).json()
    history = await with_password.as_("adam").read(f"/incidents/{made['number']}/history")
    await browser.aclose()

    assert history["data"][0]["channel"] == "portal"
