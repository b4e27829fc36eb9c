"""Major incidents: who leads them, and whether the stakeholders are told in time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Unpack
from uuid import UUID

from domain import escalation
from domain.desk.desk import Repeat
from domain.desk.merging import Merging
from domain.incident import Incident
from domain.ledger import Work
from domain.major_incident import REMIND_BEFORE, MajorRole
from domain.provenance import Provenance
from domain.recorder import Receipt


class MajorIncidents(Merging):
    async def give_major_role(
        self,
        id: UUID,
        *,
        role: MajorRole,
        person: UUID,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Give somebody who is active a role in a major incident."""

        async def decide(work: Work) -> None:
            self.active_person("person", person)
            incident = await work.get(Incident, id, expected=expected)
            incident.give_major_role(role=role, person=person, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def add_review_action(
        self,
        id: UUID,
        *,
        title: str,
        owner: UUID,
        due: date | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Add an action of somebody who is active to a review."""

        async def decide(work: Work) -> None:
            self.active_person("owner", owner)
            incident = await work.get(Incident, id, expected=expected)
            incident.add_review_action(title=title, owner=owner, due=due, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def major_incidents(self) -> Sequence[UUID]:
        """The major incidents that somebody works on."""
        return await self._outlook.major_incidents()

    async def keep_updates(self, id: UUID, now: datetime, by: Provenance) -> datetime | None:
        """Remind of an update that is due soon, or note that it was not given. Returns when there
        is something to do next; `by` signs for the due moment that it is about."""
        known = await self.ledger.find(Incident, id)
        due = known.update_due
        if due is None or due == known.missed:
            return None
        if now < due - REMIND_BEFORE:
            return due - REMIND_BEFORE
        if now < due and due == known.reminded_of:
            return due

        async def decide(work: Work) -> None:
            incident = await work.get(Incident, id)
            told = self._speakers(incident)
            if now >= due:
                incident.miss_update(due, told=told, by=by)
            else:
                incident.remind_of_update(due, told=told, by=by)

        await self.ledger.run(by, decide, is_repeatable=True)
        return due if now < due else None

    def _speakers(self, incident: Incident) -> tuple[UUID, ...]:
        """Who owes the updates: who speaks for it, or leads it, or has it, or leads the team."""
        roles = incident.major_roles
        speakers = roles.get("communications"), roles.get("incident manager")
        for found in (*speakers, incident.assignee):
            person = self.directory.person(found)
            if person is not None and person.is_active:
                return (person.id,)
        return escalation.leads(incident, self.directory)
