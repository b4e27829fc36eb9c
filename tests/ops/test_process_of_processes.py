"""The example that governs approval processes, in use in the demo company."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.approval_process import ApprovalProcess, Definition
from domain.calendar_names import CalendarNames
from domain.desk import Desk
from domain.ledger import Work
from domain.process_text import parse
from domain.provenance import Provenance
from domain.rules import Refused
from ops.compose import open_desk
from ops.demo import seed
from ops.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "docs" / "processes"


def signed(desk: Desk, username: str) -> Provenance:
    person = desk.directory.person_by_username(username)
    assert person is not None
    return Provenance(actor=str(person.id), at=datetime.now(UTC), command=uuid4())


def example(desk: Desk, name: str) -> tuple[str, Definition]:
    names = CalendarNames(desk.directory.calendars())
    found = parse((EXAMPLES / name).read_text(), names.id_of)
    return found.name, found.definition


async def drafted(desk: Desk, name: str) -> UUID:
    called, definition = example(desk, name)
    id = await desk.ledger.next_id(ApprovalProcess)
    by = signed(desk, "cem")

    async def decide(work: Work) -> None:
        work.add(ApprovalProcess.draft(id, name=called, definition=definition, by=by))

    await desk.ledger.run(by, decide)
    return id


async def test_two_process_owners_approve_the_processes_of_a_third(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    async with open_desk(settings) as desk:
        await seed(desk, settings)
        governing = await drafted(desk, "approval-of-processes.yaml")
        await desk.publish_process(governing, by=signed(desk, "cem"))
        normal = await drafted(desk, "normal-change.yaml")

        with pytest.raises(Refused, match="governs this approval process"):
            await desk.publish_process(normal, by=signed(desk, "cem"))
        await desk.submit_definition(normal, by=signed(desk, "cem"))
        with pytest.raises(Refused, match="Nobody votes on their own approval process"):
            await desk.vote(normal, "approve", by=signed(desk, "cem"))
        for name in ("finn", "gita"):
            await desk.vote(normal, "approve", by=signed(desk, name))
        record = await desk.ledger.find(ApprovalProcess, normal)

    assert record.published is not None
    assert record.standing.process == governing
    # It has two stages and a fallback, so that no auditor was asked.
    assert [stage.name for stage in record.stages] == ["Process owners"]
