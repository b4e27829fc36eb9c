"""Passwords and tokens of people over HTTP: secrets go in and come out here alone."""

from secrets import token_bytes
from typing import Any

from api import history, tokens
from api.commands import accepted, asked_of
from api.desk_then import find_then
from api.http import bodies
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.lists import only
from api.people import PRACTICE, IssueToken, RevokeToken, SetPassword
from api.reference import reference
from api.sessions import shown
from domain.person import Person
from domain.policy import about, allow


class Credentials:
    async def set_password(self, call: Call) -> Answer:
        person = await _person(call)
        raw = await bodies.read(call)
        body = bodies.parse(call, SetPassword, raw)
        hash = await call.context.passwords.hash(body.password)
        # Without the body: its digest would be a second, quick way to try passwords.
        asked = asked_of(call, b"", None)
        receipt = await call.context.ledger.edit(
            Person,
            person.id,
            lambda record: record.set_password(hash, by=asked.by),
            **asked.keywords,
        )
        return accepted(call, receipt, 200, "people")

    async def issue(self, call: Call) -> Answer:
        """Issue a token. Its secret is in the first answer and nowhere else."""
        person = await _person(call)
        raw = await bodies.read(call)
        body = bodies.parse(call, IssueToken, raw)
        if not set(body.scopes) <= call.caller.actor.scopes:
            raise Problem("forbidden", "A token cannot issue one with more scopes than its own.")
        asked = asked_of(call, raw, None)
        secret = tokens.secret_of(token_bytes(tokens.SECRET_BYTES))
        receipt = await call.context.desk.issue_token(
            person.id,
            token_id=asked.by.command,
            digest=tokens.digest(secret),
            hint=tokens.hint(secret),
            name=body.name,
            scopes=tuple(body.scopes),
            expires=body.expires,
            **asked.keywords,
        )
        more: dict[str, Any] = {"token_id": asked.by.command}
        if not receipt.is_repeat:
            more["token"] = secret
        answer = accepted(call, receipt, 201, "people", more)
        answer.headers.append((b"cache-control", b"no-store"))
        return answer

    async def revoke(self, call: Call) -> Answer:
        person = await _person(call)
        raw = await bodies.read(call)
        body = bodies.parse(call, RevokeToken, raw)
        asked = asked_of(call, raw, None)
        receipt = await call.context.ledger.edit(
            Person,
            person.id,
            lambda record: record.revoke_token(body.token_id, by=asked.by),
            **asked.keywords,
        )
        return accepted(call, receipt, 200, "people")

    async def tokens_of(self, call: Call) -> Answer:
        """The tokens of a person, without their secrets."""
        query = call.query()
        only(query, *history.PARAMETERS)
        person = await find_then(call, PRACTICE, await history.asked_of(call, query))
        assert isinstance(person, Person)
        return json({"data": [shown(token) for token in person.tokens]})


async def _person(call: Call) -> Person:
    id = reference(Person, call.params[0])
    person = await call.context.ledger.find(Person, id)
    allow(call.caller.actor, call.route.act, about(person))
    return person
