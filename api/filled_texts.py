"""What a text module says of a ticket, and an update template of an incident: its text, with the
values in the places of its variables."""

from collections.abc import Iterator
from uuid import UUID

from api import history, schemas
from api.commands import Practice
from api.desk_then import find_then, then_of
from api.families import policy_name
from api.fields import REFERENCE
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.errors import Problem
from api.http.routing import Endpoint, Route
from api.lists import only
from api.practices import reference_of
from api.reads import reading
from api.text_modules import PRACTICE
from api.update_templates import PRACTICE as UPDATES
from domain.aggregate import KIND_OF_PREFIX
from domain.desk import Desk
from domain.ids import parse_reference, prefix_of
from domain.incident import Incident
from domain.policy import about, allow
from domain.rules import NotFound
from domain.text_module import TextModule
from domain.ticket import Ticket
from domain.update_template import UpdateTemplate
from domain.variables import filled


async def read_filled(call: Call) -> Answer:
    query = call.query()
    only(query, "ticket", *history.PARAMETERS)
    as_of = await history.asked_of(call, query)
    module = await find_then(call, PRACTICE, as_of)
    assert isinstance(module, TextModule)
    then = await then_of(call, as_of)
    ticket = await _ticket(call, query.get("ticket", ""), then.desk)
    values = then.desk.values_of(ticket, call.caller.person.id)
    return _told(filled(module.definition.text, values))


async def read_update(call: Call) -> Answer:
    query = call.query()
    only(query, "ticket", *history.PARAMETERS)
    as_of = await history.asked_of(call, query)
    template = await find_then(call, UPDATES, as_of)
    assert isinstance(template, UpdateTemplate)
    then = await then_of(call, as_of)
    incident = await _ticket(call, query.get("ticket", ""), then.desk)
    if not isinstance(incident, Incident):
        raise Problem("bad_query", "ticket: stakeholders are told of incidents.")
    values = then.desk.values_of_update(incident, call.caller.person.id, then.now)
    return _told(filled(template.definition.text, values))


def _told(text: str) -> Answer:
    return json({"text": text}, headers=[(b"cache-control", b"private, no-cache")])


async def _ticket(call: Call, text: str, desk: Desk) -> Ticket:
    """The ticket that the query names. Raises Problem for what the caller may not read."""
    try:
        id: UUID = parse_reference(text)
        kind = KIND_OF_PREFIX.get(prefix_of(id))
        if kind is None or not issubclass(kind, Ticket):
            raise NotFound(f"{text[:80]} is no ticket.")
        ticket = await call.context.ledger.find(kind, id)
        allow(call.caller.actor, f"{policy_name(ticket)}.read", about(ticket))
        return await desk.ledger.find(kind, id)
    except NotFound as missing:
        raise Problem("bad_query", f"ticket: {missing}") from None


def filled_text_routes() -> Iterator[Route]:
    yield _filled(PRACTICE, read_filled, "Read what a text module says of a ticket", "ticket")
    yield _filled(UPDATES, read_update, "Preview an update by a template", "incident")


def _filled(practice: Practice, endpoint: Endpoint, summary: str, of: str) -> Route:
    asked = schemas.query(
        "ticket",
        f"The number or the id of the {of}.",
        {"type": "string", "pattern": REFERENCE},
        is_required=True,
    )
    return reading(
        f"/{practice.plural}/{{ref}}/filled",
        endpoint,
        f"{practice.what}.read",
        practice.title,
        summary,
        [
            reference_of(practice),
            asked | {"example": "INC0000042"},
            schemas.AS_OF,
            schemas.KNOWN_AT,
        ],
        schemas.object_of(text={"type": "string"}),
    )
