"""Another person asks: the ticket, what it is promised and who sees it follow them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.agreement import RESOLUTION, TargetPromise
from domain.change import Change
from domain.desk.orders import Wanted
from domain.incident import Incident
from domain.problem import Problem
from domain.question import Question
from domain.rules import Refused
from domain.service_request import ServiceRequest
from domain.ticket import Ticket
from tests.domain.desks import Company, open_desk
from tests.domain.test_desk_offerings import chartered, go_live
from tests.domain.test_desk_orders import STANDARD, Shop

WHY = "She called for her colleague."


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Uma works for another customer."""
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.hire("uma", await company.organisation("Neighbour"))
        yield company


async def opened(company: Company, kind: type[Ticket], who: str = "ann") -> UUID:
    """A ticket that somebody asks for."""
    begin = {
        Incident: "log",
        Problem: "raise_",
        Question: "ask",
        ServiceRequest: "order",
        Change: "propose",
    }[kind]
    person = company.desk.known_person("requester", company.people[who])
    id = await company.desk.ledger.next_id(kind)
    by = company.signed(who)

    async def decide(work: Any) -> None:
        given = {"title": "No mail", "requester": person.id, "organisation": person.organisation}
        work.add(getattr(kind, begin)(id, **given, by=by))

    await company.desk.ledger.run(by, decide)
    return id


async def change_requester(
    company: Company, kind: type[Ticket], id: UUID, who: str, reason: str = WHY
) -> Ticket:
    await company.desk.change_requester(
        kind, id, requester=company.people[who], reason=reason, by=company.signed("bea")
    )
    return await company.desk.ledger.find(kind, id)


async def edit(company: Company, kind: Any, id: UUID, act: str, **given: Any) -> None:
    by = company.signed("bea")
    await company.desk.ledger.edit(
        kind, id, lambda ticket: getattr(ticket, act)(**given, by=by), by=by
    )


@pytest.mark.parametrize("kind", [Incident, Problem, Question, ServiceRequest, Change])
async def test_a_ticket_belongs_to_the_organisation_of_who_asks_now(
    company: Company, kind: type[Ticket]
) -> None:
    id = await opened(company, kind)

    ticket = await change_requester(company, kind, id, "uma")

    uma = company.desk.known_person("person", company.people["uma"])
    assert (ticket.requester, ticket.organisation) == (uma.id, uma.organisation)
    said = company.desk.ledger.history(id)[-1].event
    assert isinstance(said, Ticket.RequesterChanged)
    assert said.reason == WHY
    assert (await change_requester(company, kind, id, "uma")).version == ticket.version


async def test_a_ticket_follows_a_requester_who_was_moved(company: Company) -> None:
    id = await opened(company, Incident)
    await company.desk.ledger.edit(
        type(company.desk.known_person("", company.people["ann"])),
        company.people["ann"],
        lambda ann: ann.move(company.operator, by=company.signed("bea")),
        by=company.signed("bea"),
    )

    ticket = await change_requester(company, Incident, id, "ann")

    assert (ticket.requester, ticket.organisation) == (company.people["ann"], company.operator)


async def test_what_is_promised_is_chosen_anew(company: Company) -> None:
    target = TargetPromise(name=RESOLUTION, budget="8h")
    await company.publish_policy(target, organisations=(company.customer,))
    neighbour = company.desk.known_person("", company.people["uma"]).organisation
    assert neighbour
    gold = await company.publish_policy(
        TargetPromise(name=RESOLUTION, budget="2h"), organisations=(neighbour,)
    )
    logged = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann")
    )
    before = await company.desk.ledger.find(Incident, logged.subject)

    ticket = await change_requester(company, Incident, logged.subject, "uma")

    assert isinstance(ticket, Incident)
    budgets = [
        [one.budget for one in incident.promised[""].commitments] for incident in (before, ticket)
    ]
    assert budgets == [["8h"], ["2h"]]
    assert ticket.promised[""].policy == gold


async def test_watchers_who_may_not_see_it_any_more_watch_it_no_more(company: Company) -> None:
    id = await opened(company, Incident)
    for name in ("max", "bea", "uma"):
        await edit(company, Incident, id, "watch", person=company.people[name])

    within = await change_requester(company, Incident, id, "max")
    moved = await change_requester(company, Incident, id, "uma")

    names = {id: name for name, id in company.people.items()}
    assert [names[id] for id in within.watchers] == ["max", "bea", "uma"]
    assert [names[id] for id in moved.watchers] == ["bea", "uma"]


async def test_nobody_who_has_left_asks_for_it(company: Company) -> None:
    id = await opened(company, Incident)
    await company.leave("uma")

    with pytest.raises(Refused, match=r"^requester: PER\w+ was deactivated\.$"):
        await change_requester(company, Incident, id, "uma")


async def test_a_reason_is_given(company: Company) -> None:
    id = await opened(company, Incident)

    with pytest.raises(Refused, match="Another requester needs a reason"):
        await change_requester(company, Incident, id, "uma", reason=" ")


async def test_what_is_over_stays_with_whom_it_was_for(company: Company) -> None:
    cancelled, merged, into = [await opened(company, Incident) for _ in range(3)]
    await edit(company, Incident, cancelled, "cancel", reason="Not plugged in.")
    await company.desk.merge(Incident, merged, into=into, by=company.signed("bea"))

    for id in (cancelled, merged):
        with pytest.raises(Refused, match="is over cannot be changed"):
            await change_requester(company, Incident, id, "uma")


async def test_who_asks_for_a_change_stays_once_it_was_submitted(company: Company) -> None:
    await company.publish_process()
    id = await company.ready_change()
    await company.desk.submit_change(id, by=company.signed("ann"))

    with pytest.raises(Refused, match="The requester of a change stays once it was submitted"):
        await change_requester(company, Change, id, "uma")


async def test_an_order_is_handed_to_its_audience_alone(company: Company) -> None:
    service = await chartered(company)
    await go_live(company, service)
    shop = Shop(company, service)
    offering = await shop.offer(audience="organisations", organisations=(company.customer,))
    [id] = await shop.order(Wanted(offering=offering, form=STANDARD))

    with pytest.raises(Refused, match="is not offered to"):
        await change_requester(company, ServiceRequest, id, "uma")

    assert (await change_requester(company, ServiceRequest, id, "max")).requester == (
        company.people["max"]
    )
