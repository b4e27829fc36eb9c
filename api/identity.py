"""Who asks: a bearer token, or the session cookie of a browser."""

from collections import OrderedDict
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from api import tokens
from api.http.errors import Problem
from domain.desk import Desk
from domain.organisation import Organisation
from domain.person import Person, Token
from domain.policy import Actor
from domain.rules import NotFound

COOKIE = "ledgerdesk_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""The name under which browsers take it over TLS alone, and from this host."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWNERS_KNOWN_MAX = 50_000
_CALLERS_KNOWN_MAX = 5_000
_CHALLENGE = [(b"www-authenticate", b'Bearer realm="ledgerdesk"')]


class Caller:
    """A person, let in by one of their tokens."""

    __slots__ = ("actor", "channel", "digest", "organisation", "person", "token")

    def __init__(
        self,
        person: Person,
        token: Token,
        actor: Actor,
        digest: str,
        channel: str,
        organisation: Organisation | None,
    ) -> None:
        self.person = person
        self.token = token
        self.actor = actor
        self.digest = digest
        self.channel = channel
        self.organisation = organisation


class Identity:
    """Looks people up by their tokens. Whether a token holds is looked at anew every time; who
    that is, and what they may do, is looked up again after anything happened to them."""

    def __init__(self, desk: Desk, *, is_secure: bool) -> None:
        self.desk = desk
        self._cookie = cookie_name(is_secure=is_secure)
        self._owners: OrderedDict[str, UUID] = OrderedDict()
        self._callers: OrderedDict[str, Caller] = OrderedDict()

    async def caller(self, method: str, headers: dict[bytes, bytes], at: datetime) -> Caller:
        """Raises Problem unless a request comes with a token that holds."""
        authorization = headers.get(b"authorization")
        if authorization is not None:
            scheme, _, secret = authorization.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer":
                raise _unknown("Show a token: Authorization: Bearer ld_pat_…")
            return await self._by_token(secret.strip(), at, "api")
        secret = cookie(headers, self._cookie)
        if not secret:
            raise _unknown("Show a token: Authorization: Bearer ld_pat_…")
        if method not in SAFE_METHODS:
            require_same_site(headers)
        return await self._by_token(secret, at, "portal")

    async def _by_token(self, secret: str, at: datetime, channel: str) -> Caller:
        digest = tokens.digest(secret)
        caller = self._callers.get(digest)
        if caller is None or not self._is_unchanged(caller) or caller.channel != channel:
            caller = await self._found(secret, digest, channel)
            self._callers[digest] = caller
            if len(self._callers) > _CALLERS_KNOWN_MAX:
                self._callers.popitem(last=False)
        stands_in_for = frozenset(
            str(person.id) for person, _ in self.desk.directory.stands_in(caller.person.id, at)
        )
        teams = self.desk.directory.memberships_of(caller.person.id)
        if (stands_in_for, teams) != (caller.actor.stands_in_for, caller.actor.teams):
            caller.actor = replace(caller.actor, stands_in_for=stands_in_for, teams=teams)
        if not caller.token.is_valid(at):
            raise _unknown("This token has expired or was revoked.")
        if not caller.person.is_active:
            raise _unknown("This person was deactivated.")
        return caller

    def _is_unchanged(self, caller: Caller) -> bool:
        """Whether nothing has happened to the person or the organisation since."""
        directory = self.desk.directory
        person, organisation = caller.person, caller.organisation
        return (
            directory.person(person.id) is person
            and directory.organisation(person.organisation) is organisation
        )

    async def _found(self, secret: str, digest: str, channel: str) -> Caller:
        if not tokens.is_token(secret):
            raise _unknown("This is no token of this desk: it was cut short or changed.")
        person = await self._owner(digest)
        token = _find(person, digest) if person else None
        if person is not None and token is None:
            # Issued by another process a moment ago, and the directory has not heard of it.
            person = await self.desk.ledger.find(Person, person.id)
            token = _find(person, digest)
        if person is None or token is None:
            raise _unknown("This token is not known.")
        if person.organisation is None:
            raise _unknown("This person belongs to no organisation.")
        directory = self.desk.directory
        actor = directory.actor(person, token)
        organisation = directory.organisation(person.organisation)
        return Caller(person, token, actor, digest, channel, organisation)

    async def _owner(self, digest: str) -> Person | None:
        id = self._owners.get(digest)
        if id is None:
            id = await self.desk.ledger.recorder.claimed(tokens.claim(digest))
            if id is None:
                return None
            self._owners[digest] = id
            if len(self._owners) > _OWNERS_KNOWN_MAX:
                self._owners.popitem(last=False)
        person = self.desk.directory.person(id)
        if person is not None:
            return person
        try:
            return await self.desk.ledger.find(Person, id)
        except NotFound:
            return None


def cookie_name(*, is_secure: bool) -> str:
    """What the session cookie is called."""
    return SECURE_COOKIE if is_secure else COOKIE


def cookie(headers: dict[bytes, bytes], wanted: str) -> str:
    """The value of a cookie, or ""."""
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == wanted:
            return value
    return ""


def require_same_site(headers: dict[bytes, bytes]) -> None:
    """Refuse what another site made a browser send. Programs that send neither header pass."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        if site in (b"same-origin", b"none"):
            return
    else:
        origin = headers.get(b"origin")
        if origin is None or origin.partition(b"://")[2] == headers.get(b"host"):
            return
    raise Problem("cross_site", "A session is used from the desk's own pages only.")


def _find(person: Person, digest: str) -> Token | None:
    # The latest stand at the end, and they are the ones in use.
    for token in reversed(person.tokens):
        if token.digest == digest:
            return token
    return None


def _unknown(detail: str) -> Problem:
    return Problem("unauthenticated", detail, headers=_CHALLENGE)
