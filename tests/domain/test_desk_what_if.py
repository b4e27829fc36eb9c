"""What a draft of a policy would do to the open tickets is told, and changes none of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.definition import digest
from domain.incident import Incident
from domain.rules import Refused
from domain.service_level_policy import (
    Agreement,
    Effects,
    ServiceLevelPolicy,
    TargetPromise,
)
from domain.ticket_clocks import after
from tests.domain.desks import OFFICE, Company, open_desk, system
from tests.people import MONDAY

EIGHT = TargetPromise(name="resolution", budget="8h")
HOUR = timedelta(hours=1)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def log(company: Company, **more: Any) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail",
        requester=company.people["ann"],
        by=company.signed("ann"),
        **more,
    )
    return receipt.subject


async def draft(company: Company, policy: UUID, *targets: TargetPromise, when: str = "") -> None:
    agreement = Agreement(calendar=company.office, targets=targets, when=when)
    await company.desk.ledger.edit(
        ServiceLevelPolicy, policy, lambda one: one.revise(agreement, by=system()), by=system()
    )


async def test_due_moments_are_told_before_and_after(company: Company) -> None:
    policy = await company.publish_policy(EIGHT)
    first, second = await log(company), await log(company)
    done = await log(company)
    await company.desk.ledger.edit(
        Incident,
        done,
        lambda one: one.resolve(code="fixed", resolution="Done.", by=company.signed("bea")),
        by=system(),
    )
    await draft(company, policy, replace(EIGHT, budget="4h"))
    positions = [company.desk.ledger.history(id)[-1].position for id in (first, second, done)]

    by = company.signed("bea", MONDAY + HOUR)
    receipt, found = await company.desk.what_if(policy, by=by)

    assert found.is_whole
    assert found.effects == Effects(tickets=3, earlier=2)
    assert [
        (change.ticket, change.clock, change.budget_before, change.budget_after)
        for change in found.changes
    ] == [(id, "resolution", "8h", "4h") for id in (first, second)]
    assert [change.due_before for change in found.changes] == [MONDAY + 8 * HOUR] * 2
    assert [change.due_after for change in found.changes] == [MONDAY + 4 * HOUR] * 2
    assert positions == [
        company.desk.ledger.history(id)[-1].position for id in (first, second, done)
    ]
    event = company.desk.ledger.history(policy)[-1].event
    assert isinstance(event, ServiceLevelPolicy.WhatIfAsked)
    assert event.effects == found.effects
    record = await company.desk.ledger.find(ServiceLevelPolicy, policy)
    assert record.draft_definition is not None
    assert (event.digest, event.by.actor) == (digest(record.draft_definition), by.actor)
    assert receipt.version == record.version


async def test_what_would_be_breached_at_once_is_told(company: Company) -> None:
    policy = await company.publish_policy(EIGHT)
    await log(company)
    await draft(company, policy, replace(EIGHT, budget="1h"))

    by = company.signed("bea", MONDAY + 3 * HOUR)
    _, found = await company.desk.what_if(policy, by=by)

    assert found.effects == Effects(tickets=1, earlier=1, breached=1)
    assert found.changes[0].breached_after == MONDAY + 3 * HOUR


async def test_promises_that_would_begin_or_end_are_told(company: Company) -> None:
    policy = await company.publish_policy(EIGHT)
    await log(company)
    own = TargetPromise(name="time to own", budget="1h", start="true", stop="ticket.is_assigned")
    await draft(company, policy, own)

    _, found = await company.desk.what_if(policy, by=company.signed("bea", MONDAY + HOUR / 2))

    assert found.effects == Effects(tickets=1, begun=1, dropped=1)
    assert {change.clock: change.due_after for change in found.changes} == {
        "time to own": MONDAY + HOUR,
        "resolution": None,
    }


async def test_a_policy_that_is_not_published_yet_can_be_tried(company: Company) -> None:
    await log(company)
    agreement = Agreement(calendar=company.office, targets=(EIGHT,))
    policy = await company.add(ServiceLevelPolicy, "draft", name="New", definition=agreement)

    _, found = await company.desk.what_if(policy, by=company.signed("bea", MONDAY + HOUR))

    assert found.effects == Effects(tickets=1, begun=1)


async def test_a_draft_that_could_not_be_published_cannot_be_tried(company: Company) -> None:
    policy = await company.publish_policy(EIGHT)
    await draft(company, policy, EIGHT, when='ticket.team == "Nobody"')

    with pytest.raises(Refused, match="there is no team 'Nobody'"):
        await company.desk.what_if(policy, by=company.signed("bea"))


async def test_what_is_tried_is_what_happens_when_it_is_published_for_open_tickets(
    company: Company,
) -> None:
    policy = await company.publish_policy(EIGHT)
    id = await log(company)
    await draft(company, policy, replace(EIGHT, budget="4h"))
    _, tried = await company.desk.what_if(policy, by=company.signed("bea", MONDAY + HOUR))

    await company.desk.publish_policy(policy, applies_to="open", by=company.signed("bea"))
    await company.desk.give_open_tickets(
        policy, limit=10, sign=lambda _: company.signed("bea", MONDAY + HOUR)
    )

    history = company.desk.ledger.history(id)
    assert history[-1].topic == "Incident.ServiceLevelApplied"
    clocks = after((entry.event for entry in history), lambda _calendar, _version: OFFICE)
    assert [clock.due_at for clock in clocks.clocks] == [tried.changes[0].due_after]
