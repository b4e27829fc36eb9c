"""The pages on which auditors read histories, without scripts."""

import csv
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.ids import parse_reference
from domain.incident import Incident
from domain.provenance import Cause, Provenance
from domain.ticket import Visibility
from tests.api.browsing import Browser, Document, signed_in
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
async def auditor(house: House) -> AsyncIterator[Browser]:
    browser = await signed_in(house, "axel")
    yield browser
    await browser.aclose()


async def incident(house: House) -> str:
    """One that was called <Mail> at first, and then "No mail"."""
    adam = house.as_("adam")
    made = await adam.made("/incidents", {"title": "<Mail>"})
    await adam.act(f"/incidents/{made['number']}/amend", {"title": "No mail"})
    await adam.act(f"/incidents/{made['number']}/prioritise", {"impact": 1, "urgency": 1})
    await adam.act(f"/incidents/{made['number']}/prioritise", {"impact": 2, "urgency": 1})
    return str(made["number"])


def told(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


async def test_an_auditor_reads_who_did_what_with_old_and_new_values(
    house: House, auditor: Browser
) -> None:
    number = await incident(house)

    await auditor.open(f"/history?number={number}")

    text = auditor.page.text
    assert auditor.page.url.path == f"/history/{number}"
    assert "&lt;Mail&gt;" in text
    assert "<Mail>" not in text
    assert "title &lt;Mail&gt; No mail" in told(text)
    assert re.search(r"impact 1 2 ", told(text))
    assert "Adam</a>, through api" in re.sub(r"\s+", " ", text)


async def test_the_type_of_a_link_is_no_new_type_of_the_change(
    house: House, auditor: Browser
) -> None:
    adam = house.as_("adam")
    incident = await adam.made("/incidents", {"title": "No mail"})
    change = await adam.made("/changes", {"title": "Mend the mail", "type": "normal"})
    number = change["number"]
    await adam.act(f"/changes/{number}/link", {"other": incident["number"], "type": "relates to"})

    await auditor.open(f"/history/{number}")

    assert "type relates to" in told(auditor.page.text)
    assert "normal relates to" not in told(auditor.page.text)


async def test_a_history_is_shown_as_of_a_moment_and_the_reading_is_noted(
    house: House, auditor: Browser
) -> None:
    number = await incident(house)
    entries = (await house.as_("axel").read(f"/incidents/{number}/history"))["data"]
    at = entries[1]["position"]

    await auditor.open(f"/history/{number}?as_of=@{at}")

    reads = (await house.as_("axel").read(f"/read-audit?record={number}&why=past"))["data"]
    assert "2 events, as of then" in told(auditor.page.text)
    assert "prioritise" not in told(auditor.page.text).lower()
    assert {"as_of": f"@{at}"} in [read["asked"] for read in reads]


async def test_the_same_history_is_a_table_that_is_noted_as_an_export(
    house: House, auditor: Browser
) -> None:
    number = await incident(house)
    entries = (await house.as_("axel").read(f"/incidents/{number}/history"))["data"]
    at = entries[1]["position"]
    await auditor.open(f"/history/{number}?as_of=@{at}")

    links = {one.get("href") for one in Document(auditor.page.text).of("a")}
    place = f"/api/v1/incidents/{number}/history?as_of=%40{at}&format=csv"
    answer = await house.as_("axel").get(place.removeprefix("/api/v1"))
    paged = await house.as_("axel").get(f"{place.removeprefix('/api/v1')}&limit=1")

    rows = list(csv.DictReader(StringIO(answer.text)))
    assert place in links
    assert [int(row["position"]) for row in rows] == [one["position"] for one in entries[:2]]
    assert json.loads(rows[1]["facts"])["title"] == "No mail"
    assert (answer.headers["content-type"], paged.status_code) == ("text/csv; charset=utf-8", 400)
    reads = (await house.as_("axel").read(f"/read-audit?record={number}&why=export"))["data"]
    assert [read["asked"] for read in reads] == [{"as_of": f"@{at}"}]


async def test_the_chain_of_causes_is_followed_up_and_down(house: House, auditor: Browser) -> None:
    number = await incident(house)
    first, *_ = (await house.as_("axel").read(f"/incidents/{number}/history"))["data"]

    async def follow(**why: Any) -> int:
        """Have the desk comment because of something; where that is recorded."""
        by = Provenance(actor="rules", at=datetime.now(UTC), command=uuid4(), **why)
        receipt = await house.desk.ledger.edit(
            Incident,
            parse_reference(number),
            lambda one: one.comment("So it is.", visibility=Visibility.PUBLIC, by=by),
            by=by,
        )
        return receipt.position

    because = Cause(event=first["position"], rule="RUL0000001", rule_version=2)
    second = await follow(cause=because)
    third = await follow(correlation=UUID(first["command"]))
    fourth = await follow(cause=Cause(event=second))

    await auditor.open(f"/history/events/{first['position']}")
    below = shown(auditor)
    await auditor.open(f"/history/events/{fourth}")

    assert below == [first["position"], second, third]
    assert shown(auditor) == [first["position"], second, fourth]
    assert "RUL0000001, version 2" in told(auditor.page.text)
    links = [one.get("href") for one in Document(auditor.page.text).of("a")]
    assert {"/history/RUL0000001", f"/history/events/{second}", f"/history/{number}"} <= {*links}


def shown(browser: Browser) -> list[int]:
    """The positions of the events of a page, in order."""
    articles = Document(browser.page.text).of("article")
    return [int(str(one["id"]).removeprefix("p")) for one in articles]


async def test_pages_have_neither_scripts_nor_styles_of_their_own(
    house: House, auditor: Browser
) -> None:
    number = await incident(house)

    for path in ("/history", f"/history/{number}", "/history/events/1"):
        await auditor.open(path)
        page = Document(auditor.page.text)
        assert page.of("script") == []
        assert [tag for tag, attributes in page.tags if "style" in attributes] == []
        assert "script-src" not in auditor.page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/history/INC9999999", 404),
        ("/history/XYZ0000001", 404),
        ("/history/nonsense", 404),
        ("/history/events/999999999", 404),
        ("/history/events/x", 404),
        ("/history/INC0000001?as_of=then", 400),
    ],
)
async def test_what_is_not_there_is_told(auditor: Browser, path: str, status: int) -> None:
    await auditor.open(path, status)

    assert "Ledgerdesk" in auditor.page.text


async def test_others_see_no_chain_and_are_not_led_there(house: House) -> None:
    rita = await signed_in(house, "rita")

    home = rita.page.text
    await rita.open("/history/events/1", 403)
    await rita.aclose()

    assert "/history" not in home
