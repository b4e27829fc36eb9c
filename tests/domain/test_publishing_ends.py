"""How the approval of a definition ends: withdrawn, in silence, overruled, moved."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from domain.approval_process import ApprovalProcess
from domain.person import Role
from domain.quorum import Count
from domain.rules import Forbidden, NotFound, Refused
from tests.domain.desks import Company, open_desk
from tests.domain.governed import GOVERNING, ON_CHANGES, OWNERS, drafted, found, governed, revise
from tests.people import MONDAY


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Ola, Pia and Rob are process owners, and Sue is the administrator."""
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        for name in ("ola", "pia", "rob"):
            await company.hire(name, company.operator, Role.PROCESS_OWNER)
        await company.hire("sue", company.operator, Role.ADMINISTRATOR)
        yield company


async def test_a_draft_that_is_revised_after_its_approval_needs_another(company: Company) -> None:
    await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    await company.desk.vote(process, "approve", by=company.signed("pia"))

    await revise(company, process, replace(ON_CHANGES, order=7))

    with pytest.raises(Refused, match="governs this approval process"):
        await company.desk.publish_process(process, by=company.signed("ola"))


async def test_a_process_governs_its_own_next_version_in_the_one_that_is_in_use(
    company: Company,
) -> None:
    itself = await governed(company)
    stricter = replace(GOVERNING, stages=(replace(OWNERS, name="All owners", quorum=Count(2)),))
    await company.hire("tom", company.operator, Role.PROCESS_OWNER)
    await revise(company, itself, stricter)

    await company.desk.submit_definition(itself, by=company.signed("ola"))
    await company.desk.vote(itself, "approve", by=company.signed("pia"))

    record = await found(company, itself)
    assert record.published == stricter
    assert record.standing.process == itself
    assert record.standing.process_version == 1


async def test_an_administrator_is_the_way_out_where_nobody_is_left_to_vote(
    company: Company,
) -> None:
    governing = await governed(company)
    for name in ("pia", "rob"):
        await company.leave(name)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)

    with pytest.raises(Refused, match="Process owners: nobody is found to approve"):
        await company.desk.submit_definition(process, by=company.signed("ola"))
    with pytest.raises(Forbidden, match="Only an administrator can retire a process by which"):
        await company.desk.retire_process(governing, reason="Gone.", by=company.signed("ola"))
    with pytest.raises(Refused, match="needs a reason"):
        await company.desk.retire_process(governing, by=company.signed("sue"))
    await company.desk.retire_process(
        governing, reason="Two of three have left.", by=company.signed("sue")
    )
    await company.desk.publish_process(process, by=company.signed("ola"))

    assert (await found(company, process)).published == ON_CHANGES
    retired: Any = company.desk.ledger.history(governing)[-1].event
    assert (retired.by.actor, retired.reason) == (
        str(company.people["sue"]),
        "Two of three have left.",
    )


async def test_a_submission_is_withdrawn_and_the_draft_stays(company: Company) -> None:
    await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    by = company.signed("ola")

    await company.desk.ledger.edit(
        ApprovalProcess, process, lambda one: one.withdraw(reason="Not yet.", by=by), by=by
    )

    record = await found(company, process)
    assert (record.approval, record.standing.open) == ("", {})
    assert record.draft_definition == ON_CHANGES
    with pytest.raises(Refused, match="not open for votes"):
        await company.desk.vote(process, "approve", by=company.signed("pia"))


async def test_silence_rejects_where_the_process_says_so(company: Company) -> None:
    await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    late = MONDAY + timedelta(hours=9)

    await company.desk.time_out_stage(process, 1, "Process owners", by=company.signed("sue", late))

    assert (await found(company, process)).approval == "rejected"


async def test_silence_publishes_where_the_process_says_so(company: Company) -> None:
    silent = replace(OWNERS, on_timeout="approve")
    await governed(company, replace(GOVERNING, stages=(silent,)))
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    late = MONDAY + timedelta(hours=9)

    await company.desk.time_out_stage(process, 1, "Process owners", by=company.signed("sue", late))

    assert (await found(company, process)).published == ON_CHANGES


async def test_a_draft_in_approval_is_not_published_beside_it(company: Company) -> None:
    governing = await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    await company.desk.retire_process(governing, reason="Gone.", by=company.signed("sue"))

    with pytest.raises(Refused, match="is in approval, and is published when it is approved"):
        await company.desk.publish_process(process, by=company.signed("ola"))

    await company.desk.vote(process, "approve", by=company.signed("pia"))
    assert (await found(company, process)).published == ON_CHANGES


async def test_a_revision_for_which_another_stage_would_apply_is_refused(company: Company) -> None:
    audit = replace(OWNERS, name="Audit", when="subject.order < 10")
    await governed(company, replace(GOVERNING, stages=(OWNERS, audit)))
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))

    with pytest.raises(Refused, match="a stage of its approval would apply that was skipped"):
        await revise(company, process, replace(ON_CHANGES, order=1))


async def test_a_running_approval_of_a_definition_moves_to_another_version(
    company: Company,
) -> None:
    governing = await governed(company)
    process = await drafted(company, ApprovalProcess, ON_CHANGES)
    await company.desk.submit_definition(process, by=company.signed("ola"))
    await revise(company, governing, replace(GOVERNING, order=50))
    await company.desk.submit_definition(governing, by=company.signed("ola"))
    await company.desk.vote(governing, "approve", by=company.signed("pia"))

    running = await company.desk.running_approvals(governing)
    await company.desk.migrate_approval(process, 2, by=company.signed("rob"))

    assert [one.id for one in running] == [process]
    assert (await found(company, process)).standing.process_version == 2


@pytest.mark.parametrize("number", ["TEA", "PER"])
async def test_what_nobody_approves_is_not_found(company: Company, number: str) -> None:
    id = {"TEA": company.service_desk, "PER": company.people["ann"]}[number]

    with pytest.raises(NotFound, match="is no definition"):
        await company.desk.submit_definition(id, by=company.signed("ola"))
    with pytest.raises(NotFound, match="is nothing that is approved"):
        await company.desk.vote(id, "approve", by=company.signed("pia"))
