"""Commands over HTTP, from one table a practice: what is said, who may, and what it does."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from secrets import randbits
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct

from api.fields import references
from api.http import bodies
from api.http.answers import Answer, dumps
from api.http.bodies import Body
from api.http.calls import Call
from api.http.errors import Problem
from api.reference import reference, require_known
from domain.aggregate import Aggregate
from domain.desk import Desk
from domain.ids import number_of, ordered_id
from domain.ledger import Work
from domain.policy import About, about, allow, allow_ever
from domain.provenance import Provenance
from domain.recorder import Receipt

KEY_MAX = 255
VERSION_MAX = 2**53
_KEY = re.compile(rb"[\x21-\x7e]{1,%d}" % KEY_MAX)
_KEYS = UUID("6c6b9c5e-6d0e-8a57-9b0e-4c65646765ff")
"""The name space of command ids that are made from idempotency keys."""


class Asked(Struct, frozen=True):
    """What goes with every command: who signs, what was seen, and how a repeat is known."""

    by: Provenance
    expected: int | None
    fingerprint: bytes
    is_repeatable: bool

    @property
    def keywords(self) -> dict[str, Any]:
        return {
            "by": self.by,
            "fingerprint": self.fingerprint,
            "is_repeatable": self.is_repeatable,
        }


Use = Callable[..., Awaitable[Receipt]]
"""A use case of the desk: takes the desk, the record's id, and the fields of the body by name."""


class Command(Struct, frozen=True, kw_only=True, dict=True):
    """An act on a record.

    Without a use case, the method of the record is called with the fields of the body.
    """

    method: Callable[..., object]
    body: type[Body]
    summary: str
    needs_version: bool = True
    use: Use | None = None
    act: Callable[[Any], str] | None = None
    """What the policy is asked for, where that depends on what is said."""
    look_up: Callable[[Call, Any, Any], Awaitable[dict[str, Any]]] | None = None
    """What it takes besides, found by the caller, the record and the body."""
    example: Any = None
    description: str = ""

    @cached_property
    def name(self) -> str:
        """The command's name, as in the domain and in the policy."""
        return self.method.__name__.rstrip("_")

    def act_of(self, body: Body) -> str:
        return self.act(body) if self.act else self.name

    @cached_property
    def references(self) -> list[str]:
        return references(self.body.model_fields)


class Creation(Struct, frozen=True, kw_only=True, dict=True):
    """The act that makes a new record of a kind."""

    name: str
    body: type[Body]
    summary: str
    about: Callable[[Call, Any], About]
    """Whose record it will be."""
    use: Callable[[Desk, Any, Asked, Call], Awaitable[Receipt]]
    example: Any = None
    description: str = ""

    @cached_property
    def references(self) -> list[str]:
        return references(self.body.model_fields)


class Practice(Struct, frozen=True, kw_only=True):
    """A kind of record with all that can be done to it over HTTP."""

    kind: type[Aggregate]
    plural: str
    what: str
    """What the policy calls the kind."""
    title: str
    creation: Creation | None
    commands: Sequence[Command]


def begin(
    kind: type[Aggregate], method: Callable[..., Aggregate]
) -> Callable[..., Awaitable[Receipt]]:
    """The use of a creation that needs the record's own rules alone."""

    async def use(desk: Desk, asked: Asked, **fields: Any) -> Receipt:
        id = await desk.ledger.next_id(kind)

        async def decide(work: Work) -> None:
            work.add(method(id, **fields, by=asked.by))

        return await desk.ledger.run(decide=decide, **asked.keywords)

    return use


async def create(call: Call, practice: Practice, creation: Creation) -> Answer:
    raw = await bodies.read(call)
    body = bodies.parse(call, creation.body, raw)
    allow_ever(call.caller.actor, f"{practice.what}.{creation.name}")
    # What it names next: a refusal must not tell whether there is a person elsewhere.
    for field in creation.references:
        await require_known(call, field, getattr(body, field))
    allow(call.caller.actor, f"{practice.what}.{creation.name}", creation.about(call, body))
    asked = asked_of(call, raw, None)
    receipt = await creation.use(call.context.desk, body, asked, call)
    return accepted(call, receipt, 201, practice.plural)


