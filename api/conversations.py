"""What was said on a ticket, and on those that are seen through it, each with where it was said."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from api import history, incidents, problems, questions, requests, schemas
from api.commands import Practice
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only
from api.reads import entries_of, may, name_of, reading
from domain.aggregate import Entry
from domain.ids import number_of, parse_reference, prefix_of
from domain.incident import Incident
from domain.merging import MERGED_MAX, Mergeable
from domain.policy import about, allow
from domain.rules import NotFound
from domain.ticket import Ticket, Visibility

PRACTICES: Mapping[str, Practice] = {
    practice.kind.prefix: practice
    for practice in (module.PRACTICE for module in (incidents, problems, questions, requests))
}

Shown = dict[str, Any]


async def read_conversation(call: Call) -> Answer:
    only(call.query())
    id = parse_reference(call.params[0])
    practice = PRACTICES.get(prefix_of(id))
    if practice is None:
        raise NotFound(f"{call.params[0][:80]} is no ticket that can be merged.")
    ticket: Any = await call.context.ledger.find(practice.kind, id)
    allow(call.caller.actor, f"{practice.what}.read", about(ticket))
    own = await entries_of(call, id)
    seen: list[tuple[Mergeable, Sequence[Entry]]] = [(ticket, own)]
    seen += await call.context.desk.tied(ticket, MERGED_MAX)
    readable = [row for row in seen if may(call, f"{practice.what}.read", row[0])]
    said = [one for row in readable for one in _said(call, practice, *row)]
    said += await _brought(call, practice, ticket)
    return json(
        {
            "number": ticket.number,
            "merged_into": _number(ticket.merged_into),
            "merged": [number_of(one.id) for one, _ in readable if one.id != id],
            "split_from": _number(ticket.split_from),
            "parts": [number_of(part) for part in ticket.parts],
            "said": sorted(said, key=lambda one: one["position"]),
            "watchers": [
                {"number": number_of(person), "name": name_of(call)(person), "origin": one.number}
                for one, _ in readable
                for person in one.watchers
            ],
        }
    )


async def _brought(call: Call, practice: Practice, ticket: Mergeable) -> list[Shown]:
    """The comments with which a ticket that was split off began."""
    if ticket.split_from is None:
        return []
    source: Any = await call.context.ledger.find(practice.kind, ticket.split_from)
    if not may(call, f"{practice.what}.read", source):
        return []
    entries = await entries_of(call, source.id)
    taken = [entry for entry in entries if entry.position in ticket.split_comments]
    return [{**one, "went_to": None} for one in _said(call, practice, source, taken)]


def _said(
    call: Call, practice: Practice, ticket: Mergeable, entries: Sequence[Entry]
) -> Iterator[Shown]:
    """The comments and files of a ticket, as far as the caller may see them."""
    with_internal = may(call, f"{practice.what}.read_internal", ticket)
    went = _went(ticket, entries)
    for entry in entries:
        event = entry.event
        if isinstance(event, Ticket.Commented | Incident.WorkaroundGiven):
            is_internal = event.visibility == Visibility.INTERNAL
            if is_internal and not with_internal:
                continue
            shown = {"kind": "comment", "is_internal": is_internal, "text": event.text}
        elif isinstance(event, Ticket.Attached):
            shown = {"kind": "attachment", "is_internal": False, "text": event.name}
        else:
            continue
        told = history.shown(entry, name_of(call))
        yield {
            "position": entry.position,
            "at": event.by.effective_at,
            "author": told["actor"],
            "origin": ticket.number,
            "went_to": _number(went.get(entry.position)),
            "sha256": event.sha256 if isinstance(event, Ticket.Attached) else None,
            **shown,
        }


def _went(ticket: Mergeable, entries: Sequence[Entry]) -> Mapping[int, UUID]:
    """With which ticket comments went that was split off, by their positions."""
    return {
        position: entry.event.part
        for entry in entries
        if isinstance(entry.event, Mergeable.PartSplitOff) and entry.event.part in ticket.parts
        for position in entry.event.comments
    }


def _number(id: UUID | None) -> str | None:
    return None if id is None else number_of(id)


# Routes ------------------------------------------------------------------------------------

_TEXT = {"type": "string"}
_OR_NULL = {"anyOf": [_TEXT, {"type": "null"}]}
_SAID = schemas.object_of(
    position=schemas.WHOLE,
    kind={"enum": ["comment", "attachment"]},
    at=schemas.INSTANT,
    author={"$ref": "#/components/schemas/Who"},
    is_internal={"type": "boolean"},
    text={**_TEXT, "description": "What was said, or the name of the file."},
    sha256=_OR_NULL,
    origin={**_TEXT, "description": "The ticket on which it was said."},
    went_to={**_OR_NULL, "description": "The ticket that it went to when that was split off."},
)
_CONVERSATION = schemas.object_of(
    number=_TEXT,
    merged_into=_OR_NULL,
    merged=schemas.array_of(_TEXT),
    split_from=_OR_NULL,
    parts=schemas.array_of(_TEXT),
    said=schemas.array_of(_SAID),
    watchers=schemas.array_of(schemas.object_of(number=_TEXT, name=_TEXT, origin=_TEXT)),
)


def conversation_routes() -> Iterator[Route]:
    yield reading(
        "/tickets/{ref}/conversation",
        read_conversation,
        "incident.read",
        "Tickets",
        "Read what was said on a ticket, and on those that were merged into it",
        [
            schemas.path(
                "ref",
                "The number or the id of a ticket that can be merged.",
                "INC0000042",
            )
        ],
        _CONVERSATION,
    )
