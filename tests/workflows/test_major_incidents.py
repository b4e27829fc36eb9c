"""The sweep reminds of the updates of major incidents, and notes those that were not given."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.desk import Desk
from domain.incident import Incident
from domain.service_level_policy import TargetPromise
from domain.triage import Propose, Watch
from tests.domain.desks import Company, open_desk
from tests.keys import MemoryKeys
from tests.people import MONDAY
from tests.workflows.test_triage import follow, publish
from workflows.major_incidents import Updates


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def promoted(company: Company) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail",
        requester=company.people["ann"],
        impact=1,
        urgency=1,
        by=company.signed("ann"),
    )
    await act(company, receipt.subject, 0, "promote", reason="All sites.", update_every="30m")
    return receipt.subject


async def act(company: Company, id: UUID, minute: int, command: str, **said: Any) -> None:
    by = company.signed("bea", after(minute))
    await company.desk.ledger.edit(
        Incident, id, lambda one: getattr(one, command)(**said, by=by), by=by
    )


def after(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def events(desk: Desk, id: UUID) -> list[Any]:
    found = (entry.event for entry in desk.ledger.history(id))
    return [
        one for one in found if isinstance(one, Incident.UpdateReminded | Incident.UpdateMissed)
    ]


async def test_who_speaks_for_it_is_reminded_and_a_missed_update_is_noted_once(
    company: Company, tmp_path: Path
) -> None:
    desk = company.desk
    id = await promoted(company)
    await desk.give_major_role(
        id, role="communications", person=company.people["cem"], by=company.signed("bea")
    )
    updates = Updates(desk)

    assert await updates.keep(after(1), "sla-clock/0") == after(25)
    assert await updates.keep(after(25), "sla-clock/0") == after(30)
    assert await updates.keep(after(30), "sla-clock/0") is None
    # Another process looks again, and does nothing twice.
    assert await Updates(desk).keep(after(31), "sla-clock/0") is None

    told = (company.people["cem"],)
    assert [(type(one).__name__, one.due, one.told) for one in events(desk, id)] == [
        ("UpdateReminded", after(30), told),
        ("UpdateMissed", after(30), told),
    ]

    await act(company, id, 40, "update_stakeholders", said="It is the line.")
    assert await updates.keep(after(62), "sla-clock/0") == after(65)
    await act(company, id, 66, "resolve", code="solved", resolution="A new line.")
    assert await updates.keep(after(100), "sla-clock/0") is None
    assert len(events(desk, id)) == 2


async def test_policies_for_major_incidents_are_chosen_when_one_is_promoted(
    company: Company,
) -> None:
    await company.publish_policy(TargetPromise(name="resolution", budget="8h"), order=50)
    await company.publish_policy(
        TargetPromise(name="resolution", budget="2h"), when="ticket.is_major", order=10
    )

    id = await promoted(company)
    incident = await company.desk.ledger.find(Incident, id)
    assert incident.commitments[0].budget == "2h"

    await act(company, id, 10, "stand_down", reason="A workaround.")
    incident = await company.desk.ledger.find(Incident, id)
    assert incident.commitments[0].budget == "8h"


async def test_a_rule_acts_upon_a_promotion(company: Company) -> None:
    await publish(company, Watch(people=("person:max",)), on=("promoted",))

    id = await promoted(company)
    await follow(company.desk)

    assert (await company.desk.ledger.find(Incident, id)).watchers == (company.people["max"],)


async def test_a_rule_proposes_and_a_person_decides(company: Company) -> None:
    await publish(company, Propose(reason="Critical."), when="ticket.priority == 1")
    receipt = await company.desk.log_incident(
        title="No mail",
        requester=company.people["ann"],
        impact=1,
        urgency=1,
        by=company.signed("ann"),
    )

    await follow(company.desk)

    incident = await company.desk.ledger.find(Incident, receipt.subject)
    assert (incident.is_major_proposed, incident.is_major) == (True, False)
