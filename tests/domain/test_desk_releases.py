"""Releases at the desk: their changes are approved, implemented and held up by freezes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.change import Change
from domain.change_window import ChangeWindow, Definition
from domain.ids import record_id
from domain.person import Role
from domain.release import Release, Status
from domain.rules import Refused
from tests.domain.desks import Company, open_desk, system
from tests.people import MONDAY

DAY = timedelta(days=1)
GO = Stage(
    name="Go",
    approvers=("role:change manager",),
    quorum=AnyOne(),
    patience="8h",
    on_timeout="reject",
)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        await company.hire("dora", company.operator, Role.CHANGE_MANAGER)
        yield company


async def approved_change(company: Company) -> UUID:
    id = await company.add(Change, "propose", title="New tables", requester=None, organisation=None)
    by = company.signed("cem")

    def prepared(change: Change) -> None:
        change.categorise(category="finance", service="Payroll", by=by)
        change.assess_risk(impact=3, likelihood=3, by=by)
        change.plan(implementation="Do it.", backout="Undo it.", by=by)

    await company.desk.ledger.edit(Change, id, prepared, by=by)
    await company.desk.submit_change(id, by=company.signed("cem"))
    await company.desk.vote(id, "approve", by=company.signed("bea"))
    return id


async def release_of(company: Company, *changes: UUID) -> UUID:
    """A release of Bea's with a pilot of these changes."""
    receipt = await company.desk.plan_release(
        name="Payroll 4.2",
        backout="Put 4.1 back.",
        service="Payroll",
        owner=company.people["bea"],
        by=company.signed("dan"),
    )
    await company.desk.add_phase(
        receipt.subject,
        name="Pilot",
        start=MONDAY,
        end=MONDAY + DAY,
        changes=changes,
        by=company.signed("bea"),
    )
    await edit(company, receipt.subject, "write_gate", "Pilot", "All tests are green.")
    return receipt.subject


async def edit(company: Company, id: UUID, act: str, *said: Any) -> None:
    by = company.signed("bea")
    await company.desk.ledger.edit(
        Release, id, lambda release: getattr(release, act)(*said, by=by), by=by
    )


async def let_go(company: Company, id: UUID) -> None:
    await company.desk.pass_gate(id, gate="Pilot", note="They are.", by=company.signed("bea"))


async def start(company: Company, id: UUID) -> None:
    await company.desk.start_phase(id, number=1, by=company.signed("bea"))


async def test_a_phase_is_rolled_out_with_its_changes(company: Company) -> None:
    desk = company.desk
    await company.publish_process()
    change = await approved_change(company)
    id = await release_of(company, change)
    await let_go(company, id)
    await start(company, id)

    by = company.signed("bea")
    with pytest.raises(Refused, match="is approved: it is implemented first, or backed out"):
        await desk.complete_phase(id, number=1, outcome="successful", by=by)
    await desk.start_implementation(change, by=company.signed("cem"))
    await desk.complete_implementation(change, outcome="successful", by=company.signed("cem"))
    await desk.complete_phase(id, number=1, outcome="successful", by=company.signed("bea"))

    assert (await desk.ledger.find(Release, id)).status is Status.COMPLETED


async def test_a_phase_is_undone_once_none_of_its_changes_is_being_implemented(
    company: Company,
) -> None:
    desk = company.desk
    await company.publish_process()
    change = await approved_change(company)
    id = await release_of(company, change)
    await let_go(company, id)
    await start(company, id)
    await desk.start_implementation(change, by=company.signed("cem"))

    with pytest.raises(Refused, match="is being implemented: it is completed first"):
        await desk.back_out_release(id, reason="Wrong sums.", by=company.signed("bea"))
    await desk.back_out(change, reason="Wrong sums.", by=company.signed("cem"))
    await desk.back_out_release(id, reason="Wrong sums.", by=company.signed("bea"))

    assert (await desk.ledger.find(Release, id)).status is Status.BACKED_OUT


async def test_no_phase_starts_before_its_changes_are_approved(company: Company) -> None:
    change = await company.add(
        Change, "propose", title="New tables", requester=None, organisation=None
    )
    id = await release_of(company, change)
    await let_go(company, id)

    with pytest.raises(Refused, match="is proposed: the changes of a phase are approved"):
        await start(company, id)


@pytest.mark.parametrize(("services", "is_held_up"), [(("Payroll",), True), (("Mail",), False)])
async def test_a_freeze_holds_up_the_releases_of_its_services(
    company: Company, services: tuple[str, ...], is_held_up: bool
) -> None:
    freeze = Definition(
        kind="freeze",
        reason="The books are closed.",
        start=MONDAY - DAY,
        end=MONDAY + DAY,
        services=services,
    )
    window = await company.add(ChangeWindow, "draft", name="Year end", definition=freeze)
    await company.desk.publish_window(window, by=company.signed("dan"))
    id = await release_of(company)
    await let_go(company, id)

    if is_held_up:
        with pytest.raises(Refused, match="It lies in the freeze"):
            await start(company, id)
    else:
        await start(company, id)


async def test_a_phase_that_a_process_governs_goes_ahead_by_its_round(company: Company) -> None:
    desk = company.desk
    await company.publish_process(GO, subjects=("release",), when='subject.service == "Payroll"')
    id = await release_of(company)

    with pytest.raises(Refused, match="governs the gate Pilot of this release"):
        await let_go(company, id)
    await desk.submit_gate(id, gate="Pilot", by=company.signed("bea"))
    with pytest.raises(Refused, match="Nobody votes on their own release"):
        await desk.vote(id, "approve", by=company.signed("dan"))
    await desk.vote(id, "approve", by=company.signed("dora"))
    await start(company, id)

    assert (await desk.ledger.find(Release, id)).status is Status.ROLLING_OUT


async def test_a_release_contains_changes_that_there_are_and_that_are_not_over(
    company: Company,
) -> None:
    change = await company.add(
        Change, "propose", title="New tables", requester=None, organisation=None
    )
    await company.desk.ledger.edit(
        Change, change, lambda one: one.cancel(reason="No.", by=system()), by=system()
    )

    with pytest.raises(Refused, match="changes: There is no"):
        await release_of(company, record_id("CHG", 99))
    with pytest.raises(Refused, match="is no change"):
        await release_of(company, record_id("INC", 1))
    with pytest.raises(Refused, match="is over"):
        await release_of(company, change)
