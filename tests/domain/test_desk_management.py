"""Tickets go up the chain of managers, level by level, unless somebody is named."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.escalated import Escalated
from domain.incident import Incident
from domain.person import Role
from domain.rules import Refused
from tests.domain.desks import Company, open_desk, system

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Eve has an incident; her manager is Fay, and Fay's is Gus."""
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.hire("gus", company.operator)
        await company.hire("fay", company.operator, manager=company.people["gus"])
        await company.hire("eve", company.operator, Role.AGENT, manager=company.people["fay"])
        yield company


async def log(company: Company, **more: Any) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann"), **more
    )
    return receipt.subject


async def escalate(company: Company, id: UUID, **more: Any) -> None:
    await company.desk.escalate_hierarchically(
        Incident, id, reason="Late.", by=company.signed("bea"), **more
    )


def told(company: Company, id: UUID) -> list[tuple[int, tuple[UUID, ...]]]:
    events = (entry.event for entry in company.desk.ledger.history(id))
    return [
        (one.level, one.to) for one in events if isinstance(one, Escalated.EscalatedHierarchically)
    ]


async def test_each_level_is_the_manager_of_the_one_before_and_the_last_is_the_last(
    company: Company,
) -> None:
    people = company.people
    id = await log(company, assignee=people["eve"])

    await escalate(company, id)
    await escalate(company, id)
    with pytest.raises(Refused, match="nobody is found up the chain of managers"):
        await escalate(company, id)

    assert told(company, id) == [(1, (people["fay"],)), (2, (people["gus"],))]


async def test_who_leads_the_team_is_told_first_where_nobody_has_it(company: Company) -> None:
    desk, people = company.desk, company.people
    await desk.add_member(company.service_desk, people["eve"], is_lead=True, by=system())
    id = await log(company, team=company.service_desk)

    await escalate(company, id)
    await escalate(company, id)

    assert told(company, id) == [(1, (people["eve"],)), (2, (people["fay"],))]


async def test_who_is_named_is_told_if_they_are_active(company: Company) -> None:
    people = company.people
    id = await log(company, assignee=people["eve"])
    await company.leave("max")

    with pytest.raises(Refused, match="was deactivated"):
        await escalate(company, id, to=[people["max"]])
    await escalate(company, id, to=[people["dan"]], level=3)

    assert told(company, id) == [(3, (people["dan"],))]
