"""The demo company itself: its people, teams, rules and work."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from domain.aggregate import Aggregate
from domain.approval import Any as AnyOf
from domain.approval import Count, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.asset import Asset
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.change import Change
from domain.desk import Desk
from domain.incident import Incident
from domain.ledger import Work
from domain.person import Role
from domain.provenance import Provenance
from domain.service_level_policy import (
    Agreement,
    EscalationStep,
    ServiceLevelPolicy,
    TargetPromise,
)
from domain.team import SupportLevel
from domain.ticket import Visibility

DEMO = UUID("6c656467-6572-8de5-8b00-64656d6f0001")
ACTOR = "demo"

Week = Mapping[str, tuple[tuple[str, str], ...]]

OFFICE: Week = {
    day: (("09:00", "12:30"), ("13:30", "18:00")) for day in ("mon", "tue", "wed", "thu", "fri")
}
ROUND_THE_CLOCK: Week = {
    day: (("00:00", "24:00"),) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
}

PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("ann", "Ann Okafor", (Role.AGENT, Role.APPROVER)),
    ("bea", "Bea Lindqvist", (Role.AGENT, Role.APPROVER, Role.CHANGE_MANAGER)),
    ("cem", "Cem Aydin", (Role.APPROVER, Role.PROCESS_OWNER, Role.AUDITOR)),
    ("dora", "Dora Novak", (Role.AGENT,)),
    ("eli", "Eli Brandt", (Role.ADMINISTRATOR,)),
)
COLLEAGUES: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("finn", "Finn Moreau", (Role.PROCESS_OWNER,)),
    ("gita", "Gita Rao", (Role.PROCESS_OWNER, Role.ADMINISTRATOR)),
    ("hugo", "Hugo Serra", (Role.PROCESS_OWNER,)),
    ("iris", "Iris Holm", (Role.AUDITOR,)),
    ("jan", "Jan Kowal", (Role.AUDITOR, Role.ADMINISTRATOR)),
    ("kira", "Kira Bauer", (Role.APPROVER, Role.CHANGE_MANAGER)),
    ("leo", "Leo Fontaine", (Role.AGENT, Role.APPROVER)),
    ("mona", "Mona Vidal", (Role.AGENT, Role.APPROVER)),
    ("nele", "Nele Jansen", (Role.CHANGE_MANAGER,)),
    ("otto", "Otto Lang", (Role.AGENT,)),
    ("pia", "Pia Conti", (Role.AGENT,)),
    ("quin", "Quin Doyle", (Role.CHANGE_MANAGER,)),
)
"""Who is needed besides for the processes in `docs/processes`."""
TEAMS: Mapping[str, tuple[str, ...]] = {
    "Change enablement": ("kira", "leo", "nele", "otto"),
    "On call": ("otto", "leo", "mona", "pia"),
    "Operations": ("leo", "dora", "otto", "pia", "jan"),
    "Security": ("mona", "jan", "kira", "eli"),
    "Finance": ("hugo", "gita", "finn", "jan"),
}
"""Those of the processes in `docs/processes`; the first member leads."""
Begin = Callable[[UUID, Provenance], Aggregate]


class Company:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.now = datetime.now(UTC)

    def by(self, step: str, actor: UUID | None = None, ago: timedelta | None = None) -> Provenance:
        return Provenance(
            actor=str(actor) if actor else ACTOR,
            at=self.now,
            command=uuid5(DEMO, step),
            channel="demo",
            effective=self.now - ago if ago else None,
        )

    async def seed(self) -> None:
        desk = self.desk
        company = (
            await desk.register_organisation(
                name="Northwind Services",
                is_operator=True,
                by=self.by("company"),
                is_repeatable=True,
            )
        ).subject
        customer = (
            await desk.register_organisation(
                name="Harbour Clinic", by=self.by("customer"), is_repeatable=True
            )
        ).subject
        boss = await self._person("olga", "Olga Petit", (Role.APPROVER,), company, None)
        people = {
            username: await self._person(username, name, roles, company, boss)
            for username, name, roles in PEOPLE
        }
        rita = await self._person("rita", "Rita Solano", (Role.REQUESTER,), customer, None)
        service_desk = await self._team("Service Desk", 1, people["dora"], [people["ann"]])
        network = await self._team("Network", 2, people["bea"], [people["ann"]])
        board = await self._team(
            "Change Advisory Board", 3, people["cem"], [people["ann"], people["bea"]]
        )
        office = await self._calendar("Office hours", OFFICE)
        always = await self._calendar("Round the clock", ROUND_THE_CLOCK)
        await self._process(always)
        await self._policies(office, always)
        switch = await self._assets(company)
        await self._incidents(rita, service_desk, network, people["ann"])
        await self._change(people["ann"], switch)
        people |= {
            username: await self._person(username, name, roles, company, boss)
            for username, name, roles in COLLEAGUES
        }
        for name, (lead, *members) in TEAMS.items():
            await self._team(name, 3, people[lead], [people[member] for member in members])
        for member in ("otto", "pia"):
            await self._join(network, "Network", people[member])
        for member in ("hugo", "iris", "quin"):
            await self._join(board, "Change Advisory Board", people[member])

    async def _person(
        self,
        username: str,
        name: str,
        roles: tuple[Role, ...],
        organisation: UUID,
        boss: UUID | None,
    ) -> UUID:
        receipt = await self.desk.register_person(
            username=username,
            name=name,
            email=f"{username}@example.com",
            organisation=organisation,
            manager=boss,
            roles=roles,
            by=self.by(f"person {username}"),
            is_repeatable=True,
        )
        return receipt.subject

    async def _team(self, name: str, level: SupportLevel, lead: UUID, members: list[UUID]) -> UUID:
        team = (
            await self.desk.form_team(
                name=name,
                support_level=level,
                by=self.by(f"team {name}"),
                is_repeatable=True,
            )
        ).subject
        for member in (lead, *members):
            await self.desk.add_member(
                team,
                member,
                is_lead=member == lead,
                by=self.by(f"team {name} {member}"),
                is_repeatable=True,
            )
        return team

    async def _join(self, team: UUID, name: str, member: UUID) -> None:
        await self.desk.add_member(
            team, member, by=self.by(f"team {name} {member}"), is_repeatable=True
        )

    async def begin(self, step: str, kind: type[Aggregate], begin: Begin) -> UUID:
        by = self.by(step)
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if not number:
                number.append(await self.desk.ledger.next_id(kind))
            work.add(begin(number[0], by))

        return (await self.desk.ledger.run(by, decide, is_repeatable=True)).subject

    async def _calendar(self, name: str, weekly: Week) -> UUID:
        hours = BusinessHours(zone="Europe/Berlin", weekly=weekly)
        return await self.begin(
            f"calendar {name}",
            Calendar,
            lambda id, by: Calendar.define(id, name=name, hours=hours, by=by),
        )

    async def _process(self, calendar: UUID) -> None:
        definition = Definition(
            subjects=("change",),
            # After those that one may want to try, such as the processes in `docs/processes`.
            order=500,
            calendar=calendar,
            fallback=("team:Change Advisory Board",),
            stages=(
                Stage(
                    name="Technical review",
                    approvers=("team:Network",),
                    quorum=AnyOf(),
                    patience="8h",
                    escalate_to=("person:olga",),
                ),
                Stage(
                    name="Change advisory board",
                    approvers=("team:Change Advisory Board",),
                    quorum=Count(1),
                    patience="2d",
                    escalate_to=("person:olga",),
                ),
            ),
        )
        process = await self.begin(
            "process",
            ApprovalProcess,
            lambda id, by: ApprovalProcess.draft(
                id, name="Normal and emergency changes", definition=definition, by=by
            ),
        )
        await self.desk.publish_process(
            process, by=self.by("process published"), is_repeatable=True
        )

    async def _policies(self, office: UUID, always: UUID) -> None:
        leads = ("team:Service Desk",)
        critical = Agreement(
            order=10,
            priorities=(1,),
            calendar=always,
            targets=(
                TargetPromise(name="first response", budget="1m"),
                TargetPromise(name="resolution", budget="4h", pausing=("customer", "vendor")),
            ),
            escalation=(
                EscalationStep(target="first response", mark="100%", notify=leads, wait="2m"),
                EscalationStep(
                    target="first response", mark="100%", notify=("person:olga",), wait="15m"
                ),
                EscalationStep(target="resolution", mark="75%", notify=leads, wait="15m"),
                EscalationStep(target="resolution", mark="100%", notify=("person:olga",)),
            ),
        )
        standard = Agreement(
            order=20,
            calendar=office,
            targets=(
                TargetPromise(name="first response", budget="2h", pausing=("customer",)),
                TargetPromise(
                    name="resolution",
                    budget={2: "8h", 3: "2bd", 4: "3bd", 5: "5bd"},
                    pausing=("customer", "vendor"),
                ),
            ),
            escalation=(EscalationStep(target="resolution", mark="100%", notify=leads),),
        )
        await self._policy("Critical incidents", critical)
        await self._policy("Standard", standard)

    async def _policy(self, name: str, agreement: Agreement) -> None:
        policy = await self.begin(
            f"policy {name}",
            ServiceLevelPolicy,
            lambda id, by: ServiceLevelPolicy.draft(id, name=name, definition=agreement, by=by),
        )
        await self.desk.publish_policy(
            policy, by=self.by(f"policy {name} published"), is_repeatable=True
        )

    async def _assets(self, company: UUID) -> UUID:
        switch = await self._asset("SW-CORE-1", "Core switch, data centre", company)
        for tag, name in (("SRV-VPN-1", "VPN gateway"), ("SRV-EHR-1", "Patient record server")):
            await self._depend(await self._asset(tag, name, company), switch)
        return switch

    async def _asset(self, tag: str, name: str, company: UUID) -> UUID:
        return await self.begin(
            f"asset {tag}",
            Asset,
            lambda id, by: Asset.register(
                id, name=name, asset_class="network", tag=tag, organisation=company, by=by
            ),
        )

    async def _depend(self, asset: UUID, on: UUID) -> None:
        by = self.by(f"relate {asset}")
        await self.desk.ledger.edit(
            Asset,
            asset,
            lambda record: record.relate(on, type="depends on", by=by),
            by=by,
            is_repeatable=True,
        )

    async def _incidents(self, rita: UUID, service_desk: UUID, network: UUID, ann: UUID) -> None:
        near = self.by("incident near its target", rita, ago=timedelta(hours=3, minutes=57))
        receipt = await self.desk.log_incident(
            title="Patient records load slowly in ward 3",
            requester=rita,
            impact=1,
            urgency=1,
            category="Application",
            team=network,
            assignee=ann,
            by=near,
            is_repeatable=True,
        )
        await self.desk.comment(
            Incident,
            receipt.subject,
            "We are looking into it and will call you back.",
            visibility=Visibility.PUBLIC,
            by=self.by("answer", ann, ago=timedelta(hours=3, minutes=56, seconds=30)),
            is_repeatable=True,
        )
        await self.desk.log_incident(
            title="Nobody in the clinic can sign in",
            requester=rita,
            impact=1,
            urgency=1,
            category="Access",
            team=service_desk,
            by=self.by("incident that escalates", rita, ago=timedelta(seconds=25)),
            is_repeatable=True,
        )
        await self.desk.log_incident(
            title="Printer at reception prints blank pages",
            requester=rita,
            impact=3,
            urgency=3,
            category="Hardware",
            team=service_desk,
            by=self.by("quiet incident", rita),
            is_repeatable=True,
        )

    async def _change(self, ann: UUID, switch: UUID) -> None:
        by = self.by("change", ann)
        change = (
            await self.desk.propose_change(
                title="Replace the core switch in the data centre",
                description="The switch is out of support since June.",
                requester=ann,
                by=by,
                is_repeatable=True,
            )
        ).subject

        def prepare(record: Change) -> None:
            signed = self.by("change prepared", ann)
            record.assess_risk(impact=2, likelihood=2, by=signed)
            record.plan(
                implementation="Swap the switch in the maintenance window and move the uplinks.",
                backout="Put the old switch back; it stays mounted for a week.",
                test="Ping all gateways and load a patient record.",
                by=signed,
            )
            record.link(switch, type="affects", by=signed)

        await self.desk.ledger.edit(
            Change, change, prepare, by=self.by("change prepared", ann), is_repeatable=True
        )
        await self.desk.submit_change(
            change, by=self.by("change submitted", ann), is_repeatable=True
        )
