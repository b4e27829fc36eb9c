"""Parents and children are linked on both sides, make no circle, and are resolved together."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.desk.families import GENERATIONS_MAX
from domain.incident import Incident
from domain.problem import Problem
from domain.rules import Refused
from domain.ticket import Ticket
from tests.domain.desks import Company, open_desk


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def log(company: Company) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann")
    )
    return receipt.subject


async def put_under(company: Company, child: UUID, parent: UUID) -> None:
    await company.desk.link(Incident, child, parent, type="child of", by=company.signed("bea"))


async def resolve(company: Company, id: UUID, *children: str, **more: Any) -> None:
    await company.desk.resolve(
        Incident,
        id,
        code="solved",
        resolution="The server is back.",
        children=children,
        by=company.signed("bea"),
        **more,
    )


async def statuses(company: Company, *ids: UUID) -> list[str]:
    return [str((await company.desk.ledger.find(Incident, id)).status) for id in ids]


async def test_a_child_knows_its_parent_and_the_parent_its_child(company: Company) -> None:
    child, parent = await log(company), await log(company)

    await put_under(company, child, parent)

    ledger = company.desk.ledger
    assert (await ledger.find(Incident, child)).parents == (parent,)
    assert (await ledger.find(Incident, parent)).children == (child,)


async def test_it_can_be_said_and_unsaid_from_either_side(company: Company) -> None:
    child, parent = await log(company), await log(company)
    desk, by = company.desk, company.signed("bea")
    await desk.link(Incident, parent, child, type="parent of", by=by)

    await desk.unlink(Incident, child, parent, type="child of", by=company.signed("bea"))

    assert (await desk.ledger.find(Incident, child)).links == ()
    assert (await desk.ledger.find(Incident, parent)).links == ()


async def test_nobody_has_two_parents(company: Company) -> None:
    child, one, other = await log(company), await log(company), await log(company)
    await put_under(company, child, one)

    with pytest.raises(Refused, match="INC0000001 is under INC0000002 already"):
        await put_under(company, child, other)


async def test_nobody_is_among_their_own_children(company: Company) -> None:
    one, two, three = await log(company), await log(company), await log(company)
    await put_under(company, two, one)
    await put_under(company, three, two)

    for parent in (two, three):
        with pytest.raises(Refused, match="already"):
            await put_under(company, one, parent)
    with pytest.raises(Refused, match="not linked to itself"):
        await put_under(company, one, one)


async def test_links_that_are_made_at_once_make_no_circle(company: Company) -> None:
    ids = [await log(company) for _ in range(4)]
    around = [*ids[1:], ids[0]]

    made = await asyncio.gather(
        *(put_under(company, child, parent) for child, parent in zip(ids, around, strict=True)),
        return_exceptions=True,
    )

    assert sum(isinstance(one, Refused) for one in made) == 1


async def test_generations_have_a_limit(company: Company) -> None:
    ids = [await log(company) for _ in range(GENERATIONS_MAX + 1)]
    for parent, child in pairwise(ids[:-1]):
        await put_under(company, child, parent)

    with pytest.raises(Refused, match="at most 5 generations"):
        await put_under(company, ids[-1], ids[-2])
    with pytest.raises(Refused, match="at most 5 generations"):
        await put_under(company, ids[0], ids[-1])


async def test_parents_and_children_are_tickets(company: Company) -> None:
    child = await log(company)

    with pytest.raises(Refused, match="Parents and children are tickets"):
        await put_under(company, child, company.office)


async def test_a_family_is_resolved_in_one_command_and_says_why(company: Company) -> None:
    parent, child, grandchild = await log(company), await log(company), await log(company)
    await put_under(company, child, parent)
    await put_under(company, grandchild, child)
    by = company.signed("bea")

    await company.desk.ledger.edit(Incident, grandchild, lambda i: i.pend("vendor", by=by), by=by)
    await resolve(company, parent, "incident")

    assert await statuses(company, parent, child, grandchild) == ["resolved"] * 3
    *_, mother = company.desk.ledger.history(parent)
    *_, last = company.desk.ledger.history(grandchild)
    assert isinstance(last.event, Incident.Resolved)
    assert last.event.resolution == "The server is back."
    assert last.event.by.cause is not None
    assert last.event.by.cause.rule == "resolved with INC0000001"
    assert last.event.by.command == mother.event.by.command


async def test_only_the_open_ones_of_the_chosen_kinds_are_resolved(company: Company) -> None:
    parent, child, over = await log(company), await log(company), await log(company)
    desk, by = company.desk, company.signed("bea")
    problem = await desk.ledger.next_id(Problem)

    async def decide(work: Any) -> None:
        title: dict[str, Any] = {"title": "Why", "requester": None, "organisation": None}
        work.add(Problem.raise_(problem, **title, by=by))

    await desk.ledger.run(by, decide)
    for one in (child, over):
        await put_under(company, one, parent)
    await desk.link(Problem, problem, parent, type="child of", by=company.signed("bea"))
    by = company.signed("bea")
    await desk.ledger.edit(Incident, over, lambda i: i.cancel(reason="Twice.", by=by), by=by)

    await resolve(company, parent, "incident")

    assert await statuses(company, child, over) == ["resolved", "cancelled"]
    assert (await desk.ledger.find(Problem, problem)).status == "new"


async def test_what_may_not_be_resolved_stays_open(company: Company) -> None:
    parent, one, other = await log(company), await log(company), await log(company)
    for child in (one, other):
        await put_under(company, child, parent)

    def may(ticket: Ticket) -> bool:
        return ticket.id != other

    await resolve(company, parent, "incident", may=may)

    assert await statuses(company, one, other) == ["resolved", "new"]


async def test_without_a_word_on_them_the_children_stay_open(company: Company) -> None:
    parent, child = await log(company), await log(company)
    await put_under(company, child, parent)

    await resolve(company, parent)

    assert await statuses(company, parent, child) == ["resolved", "new"]
