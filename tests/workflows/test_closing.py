"""What was done long enough ago is closed by the sweep, and what was reopened is not."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.field_definitions import FieldDefinition, Needed
from domain.incident import Incident
from domain.rules import Refused
from domain.ticket_type import TypeDefinition
from tests.domain.desks import Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from workflows.closing import Closing

DAY = timedelta(days=1)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def define(company: Company, **definition: Any) -> None:
    await company.desk.define_ticket_type(
        ticket="incident", definition=TypeDefinition(**definition), by=system()
    )


async def resolved(company: Company, at: datetime = MONDAY) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann")
    )
    by = company.signed("bea", at)
    await company.desk.resolve(
        Incident, receipt.subject, code="solved", resolution="Restarted.", by=by
    )
    return receipt.subject


async def status(company: Company, id: UUID) -> str:
    return str((await company.desk.ledger.find(Incident, id)).status)


async def test_a_resolved_incident_closes_after_its_days_and_not_before(company: Company) -> None:
    await define(company, close_after_days=5)
    id = await resolved(company)
    closing = Closing(company.desk)

    await closing.keep(MONDAY + 5 * DAY - timedelta(minutes=2), "sla-clock/0")
    before = await status(company, id)
    await closing.keep(MONDAY + 5 * DAY, "sla-clock/0")

    assert (before, await status(company, id)) == ("resolved", "closed")
    closed = company.desk.ledger.history(id)[-1].event
    assert isinstance(closed, Incident.Closed)
    assert closed.by.actor == "closing-clock"
    assert closed.by.cause is not None
    assert (closed.by.cause.rule, closed.by.cause.rule_version) == ("TYP0000001", 1)


async def test_what_was_reopened_meanwhile_stays_open(company: Company) -> None:
    await define(company, close_after_days=5)
    id = await resolved(company)
    by = company.signed("ann", MONDAY + 4 * DAY)
    await company.desk.reopen(Incident, id, reason="Again.", by=by)

    await Closing(company.desk).keep(MONDAY + 30 * DAY, "sla-clock/0")
    late = await company.desk.close_done(id, by=system(at=MONDAY + 30 * DAY))

    assert await status(company, id) == "in progress"
    assert late.position == 0


async def test_without_days_nothing_closes_by_itself(company: Company) -> None:
    await define(company)
    id = await resolved(company)

    await Closing(company.desk).keep(MONDAY + 300 * DAY, "sla-clock/0")

    assert await status(company, id) == "resolved"


async def test_one_that_cannot_be_closed_holds_up_no_other(company: Company) -> None:
    needed = FieldDefinition(
        name="site",
        label="Site",
        type="text",
        needed=(Needed(at="close", when='ticket.category == "mail"'),),
    )
    await define(company, close_after_days=5, fields=(needed,))
    one, other = await resolved(company), await resolved(company, MONDAY + DAY)
    by = company.signed("bea")
    await company.desk.categorise(Incident, one, category="mail", by=by)

    await Closing(company.desk).keep(MONDAY + 7 * DAY, "sla-clock/0")

    assert [await status(company, id) for id in (one, other)] == ["resolved", "closed"]


async def test_it_is_taken_up_again_within_its_days_alone(company: Company) -> None:
    await define(company, reopen_within_days=14)
    one, other = await resolved(company), await resolved(company)
    end = MONDAY + 14 * DAY

    await company.desk.reopen(Incident, one, reason="Again.", by=company.signed("ann", end))
    with pytest.raises(Refused, match="done more than 14 days ago"):
        by = company.signed("ann", end + timedelta(seconds=1))
        await company.desk.reopen(Incident, other, reason="Again.", by=by)

    assert await status(company, one) == "in progress"
