"""The pages of releases and of meetings of change advisory boards."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.browsing import Browser, signed_in
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carl(house: House) -> AsyncIterator[Browser]:
    """A change manager."""
    browser = await signed_in(house, "carl")
    yield browser
    await browser.aclose()


async def test_a_release_is_planned_rolled_out_and_stopped_on_its_page(
    house: House, carl: Browser
) -> None:
    api = house.as_("carl")
    change = await house.as_("rita").made("/changes", {"title": "Payroll 4.2 on the pilot"})
    await carl.open("/releases")
    await carl.send(name="Payroll 4.2", service="Payroll", backout="Put 4.1 back.")
    number = carl.page.url.path.rpartition("/")[2]
    await carl.send(
        "add_phase",
        name="Pilot",
        start="2030-01-05T20:00",
        end="2030-01-05T22:00",
        changes=change["number"],
    )
    await carl.send("write_gate", gate="Pilot", text="All tests are green.")
    await carl.send("pass_gate", gate="Pilot", note="They are.")

    release = await api.read(f"/releases/{number}")
    assert release["gates"]["Pilot"]["status"] == "passed", carl.page.text
    assert "It has its go." in carl.page.text
    assert change["number"] in carl.page.text
    assert "All tests are green." in carl.page.text
    listed = (await carl.open(f"/releases?position={house.desk.ledger.position()}")).text
    assert "Payroll 4.2" in listed


async def test_a_meeting_is_held_on_its_page(house: House, carl: Browser) -> None:
    api, top = house.as_("carl"), house.as_("zoe")
    team = await top.made("/teams", {"name": "Board on pages"})
    await top.act(f"/teams/{team['number']}/add-member", {"person": house.number("carl")})
    meeting = await api.made(
        "/cab-meetings",
        {
            "title": "Weekly board",
            "team": team["number"],
            "chair": house.number("carl"),
            "start": "2030-01-05T10:00:00Z",
            "end": "2030-01-05T11:00:00Z",
        },
    )
    await carl.open(f"/meetings?position={meeting['position']}")
    assert "Weekly board" in carl.page.text
    await carl.open(f"/meetings/{meeting['number']}")
    await carl.send("fix_agenda")
    await carl.send("open", present=house.number("carl"))
    assert carl.page.status_code == 200, carl.page.text
    await carl.send("close")

    held = await api.read(f"/cab-meetings/{meeting['number']}")
    assert held["status"] == "closed"
    assert len(held["present"]) == 1


@pytest.mark.parametrize(
    "path", ["/releases/REL0099999", "/releases/INC0000001", "/meetings/CAB0099999", "/meetings/x"]
)
async def test_what_is_not_there_is_not_found(carl: Browser, path: str) -> None:
    await carl.open(path, status=404)


async def test_what_cannot_be_done_is_refused_on_the_page(carl: Browser) -> None:
    await carl.open("/releases")
    await carl.send(name="Payroll 4.3")
    wrong = await carl.send(
        "add_phase", name="Pilot", start="2030-01-05T22:00", end="2030-01-05T20:00", changes=""
    )
    unknown = await carl.http.post(
        str(carl.page.url), data=carl.hidden("add_phase") | {"act": "explode"}
    )

    assert wrong.status_code == 422
    assert 'value="2030-01-05T22:00"' in wrong.text
    assert unknown.status_code == 400
