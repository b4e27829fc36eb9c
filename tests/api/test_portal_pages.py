"""The pages of those who ask the desk for something."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from api.offerings import ITEM
from tests.api.browsing import Browser, signed_in
from tests.api.house import House
from tests.api.test_offerings import offered
from tests.api.test_services import live

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = {
    "type": "object",
    "properties": {"kind": {"enum": ["standard", "large"], "title": "Which one?"}},
    "required": ["kind"],
    "if": {"properties": {"kind": {"const": "large"}}, "required": ["kind"]},
    "then": {
        "properties": {"reason": {"type": "string", "minLength": 5, "title": "Why a large one?"}},
        "required": ["reason"],
    },
}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rita(house: House) -> AsyncIterator[Browser]:
    browser = await signed_in(house, "rita")
    yield browser
    await browser.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def laptop(house: House) -> str:
    """An offering whose form asks for a reason where the answer is not the usual one."""
    service = await live(house, "Workplaces on pages")
    return (await offered(house, service, form=FORM)).rpartition("/")[2]


async def reported(rita: Browser, title: str, description: str = "") -> str:
    """The number of an incident that was reported."""
    await rita.open("/report")
    await rita.send(act="look", kind="incident", title=title, description=description)
    await rita.send(act="send", kind="incident", title=title, description=description)
    assert rita.page.status_code == 200, rita.page.text
    return rita.page.url.path.rpartition("/")[2]


async def test_an_incident_is_reported_in_two_steps(house: House, rita: Browser) -> None:
    number = await reported(rita, "The door is stuck", "Since Monday.")

    record = await house.as_("rita").read(f"/incidents/{number}")
    assert "We have it" in rita.page.text
    assert (record["title"], record["description"]) == ("The door is stuck", "Since Monday.")
    assert record["channel"] == "portal"


async def test_an_article_that_helps_makes_a_ticket_needless(house: House, rita: Browser) -> None:
    adam, olga = house.as_("adam"), house.as_("olga")
    said = {"title": "The zebra printer shows E7", "text": "Open the tray.", "audience": "public"}
    article = await adam.made("/articles", {"definition": said})
    await adam.act(f"/articles/{article['number']}/submit")
    published = await olga.act(f"/articles/{article['number']}/publish")
    await adam.read(f"/search?q=zebra&min_position={published['position']}")
    await rita.open("/report")

    await rita.send(act="look", kind="incident", title="zebra printer E7", description="")
    suggested = rita.page.text
    await rita.send(
        act=f"helped:{article['number']}", kind="incident", title="zebra", shown=article["number"]
    )

    assert "This may help at once" in suggested
    assert rita.page.url.path == "/home"
    assert "Good to hear" in rita.page.text
    record = await adam.read(f"/articles/{article['number']}")
    assert record["deflections"] == 1


async def test_what_was_typed_is_shown_as_text_and_nothing_else(rita: Browser) -> None:
    number = await reported(rita, HOSTILE, HOSTILE)
    await rita.send("say", text=HOSTILE)

    for path in (f"/tickets/{number}", "/tickets", "/home", f"/report?kind={HOSTILE}"):
        text = (await rita.open(path)).text
        assert "<script" not in text
        assert "<img src=x" not in text
        assert "onerror=alert(2)&gt;" in text or HOSTILE not in text


async def test_a_form_that_is_sent_twice_is_done_once(house: House, rita: Browser) -> None:
    number = await reported(rita, "Twice")
    form = rita.hidden("say") | {"text": "Once only."}

    answers = [await rita.http.post(f"/tickets/{number}", data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    record = await house.as_("rita").read(f"/incidents/{number}")
    assert [one["text"] for one in record["comments"]] == ["Once only."]


async def test_a_refused_form_is_shown_again_with_the_rule_and_what_was_typed(
    rita: Browser,
) -> None:
    await rita.open("/report")
    await rita.send(act="look", kind="incident", title="ok", description="")

    answer = await rita.send(act="send", kind="incident", title="x" * 400, description="Long.")

    assert answer.status_code == 422
    assert "It has at most 250 characters." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "x" * 400 in answer.text
    assert "Long." in answer.text


async def test_files_are_sent_with_a_reply_and_fetched_again(house: House, rita: Browser) -> None:
    await reported(rita, "See the photo")

    files = [("files", ("photo é.txt", b"E7\r\n--x", "text/plain"))]
    answer = await rita.send("say", files=files, text="Here it is.")

    found = re.search(r'href="(/api/v1/incidents/[^"]+)">photo é.txt', answer.text)
    assert found
    assert (await rita.http.get(found[1])).content == b"E7\r\n--x"
    assert "Here it is." in answer.text


async def test_who_asked_reopens_rates_and_closes_what_was_resolved(
    house: House, rita: Browser
) -> None:
    number = await reported(rita, "Resolved too soon")
    adam, resolved = house.as_("adam"), {"code": "solved", "resolution": "Switched on."}
    done = await adam.act(f"/incidents/{number}/resolve", resolved)
    await rita.open(f"/home?position={done['position']}")
    waiting = rita.page.text
    await rita.open(f"/tickets/{number}")

    await rita.send("reopen", reason="It is off again.")
    reopened = (await adam.read(f"/incidents/{number}"))["status"]
    await adam.act(f"/incidents/{number}/resolve", resolved)
    await rita.open(f"/tickets/{number}")
    await rita.send("rate", score="4", comment="Quick.")
    rated = rita.page.text
    await rita.send("close")

    assert "Your opinion" in waiting
    assert reopened == "in progress"
    assert "Thank you" in rated
    record = await adam.read(f"/incidents/{number}")
    assert (record["score"], record["status"]) == (4, "closed")


async def test_a_stale_form_tells_what_happened_meanwhile(house: House, rita: Browser) -> None:
    number = await reported(rita, "Moving")
    adam = await signed_in(house, "adam")
    await adam.open(f"/tickets/{number}")
    await house.as_("adam").act(f"/incidents/{number}/prioritise", {"impact": 1, "urgency": 1})

    answer = await adam.send("resolve", code="solved", resolution="Done by hand.")
    again = await adam.send("resolve", code="solved", resolution="Done by hand.")
    await adam.aclose()

    assert answer.status_code == 412
    assert "What happened meanwhile" in answer.text
    assert "Prioritised" in answer.text
    assert "Done by hand.</textarea>" in answer.text
    assert again.status_code == 200
    assert "It is resolved." in again.text


async def test_a_form_asks_for_more_where_an_answer_does(
    house: House, rita: Browser, laptop: str
) -> None:
    await rita.open(f"/order?item={laptop}")
    first = rita.page.text
    await rita.send(item=laptop, asked="0.kind", **{"0__kind": "large"})
    more = rita.page.text
    asked = ["0.kind", "0.reason"]
    await rita.send(item=laptop, asked=asked, **{"0__kind": "large", "0__reason": "x"})
    short = rita.page
    answers = {"0__kind": "large", "0__reason": "I cut films."}
    await rita.send(item=laptop, asked=asked, **answers)

    assert "Why a large one?" not in first
    assert "Why a large one?" in more
    assert "Your answers ask for a little more" in more
    assert short.status_code == 422
    assert "Reason: It has at least 5 characters." in short.text
    assert "It is ordered." in rita.page.text
    record = await house.as_("rita").read(f"/requests/{rita.page.url.path.rpartition('/')[2]}")
    assert record["form"] == {"kind": "large", "reason": "I cut films."}


async def test_several_items_are_ordered_together_for_somebody_else(
    house: House, rita: Browser, laptop: str
) -> None:
    olga = house.as_("olga")
    service = await live(house, "More workplaces on pages")
    item = ITEM | {"service": service.rpartition("/")[2], "form": {}}
    screen = await olga.made("/offerings", {"name": "Screen", "definition": item})
    await olga.act(f"/offerings/{screen['number']}/publish")

    items = [laptop, screen["number"]]
    await rita.open(f"/order?item={items[0]}&item={items[1]}")
    await rita.send(item=items, asked="0.kind", requester="adam", **{"0__kind": "standard"})

    assert rita.page.url.path == "/tickets"
    found = await house.as_("adam").read(
        f"/tickets?kind=request&min_position={house.desk.ledger.position()}"
    )
    assert {row["title"] for row in found["data"]} == {"Laptop", "Screen"}


async def test_an_article_is_drawn_without_what_is_not_text(house: House, rita: Browser) -> None:
    adam, olga = house.as_("adam"), house.as_("olga")
    text = "# Open\n\n*the* tray <b onclick=x>now</b> [a](javascript:alert(1)) ![b](http://x/y.png)"
    said = {"title": "Trays", "text": text, "audience": "public"}
    article = await adam.made("/articles", {"definition": said})
    await adam.act(f"/articles/{article['number']}/submit")
    await olga.act(f"/articles/{article['number']}/publish")

    page = await rita.open(f"/knowledge/{article['number']}")
    await rita.send("feedback", helpful="yes", comment="")

    assert "<em>the</em>" in page.text
    assert "<h2>Open</h2>" in page.text
    assert "<b onclick" not in page.text
    assert 'href="javascript' not in page.text
    assert '<img src="http' not in page.text
    assert "Thank you" in rita.page.text
    assert (await adam.read(f"/articles/{article['number']}"))["helpful"] == 1


async def test_nobody_sees_the_ticket_of_another(house: House, rita: Browser) -> None:
    made = await house.as_("adam").made("/incidents", {"title": "Not for rita"})
    other = await signed_in(house, "bakery.rita")

    mine = await rita.open(f"/tickets/{made['number']}", 404)
    theirs = await other.open(f"/tickets/{made['number']}", 404)
    queue = await rita.open("/queue", 403)
    await other.aclose()

    assert "Not for rita" not in mine.text + theirs.text + queue.text
    assert "<h1>Not found</h1>" in mine.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tickets/INC9999999", 404),
        ("/tickets/PER0000001", 404),
        ("/tickets/%00", 404),
        ("/knowledge/KBA9999999", 404),
        ("/order", 400),
        ("/order?item=nonsense", 404),
        ("/tickets?cursor=broken", 400),
        ("/tickets?state=%ff", 400),
        ("/home?position=99999999999999999999", 400),
        ("/approvals/INC0000001", 404),
    ],
)
async def test_what_is_not_there_is_told_on_a_page(rita: Browser, path: str, status: int) -> None:
    answer = await rita.open(path, status)

    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("act", ["", "nothing", "complete_item:x", "take"])
async def test_what_a_form_cannot_ask_for_is_refused(rita: Browser, act: str) -> None:
    number = await reported(rita, f"For {act or 'nothing'}")

    answer = await rita.http.post(f"/tickets/{number}", data=rita.hidden("say") | {"act": act})

    assert answer.status_code in (400, 403, 422)
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_form_that_is_too_large_is_refused(rita: Browser) -> None:
    await rita.open("/sign-out")

    answer = await rita.http.post("/sign-out", data=rita.hidden() | {"more": "x" * 1_100_000})

    assert answer.status_code == 413
    assert "<h1>" in answer.text
