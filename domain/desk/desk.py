"""What all use cases of the desk share."""

from typing import TypedDict
from uuid import UUID

from domain.directory import Directory
from domain.ids import number_of
from domain.ledger import Ledger
from domain.organisation import Organisation
from domain.person import Person
from domain.rules import Refused, require
from domain.team import Team


class Repeat(TypedDict, total=False):
    """How a repeat of a command is known, as the ledger takes it."""

    fingerprint: bytes
    is_repeatable: bool


class Base:
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self.ledger = ledger
        self.directory = directory

    # References: each is refused with the name of its field -----------------------------------

    def known_person(self, field: str, id: UUID) -> Person:
        """The person that a field names. Raises Refused if there is none."""
        person = self.directory.person(id)
        if person is None:
            self.directory.catch_up()
            person = self.directory.person(id)
        if person is None:
            raise Refused(f"{field}: there is no person {number_of(id)}.")
        return person

    def active_person(self, field: str, id: UUID) -> Person:
        person = self.known_person(field, id)
        if not person.is_active:
            raise Refused(f"{field}: {person.number} was deactivated.")
        return person

    def active_team(self, field: str, id: UUID) -> Team:
        """The team that a field names. Raises Refused if there is none any more."""
        team = self.directory.team(id)
        if team is None:
            self.directory.catch_up()
            team = self.directory.team(id)
        if team is None:
            raise Refused(f"{field}: there is no team {number_of(id)}.")
        if team.is_disbanded:
            raise Refused(f"{field}: {team.number} was disbanded.")
        return team

    def active_organisation(self, field: str, id: UUID) -> Organisation:
        """The organisation that a field names. Raises Refused if there is none any more."""
        organisation = self.directory.organisation(id)
        if organisation is None:
            self.directory.catch_up()
            organisation = self.directory.organisation(id)
        if organisation is None:
            raise Refused(f"{field}: there is no organisation {number_of(id)}.")
        if not organisation.is_active:
            raise Refused(f"{field}: {organisation.number} was deactivated.")
        return organisation

    def organisation_of(self, requester: UUID | None, organisation: UUID | None) -> UUID | None:
        """Whose a ticket is: its requester's. Raises Refused if another is named."""
        if requester is None:
            if organisation is not None:
                self.active_organisation("organisation", organisation)
            return organisation
        own = self.active_person("requester", requester).organisation
        require(
            organisation is None or organisation == own,
            "organisation: a ticket belongs to the organisation of its requester.",
        )
        return own
