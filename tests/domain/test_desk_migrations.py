from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.approval import Count, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.change import Change
from domain.rules import NotFound, Outdated, Refused
from tests.domain.desks import CAB, Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY

LATER = MONDAY + timedelta(hours=1)
BOTH = replace(CAB, quorum=Count(2))
AUDIT = replace(CAB, name="Audit", approvers=("person:max",))


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def next_version(company: Company, process: UUID, *stages: Stage, when: str = "") -> None:
    definition = Definition(subjects=("change",), stages=stages, when=when)

    def publish(record: ApprovalProcess) -> None:
        record.revise(definition, by=system())
        record.publish(by=system())

    await company.desk.ledger.edit(ApprovalProcess, process, publish, by=system())


async def submitted(company: Company) -> UUID:
    id = await company.ready_change()
    await company.desk.submit_change(id, by=company.signed("ann"))
    return id


async def find(company: Company, id: UUID) -> Change:
    return await company.desk.ledger.find(Change, id)


async def test_a_running_approval_stays_on_its_version_until_it_is_moved(company: Company) -> None:
    process = await company.publish_unchecked(BOTH)
    id = await submitted(company)
    await company.desk.vote(id, "approve", by=company.signed("bea"))
    await next_version(company, process, BOTH, AUDIT)
    assert (await find(company, id)).standing.process_version == 1

    await company.desk.migrate_approval(id, 2, by=company.signed("dan", LATER))

    standing = (await find(company, id)).standing
    assert standing.process_version == 2
    assert [stage.name for stage in standing.stages] == ["CAB", "Audit"]
    assert list(standing.votes("CAB")) == [str(company.people["bea"])]
    assert standing.open["CAB"].due == LATER + timedelta(hours=4)


async def test_people_are_looked_up_anew(company: Company) -> None:
    process = await company.publish_unchecked(BOTH)
    id = await submitted(company)
    await company.desk.vote(id, "approve", by=company.signed("bea"))
    await company.leave("bea")
    await next_version(company, process, CAB)

    preview = await company.desk.preview_migration(id, 2, by=company.signed("dan"))

    assert preview.plan.dropped == {"CAB": (str(company.people["bea"]),)}
    assert preview.plan.stages[0].voters == (str(company.people["cem"]),)


async def test_a_preview_says_what_comes_of_it_and_records_nothing(company: Company) -> None:
    process = await company.publish_unchecked(BOTH)
    id = await submitted(company)
    await company.desk.vote(id, "approve", by=company.signed("bea"))
    await next_version(company, process, CAB)
    before = company.desk.ledger.position()

    preview = await company.desk.preview_migration(id, 2, by=company.signed("dan"))

    assert (preview.outcome, dict(preview.open)) == ("approved", {})
    assert company.desk.ledger.position() == before
    assert (await find(company, id)).standing.process_version == 1
    await company.desk.migrate_approval(id, 2, by=company.signed("dan"))
    assert (await find(company, id)).approval == preview.outcome


async def test_what_cannot_be_moved_is_refused_with_the_reason(company: Company) -> None:
    process = await company.publish_unchecked(BOTH)
    id = await submitted(company)
    await next_version(company, process, AUDIT)
    await next_version(company, process, CAB, when='subject.risk == "high"')
    await next_version(company, process, replace(CAB, approvers=("person:ann",)))
    dan = company.signed("dan")

    for version, rule in (
        (2, "CAB is open, and version 2 has no such stage"),
        (3, 'Version 3 is not for this change: subject.risk == "high" does not hold'),
        (4, "CAB: nobody is found to approve"),
        (9, "to_version: .* has no version 9"),
    ):
        with pytest.raises(Refused, match=rule):
            await company.desk.preview_migration(id, version, by=dan)
        with pytest.raises(Refused, match=rule):
            await company.desk.migrate_approval(id, version, by=dan)
    with pytest.raises(Outdated):
        await company.desk.migrate_approval(id, 2, expected=1, by=dan)

    moved = {"CAB": "Audit"}
    await company.desk.migrate_approval(id, 2, mapping=moved, by=company.signed("dan"))
    assert list((await find(company, id)).standing.open) == ["Audit"]


async def test_those_that_run_on_an_older_version_are_found(company: Company) -> None:
    process = await company.publish_process(CAB)
    first, second = await submitted(company), await submitted(company)
    decided = await submitted(company)
    await company.desk.vote(decided, "approve", by=company.signed("bea"))
    assert await company.desk.running_approvals(process) == []
    await next_version(company, process, BOTH)
    await submitted(company)

    assert [one.id for one in await company.desk.running_approvals(process)] == [first, second]
    await company.desk.migrate_approval(first, 2, by=company.signed("dan"))
    assert [one.id for one in await company.desk.running_approvals(process, 2)] == [second]
    with pytest.raises(NotFound, match="has no version 9"):
        await company.desk.running_approvals(process, 9)
