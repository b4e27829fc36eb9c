"""People: who they are, where they belong, what they may do, and how they prove who they are."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Annotated, Self, get_args
from unicodedata import normalize
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain import delegation, text
from domain.aggregate import Aggregate, Event
from domain.delegation import Delegation, Risk
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import Refused, require
from domain.wall_clock import zone as require_zone

EMAIL_MAX = 254
USERNAME_MAX = 100
TOKENS_MAX = 50
NAME = "The name of a person"

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_HEX_64 = re.compile(r"[0-9a-f]{64}")


class Role(StrEnum):
    REQUESTER = "requester"
    AGENT = "agent"
    APPROVER = "approver"
    CHANGE_MANAGER = "change manager"
    PROCESS_OWNER = "process owner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a token may be used for, within the roles of its person."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Token(Struct, frozen=True, kw_only=True):
    """A bearer token, known by the digest of its secret alone."""

    id: UUID
    digest: str
    hint: str
    """A part of the token by which its person tells it from others."""
    scopes: tuple[Scope, ...]
    expires: datetime | None
    """None for a token that does not expire."""
    is_revoked: bool = False

    def is_valid(self, at: datetime) -> bool:
        return not self.is_revoked and (self.expires is None or at < self.expires)


def name_digest(name: str) -> str:
    """What stands for a user name or an address where names must differ: not the name itself.

    Names that differ in case, or in the way their characters are put together, are the same.
    """
    folded = normalize("NFKC", normalize("NFKC", " ".join(name.split())).casefold())
    return blake2b(folded.encode(), digest_size=16, person=b"ledgerdesk name").hexdigest()


class Person(Aggregate):
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
    is_active: bool
    password: str
    tokens: tuple[Token, ...]
    delegations: tuple[Delegation, ...]

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
        self.is_active = True
        self.password = ""
        self.tokens = ()
        self.delegations = ()

    def token(self, id: UUID) -> Token | None:
        return next((token for token in self.tokens if token.id == id), None)

    def _require_active(self) -> None:
        require(self.is_active, "A person who was deactivated must be reactivated first.")

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

    # Deactivate and reactivate -------------------------------------------------------------

    def deactivate(self, *, reason: str, by: Provenance) -> None:
        """Let the person in no more. Their tokens are revoked, and stay so."""
        require(str(self.id) != by.actor, "Nobody deactivates themselves.")
        if self.is_active:
            reason = text.reason(reason, "A deactivation needs a reason.")
            self.record(self.Deactivated(by=by, reason=reason))

    class Deactivated(Event):
        reason: Annotated[str, Personal("self")]

        def apply(self, person: "Person", /) -> None:
            person.is_active = False
            person.tokens = tuple(replace(token, is_revoked=True) for token in person.tokens)

    def reactivate(self, *, by: Provenance) -> None:
        if not self.is_active:
            self.record(self.Reactivated(by=by))

    class Reactivated(Event):
        def apply(self, person: "Person", /) -> None:
            person.is_active = True

    # Delegate ----------------------------------------------------------------------------

    def delegate(
        self,
        to: UUID,
        *,
        start: datetime,
        end: datetime,
        risks: Collection[Risk] = (),
        process: UUID | None = None,
        reason: str,
        by: Provenance,
    ) -> None:
        """Let somebody vote for this person from one instant to another.

        That it makes no chain with the delegations of others is checked elsewhere.
        """
        self._require_active()
        require(to != self.id, "Nobody delegates to themselves.")
        delegation.check(start, end, by.at)
        require(
            len(self.delegations) < delegation.DELEGATIONS_MAX,
            f"A person makes at most {delegation.DELEGATIONS_MAX} delegations.",
        )
        self.record(
            self.Delegated(
                by=by,
                number=len(self.delegations) + 1,
                to=to,
                start=start.astimezone(UTC),
                end=end.astimezone(UTC),
                risks=tuple(risk for risk in get_args(Risk) if risk in risks),
                process=process,
                reason=text.reason(reason, "A delegation needs a reason."),
            )
        )

    class Delegated(Event):
        number: int
        to: UUID
        start: datetime
        end: datetime
        reason: Annotated[str, Personal("self")]
        risks: tuple[Risk, ...] = ()
        process: UUID | None = None

        def apply(self, person: "Person", /) -> None:
            made = Delegation(
                number=self.number,
                to=self.to,
                start=self.start,
                end=self.end,
                risks=self.risks,
                process=self.process,
            )
            person.delegations = (*person.delegations, made)

    def end_delegation(self, number: int, *, by: Provenance) -> None:
        """End a delegation now. One that is over stays as it was."""
        known = next((one for one in self.delegations if one.number == number), None)
        if known is None:
            raise Refused("This person has made no such delegation.")
        if by.at < known.end:
            self.record(self.DelegationEnded(by=by, number=number))

    class DelegationEnded(Event):
        number: int

        def apply(self, person: "Person", /) -> None:
            person.delegations = tuple(
                replace(one, end=self.by.at) if one.number == self.number else one
                for one in person.delegations
            )

    # Passwords and tokens ------------------------------------------------------------------

    def set_password(self, hash: str, *, by: Provenance) -> None:
        """Keep the hash of a password, in the form that names its own method: `$argon2id$…`."""
        self._require_active()
        require(
            hash.startswith("$") and len(hash) <= text.REASON_MAX and hash.isascii(),
            "A password is kept as a hash only.",
        )
        if hash != self.password:
            self.record(self.PasswordSet(by=by, hash=hash))

    class PasswordSet(Event):
        hash: Annotated[str, Personal("self")]

        def apply(self, person: "Person", /) -> None:
            person.password = self.hash

    def issue_token(
        self,
        token_id: UUID,
        *,
        digest: str,
        hint: str,
        name: str,
        scopes: Collection[Scope],
        expires: datetime | None,
        by: Provenance,
    ) -> None:
        """Let in whoever shows the secret with this SHA-256 (64 hexadecimal digits)."""
        self._require_active()
        if (known := self.token(token_id)) is not None:
            require(known.digest == digest, "Another token has this id.")
            return
        require(
            _HEX_64.fullmatch(digest) is not None,
            "A token is known by the 64 hexadecimal digits of its SHA-256.",
        )
        require(len(scopes) > 0, "A token has at least one scope.")
        if expires is not None:
            require(expires.tzinfo is not None, "A time needs a zone or an offset from UTC.")
            require(expires > by.at, "A token expires in the future.")
        valid = sum(token.is_valid(by.at) for token in self.tokens)
        require(valid < TOKENS_MAX, f"A person has at most {TOKENS_MAX} valid tokens.")
        self.record(
            self.TokenIssued(
                by=by,
                token_id=token_id,
                digest=digest,
                hint=text.name(hint, "The hint of a token"),
                name=text.name(name, "The name of a token"),
                scopes=tuple(scope for scope in Scope if scope in scopes),
                expires=expires,
            )
        )

    class TokenIssued(Event):
        token_id: UUID
        digest: str
        hint: str
        name: Annotated[str, Personal("self")]
        scopes: tuple[Scope, ...]
        expires: datetime | None = None

        def apply(self, person: "Person", /) -> None:
            token = Token(
                id=self.token_id,
                digest=self.digest,
                hint=self.hint,
                scopes=self.scopes,
                expires=self.expires,
            )
            person.tokens = (*person.tokens, token)

    def revoke_token(self, token_id: UUID, *, by: Provenance) -> None:
        known = self.token(token_id)
        require(known is not None, "This person has no such token.")
        if known is not None and not known.is_revoked:
            self.record(self.TokenRevoked(by=by, token_id=token_id))

    class TokenRevoked(Event):
        token_id: UUID

        def apply(self, person: "Person", /) -> None:
            person.tokens = tuple(
                replace(token, is_revoked=True) if token.id == self.token_id else token
                for token in person.tokens
            )


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
