"""Services at the desk: their names, their gates under a process or without one, their owners."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.change import Change
from domain.ids import record_id
from domain.person import Role
from domain.rules import Refused
from domain.service import Service, Status
from tests.domain.desks import Company, open_desk

BOARD = Stage(
    name="Board",
    approvers=("role:change manager",),
    quorum=AnyOne(),
    patience="8h",
    on_timeout="reject",
)
OWNER = Stage(
    name="Owner",
    approvers=("owner-of:service",),
    quorum=AnyOne(),
    patience="8h",
    on_timeout="reject",
)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Ola is a process owner; Dan and Dora are asked about the requirements of services."""
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.hire("ola", company.operator, Role.PROCESS_OWNER)
        await company.hire("dora", company.operator, Role.CHANGE_MANAGER)
        await company.publish_process(
            BOARD, subjects=("service",), when='subject.gate == "requirements"'
        )
        yield company


async def proposed(company: Company, name: str = "Payroll", **more: Any) -> UUID:
    """A service that Ola proposed and Bea owns, in design."""
    given: dict[str, Any] = {"owner": company.people["bea"], "team": company.service_desk, **more}
    receipt = await company.desk.propose_service(name=name, by=company.signed("ola"), **given)
    await edit(company, receipt.subject, "begin_design")
    for gate in ("requirements", "support model"):
        await edit(company, receipt.subject, "write_gate", gate, "As for the ledger.")
    return receipt.subject


async def edit(company: Company, id: UUID, act: str, *said: Any) -> None:
    by = company.signed("bea")
    await company.desk.ledger.edit(
        Service, id, lambda service: getattr(service, act)(*said, by=by), by=by
    )


async def service(company: Company, id: UUID) -> Service:
    return await company.desk.ledger.find(Service, id)


async def test_a_gate_that_a_process_governs_is_passed_by_its_round(company: Company) -> None:
    desk, id = company.desk, await proposed(company)

    with pytest.raises(Refused, match="governs the gate requirements of this service"):
        await desk.pass_gate(id, gate="requirements", note="Fine.", by=company.signed("bea"))
    await desk.submit_gate(id, gate="requirements", by=company.signed("bea"))
    await desk.vote(id, "approve", by=company.signed("dan"))

    assert (await service(company, id)).passed == {"requirements": 1}


async def test_a_gate_that_no_process_governs_is_passed_by_the_owner(company: Company) -> None:
    desk, id = company.desk, await proposed(company)

    with pytest.raises(Refused, match="No approval process governs the gate support model"):
        await desk.submit_gate(id, gate="support model", by=company.signed("bea"))
    with pytest.raises(Refused, match="Only the owner"):
        await desk.pass_gate(id, gate="support model", note="Fine.", by=company.signed("ola"))
    await desk.pass_gate(id, gate="support model", note="Fine.", by=company.signed("bea"))

    assert (await service(company, id)).passed == {"support model": 0}


async def test_a_name_is_taken_until_its_service_is_retired_or_renamed(company: Company) -> None:
    desk, by = company.desk, company.signed("ola")
    first, second = await proposed(company), await proposed(company, "Wages")

    with pytest.raises(Refused, match="another service has this name"):
        await desk.propose_service(name="payroll", by=by)
    with pytest.raises(Refused, match="another service has this name"):
        await desk.amend_service(second, name="Payroll", by=company.signed("ola"))
    await desk.retire_service(first, reason="Never built.", by=company.signed("ola"))
    await desk.amend_service(second, name="Payroll", by=company.signed("ola"))
    await desk.propose_service(name="Wages", by=company.signed("ola"))

    assert (await service(company, first)).status is Status.RETIRED
    found = desk.directory.service_by_name("PAYROLL")
    assert found is not None
    assert found.id == second


@pytest.mark.parametrize("field", ["owner", "team"])
async def test_a_service_names_people_and_teams_that_there_are(
    company: Company, field: str
) -> None:
    nobody: Any = {"owner": record_id("PER", 99), "team": record_id("TEA", 99)}[field]

    with pytest.raises(Refused, match=f"{field}: there is no"):
        await company.desk.propose_service(
            by=company.signed("ola"), **{"name": "Payroll", field: nobody}
        )


async def test_the_owner_of_a_service_is_asked_about_changes_of_it(company: Company) -> None:
    desk = company.desk
    await company.publish_process(OWNER)
    await proposed(company)
    by = company.signed("cem")
    change = await company.add(
        Change, "propose", title="Another bank", requester=None, organisation=None
    )

    def prepared(change: Change) -> None:
        change.categorise(category="finance", service="Payroll", by=by)
        change.assess_risk(impact=3, likelihood=3, by=by)
        change.plan(implementation="Do it.", backout="Undo it.", by=by)

    await desk.ledger.edit(Change, change, prepared, by=by)

    await desk.submit_change(change, by=company.signed("cem"))

    stages = (await desk.ledger.find(Change, change)).stages
    assert [stage.voters for stage in stages] == [(str(company.people["bea"]),)]
