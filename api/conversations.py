"""What was said on a ticket, and on those that are seen through it, each with where it was said."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from api import history, incidents, inline_images, problems, questions, requests, schemas
from api.commands import Practice
from api.http.answers import Answer, json
from api.http.calls import Call
from api.http.routing import Route
from api.lists import only
from api.names import Names
from api.reads import entries_of, may, reading
from domain.aggregate import Entry
from domain.ids import number_of, parse_reference, prefix_of
from domain.incident import Incident
from domain.merging import MERGED_MAX, Mergeable
from domain.policy import about, allow
from domain.rules import NotFound
from domain.ticket import Ticket, Visibility
from projections.past import AsOf

PRACTICES: Mapping[str, Practice] = {
    practice.kind.prefix: practice
    for practice in (module.PRACTICE for module in (incidents, problems, questions, requests))
}

Shown = dict[str, Any]


class Part(NamedTuple):
    """A ticket of which something is told."""

    now: Mergeable
    then: Mergeable
    """As it is told."""
    entries: Sequence[Entry]


async def read_conversation(call: Call) -> Answer:
    query = call.query()
    only(query, *history.PARAMETERS)
    id = parse_reference(call.params[0])
    practice = PRACTICES.get(prefix_of(id))
    if practice is None:
        raise NotFound(f"{call.params[0][:80]} is no ticket that can be merged.")
    ticket: Any = await call.context.ledger.find(practice.kind, id)
    allow(call.caller.actor, f"{practice.what}.read", about(ticket))
    as_of = await history.asked_of(call, query)
    seen = await _seen(call, practice, id, as_of)
    if not seen[0].entries:
        raise NotFound(f"{ticket.number} was not there yet.")
    then, names = seen[0].then, Names(call, as_of)
    readable = [part for part in seen if may(call, f"{practice.what}.read", part.now)]
    said = [one for part in readable for one in _said(call, practice, part, part.entries, names)]
    said += await _brought(call, practice, then, as_of, names)
    return json(
        {
            "number": then.number,
            "merged_into": _number(then.merged_into),
            "merged": [part.now.number for part in readable if part.now.id != id],
            "split_from": _number(then.split_from),
            "parts": [number_of(part) for part in then.parts],
            "said": sorted(said, key=lambda one: one["position"]),
            "watchers": [
                {
                    "number": number_of(person),
                    "name": names.of_person(person),
                    "origin": part.now.number,
                }
                for part in readable
                for person in part.then.watchers
            ],
        }
    )


async def _seen(call: Call, practice: Practice, id: UUID, as_of: AsOf | None) -> list[Part]:
    """A ticket, and those that are seen through it: merged into it, and into these."""
    found: dict[UUID, Part] = {}
    ahead = [id]
    while ahead and len(found) <= MERGED_MAX:
        one = ahead.pop(0)
        if one not in found:
            found[one] = await _part(call, practice, one, as_of)
            ahead += found[one].then.absorbed
    return list(found.values())


async def _part(call: Call, practice: Practice, id: UUID, as_of: AsOf | None) -> Part:
    now: Any = await call.context.ledger.find(practice.kind, id)
    entries = history.until(await entries_of(call, id), as_of)
    if as_of is None:
        return Part(now, now, entries)
    then: Any = practice.kind(id)
    for entry in entries:
        then.replay(entry)
    return Part(now, then, entries)


async def _brought(
    call: Call, practice: Practice, ticket: Mergeable, as_of: AsOf | None, names: Names
) -> list[Shown]:
    """The comments with which a ticket that was split off began."""
    if ticket.split_from is None:
        return []
    source = await _part(call, practice, ticket.split_from, as_of)
    if not may(call, f"{practice.what}.read", source.now):
        return []
    taken = [entry for entry in source.entries if entry.position in ticket.split_comments]
    return [{**one, "went_to": None} for one in _said(call, practice, source, taken, names)]


def _said(
    call: Call, practice: Practice, part: Part, entries: Sequence[Entry], names: Names
) -> Iterator[Shown]:
    """The comments and files of a ticket, as far as the caller may see them."""
    with_internal = may(call, f"{practice.what}.read_internal", part.now)
    went = _went(part.then, entries)
    placed = _placed(entries, with_internal=with_internal)
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
        told = history.shown(entry, names.of_person)
        yield {
            "position": entry.position,
            "at": event.by.effective_at,
            "author": told["actor"],
            "origin": part.now.number,
            "went_to": _number(went.get(entry.position)),
            "sha256": event.sha256 if isinstance(event, Ticket.Attached) else None,
            "media_type": event.media_type if isinstance(event, Ticket.Attached) else None,
            "places": placed.get(event.sha256, []) if isinstance(event, Ticket.Attached) else [],
            **shown,
        }


def _placed(entries: Sequence[Entry], *, with_internal: bool) -> dict[str, list[str]]:
    """In which comments files are shown as images, by their digests."""
    files = [
        {"name": one.event.name, "sha256": one.event.sha256, "media_type": one.event.media_type}
        for one in entries
        if isinstance(one.event, Ticket.Attached)
    ]
    said = {
        f"comments/{one.position}": one.event.text
        for one in entries
        if isinstance(one.event, Ticket.Commented)
        and (with_internal or one.event.visibility is Visibility.PUBLIC)
    }
    return {one["sha256"]: one["places"] for one in inline_images.placed(files, said)}


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
    media_type=_OR_NULL,
    places={
        **schemas.array_of(_TEXT),
        "description": "The comments that it is shown in, as `comments/POSITION`.",
    },
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
            ),
            schemas.AS_OF,
            schemas.KNOWN_AT,
        ],
        _CONVERSATION,
    )
