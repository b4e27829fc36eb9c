"""People: who they are, where they belong, and what they may do."""

import re
from collections.abc import Collection
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Self
from unicodedata import normalize
from uuid import UUID

from domain import text
from domain.aggregate import Event
from domain.person_access import TOKENS_MAX, Scope, Token
from domain.person_delegations import Delegating
from domain.person_erasure import Erasable
from domain.personal import ERASED, Personal
from domain.provenance import Provenance
from domain.rules import require
from domain.wall_clock import zone as require_zone

__all__ = ["TOKENS_MAX", "Person", "Role", "Scope", "Token", "name_digest"]

EMAIL_MAX = 254
USERNAME_MAX = 100
NAME = "The name of a person"

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


class Role(StrEnum):
    REQUESTER = "requester"
    AGENT = "agent"
    APPROVER = "approver"
    CHANGE_MANAGER = "change manager"
    PROCESS_OWNER = "process owner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


def name_digest(name: str) -> str:
    """What stands for a user name or an address where names must differ: not the name itself.

    Names that differ in case, or in the way their characters are put together, are the same.
    """
    folded = normalize("NFKC", normalize("NFKC", " ".join(name.split())).casefold())
    return blake2b(folded.encode(), digest_size=16, person=b"ledgerdesk name").hexdigest()


class Person(Erasable, Delegating):
    prefix = "PER"
    can_snapshot = False

    username: str
    name: str
    email: str
    organisation: UUID | None
    manager: UUID | None
    roles: frozenset[Role]
    language: str
    zone: str

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.username = ""
        self.name = ""
        self.email = ""
        self.organisation = None
        self.manager = None
        self.roles = frozenset()
        self.language = ""
        self.zone = ""

    # Register ----------------------------------------------------------------------------

    @classmethod
    def register(
        cls,
        id: UUID,
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
    ) -> Self:
        """Register a person. That the user name and the address are free is claimed elsewhere."""
        require(manager != id, "Nobody is their own manager.")
        require(len(roles) > 0, "A person has at least one role.")
        return cls.begin(
            id,
            cls.Registered(
                by=by,
                username=_username(username),
                name=text.name(name, NAME),
                email=_email(email),
                organisation=organisation,
                manager=manager,
                roles=tuple(role for role in Role if role in roles),
                language=_language(language),
                zone=_zone(zone),
            ),
        )

    class Registered(Event):
        username: Annotated[str, Personal("self")]
        name: Annotated[str, Personal("self")]
        organisation: UUID
        email: Annotated[str, Personal("self")] = ""
        manager: UUID | None = None
        roles: tuple[Role, ...] = ()
        language: str = "en"
        zone: str = "UTC"

        def apply(self, person: "Person", /) -> None:
            person.username = self.username
            person.name = self.name
            person.email = self.email
            person.organisation = self.organisation
            person.manager = self.manager
            person.roles = frozenset(self.roles)
            person.language = self.language
            person.zone = self.zone

    # Amend -------------------------------------------------------------------------------

    def amend(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        language: str | None = None,
        zone: str | None = None,
        by: Provenance,
    ) -> None:
        """Correct what is known of a person. What is not given stays as it is."""
        self._require_not_erased()
        event = self.Amended(
            by=by,
            name=_new(self.name, None if name is None else text.name(name, NAME)),
            email=_new(self.email, None if email is None else _email(email)),
            language=_new(self.language, None if language is None else _language(language)),
            zone=_new(self.zone, None if zone is None else _zone(zone)),
        )
        if any(part is not None for part in (event.name, event.email, event.language, event.zone)):
            self.record(event)

    class Amended(Event):
        name: Annotated[str | None, Personal("self")] = None
        email: Annotated[str | None, Personal("self")] = None
        language: str | None = None
        zone: str | None = None

        def apply(self, person: "Person", /) -> None:
            if self.name is not None:
                person.name = self.name
            if self.email is not None:
                person.email = self.email
            if self.language is not None:
                person.language = self.language
            if self.zone is not None:
                person.zone = self.zone

    def leave_blank(self) -> None:
        self.username = self.name = ERASED
        self.email = ""

    # Belong ------------------------------------------------------------------------------

    def move(self, organisation: UUID, *, by: Provenance) -> None:
        """Move the person to another organisation."""
        self._require_active()
        if organisation != self.organisation:
            self.record(self.Moved(by=by, organisation=organisation))

    class Moved(Event):
        organisation: UUID

        def apply(self, person: "Person", /) -> None:
            person.organisation = self.organisation

    def set_manager(self, manager: UUID | None, *, by: Provenance) -> None:
        self._require_active()
        require(manager != self.id, "Nobody is their own manager.")
        if manager != self.manager:
            self.record(self.ManagerSet(by=by, manager=manager))

    class ManagerSet(Event):
        manager: UUID | None = None

        def apply(self, person: "Person", /) -> None:
            person.manager = self.manager

    # Roles -------------------------------------------------------------------------------

    def grant_role(self, role: Role, *, by: Provenance) -> None:
        self._require_active()
        if role not in self.roles:
            self.record(self.RoleGranted(by=by, role=role))

    class RoleGranted(Event):
        role: Role

        def apply(self, person: "Person", /) -> None:
            person.roles = person.roles | {self.role}

    def revoke_role(self, role: Role, *, by: Provenance) -> None:
        if role in self.roles:
            require(len(self.roles) > 1, "A person has at least one role.")
            self.record(self.RoleRevoked(by=by, role=role))

    class RoleRevoked(Event):
        role: Role

        def apply(self, person: "Person", /) -> None:
            person.roles = person.roles - {self.role}


def _new(present: str, given: str | None) -> str | None:
    return None if given == present else given


def _username(given: str) -> str:
    username = text.name(given, "A user name")
    require(" " not in username, "A user name has no spaces.")
    require(len(username) <= USERNAME_MAX, f"A user name has at most {USERNAME_MAX} characters.")
    return username


def _email(given: str) -> str:
    email = text.body(given, "An e-mail address", EMAIL_MAX)
    require(
        email == "" or _EMAIL.fullmatch(email) is not None,
        "An e-mail address looks like ann@example.org.",
    )
    return email


def _language(given: str) -> str:
    require(
        _LANGUAGE.fullmatch(given) is not None, "A language is given as a code such as en or de-CH."
    )
    return given


def _zone(given: str) -> str:
    require_zone(given)
    return given
