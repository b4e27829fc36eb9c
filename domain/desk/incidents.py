"""Tickets with a service level: logged, sorted and answered in one command with what follows."""

from collections.abc import Iterator, Sequence
from typing import Unpack
from uuid import UUID

from domain.desk.desk import Repeat
from domain.desk.service_levels import ServiceLevels
from domain.incident import Channel, Incident
from domain.ledger import Work
from domain.mapper import is_person
from domain.person import Role
from domain.priority import Level
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import require
from domain.ticket import Ticket, Visibility
from domain.ticket_type import require_category


class Incidents(ServiceLevels):
    async def log_incident(
        self,
        *,
        title: str,
        description: str = "",
        requester: UUID | None,
        organisation: UUID | None = None,
        channel: Channel = "portal",
        impact: Level | None = None,
        urgency: Level | None = None,
        category: str = "",
        subcategory: str = "",
        service: str = "",
        team: UUID | None = None,
        assignee: UUID | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Log an incident, sorted and assigned as far as that is known."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            require(
                (impact is None) == (urgency is None),
                "A priority follows from impact and urgency: give both, or neither.",
            )
            require(
                category != "" or subcategory + service == "",
                "category: a subcategory or a service is given with a category.",
            )
            whose = self.organisation_of(requester, organisation)
            self._check_assignment(team, assignee)
            if not number:
                number.append(await self.ledger.next_id(Incident))
            incident = Incident.log(
                number[0],
                title=title,
                description=description,
                requester=requester,
                organisation=whose,
                channel=channel,
                by=by,
            )
            if impact is not None and urgency is not None:
                incident.prioritise(
                    impact=impact,
                    urgency=urgency,
                    by=by,
                    matrix=self.directory.matrix(incident.what),
                )
            if category:
                self.check_category(incident, category, subcategory)
                incident.categorise(
                    category=category, subcategory=subcategory, service=service, by=by
                )
            if team is not None or assignee is not None:
                incident.assign(team=team, assignee=assignee, by=by)
            work.add(incident)

        return await self.ledger.run(by, decide, **repeat)

    async def prioritise(
        self,
        kind: type[Ticket],
        id: UUID,
        *,
        impact: Level,
        urgency: Level,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Prioritise a ticket."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            matrix = self.directory.matrix(ticket.what)
            ticket.prioritise(impact=impact, urgency=urgency, by=by, matrix=matrix)

        return await self.ledger.run(by, decide, **repeat)

    async def categorise(
        self,
        kind: type[Ticket],
        id: UUID,
        *,
        category: str,
        subcategory: str = "",
        service: str = "",
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Categorise a ticket."""

        async def decide(work: Work) -> None:
            ticket = await work.get(kind, id, expected=expected)
            self.check_category(ticket, category, subcategory)
            ticket.categorise(category=category, subcategory=subcategory, service=service, by=by)

        return await self.ledger.run(by, decide, **repeat)

    def check_category(self, ticket: Ticket, category: str, subcategory: str) -> None:
        """Refuse a category that the type of a ticket does not have."""
        require_category(self.directory.ticket_type(ticket.what), category, subcategory)

    async def assign(
        self,
        kind: type[Ticket],
        id: UUID,
        *,
        team: UUID | None,
        assignee: UUID | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Assign a ticket to a team, or to a person, that can still take it."""

        async def decide(work: Work) -> None:
            self._check_assignment(team, assignee)
            ticket = await work.get(kind, id, expected=expected)
            ticket.assign(team=team, assignee=assignee, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def comment(
        self,
        kind: type[Ticket],
        id: UUID,
        said: str,
        *,
        visibility: Visibility,
        mentions: Sequence[UUID] = (),
        teams: Sequence[UUID] = (),
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Comment on a ticket. The first public word of an agent on an incident is its response."""

        async def decide(work: Work) -> None:
            for person in mentions:
                self.active_person("mentions", person)
            named = (*mentions, *self._members(teams, but=by.actor))
            ticket = await work.get(kind, id, expected=expected)
            self.say_on(ticket, said, visibility, by, named, teams)

        return await self.ledger.run(by, decide, **repeat)

    def say_on(
        self,
        ticket: Ticket,
        said: str,
        visibility: Visibility,
        by: Provenance,
        mentions: Sequence[UUID] = (),
        teams: Sequence[UUID] = (),
    ) -> None:
        """The same, as a part of another command."""
        ticket.comment(said, visibility=visibility, mentions=mentions, teams=teams, by=by)
        if (
            isinstance(ticket, Incident)
            and visibility is Visibility.PUBLIC
            and by.actor != str(ticket.requester)
            and self._is_agent(by.actor)
        ):
            ticket.respond(by=by)

    def _members(self, teams: Sequence[UUID], *, but: str) -> Iterator[UUID]:
        """The people of some teams who are let in, without whoever acts."""
        for team in teams:
            for id in self.active_team("teams", team).members:
                person = self.directory.person(id)
                if person is not None and person.is_active and str(id) != but:
                    yield id

    def _is_agent(self, actor: str) -> bool:
        person = self.directory.person(UUID(actor)) if is_person(actor) else None
        return person is not None and Role.AGENT in person.roles

    def _check_assignment(self, team: UUID | None, assignee: UUID | None) -> None:
        if team is not None:
            self.active_team("team", team)
        if assignee is not None:
            self.active_person("assignee", assignee)
