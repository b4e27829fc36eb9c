"""The pages of an order guide."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.api.browsing import Browser, signed_in
from tests.api.house import House
from tests.api.test_guided_orders import guided

ASKED = ["0.department", "0.travels", "0.why"]
SALES = {"0__department": "sales", "0__travels": "yes", "0__why": "She films our customers."}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rita(house: House) -> AsyncIterator[Browser]:
    browser = await signed_in(house, "rita")
    yield browser
    await browser.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guide(house: House) -> str:
    """The number of a guide by which two things are ordered."""
    at, _ = await guided(house, "A new colleague")
    return at.rpartition("/")[2]


async def test_a_guide_leads_from_its_questions_to_one_order(
    house: House, rita: Browser, guide: str
) -> None:
    catalogue = (await rita.open("/catalogue")).text
    await rita.open(f"/guide?guide={guide}")
    items = await rita.send(asked=ASKED, **SALES)
    await rita.send(asked=ASKED, **{"0__why": SALES["0__why"]}, description="For Mia.")

    assert f"/guide?guide={guide}" in catalogue
    assert "<dt>Which one?</dt><dd>large</dd>" in items.text
    assert "Together <strong>2599.80 CHF</strong>" in items.text
    assert "It is ordered." in rita.page.text, rita.page.text
    # Without its box, what is optional is left out.
    request = await house.as_("rita").read(f"/requests/{rita.page.url.path.rpartition('/')[2]}")
    assert request["form"] == {"kind": "large", "reason": SALES["0__why"]}
    assert request["description"] == "For Mia."


async def test_what_is_optional_is_ordered_with_its_box(
    house: House, rita: Browser, guide: str
) -> None:
    rows = "/requests?include=total&limit=1&min_position={}"
    before = await house.as_("rita").read(rows.format(house.desk.ledger.position()))
    await rita.open(f"/guide?guide={guide}")
    await rita.send(asked=ASKED, **SALES)
    await rita.send(**{"with": "2"}, asked=ASKED)

    assert rita.page.url.path == "/tickets", rita.page.text
    after = await house.as_("rita").read(rows.format(house.desk.ledger.position()))
    assert after["total"] == before["total"] + 2


async def test_a_mistake_stands_beside_what_was_typed(rita: Browser, guide: str) -> None:
    await rita.open(f"/guide?guide={guide}")
    nothing = await rita.send(asked=ASKED, **{"0__why": "Because"})
    unasked = await rita.send(**{"0__department": "sales"}, asked=ASKED)

    assert nothing.status_code == 422
    assert "It is needed." in nothing.text
    assert "Because" in nothing.text
    assert unasked.status_code == 200
    assert "large" in unasked.text


async def test_a_guide_that_is_not_there_is_not_found(rita: Browser) -> None:
    await rita.open("/guide?guide=GUI0099999", status=404)
    await rita.open("/guide", status=404)
