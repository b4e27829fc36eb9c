"""The pages of those who work at the desk, and of those who decide."""

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from api.pages.site import MENU
from tests.api.browsing import PASSWORD, Browser, Document, signed_in
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROCESS = """
name: Two for a change
subjects: change
order: 1
stages:
- name: Technical review
  approvers: ['person:anna', 'person:abel']
  quorum: all
  patience: 8h
  on_timeout: reject
"""
SIGNED = """
name: Signed
subjects: change
when: subject.category == "Signed"
order: 0
signature: required
stages:
- name: Board
  approvers: ['person:anna', 'person:abel']
  quorum: all
  patience: 8h
  on_timeout: reject
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def adam(house: House) -> AsyncIterator[Browser]:
    browser = await signed_in(house, "adam")
    yield browser
    await browser.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(house: House) -> AsyncIterator[Browser]:
    olga = house.as_("olga")
    for document in (PROCESS, SIGNED):
        process = await olga.made("/approval-processes", {"document": document})
        await olga.act(f"/approval-processes/{process['number']}/publish")
    browser = await signed_in(house, "anna")
    yield browser
    await browser.aclose()


async def submitted(house: House, title: str, category: str = "") -> dict[str, Any]:
    """A change that waits for anna and abel."""
    adam = house.as_("adam")
    change = await house.as_("rita").made("/changes", {"title": title, "reason": "It is old."})
    at = f"/changes/{change['number']}"
    if category:
        await adam.act(f"{at}/categorise", {"category": category})
    await adam.act(f"{at}/assess-risk", {"impact": 2, "likelihood": 2})
    await adam.act(f"{at}/plan", {"implementation": "Swap it.", "backout": "Swap it back."})
    return await adam.act(f"{at}/submit")


async def test_an_agent_takes_an_incident_and_resolves_it(house: House, adam: Browser) -> None:
    made = await house.as_("rita").made("/incidents", {"title": "No network in room 12"})
    number = made["number"]
    await adam.open(f"/queue?which=unassigned&position={made['position']}")
    listed = adam.page.text

    await adam.open(f"/tickets/{number}")
    await adam.send("take")
    await adam.send("start")
    await adam.send("prioritise", impact="2", urgency="1")
    await adam.send("add_item", title="Look at the switch")
    await adam.send("complete_item:1")
    await adam.send("say", text="It was the switch again.", visibility="internal")
    await adam.send("pend", reason="vendor", note="A part is on its way.")
    await adam.send("resume")
    await adam.send("resolve", code="solved", resolution="The switch was replaced.")

    record = await house.as_("adam").read(f"/incidents/{number}")
    assert number in listed
    assert adam.page.status_code == 200, adam.page.text
    assert record["assignee"] == str(house.people["adam"])
    assert (record["status"], record["resolution"]) == ("resolved", "The switch was replaced.")
    assert (record["priority"], record["items_done"]) == (2, 1)
    rita = await house.as_("rita").read(f"/incidents/{number}")
    assert rita["comments"] == []


async def test_an_agent_tells_the_stakeholders_by_a_template(house: House, adam: Browser) -> None:
    at = house.as_("adam")
    body = {
        "name": "It goes on",
        "definition": {"text": "{{number}}: more soon.", "language": "en"},
    }
    template = await at.made("/update-templates", body)
    made = await house.as_("rita").made("/incidents", {"title": "No mail anywhere"})
    promoted = await at.act(f"/incidents/{made['number']}/promote", {"reason": "All sites."})
    await adam.open(f"/tickets/{made['number']}?position={promoted['position']}")
    offered = adam.page.text

    await adam.send("update_stakeholders", template=template["id"], text="")

    assert "It goes on (en)" in offered
    seen = await house.as_("rita").read(f"/incidents/{made['number']}")
    assert [line["text"] for line in seen["timeline"] if line["text"]] == [
        f"{made['number']}: more soon."
    ]


async def test_an_agent_assigns_by_team_and_by_a_name_of_the_list(
    house: House, adam: Browser
) -> None:
    zoe = house.as_("zoe")
    team = await zoe.made("/teams", {"name": "Field work"})
    member = {"person": house.number("carl")}
    joined = await zoe.act(f"/teams/{team['number']}/add-member", member)
    made = await house.as_("rita").made("/incidents", {"title": "A loose cable"})
    await adam.open(f"/tickets/{made['number']}?position={joined['position']}")

    carl = f"Carl ({house.number('carl')})"
    await adam.send("assign", team=team["id"], assignee=carl)
    assigned = adam.page.text
    await adam.send("assign", team=team["id"], assignee="nobody-at-all")

    record = await house.as_("adam").read(f"/incidents/{made['number']}")
    assert carl in assigned
    assert record["assignee"] == str(house.people["carl"])
    assert adam.page.status_code == 422
    assert 'value="nobody-at-all"' in adam.page.text


async def test_an_agent_opens_a_ticket_for_somebody_else(house: House, adam: Browser) -> None:
    await adam.open("/report")
    said = {"kind": "incident", "title": "Rita called", "description": ""}
    await adam.send("look", **said)
    await adam.send("send", **said, requester="rita", channel="phone", impact="2", urgency="2")

    record = await house.as_("adam").read(f"/incidents/{adam.page.url.path.rpartition('/')[2]}")
    assert record["requester"] == str(house.people["rita"])
    assert (record["channel"], record["priority"]) == ("phone", 3)


async def test_a_question_is_answered_and_asked_again(house: House, adam: Browser) -> None:
    made = await house.as_("rita").made("/questions", {"title": "How do I get a voucher?"})
    rita = await signed_in(house, "rita")

    await adam.open(f"/tickets/{made['number']}")
    await adam.send("give_answer", text="At the reception.", address="")
    await rita.open(f"/tickets/{made['number']}")
    answered = rita.page.text
    await rita.send("ask_again", text="And at night?")
    await rita.aclose()

    assert "At the reception." in answered
    record = await house.as_("adam").read(f"/questions/{made['number']}")
    assert record["status"] == "in progress"


async def test_the_queue_takes_saved_views_and_tells_what_it_cannot_read(
    house: House, adam: Browser
) -> None:
    made = await house.as_("adam").made("/incidents", {"title": "Uncommon aardvark"})
    asking = {"name": "Aardvarks", "list": "queue", "asking": {"q": "aardvark"}}
    view = await house.as_("adam").made("/saved-views", asking)
    place = f"/queue?view={view['number']}&position={max(made['position'], view['position'])}"

    found = await adam.open(place)
    wrong = await adam.open("/queue?which=all&q=nonsense:1")

    assert "Aardvarks" in found.text
    assert "Uncommon aardvark" in found.text
    assert "no such field" in wrong.text or "nonsense" in wrong.text
    assert 'aria-invalid="true"' in wrong.text


async def test_the_board_has_a_column_for_each_state(house: House, adam: Browser) -> None:
    made = await house.as_("rita").made("/incidents", {"title": "On the board"})
    await adam.open(f"/queue?which=all&position={made['position']}")

    page = await adam.open("/board?kind=incident")

    assert "On the board" in page.text
    assert "New</span>" in page.text


async def test_an_approver_asks_then_approves_on_a_condition(house: House, anna: Browser) -> None:
    change = await submitted(house, "Replace the core switch")
    number = change["number"]
    rita = await signed_in(house, "rita")
    await anna.open(f"/approvals?position={change['position']}")
    inbox = anna.page.text

    await anna.open(f"/approvals/{number}")
    facts = anna.page.text
    await anna.send("request-information:1", question="Which links will be down?")
    asked = anna.page.text
    await rita.open(f"/home{anna.page.url.query.decode() and '?' + anna.page.url.query.decode()}")
    waiting = rita.page.text
    await rita.open(f"/tickets/{number}")
    await rita.send("provide_information:1", answer="Only the spare one.")
    await anna.open(f"/approvals/{number}")
    answered = anna.page.text
    await anna.send("vote:1", vote="approve", comment="Sound.", conditions="Tell the clinic\n\n")
    await rita.aclose()

    assert number in inbox
    assert "Swap it back." in facts
    assert "It is returned with your question." in asked
    assert "Your answer" in waiting
    assert "Only the spare one." in answered
    assert "Your vote is recorded." in anna.page.text
    record = await house.as_("adam").read(f"/changes/{number}")
    (round,) = record["approval"].values()
    assert [vote["vote"] for vote in round["stages"][0]["votes"]] == ["approve"]
    assert [one["condition"] for one in round["conditions"]] == ["Tell the clinic"]


async def test_where_a_signature_is_asked_for_the_page_takes_the_password(
    house: House, anna: Browser
) -> None:
    change = await submitted(house, "Replace the vault", "Signed")
    await anna.open(f"/approvals/{change['number']}?position={change['position']}")

    refused = await anna.send("vote:1", vote="approve", password="not the password")
    await anna.send("vote:1", vote="approve", password=PASSWORD)

    assert refused.status_code == 422
    assert "This is not your password." in refused.text
    assert "not the password" not in refused.text
    assert "Your vote is recorded." in anna.page.text
    await anna.open(f"/approvals/{change['number']}")
    assert "Anna, signed" in anna.page.text


async def test_a_rejection_without_a_reason_is_refused_beside_the_vote(
    house: House, anna: Browser
) -> None:
    change = await submitted(house, "Move the servers")
    await anna.open(f"/approvals/{change['number']}?position={change['position']}")

    refused = await anna.send("vote:1", vote="reject", comment="")
    await anna.send("vote:1", vote="reject", comment="Not in December.")

    assert refused.status_code == 422
    assert "A rejection needs a comment that says why." in refused.text
    assert "Your vote is recorded." in anna.page.text
    record = await house.as_("adam").read(f"/changes/{change['number']}")
    assert record["status"] == "rejected"


async def test_a_vote_is_taken_back_and_handed_on(house: House, anna: Browser) -> None:
    change = await submitted(house, "Renew the certificates")
    place = f"/approvals/{change['number']}"
    await anna.open(f"{place}?position={change['position']}")

    await anna.send("vote:1", vote="approve", comment="")
    await anna.open(place)
    await anna.send("retract-vote:1", reason="I looked at the wrong plan.")
    await anna.open(f"{place}?{anna.page.url.query.decode()}")
    await anna.send("hand-on-vote:1", to="carl", reason="It is his network.")

    record = await house.as_("adam").read(f"/changes/{change['number']}")
    (round,) = record["approval"].values()
    assert "It is handed on." in anna.page.text
    assert str(house.people["carl"]) in round["stages"][0]["voters"]


# What holds for every page -----------------------------------------------------------------


@pytest.mark.parametrize("who", ["rita", "adam", "anna", "axel", "zoe"])
async def test_every_page_of_the_menu_can_be_read_by_machines(house: House, who: str) -> None:
    ticket = await house.as_("rita").made("/incidents", {"title": "For all to see"})
    browser = await signed_in(house, who)
    links = {str(link["href"]) for link in Document(browser.page.text).of("a")}
    places = [place for _, place, _ in MENU if place in links]
    places += [f"/tickets/{ticket['number']}"] if who in ("rita", "adam") else []
    places += ["/report"] if who in ("rita", "adam") else []

    assert len(places) >= 4
    for place in places:
        answer = await browser.open(place)
        require_accessible(answer.text)
    await browser.aclose()


def require_accessible(text: str) -> None:
    """What a machine can tell of WCAG 2.2 AA: names, labels, headings, ids and the language."""
    document = Document(text)
    ids = [attributes["id"] for _, attributes in document.tags if "id" in attributes]
    assert len(ids) == len(set(ids)), [id for id in ids if ids.count(id) > 1]
    assert document.of("html")[0]["lang"] == "en"
    assert len(document.of("main")) == len(document.of("h1")) == 1
    levels = [int(tag[1]) for tag, _ in document.tags if tag in ("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    labelled = {label["for"] for label in document.of("label") if "for" in label}
    for tag, attributes in document.tags:
        assert tag not in ("script", "style", "iframe", "object", "base")
        assert not any(name == "style" or name.startswith("on") for name in attributes)
        kind = attributes.get("type", "text")
        if tag in ("textarea", "select") or (
            tag == "input" and kind not in ("hidden", "radio", "checkbox")
        ):
            assert attributes["id"] in labelled, attributes
        if tag == "th":
            assert attributes["scope"] in ("row", "col")
        for name in ("aria-describedby", "aria-labelledby", "list", "for"):
            for id in (attributes.get(name) or "").split():
                assert id in ids, (name, id)
        if tag == "img":
            assert "alt" in attributes
