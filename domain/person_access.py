"""How people are let in: as long as they are active, by a password and by tokens.

Only hashes and digests are known here, never a secret.
"""

import re
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain import text
from domain.aggregate import Aggregate, Event
from domain.personal import Personal
from domain.provenance import Provenance
from domain.rules import require

TOKENS_MAX = 50

_HEX_64 = re.compile(r"[0-9a-f]{64}")


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
    calendar: UUID | None = None
    """The one calendar whose feed it opens; such a token has no scope, and opens nothing else."""
    with_windows: bool = False
    """Whether the windows of the week are in that feed."""

    def is_valid(self, at: datetime) -> bool:
        return not self.is_revoked and (self.expires is None or at < self.expires)


class Access(Aggregate, abstract=True):
    is_active: bool
    deactivated_at: datetime | None
    """Since when they are let in no more; None for who is active."""
    is_erased: bool
    password: str
    tokens: tuple[Token, ...]

    def __init__(self, id: UUID) -> None:
        super().__init__(id)
        self.is_active = True
        self.deactivated_at = None
        self.is_erased = False
        self.password = ""
        self.tokens = ()

    def token(self, id: UUID) -> Token | None:
        return next((token for token in self.tokens if token.id == id), None)

    def _require_active(self) -> None:
        self._require_not_erased()
        require(self.is_active, "A person who was deactivated must be reactivated first.")

    def _require_not_erased(self) -> None:
        require(not self.is_erased, "Who was erased stays erased.")

    # Deactivate and reactivate -------------------------------------------------------------

    def deactivate(self, *, reason: str, by: Provenance) -> None:
        """Let the person in no more. Their tokens are revoked, and stay so."""
        require(str(self.id) != by.actor, "Nobody deactivates themselves.")
        if self.is_active:
            reason = text.reason(reason, "A deactivation needs a reason.")
            self.record(self.Deactivated(by=by, reason=reason))

    class Deactivated(Event):
        reason: Annotated[str, Personal("self")]

        def apply(self, person: "Access", /) -> None:
            person.is_active = False
            person.deactivated_at = self.by.effective_at
            person.tokens = tuple(replace(token, is_revoked=True) for token in person.tokens)

    def reactivate(self, *, by: Provenance) -> None:
        self._require_not_erased()
        if not self.is_active:
            self.record(self.Reactivated(by=by))

    class Reactivated(Event):
        def apply(self, person: "Access", /) -> None:
            person.is_active = True
            person.deactivated_at = None

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

        def apply(self, person: "Access", /) -> None:
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
        if self._has_token(token_id, digest):
            return
        require(len(scopes) > 0, "A token has at least one scope.")
        self._require_room(digest, expires, by)
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

        def apply(self, person: "Access", /) -> None:
            token = Token(
                id=self.token_id,
                digest=self.digest,
                hint=self.hint,
                scopes=self.scopes,
                expires=self.expires,
            )
            person.tokens = (*person.tokens, token)

    def open_feed(
        self,
        token_id: UUID,
        *,
        digest: str,
        hint: str,
        name: str,
        calendar: UUID,
        with_windows: bool = False,
        expires: datetime | None,
        by: Provenance,
    ) -> None:
        """Show the feed of one calendar to whoever shows the secret with this SHA-256."""
        if self._has_token(token_id, digest):
            return
        self._require_room(digest, expires, by)
        self.record(
            self.FeedOpened(
                by=by,
                token_id=token_id,
                digest=digest,
                hint=text.name(hint, "The hint of a token"),
                name=text.name(name, "The name of a feed"),
                calendar=calendar,
                with_windows=with_windows,
                expires=expires,
            )
        )

    class FeedOpened(Event):
        token_id: UUID
        digest: str
        hint: str
        name: Annotated[str, Personal("self")]
        calendar: UUID
        with_windows: bool = False
        expires: datetime | None = None

        def apply(self, person: "Access", /) -> None:
            token = Token(
                id=self.token_id,
                digest=self.digest,
                hint=self.hint,
                scopes=(),
                expires=self.expires,
                calendar=self.calendar,
                with_windows=self.with_windows,
            )
            person.tokens = (*person.tokens, token)

    def _has_token(self, id: UUID, digest: str) -> bool:
        """Whether they have it already. Refused if another has its id."""
        self._require_active()
        known = self.token(id)
        require(known is None or known.digest == digest, "Another token has this id.")
        return known is not None

    def _require_room(self, digest: str, expires: datetime | None, by: Provenance) -> None:
        require(
            _HEX_64.fullmatch(digest) is not None,
            "A token is known by the 64 hexadecimal digits of its SHA-256.",
        )
        if expires is not None:
            require(expires.tzinfo is not None, "A time needs a zone or an offset from UTC.")
            require(expires > by.at, "A token expires in the future.")
        valid = sum(token.is_valid(by.at) for token in self.tokens)
        require(valid < TOKENS_MAX, f"A person has at most {TOKENS_MAX} valid tokens.")

    def revoke_token(self, token_id: UUID, *, by: Provenance) -> None:
        known = self.token(token_id)
        require(known is not None, "This person has no such token.")
        if known is not None and not known.is_revoked:
            self.record(self.TokenRevoked(by=by, token_id=token_id))

    class TokenRevoked(Event):
        token_id: UUID

        def apply(self, person: "Access", /) -> None:
            person.tokens = tuple(
                replace(token, is_revoked=True) if token.id == self.token_id else token
                for token in person.tokens
            )
