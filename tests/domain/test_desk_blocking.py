"""What an open ticket blocks is not done before it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.change import Change
from domain.incident import Incident
from domain.ledger import Work
from domain.problem import Problem
from domain.question import Question
from domain.rules import Refused
from domain.service_request import ServiceRequest
from domain.ticket import LinkType, Ticket
from tests.domain.desks import Company, open_desk

SOLVED: dict[str, Any] = {"code": "solved", "resolution": "It is back."}

BEGUN: dict[type[Any], tuple[str, dict[str, Any]]] = {
    Incident: ("log", {}),
    Problem: ("raise_", {}),
    Question: ("ask", {}),
    ServiceRequest: ("order", {}),
    Change: ("propose", {"type": "emergency"}),
}
STARTED: dict[type[Any], str] = {
    ServiceRequest: "start_fulfilment",
    Change: "start_implementation",
}
ENDED: dict[type[Any], Callable[[Any, Any], None]] = {
    Incident: lambda ticket, by: ticket.resolve(**SOLVED, by=by),
    Problem: lambda ticket, by: ticket.resolve(**SOLVED, by=by),
    Question: lambda ticket, by: ticket.give_answer(answer="At the reception.", by=by),
    ServiceRequest: lambda ticket, by: ticket.fulfil(fulfilment="Delivered.", by=by),
    Change: lambda ticket, by: ticket.complete_implementation("successful", by=by),
}
"""How each kind of ticket is begun, started and done."""


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def opened(company: Company, kind: type[Any] = Incident) -> UUID:
    method, more = BEGUN[kind]
    given = {"title": "It is broken", "requester": company.people["ann"], "organisation": None}
    id = await company.add(kind, method, **given, **more)
    if kind in STARTED:
        await act(company, kind, id, lambda ticket, by: getattr(ticket, STARTED[kind])(by=by))
    return id


async def act(
    company: Company, kind: type[Any], id: UUID, do: Callable[[Any, Any], None], **signed: Any
) -> None:
    by = replace(company.signed("bea"), **signed)
    await company.desk.ledger.edit(kind, id, lambda ticket: do(ticket, by), by=by)


async def end(company: Company, kind: type[Any], id: UUID, **signed: Any) -> None:
    await act(company, kind, id, ENDED[kind], **signed)


async def link(company: Company, one: UUID, other: UUID, type: LinkType = "blocks") -> None:
    await company.desk.link(Ticket, one, other, type=type, by=company.signed("bea"))


@pytest.mark.parametrize("kind", ENDED)
async def test_what_is_blocked_is_done_once_what_blocks_it_is(
    kind: type[Any], company: Company
) -> None:
    blocked, blocker = await opened(company, kind), await opened(company)
    await link(company, blocker, blocked)

    with pytest.raises(Refused, match=r"is blocked by INC\d+\.$"):
        await end(company, kind, blocked)
    await end(company, Incident, blocker)
    await end(company, kind, blocked)


@pytest.mark.parametrize("kind", ENDED)
async def test_a_ticket_of_any_kind_blocks_until_it_is_done(
    kind: type[Any], company: Company
) -> None:
    blocked, blocker = await opened(company), await opened(company, kind)
    await link(company, blocked, blocker, "blocked by")

    with pytest.raises(Refused, match="is blocked by"):
        await end(company, Incident, blocked)
    await end(company, kind, blocker)
    await end(company, Incident, blocked)


async def test_what_is_cancelled_blocks_nothing_and_what_is_blocked_can_be_cancelled(
    company: Company,
) -> None:
    first, second, third = [await opened(company) for _ in range(3)]
    await link(company, first, second)
    await link(company, second, third)

    await act(company, Incident, second, lambda one, by: one.cancel(reason="No more.", by=by))

    await end(company, Incident, third)


async def test_what_is_taken_up_again_blocks_again(company: Company) -> None:
    blocked, blocker = await opened(company), await opened(company)
    await link(company, blocker, blocked)
    await end(company, Incident, blocker)
    await act(company, Incident, blocker, lambda one, by: one.reopen(reason="Again.", by=by))

    with pytest.raises(Refused, match="is blocked by"):
        await end(company, Incident, blocked)


async def test_the_link_stands_on_both_and_is_taken_away_from_both(company: Company) -> None:
    blocked, blocker = await opened(company), await opened(company, Change)
    await link(company, blocker, blocked)
    find = company.desk.ledger.find
    told = (await find(Ticket, blocker)).links, (await find(Ticket, blocked)).links

    await company.desk.unlink(
        Incident, blocked, blocker, type="blocked by", by=company.signed("bea")
    )

    assert told == ((("blocks", blocked),), (("blocked by", blocker),))
    assert (await find(Ticket, blocker)).links == (await find(Ticket, blocked)).links == ()
    await end(company, Incident, blocked)


async def test_tickets_do_not_block_each_other_in_a_circle(company: Company) -> None:
    first, second, third = [await opened(company) for _ in range(3)]
    await link(company, first, second)
    await link(company, second, third)

    with pytest.raises(Refused, match="INC0000003 is blocked by INC0000001 already"):
        await link(company, third, first)
    with pytest.raises(Refused, match="already"):
        await link(company, first, third, "blocked by")
    with pytest.raises(Refused, match="not linked to itself"):
        await link(company, first, first)


async def test_only_tickets_block_tickets(company: Company) -> None:
    ticket = await opened(company)

    with pytest.raises(Refused, match="Tickets are blocked by tickets"):
        await link(company, ticket, company.people["ann"], "blocked by")


@pytest.mark.parametrize("type", ["blocks", "blocked by"])
async def test_what_is_resolved_together_does_not_hold_up_each_other(
    type: LinkType, company: Company
) -> None:
    parent, child = await opened(company), await opened(company)
    await link(company, child, parent, "child of")
    await link(company, child, parent, type)

    await company.desk.resolve(
        Incident, parent, **SOLVED, children=("incident",), by=company.signed("bea")
    )

    statuses = [(await company.desk.ledger.find(Incident, id)).status for id in (parent, child)]
    assert statuses == ["resolved", "resolved"]


async def test_a_parent_is_not_resolved_with_a_child_that_others_block(company: Company) -> None:
    parent, child, other = [await opened(company) for _ in range(3)]
    await link(company, child, parent, "child of")
    await link(company, other, child)

    with pytest.raises(Refused, match="INC0000002 is blocked by INC0000003"):
        await company.desk.resolve(
            Incident, parent, **SOLVED, children=("incident",), by=company.signed("bea")
        )

    assert (await company.desk.ledger.find(Incident, parent)).status == "new"


async def test_a_history_that_is_imported_stays_as_it_was(company: Company) -> None:
    blocked, blocker = await opened(company), await opened(company)
    await link(company, blocker, blocked)

    await end(company, Incident, blocked, channel="imported")

    assert (await company.desk.ledger.find(Incident, blocked)).status == "resolved"


async def test_a_link_that_stands_on_one_of_them_alone_holds_up_once_it_is_made_again(
    company: Company,
) -> None:
    blocked, blocker = await opened(company), await opened(company)
    by = company.signed("bea")

    async def decide(work: Work) -> None:
        (await work.get(Ticket, blocker)).link(blocked, type="blocks", by=by)

    await company.desk.ledger.run(by, decide)

    await link(company, blocker, blocked)

    with pytest.raises(Refused, match="is blocked by"):
        await end(company, Incident, blocked)
