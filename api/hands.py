"""Whose hands a ticket went through, over HTTP."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from api import history, schemas
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only
from api.names import Names
from api.practices import PRACTICES
from api.reads import entries_of, reading
from domain.hands import Holder, hands
from domain.ids import number_of, parse_reference, prefix_of
from domain.mapper import is_person
from domain.policy import about, allow
from domain.rules import NotFound
from domain.ticket import Ticket

OF_TICKETS = {
    practice.kind.prefix: (practice, practice.kind)
    for practice in PRACTICES
    if issubclass(practice.kind, Ticket)
}

Shown = dict[str, Any]


async def read_hands(call: Call) -> Answer:
    """Who had a ticket for how long, how often it was handed over, and how often it came back."""
    query = call.query()
    only(query, *history.PARAMETERS)
    record, what = await ticket_of(call)
    id, kind = record.id, type(record)
    allow(call.caller.actor, f"{what}.read_internal", about(record))
    asked = await history.asked_of(call, query)
    entries = history.until(await entries_of(call, id), asked)
    if not entries:
        raise NotFound(f"{record.number} was not there yet.")
    now = await history.now_of(call, asked)
    found = hands(kind(id), entries)
    names = Names(call, asked)
    return json(
        {
            "number": record.number,
            "as_of": now,
            "hand_overs": found.hand_overs,
            "returns": found.returns,
            "holdings": [
                {
                    **_holder(names, holding.holder),
                    "support_level": holding.support_level,
                    "since": holding.since,
                    "until": holding.until,
                    "seconds": holding.length(now).total_seconds(),
                    "by": _by(names, holding.by),
                    "reason": holding.reason,
                    "event": holding.event,
                    "is_return": holding.is_return,
                }
                for holding in found.holdings
            ],
            "held": [
                {**_holder(names, holder), "seconds": held.total_seconds()}
                for holder, held in found.held(now).items()
            ],
        },
        headers=[(b"cache-control", b"private, no-cache")],
    )


async def ticket_of(call: Call) -> tuple[Ticket, str]:
    """The ticket that the path names, and what the policy calls its kind. Raises NotFound."""
    id = parse_reference(call.params[0])
    if prefix_of(id) not in OF_TICKETS:
        raise NotFound(f"{call.params[0][:80]} is no ticket.")
    practice, kind = OF_TICKETS[prefix_of(id)]
    return await call.context.ledger.find(kind, id), practice.what


def _holder(names: Names, holder: Holder) -> Shown:
    return {"team": _named(names, holder.team), "assignee": _named(names, holder.assignee)}


def _named(names: Names, id: UUID | None) -> Shown | None:
    return None if id is None else {"id": id, "number": number_of(id), "name": names.of(id)}


def _by(names: Names, actor: str) -> str:
    return (names.of(UUID(actor)) if is_person(actor) else "") or actor


# Routes ------------------------------------------------------------------------------------


def hands_routes() -> Iterator[Route]:
    text: Shown = {"type": "string"}
    seconds: Shown = {"type": "number", "minimum": 0}
    named = {
        "anyOf": [
            schemas.object_of(id=schemas.UUID_TEXT, number=schemas.NUMBER, name=text),
            {"type": "null"},
        ]
    }
    yield reading(
        "/tickets/{ref}/hands",
        read_hands,
        "incident.read_internal",
        "Tickets",
        "Read whose hands a ticket went through",
        [
            schemas.path("ref", "The number or the id of a ticket.", "INC0000042"),
            schemas.AS_OF,
            schemas.KNOWN_AT,
        ],
        schemas.object_of(
            number=schemas.NUMBER,
            as_of=schemas.INSTANT,
            hand_overs=schemas.WHOLE,
            returns=schemas.WHOLE,
            holdings=schemas.array_of(
                schemas.object_of(
                    team=named,
                    assignee=named,
                    support_level=schemas.WHOLE,
                    since=schemas.INSTANT,
                    until={"anyOf": [schemas.INSTANT, {"type": "null"}]},
                    seconds=seconds,
                    by=text,
                    reason=text,
                    event=text,
                    is_return={"type": "boolean"},
                )
            ),
            held=schemas.array_of(schemas.object_of(team=named, assignee=named, seconds=seconds)),
        ),
    )
