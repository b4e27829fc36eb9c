from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import All
from domain.change import Change, Status
from domain.delegation import Delegation
from domain.person import Person
from domain.rules import Refused
from tests.domain.desks import CAB, Company, open_desk
from tests.people import MONDAY, person

FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def delegate(company: Company, name: str, to: str, **more: Any) -> None:
    given: dict[str, Any] = {"start": MONDAY, "end": FRIDAY, "reason": "On leave.", **more}
    await company.desk.delegate(
        company.people[name], company.people[to], **given, by=company.signed(name)
    )


async def submitted(company: Company) -> UUID:
    await company.publish_process(replace(CAB, quorum=All()))
    id = await company.ready_change()
    await company.desk.submit_change(id, by=company.signed("ann"))
    return id


async def vote(company: Company, id: UUID, name: str, whose: str, at: datetime = MONDAY) -> None:
    await company.desk.vote(
        id, "approve", on_behalf_of=company.people[whose], by=company.signed(name, at)
    )


async def test_a_vote_for_another_names_both(company: Company) -> None:
    id = await submitted(company)
    await delegate(company, "bea", "dan")

    await vote(company, id, "dan", "bea")

    [cast] = [
        entry.event
        for entry in company.desk.ledger.history(id)
        if isinstance(entry.event, Change.VoteCast)
    ]
    bea, dan = str(company.people["bea"]), str(company.people["dan"])
    assert (cast.voter, cast.by.actor, cast.by.on_behalf_of) == (bea, dan, bea)
    change = await company.desk.ledger.find(Change, id)
    assert change.standing.votes("CAB") == {bea: "approve"}
    with pytest.raises(Refused, match="You have voted in CAB already"):
        await company.desk.vote(id, "approve", by=company.signed("bea"))


async def test_without_a_delegation_that_holds_nobody_votes_for_another(company: Company) -> None:
    id = await submitted(company)
    with pytest.raises(Refused, match=r"on_behalf_of: .* has not delegated"):
        await vote(company, id, "dan", "bea")
    await delegate(company, "bea", "dan")

    with pytest.raises(Refused, match="on_behalf_of"):
        await vote(company, id, "dan", "bea", FRIDAY)
    with pytest.raises(Refused, match="on_behalf_of"):
        await vote(company, id, "dan", "cem")
    await company.desk.ledger.edit(
        Person,
        company.people["bea"],
        lambda bea: bea.end_delegation(1, by=company.signed("bea")),
        by=company.signed("bea"),
    )
    with pytest.raises(Refused, match="on_behalf_of"):
        await vote(company, id, "dan", "bea")


async def test_a_delegation_may_be_for_some_risks_only(company: Company) -> None:
    id = await submitted(company)
    await delegate(company, "bea", "dan", risks=["low"])

    with pytest.raises(Refused, match="on_behalf_of"):
        await vote(company, id, "dan", "bea")

    await delegate(company, "bea", "dan", risks=["moderate"])
    await vote(company, id, "dan", "bea")


async def test_whose_change_it_is_votes_for_nobody(company: Company) -> None:
    id = await submitted(company)
    await delegate(company, "bea", "ann")

    with pytest.raises(Refused, match="Nobody votes on their own change"):
        await vote(company, id, "ann", "bea")


async def test_the_same_person_counts_once(company: Company) -> None:
    id = await submitted(company)
    await delegate(company, "bea", "cem")
    await delegate(company, "bea", "dan")

    with pytest.raises(Refused, match="You have a vote of your own in CAB"):
        await vote(company, id, "cem", "bea")
    await vote(company, id, "dan", "bea")
    await company.desk.vote(id, "approve", by=company.signed("cem"))

    assert (await company.desk.ledger.find(Change, id)).status is Status.APPROVED


async def test_nobody_decides_a_stage_with_two_votes(company: Company) -> None:
    id = await submitted(company)
    await delegate(company, "bea", "dan")
    await delegate(company, "cem", "dan")
    await vote(company, id, "dan", "bea")

    with pytest.raises(Refused, match="the same person counts once"):
        await vote(company, id, "dan", "cem")


@pytest.mark.parametrize(("first", "second"), [("bea", "cem"), ("cem", "dan")])
async def test_what_was_delegated_is_not_handed_on(
    company: Company, first: str, second: str
) -> None:
    await delegate(company, "bea", "cem")
    back = {"cem": ("cem", "bea"), "dan": ("cem", "dan")}[second if first == "cem" else "cem"]

    with pytest.raises(Refused, match="nothing is handed on"):
        await delegate(company, *back)

    await delegate(company, *back, start=FRIDAY, end=FRIDAY + timedelta(days=1))


def test_a_delegation_that_was_ended_before_it_began_overlaps_none() -> None:
    made = Delegation(number=1, to=person("bea"), start=MONDAY, end=FRIDAY)
    ended = replace(made, start=FRIDAY, end=MONDAY)

    assert made.overlaps(made)
    assert not ended.overlaps(made)