async def act(call: Call, practice: Practice, command: Command) -> Answer:
    # The body first: whether it is right must not tell whether there is such a record.
    raw = await bodies.read(call)
    body = bodies.parse(call, command.body, raw)
    id = reference(practice.kind, call.params[0])
    record = await call.context.ledger.find(practice.kind, id)
    allow(call.caller.actor, f"{practice.what}.{command.act_of(body)}", about(record))
    expected = if_match(call, is_needed=command.needs_version)
    for field in command.references:
        await require_known(call, field, getattr(body, field))
    asked = asked_of(call, body.known_by(raw), expected)
    arguments = body.arguments()
    if command.look_up is not None:
        arguments |= await command.look_up(call, record, body)
    if command.use is not None:
        receipt = await command.use(
            call.context.desk, id, **arguments, expected=expected, **asked.keywords
        )
    else:
        receipt = await call.context.ledger.edit(
            practice.kind,
            id,
            lambda record: command.method(record, **arguments, by=asked.by),
            expected=expected,
            **asked.keywords,
        )
    return accepted(call, receipt, 200, practice.plural)


def asked_of(call: Call, raw: bytes, expected: int | None) -> Asked:
    """Who signs and how a repeat is known. Raises Problem for a key that is none."""
    caller = call.caller
    actor = str(caller.person.id)
    at = call.context.clock()
    given, step = call.headers.get(b"idempotency-key"), call.step
    if step is not None:
        by = Provenance(
            actor=actor,
            at=at,
            command=step.command,
            channel=caller.channel,
            correlation=step.correlation,
            cause=step.cause,
        )
        return Asked(by, expected, _fingerprint(call, raw), True)
    if given is None:
        command = ordered_id(int(at.timestamp() * 1000), randbits(74))
    elif _KEY.fullmatch(given):
        command = uuid5(_KEYS, f"{actor} {given.decode('ascii')}")
    else:
        raise Problem(
            "bad_request", f"An Idempotency-Key has 1 to {KEY_MAX} visible ASCII characters."
        )
    by = Provenance(actor=actor, at=at, command=command, channel=caller.channel)
    return Asked(by, expected, b"" if given is None else _fingerprint(call, raw), given is not None)


def _fingerprint(call: Call, raw: bytes) -> bytes:
    """What tells what is asked from anything else that is asked under the same key."""
    said = b"\0".join((call.method.encode(), call.path.encode("utf-8", "surrogatepass"), raw))
    # Under their key, so that nobody can try out what they may have said once it is gone.
    key = call.context.ledger.mapper.keys.key(str(call.caller.person.id)) or b""
    return blake2b(said, key=key, digest_size=16, person=b"ledgerdesk asked").digest()


def if_match(call: Call, *, is_needed: bool) -> int | None:
    """The version that the caller has seen. Raises Problem if it is needed and missing."""
    given = call.headers.get(b"if-match")
    if given is None:
        if is_needed:
            raise Problem(
                "version_needed",
                'Say which version you have seen: If-Match: "<version>", as in the ETag.',
            )
        return None
    text = given.strip()
    if text == b"*":
        return None
    digits = text[1:-1]
    if text[:1] + text[-1:] != b'""' or not digits.isdigit() or len(digits) > 16:
        raise Problem("bad_request", 'If-Match is one version in quotes, such as "3", or *.')
    return int(digits)


def accepted(
    call: Call,
    receipt: Receipt,
    status: int,
    plural: str,
    more: Mapping[str, Any] | None = None,
) -> Answer:
    """The answer to a command: the record's id, number and version, and the ledger's position."""
    number = number_of(receipt.subject)
    position = receipt.position or call.context.ledger.position()
    document: dict[str, Any] = {
        "id": receipt.subject,
        "number": number,
        "version": receipt.version,
        "position": position,
    }
    if more:
        document |= more
    headers = [(b"etag", b'"%d"' % receipt.version)]
    if status == 201:
        headers.append((b"location", f"/api/v1/{plural}/{number}".encode()))
    if receipt.is_repeat:
        headers.append((b"idempotency-replayed", b"true"))
    return Answer(status, dumps(document), headers)
