"""Journeys through the pages in a real browser whose scripts are turned off."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from shutil import which

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.api.browsing import PASSWORD
from tests.api.house import House
from tests.api.serving import served
from tests.api.test_offerings import offered
from tests.api.test_portal_pages import FORM
from tests.api.test_services import live

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
NARROW = 360
WAIT_MILLISECONDS = 10_000

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the path"),
]


@dataclass
class Desk:
    """A house behind a real server, with a browser."""

    house: House
    browser: Browser
    at: str

    async def signed_in(self, name: str, path: str = "/home", width: int = 1280) -> Page:
        """Somebody at a page of their own browser."""
        person = self.house.number(name)
        await self.house.as_("zoe").made(f"/people/{person}/set-password", {"password": PASSWORD})
        context = await self.browser.new_context(
            java_script_enabled=False, viewport={"width": width, "height": 800}
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = await context.new_page()
        await page.goto(self.at + path)
        await page.get_by_label("User name").fill(name)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(house: House) -> AsyncIterator[Desk]:
    async with served(house) as at, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield Desk(house, browser, at)
        finally:
            await browser.close()


async def test_a_requester_orders_something_whose_form_asks_for_more(desk: Desk) -> None:
    await offered(desk.house, await live(desk.house, "Workplaces in a browser"), form=FORM)
    page = await desk.signed_in("bakery.rita", "/catalogue")

    await page.get_by_role("checkbox", name="Laptop").check()
    await page.get_by_role("button", name="Order what is chosen").click()
    await page.get_by_label("large").check()
    await page.get_by_role("button", name="Order").click()
    await page.get_by_label("Why a large one?").fill("I cut films.")
    await page.get_by_role("button", name="Order").click()

    assert await page.get_by_role("status").inner_text() == "It is ordered."
    assert await page.get_by_text("I cut films.").is_visible()
    await page.context.close()


async def test_an_agent_resolves_and_the_requester_says_how_well(desk: Desk) -> None:
    rita, adam = await desk.signed_in("rita", "/report"), await desk.signed_in("adam")
    await rita.get_by_label("In one sentence").fill("The lift stands still")
    await rita.get_by_role("button", name="Continue").click()
    await rita.get_by_label("Files").set_input_files(
        {"name": "lift.txt", "mimeType": "text/plain", "buffer": b"It stands."}
    )
    await rita.get_by_role("button", name="Send it").click()

    await adam.goto(rita.url)
    await adam.get_by_role("button", name="Take it").click()
    await adam.get_by_label("Say something").fill("Somebody is on the way.")
    await adam.get_by_role("button", name="Send").click()
    await adam.locator("summary", has_text="Resolve").click()
    await adam.get_by_label("Closure code").select_option("solved")
    await adam.get_by_label("What was done").fill("A fuse was changed.")
    await adam.get_by_role("button", name="Resolve").click()

    await rita.reload()
    assert await rita.get_by_text("Somebody is on the way.").is_visible()
    assert await rita.get_by_role("link", name="lift.txt").is_visible()
    await rita.get_by_label("Score").select_option("5")
    await rita.locator("details[open]").get_by_role("button", name="Send").click()
    assert await rita.get_by_text("Thank you for saying so.").is_visible()
    await rita.context.close()
    await adam.context.close()


@pytest.mark.parametrize("who", ["rita", "adam"])
async def test_no_page_is_wider_than_a_small_phone(desk: Desk, who: str) -> None:
    page = await desk.signed_in(who, width=NARROW)
    made = await desk.house.as_("rita").made("/incidents", {"title": "W" * 200})
    links = await page.get_by_role("navigation").get_by_role("link").all()
    places = [str(await link.get_attribute("href")) for link in links]

    for place in [*places, "/report", f"/tickets/{made['number']}"]:
        await page.goto(desk.at + place)
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW, place
    await page.context.close()


async def test_a_page_is_used_by_the_keyboard_alone(desk: Desk) -> None:
    page = await desk.signed_in("rita")

    await page.keyboard.press("Tab")
    skip = await page.locator(":focus").inner_text()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/report")

    assert skip == "Skip to the content"
    await page.context.close()
