"""Definitions that a process governs."""

from typing import Any
from uuid import UUID

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.versioned import Versioned
from tests.domain.desks import CAB, Company

OWNERS = Stage(
    name="Process owners",
    approvers=("role:process owner",),
    quorum=AnyOne(),
    patience="8h",
    remind=("4h",),
    on_timeout="reject",
)

GOVERNING = Definition(subjects=("approval process",), stages=(OWNERS,))

ON_CHANGES = Definition(subjects=("change",), stages=(CAB,))


async def drafted(company: Company, kind: Any, definition: Any, *, by: str = "ola") -> UUID:
    id = await company.desk.ledger.next_id(kind)
    signed = company.signed(by)

    async def decide(work: Any) -> None:
        work.add(kind.draft(id, name="New", definition=definition, by=signed))

    await company.desk.ledger.run(signed, decide)
    return id


async def governed(company: Company, definition: Definition = GOVERNING) -> UUID:
    """A process that governs definitions, in use."""
    id = await drafted(company, ApprovalProcess, definition)
    await company.desk.publish_process(id, by=company.signed("ola"))
    return id


async def revise(company: Company, id: UUID, definition: Any, *, by: str = "ola") -> None:
    signed = company.signed(by)
    kind = type(await found(company, id))
    await company.desk.ledger.edit(
        kind, id, lambda record: record.revise(definition, by=signed), by=signed
    )


async def found(company: Company, id: UUID) -> Versioned[Any]:
    record = await company.desk.ledger.peek(id)
    assert isinstance(record, Versioned)
    return record
