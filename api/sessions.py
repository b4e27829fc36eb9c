"""Signing in and out with a user name and a password, and who one is."""

from datetime import datetime
from secrets import randbits, token_bytes
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api import tokens
from api.http import bodies
from api.http.answers import Answer, Header, json
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem
from api.identity import cookie_name, require_same_site
from api.passwords import PASSWORD_MAX
from api.settings import Settings
from domain.ids import number_of, ordered_id
from domain.person import Person, Scope, Token
from domain.policy import about, allow
from domain.provenance import Provenance
from domain.rules import DomainError

HINT = "session"
SESSIONS_MAX = 20
"""Of one person at a time; the oldest ends for the next."""


class SignIn(Body):
    username: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=PASSWORD_MAX)]


class Sessions:
    async def sign_in(self, call: Call) -> Answer:
        """Exchange a user name and a password for a session."""
        if b"cookie" in call.headers or b"sec-fetch-site" in call.headers:
            require_same_site(call.headers)
        body = bodies.parse(call, SignIn, await bodies.read(call))
        person = call.context.desk.directory.person_by_username(body.username)
        passwords = call.context.passwords
        if (
            not await passwords.proves(body.password, body.username, person, call.address)
            or person is None
        ):
            raise Problem("unauthenticated", "The user name or the password is wrong.")
        return await self._open(call, person)

    async def sign_out(self, call: Call) -> Answer:
        """End the session that the call comes with."""
        caller = call.caller
        allow(caller.actor, call.route.act, about(caller.person))
        if caller.token.hint != HINT:
            raise Problem("refused", "This is a token and no session: revoke it instead.")
        by = _signed(caller.person.id, call.context.clock())
        await _revoke(call, caller.person.id, caller.token.id, by)
        return Answer(204, headers=[_cookie("", 0, call.context.settings)])

    async def me(self, call: Call) -> Answer:
        """Who one is, and what the token is good for."""
        caller = call.caller
        allow(caller.actor, call.route.act, about(caller.person))
        person = caller.person
        return json(
            {
                "id": person.id,
                "number": number_of(person.id),
                "username": person.username,
                "name": person.name,
                "email": person.email,
                "organisation": person.organisation,
                "roles": sorted(person.roles),
                "language": person.language,
                "zone": person.zone,
                "is_operator": caller.actor.is_operator,
                "token": shown(caller.token),
            }
        )

    async def _open(self, call: Call, person: Person) -> Answer:
        at = call.context.clock()
        await self._make_room(call, person, at)
        secret = tokens.secret_of(token_bytes(tokens.SECRET_BYTES))
        expires = at + call.context.settings.session_lifetime
        by = _signed(person.id, at)
        await call.context.desk.issue_token(
            person.id,
            token_id=by.command,
            digest=tokens.digest(secret),
            hint=HINT,
            name=HINT,
            scopes=tuple(Scope),
            expires=expires,
            by=by,
        )
        seconds = int(call.context.settings.session_lifetime.total_seconds())
        document = {"token": secret, "expires": expires, "person": number_of(person.id)}
        headers = [_cookie(secret, seconds, call.context.settings), (b"cache-control", b"no-store")]
        return json(document, 201, headers)

    async def _make_room(self, call: Call, person: Person, at: datetime) -> None:
        open_now = [t for t in person.tokens if t.hint == HINT and t.is_valid(at)]
        for token in open_now[: max(0, len(open_now) - SESSIONS_MAX + 1)]:
            try:
                await _revoke(call, person.id, token.id, _signed(person.id, at))
            except DomainError:
                pass  # Ended meanwhile, which is all that was wanted.


def shown(token: Token) -> dict[str, Any]:
    """What may be told of a token later."""
    return {
        "id": token.id,
        "hint": token.hint,
        "scopes": token.scopes,
        "expires": token.expires,
        "is_revoked": token.is_revoked,
        "calendar": None if token.calendar is None else number_of(token.calendar),
    }


async def _revoke(call: Call, person: UUID, token: UUID, by: Provenance) -> None:
    await call.context.ledger.edit(
        Person, person, lambda record: record.revoke_token(token, by=by), by=by
    )


def _signed(person: UUID, at: datetime) -> Provenance:
    command = ordered_id(int(at.timestamp() * 1000), randbits(74))
    return Provenance(actor=str(person), at=at, command=command, channel="portal")


def _cookie(secret: str, seconds: int, settings: Settings) -> Header:
    secure = "; Secure" if settings.secure_cookies else ""
    name = cookie_name(is_secure=settings.secure_cookies)
    value = f"{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    return (b"set-cookie", value.encode())
