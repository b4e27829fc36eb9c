"""A desk on a real ledger, and a small company that uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.change import Change
from domain.desk import Desk
from domain.directory import Directory
from domain.ledger import Ledger, Work
from domain.person import Person, Role
from domain.provenance import Provenance
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from ops.stores.sqlite import SqliteRecorder
from tests.keys import MemoryKeys
from tests.people import MONDAY

OFFICE = BusinessHours(
    zone="UTC", weekly={day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}
)
CAB = Stage(
    name="CAB",
    approvers=("role:approver",),
    quorum=AnyOne(),
    patience="4h",
    on_timeout="reject",
)


def system(name: str = "seed", at: datetime = MONDAY) -> Provenance:
    return Provenance(actor=name, at=at, command=uuid4(), channel="system")


@asynccontextmanager
async def open_desk(folder: Path, keys: MemoryKeys | None = None) -> AsyncIterator[Desk]:
    """A desk of a process of its own on the ledger in a folder. `keys` are shared by processes."""
    recorder = SqliteRecorder(folder / "ledger.db")
    try:
        ledger = Ledger(recorder, keys or MemoryKeys())
        yield Desk(ledger, Directory.load(ledger))
    finally:
        await recorder.aclose()


class Company:
    """Ann asks, and Max is her manager; Bea, Cem and Dan work for the operator of the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.people: dict[str, UUID] = {}
        self.operator = self.customer = self.service_desk = self.office = UUID(int=0)

    async def build(self) -> "Company":
        self.operator = await self.organisation("Operator", is_operator=True)
        self.customer = await self.organisation("Customer")
        self.office = await self.add(Calendar, "define", name="Office", hours=OFFICE)
        await self.hire("max", self.customer)
        await self.hire("ann", self.customer, manager=self.people["max"])
        await self.hire("bea", self.operator, Role.AGENT, Role.APPROVER)
        await self.hire("cem", self.operator, Role.AGENT, Role.APPROVER)
        await self.hire("dan", self.operator, Role.CHANGE_MANAGER)
        formed = await self.desk.form_team(name="Service desk", by=system())
        self.service_desk = formed.subject
        await self.desk.add_member(self.service_desk, self.people["cem"], by=system())
        return self

    async def organisation(self, name: str, *, is_operator: bool = False) -> UUID:
        receipt = await self.desk.register_organisation(
            name=name, is_operator=is_operator, by=system()
        )
        return receipt.subject

    async def hire(self, name: str, organisation: UUID, *roles: Role, **more: Any) -> UUID:
        receipt = await self.desk.register_person(
            username=name,
            name=name.capitalize(),
            email=f"{name}@example.org",
            organisation=organisation,
            roles=roles or (Role.REQUESTER,),
            by=system(),
            **more,
        )
        self.people[name] = receipt.subject
        return receipt.subject

    async def leave(self, name: str) -> None:
        """Deactivate a person."""
        await self.desk.ledger.edit(
            Person,
            self.people[name],
            lambda person: person.deactivate(reason="Left.", by=system()),
            by=system(),
        )

    def signed(self, name: str, at: datetime = MONDAY) -> Provenance:
        return Provenance(actor=str(self.people[name]), at=at, command=uuid4())

    async def add(self, kind: Any, begin: str, **given: Any) -> UUID:
        id = await self.desk.ledger.next_id(kind)
        by = system()

        async def decide(work: Work) -> None:
            work.add(getattr(kind, begin)(id, **given, by=by))

        await self.desk.ledger.run(by, decide)
        return id

    async def publish_process(self, *stages: Stage, **more: Any) -> UUID:
        given: dict[str, Any] = {"subjects": ("change",), "stages": stages or (CAB,), **more}
        id = await self.add(ApprovalProcess, "draft", name="Normal", definition=Definition(**given))
        await self.desk.publish_process(id, by=system())
        return id

    async def publish_unchecked(self, *stages: Stage, **more: Any) -> UUID:
        """A process that came into use before the people changed who made it sound."""
        given: dict[str, Any] = {"subjects": ("change",), "stages": stages, **more}
        id = await self.add(ApprovalProcess, "draft", name="Normal", definition=Definition(**given))
        await self.desk.ledger.edit(
            ApprovalProcess, id, lambda process: process.publish(by=system()), by=system()
        )
        return id

    async def publish_policy(self, *targets: TargetPromise, **more: Any) -> UUID:
        agreement = Agreement(calendar=self.office, targets=targets, **more)
        id = await self.add(ServiceLevelPolicy, "draft", name="Gold", definition=agreement)
        await self.desk.publish_policy(id, by=system())
        return id

    async def ready_change(self, proposer: str = "ann") -> UUID:
        """A normal change of Ann's that could be submitted."""
        by = self.signed(proposer)
        receipt = await self.desk.propose_change(
            title="Replace the core switch", requester=self.people["ann"], by=by
        )

        def prepare(change: Change) -> None:
            change.assess_risk(impact=2, likelihood=2, by=by)
            change.plan(implementation="Swap it.", backout="Swap it back.", by=by)

        await self.desk.ledger.edit(Change, receipt.subject, prepare, by=self.signed(proposer))
        return receipt.subject
