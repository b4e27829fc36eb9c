"""Organisations, people and teams, the names that they claim, and the tokens of people."""

from collections.abc import Collection
from datetime import datetime
from typing import Unpack
from uuid import UUID

from domain.delegation import Risk, check_chain
from domain.desk.desk import Base, Repeat
from domain.ids import number_of
from domain.ledger import Work
from domain.organisation import Organisation
from domain.person import Person, Role, Scope, name_digest
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused
from domain.team import SupportLevel, Team

USERNAME_TAKEN = "username: this user name is taken."
EMAIL_TAKEN = "email: another person has this e-mail address."
TEAM_TAKEN = "name: another team has this name."
TOKEN_TAKEN = "digest: this token was issued before."


def username_claim(username: str) -> str:
    """The name under which the ledger knows whose user name it is."""
    return f"username:{name_digest(username)}"


def email_claim(email: str) -> str:
    return f"email:{name_digest(email)}"


def token_claim(digest: str) -> str:
    return f"token:{digest}"


def team_claim(name: str) -> str:
    return f"team:{name_digest(name)}"


class People(Base):
    async def register_organisation(
        self,
        *,
        name: str,
        is_operator: bool = False,
        parent: UUID | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Register an organisation, possibly as a part of another."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if parent is not None:
                self.active_organisation("parent", parent)
            if not number:
                number.append(await self.ledger.next_id(Organisation))
            work.add(
                Organisation.register(
                    number[0], name=name, is_operator=is_operator, parent=parent, by=by
                )
            )

        return await self.ledger.run(by, decide, **repeat)

    # People ------------------------------------------------------------------------------

    async def register_person(
        self,
        *,
        username: str,
        name: str,
        organisation: UUID,
        email: str = "",
        manager: UUID | None = None,
        roles: Collection[Role] = (Role.REQUESTER,),
        language: str = "en",
        zone: str = "UTC",
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Register a person under a user name and an address that nobody else ever had.

        Who is deactivated keeps both.
        """
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            self.active_organisation("organisation", organisation)
            if manager is not None:
                self.active_person("manager", manager)
            if not number:
                number.append(await self.ledger.next_id(Person))
            person = Person.register(
                number[0],
                username=username,
                name=name,
                organisation=organisation,
                email=email,
                manager=manager,
                roles=roles,
                language=language,
                zone=zone,
                by=by,
            )
            work.add(person)
            work.claim(username_claim(person.username), person.id, USERNAME_TAKEN)
            if person.email:
                work.claim(email_claim(person.email), person.id, EMAIL_TAKEN)

        return await self.ledger.run(by, decide, **repeat)

    async def amend_person(
        self,
        id: UUID,
        *,
        name: str | None = None,
        email: str | None = None,
        language: str | None = None,
        zone: str | None = None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Correct what is known of a person. An address that is given up is free for others."""

        async def decide(work: Work) -> None:
            person = await work.get(Person, id, expected=expected)
            before = person.email
            person.amend(name=name, email=email, language=language, zone=zone, by=by)
            if name_digest(before) == name_digest(person.email):
                return
            if before:
                work.release_claim(email_claim(before))
            if person.email:
                work.claim(email_claim(person.email), id, EMAIL_TAKEN)

        return await self.ledger.run(by, decide, **repeat)

    async def move_person(
        self,
        id: UUID,
        organisation: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Move a person to another organisation."""

        async def decide(work: Work) -> None:
            self.active_organisation("organisation", organisation)
            (await work.get(Person, id, expected=expected)).move(organisation, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def set_manager(
        self,
        id: UUID,
        manager: UUID | None,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Say who manages a person, or that nobody does."""

        async def decide(work: Work) -> None:
            if manager is not None:
                self.active_person("manager", manager)
            (await work.get(Person, id, expected=expected)).set_manager(manager, by=by)

        return await self.ledger.run(by, decide, **repeat)

    # Delegations -------------------------------------------------------------------------

    async def delegate(
        self,
        id: UUID,
        to: UUID,
        *,
        start: datetime,
        end: datetime,
        risks: Collection[Risk] = (),
        process: UUID | None = None,
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Let somebody vote for a person for a time. Refused if it makes a chain or a circle."""

        async def decide(work: Work) -> None:
            self.directory.catch_up()
            delegate = self.active_person("to", to)
            if process is not None and self.directory.approval_process(process) is None:
                raise Refused(f"process: there is no approval process {number_of(process)}.")
            person = await work.get(Person, id, expected=expected)
            person.delegate(
                to, start=start, end=end, risks=risks, process=process, reason=reason, by=by
            )
            check_chain(
                person.delegations[-1],
                delegate.delegations,
                (made for _, made in self.directory.delegated_to(id)),
            )

        return await self.ledger.run(by, decide, **repeat)

    # Tokens ------------------------------------------------------------------------------

    async def issue_token(
        self,
        person: UUID,
        *,
        token_id: UUID,
        digest: str,
        hint: str,
        name: str,
        scopes: Collection[Scope],
        expires: datetime | None,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Let in whoever shows the secret with this SHA-256 as this person."""

        async def decide(work: Work) -> None:
            found = await work.get(Person, person, expected=expected)
            found.issue_token(
                token_id,
                digest=digest,
                hint=hint,
                name=name,
                scopes=scopes,
                expires=expires,
                by=by,
            )
            work.claim(token_claim(digest), person, TOKEN_TAKEN)

        return await self.ledger.run(by, decide, **repeat)

    async def open_feed(
        self,
        person: UUID,
        *,
        token_id: UUID,
        digest: str,
        hint: str,
        name: str,
        calendar: UUID,
        with_windows: bool,
        expires: datetime | None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Show the feed of a calendar to whoever shows the secret with this SHA-256."""

        async def decide(work: Work) -> None:
            found = await work.get(Person, person)
            found.open_feed(
                token_id,
                digest=digest,
                hint=hint,
                name=name,
                calendar=calendar,
                with_windows=with_windows,
                expires=expires,
                by=by,
            )
            work.claim(token_claim(digest), person, TOKEN_TAKEN)

        return await self.ledger.run(by, decide, **repeat)

    async def authenticate(self, digest: str, at: datetime) -> Person | None:
        """The active person whose valid token has this digest, as the ledger knows them now."""
        id = await self.ledger.recorder.claimed(token_claim(digest))
        if id is None:
            return None
        person = await self.ledger.find(Person, id)
        is_let_in = any(token.digest == digest and token.is_valid(at) for token in person.tokens)
        return person if is_let_in and person.is_active else None

    async def person_called(self, username: str) -> Person | None:
        """The person with this user name, as the ledger knows them now."""
        id = await self.ledger.recorder.claimed(username_claim(username))
        return None if id is None else await self.ledger.find(Person, id)

    # Teams -------------------------------------------------------------------------------

    async def form_team(
        self,
        *,
        name: str,
        organisation: UUID | None = None,
        support_level: SupportLevel = 1,
        description: str = "",
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Form a team under a name that no other team has: approvers are named by it."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if organisation is not None:
                self.active_organisation("organisation", organisation)
            if not number:
                number.append(await self.ledger.next_id(Team))
            team = Team.form(
                number[0],
                name=name,
                organisation=organisation,
                support_level=support_level,
                description=description,
                by=by,
            )
            work.add(team)
            work.claim(team_claim(team.name), team.id, TEAM_TAKEN)

        return await self.ledger.run(by, decide, **repeat)

    async def rename_team(
        self,
        id: UUID,
        name: str,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Give a team another name. The old one is free for others."""

        async def decide(work: Work) -> None:
            team = await work.get(Team, id, expected=expected)
            before = team.name
            team.rename(name, by=by)
            if name_digest(before) != name_digest(team.name):
                work.release_claim(team_claim(before))
                work.claim(team_claim(team.name), id, TEAM_TAKEN)

        return await self.ledger.run(by, decide, **repeat)

    async def disband_team(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """End a team. Its name is free for others."""

        async def decide(work: Work) -> None:
            team = await work.get(Team, id, expected=expected)
            if not team.is_disbanded:
                team.disband(by=by)
                work.release_claim(team_claim(team.name))

        return await self.ledger.run(by, decide, **repeat)

    async def add_member(
        self,
        team: UUID,
        person: UUID,
        *,
        is_lead: bool = False,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Take an active person into a team."""

        async def decide(work: Work) -> None:
            self.active_person("person", person)
            (await work.get(Team, team, expected=expected)).add_member(
                person, is_lead=is_lead, by=by
            )

        return await self.ledger.run(by, decide, **repeat)
