"""Signing in and out on pages, and what keeps the forms of a session to its pages."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from api.pages.sign_in import place_of
from tests.api.browsing import PASSWORD, Browser, signed_in
from tests.api.house import SETTINGS, House, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_who_signs_in_comes_to_the_page_that_was_asked_for(house: House) -> None:
    await (await signed_in(house, "rita")).aclose()
    browser = Browser(house)

    await browser.open("/home?status=new")
    asked = str(browser.page.url)
    await browser.send(username="rita", password=PASSWORD)
    await browser.aclose()

    assert "/sign-in?next=/home%3Fstatus%3Dnew" in asked
    assert browser.page.url.path == "/home"
    assert "Rita" in browser.page.text


@pytest.mark.parametrize(
    "asked",
    ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "", "/a\nb"],
)
async def test_signing_in_leads_to_no_other_site(asked: str) -> None:
    assert place_of(asked) == "/home"


async def test_a_wrong_password_is_told_and_the_name_kept(house: House) -> None:
    browser = Browser(house)
    await browser.open("/sign-in")

    answer = await browser.send(username="rita", password="wrong")
    await browser.aclose()

    assert answer.status_code == 401
    assert "The user name or the password is wrong." in answer.text
    assert 'value="rita"' in answer.text
    assert 'wrong"' not in answer.text


async def test_guessing_is_slowed_down_as_in_the_api(tmp_path: Path) -> None:
    async with opened(tmp_path, replace(SETTINGS, logins_per_quarter_hour=2)) as house:
        browser = Browser(house)
        await browser.open("/sign-in")
        statuses = [
            (await browser.send(username="rita", password="guess")).status_code for _ in range(3)
        ]
        await browser.aclose()

    assert statuses == [401, 401, 429]


async def test_signing_out_ends_the_session(house: House) -> None:
    browser = await signed_in(house, "rita")

    await browser.open("/sign-out")
    left = await browser.send()
    again = await browser.open("/home")
    await browser.aclose()

    assert "You are signed out." in left.text
    assert again.url.path == "/sign-in"


async def test_a_form_is_refused_without_the_token_of_its_session(house: House) -> None:
    browser = await signed_in(house, "rita")
    other = await signed_in(house, "adam")
    await browser.open("/sign-out")
    await other.open("/sign-out")

    without = await browser.http.post("/sign-out", data={"key": "1"})
    with_anothers = await browser.http.post("/sign-out", data=other.hidden())
    still_there = await browser.open("/home")
    await browser.aclose()
    await other.aclose()

    assert (without.status_code, with_anothers.status_code) == (403, 403)
    assert still_there.url.path == "/home"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "http://elsewhere.example"},
    ],
)
async def test_a_form_from_another_site_is_refused(house: House, headers: dict[str, str]) -> None:
    browser = await signed_in(house, "rita")
    await browser.open("/sign-out")

    answer = await browser.http.post("/sign-out", data=browser.hidden(), headers=headers)
    await browser.aclose()

    assert answer.status_code == 403


async def test_the_form_to_sign_in_is_bound_to_the_browser_that_asked_for_it(house: House) -> None:
    browser, other = Browser(house), Browser(house)
    await browser.open("/sign-in")
    await other.open("/sign-in")

    said = {"username": "rita", "password": PASSWORD}
    answer = await other.http.post("/sign-in", data=browser.hidden() | said)
    await browser.aclose()
    await other.aclose()

    assert answer.status_code == 403


async def test_over_tls_cookies_are_for_this_host_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, replace(SETTINGS, secure_cookies=True)) as house:
        zoe = house.as_("zoe")
        await zoe.made(f"/people/{house.number('rita')}/set-password", {"password": PASSWORD})
        browser = Browser(house)
        browser.http.base_url = "https://desk.test"
        await browser.open("/sign-in")
        said = browser.hidden() | {"username": "rita", "password": PASSWORD}
        answer = await browser.http.post("/sign-in", data=said)
        home = await browser.open("/home")
        await browser.aclose()

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-ledgerdesk_session=ld_pat_")
    assert all(word in cookie for word in ("Path=/", "HttpOnly", "SameSite=Lax", "Secure"))
    assert home.url.path == "/home"


async def test_pages_are_not_kept_by_browsers(house: House) -> None:
    browser = await signed_in(house, "rita")

    home = await browser.open("/home")
    await browser.aclose()

    assert home.headers["cache-control"] == "no-store"
    assert home.headers["content-security-policy"].startswith("default-src 'none'; style-src")


async def test_a_page_that_is_not_there_is_told_on_a_page(house: House) -> None:
    browser = Browser(house)

    answer = await browser.open("/nothing/here", 404)
    await browser.aclose()

    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>Not found</h1>" in answer.text
