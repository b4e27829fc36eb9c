"""Who reads what is noted before they get it, and told to auditors alone."""

import asyncio
from typing import Any

import pytest
from eventsourcing.persistence import PersistenceError

from api.noting import RESTRICTED
from domain.policy_table import TABLE
from domain.read_log import ReadLog, Why
from tests.api.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPAN = "from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"


async def reads(house: House, query: str = "", after: int = 0) -> list[dict[str, Any]]:
    found = await house.as_("axel").read(f"/read-audit?limit=250&after={after}{query}")
    noted: list[dict[str, Any]] = found["data"]
    return noted


async def incident(house: House) -> str:
    made = await house.as_("rita").made("/incidents", {"title": "No invoices"})
    return str(made["number"])


async def test_an_auditor_who_asks_for_the_past_is_noted(house: House) -> None:
    number = await incident(house)
    before = house.desk.ledger.position()

    await house.as_("axel").read(f"/incidents/{number}?as_of=@{before}")

    [noted] = await reads(house, f"&record={number}", before)
    assert noted["who"]["number"] == house.number("axel")
    assert noted["act"] == "incident.read"
    assert noted["place"] == f"/api/v1/incidents/{number}"
    assert noted["record"]["number"] == number
    assert noted["why"] == ["past"]
    assert noted["asked"] == {"as_of": f"@{before}"}
    assert noted["address"] == "127.0.0.1"
    assert noted["channel"] == "api"


async def test_the_past_of_a_list_is_noted_without_the_words_that_were_looked_for(
    house: House,
) -> None:
    before = house.desk.ledger.position()

    await house.as_("axel").read(f"/incidents?as_of=@{before}&category=Smith")

    [noted] = await reads(house, "&why=past", before)
    assert noted["asked"] == {"as_of": f"@{before}"}
    assert noted["record"] is None


@pytest.mark.parametrize(
    ("path", "act"),
    [
        (f"/changes/calendar?{SPAN.replace('2020', '2029')}", "change_board.read"),
        ("/people/{rita}/delegations", "person.read_delegations"),
        ("/retention?within=31", "organisation.read_retention"),
        ("/approvals", "approvals_inbox.read"),
    ],
)
async def test_the_past_of_what_is_computed_is_noted(house: House, path: str, act: str) -> None:
    before = house.desk.ledger.position()
    at = path.replace("{rita}", house.number("rita"))

    await house.as_("axel").read(f"{at}{'&' if '?' in at else '?'}as_of=@{before}")

    [noted] = await reads(house, "&why=past", before)
    assert noted["act"] == act
    assert noted["asked"]["as_of"] == f"@{before}"


async def test_others_who_ask_for_the_past_are_not_noted(house: House) -> None:
    number = await incident(house)
    before = house.desk.ledger.position()

    await house.as_("adam").read(f"/incidents/{number}?as_of=@{before}")
    await house.as_("axel").read(f"/incidents/{number}")

    assert await reads(house, f"&record={number}", before) == []


@pytest.mark.parametrize("who", ["axel", "zoe"])
async def test_the_history_of_a_person_is_restricted(house: House, who: str) -> None:
    before = house.desk.ledger.position()

    await house.as_(who).read(f"/people/{house.number('rita')}/history")

    [noted] = await reads(house, f"&who={house.number(who)}&why=restricted", before)
    assert noted["record"]["number"] == house.number("rita")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/events", {"accept": "application/x-ndjson"}),
        (f"/reports/reopen-rate?{SPAN}&format=csv", {}),
    ],
)
async def test_whatever_leaves_as_a_file_is_an_export(
    house: House, path: str, headers: dict[str, str]
) -> None:
    before = house.desk.ledger.position()

    answer = await house.as_("adam").http.get(f"/api/v1{path}", headers=headers)

    assert answer.status_code == 200, answer.text
    [noted] = await reads(house, f"&why=export&who={house.number('adam')}", before)
    assert noted["place"] == f"/api/v1{path.partition('?')[0]}"


async def test_what_is_refused_was_not_read(house: House) -> None:
    before = house.desk.ledger.position()

    answer = await house.as_("axel").get(f"/incidents/INC0999999?as_of=@{before}")

    assert answer.status_code == 404
    assert await reads(house, "&why=past", before) == []


async def test_nobody_gets_what_could_not_be_noted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await incident(house)

    async def broken(*args: object) -> None:
        raise PersistenceError("disk full")

    monkeypatch.setattr(house.desk.ledger.recorder, "append", broken)
    answer = await house.as_("axel").get(f"/incidents/{number}?as_of=@1000000")

    assert answer.status_code == 500
    assert number not in answer.text


async def test_reads_at_the_same_time_are_all_noted_and_together(house: House) -> None:
    number = await incident(house)
    before = house.desk.ledger.position()
    axel = house.as_("axel")

    await asyncio.gather(*(axel.read(f"/incidents/{number}?as_of=@{before}") for _ in range(40)))

    assert len(await reads(house, f"&record={number}", before)) == 40
    logs = [log for log, _ in house.desk.ledger.all_of(ReadLog)]
    assert len(logs) == 1


async def test_the_audit_is_read_page_by_page_and_by_time(house: House) -> None:
    number = await incident(house)
    before = house.desk.ledger.position()
    axel = house.as_("axel")
    for _ in range(5):
        await axel.read(f"/incidents/{number}?as_of=@{before}")
    whole = await reads(house, f"&record={number}", before)

    found, after, has_more = [], before, True
    while has_more:
        page = await axel.read(f"/read-audit?record={number}&limit=2&after={after}")
        found += page["data"]
        after, has_more = page["next"], page["has_more"]

    assert found == whole
    middle = whole[2]["at"].replace("+00:00", "Z")
    later = await reads(house, f"&record={number}&from={middle}", before)
    earlier = await reads(house, f"&record={number}&to={middle}", before)
    assert earlier + later == whole


async def test_reading_the_audit_is_noted_too(house: House) -> None:
    before = house.desk.ledger.position()
    await reads(house)

    [noted] = await reads(house, "&why=restricted", before)

    assert noted["act"] == "read_log.list"


async def test_what_is_restricted() -> None:
    assert set(TABLE) >= RESTRICTED
    assert {"person.read_history", "team.read_history", "read_log.list"} <= RESTRICTED
    assert not any(act.startswith("ledger.") for act in RESTRICTED)
    assert list(Why) == ["export", "past", "restricted"]


async def test_whoever_is_told_all_that_is_known_of_a_person_is_noted(house: House) -> None:
    before = house.desk.ledger.position()

    await house.as_("rita").read(f"/people/{house.number('rita')}/personal-data")

    [noted] = await reads(house, f"&record={house.number('rita')}", before)
    assert noted["why"] == ["export"]
    assert noted["who"]["number"] == house.number("rita")
