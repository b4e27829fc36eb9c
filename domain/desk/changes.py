"""Changes on their way to a decision: who is asked is looked up, and patience is counted."""

from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from domain.approval import OpenStage, Stage, Vote
from domain.approval_process import Definition
from domain.business_time import BusinessHours
from domain.change import Change, Type
from domain.desk.desk import Base, Repeat
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused
from domain.subjects import Value


def facts(change: Change) -> dict[str, Value]:
    """The fields of a change that conditions may ask for."""
    return {
        "type": change.type,
        "risk": change.risk or "",
        "category": change.category,
        "subcategory": change.subcategory,
        "service": change.service,
    }


class Changes(Base):
    async def propose_change(
        self,
        *,
        title: str,
        description: str = "",
        type: Type = "normal",
        requester: UUID | None,
        organisation: UUID | None = None,
        reason: str = "",
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Propose a change, for the organisation of its requester."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            whose = self.organisation_of(requester, organisation)
            if not number:
                number.append(await self.ledger.next_id(Change))
            work.add(
                Change.propose(
                    number[0],
                    title=title,
                    description=description,
                    type=type,
                    requester=requester,
                    organisation=whose,
                    reason=reason,
                    by=by,
                )
            )

        return await self.ledger.run(by, decide, **repeat)

    async def submit_change(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit a change to the process for its type. Raises Refused if nobody can be asked."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            change.require_ready()
            if change.type == "standard":
                change.submit(by=by)
                return
            process = self.directory.process_for("change", facts(change))
            if process is None:
                raise Refused(f"No approval process is published for {change.type} changes.")
            definition = process.definition_of(process.published_version)
            calendar_version, hours = self._latest_hours(definition)
            change.submit(
                process=process.id,
                process_version=process.published_version,
                calendar=definition.calendar,
                calendar_version=calendar_version,
                hours=hours,
                stages=[
                    self._resolved(stage, definition.fallback, change)
                    for stage in definition.stages
                ],
                by=by,
            )

        return await self.ledger.run(by, decide, **repeat)

    def _latest_hours(self, definition: Definition) -> tuple[int, BusinessHours | None]:
        if definition.calendar is None:
            return 0, None
        calendar = self.directory.calendar(definition.calendar)
        if calendar is None:
            raise Refused("The approval process counts on a calendar that does not exist.")
        return calendar.hours_version, calendar.hours

    def _resolved(self, stage: Stage, fallback: Sequence[str], change: Change) -> OpenStage:
        """The stage with the people whom its selectors name now, without those of the change."""
        voters = self._people(stage.name, "approve", stage.approvers, fallback, change)
        escalate_to: tuple[str, ...] = ()
        if stage.on_timeout == "escalate":
            escalate_to = self._people(
                stage.name, "escalate to", stage.escalate_to, fallback, change
            )
        return OpenStage(
            name=stage.name,
            voters=voters,
            quorum=stage.quorum,
            patience=stage.patience,
            on_timeout=stage.on_timeout,
            escalate_to=escalate_to,
        )

    def _people(
        self,
        stage: str,
        what: str,
        selectors: Sequence[str],
        fallback: Sequence[str],
        change: Change,
    ) -> tuple[str, ...]:
        for asked in (selectors, fallback):
            people = map(str, self.directory.resolve(asked, change))
            if found := tuple(person for person in people if person not in change.barred):
                return found
        named = ", ".join((*selectors, *fallback))
        raise Refused(
            f"{stage}: nobody is found to {what} ({named}) who is active and neither the "
            "requester, the proposer nor the assignee of the change."
        )

    async def vote(
        self,
        id: UUID,
        vote: Vote,
        *,
        comment: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Vote on a change; the vote that decides, decides at once."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id, expected=expected)
            change.vote(vote, comment=comment, hours=self.hours_of(change), by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def time_out_stage(
        self, id: UUID, round: int, stage: str, *, by: Provenance, **repeat: Unpack[Repeat]
    ) -> Receipt:
        """Tell a change that the patience of a stage has run out: see `Change.time_out_stage`."""

        async def decide(work: Work) -> None:
            change = await work.get(Change, id)
            change.time_out_stage(round, stage, hours=self.hours_of(change), by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def escalate_stage(
        self,
        id: UUID,
        round: int,
        stage: str,
        *,
        to: Sequence[UUID],
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Ask more people to vote in an open stage: see `Change.escalate_stage`."""

        async def decide(work: Work) -> None:
            people = [str(self.active_person("to", person).id) for person in to]
            change = await work.get(Change, id)
            change.escalate_stage(round, stage, to=people, hours=self.hours_of(change), by=by)

        return await self.ledger.run(by, decide, **repeat)

    def hours_of(self, change: Change) -> BusinessHours | None:
        """The hours on which the patience of a submitted change counts."""
        return self.directory.hours(change.calendar, change.calendar_version)
