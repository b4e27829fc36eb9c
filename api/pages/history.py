"""The pages of auditors: what ever happened to a record, and the chain of causes of an event."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from msgspec import Struct

from api.history import PARAMETERS
from api.http.answers import Answer
from api.http.errors import Problem
from api.pages.page import Page
from api.pages.visits import Visit
from api.practices import PRACTICES
from domain.aggregate import KIND_OF_PREFIX
from domain.event_fields import fields_of
from domain.ids import as_id, number_of, parse_reference, prefix_of

READ_AT_ONCE = 250
SHOWN = 100
"""So many events stand on a page."""
_NOTHING = object()
_REWORDING = frozenset({"Amended", "Described", "Renamed", "Revised"})
"""The events that change what people wrote of a record."""
_SILENT: tuple[Any, ...] = (None, "", [], {})

_PLURALS: Mapping[str, str] = {one.kind.prefix: one.plural for one in PRACTICES}


class Part(Struct, frozen=True):
    """A piece of what is told: some text, possibly a link."""

    text: str
    place: str = ""


class Change(Struct, frozen=True):
    """A field that an event tells of."""

    field: str
    new: Sequence[Part]
    old: Sequence[Part] | None = None
    """What the history said of it before; None for nothing."""


async def begin(visit: Visit) -> Answer:
    """Where somebody says of which record."""
    number = visit.query.text("number")
    if number:
        return visit.go(f"/history/{quote(number, safe='')}")
    return visit.draw("history_begin.html")


async def show(visit: Visit) -> Answer:
    number = visit.params["number"]
    plural = _PLURALS.get(number[:3])
    if plural is None:
        raise Problem("not_found", "There is no such record.")
    asked = visit.query.given(*PARAMETERS)
    events = await _events(visit, plural, number, asked)
    first = visit.query.whole("from")
    first = first if isinstance(first, int) and 0 < first <= len(events) else 1
    own = await asyncio.to_thread(_own_fields, visit, number)
    changes = list(_changes(visit, events, own))
    shown = list(zip(events, changes, strict=True))[first - 1 : first - 1 + SHOWN]
    return visit.draw(
        "history.html",
        number=number,
        asked=asked,
        events=shown,
        count=len(events),
        earlier=visit.address_with(**{"from": str(max(1, first - SHOWN))}) if first > 1 else "",
        later=visit.address_with(**{"from": str(first + SHOWN)})
        if first - 1 + SHOWN < len(events)
        else "",
        document=f"/api/v1/{plural}/{number}/history?{urlencode(asked)}",
        table=f"/api/v1/{plural}/{number}/history?{urlencode({**asked, 'format': 'csv'})}",
        why=_why,
    )


async def _events(
    visit: Visit, plural: str, number: str, asked: Mapping[str, str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await visit.get(
            f"/{plural}/{{ref}}/history", number, limit=READ_AT_ONCE, cursor=cursor, **asked
        )
        found += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def show_chain(visit: Visit) -> Answer:
    found = await visit.get(
        "/events/{position}/chain", visit.params["position"], **visit.query.given("after")
    )
    told = [*reversed(found["causes"]), found["event"], *found["effects"]]
    return visit.draw(
        "history_chain.html",
        event=found["event"],
        causes=list(reversed(found["causes"])),
        effects=found["effects"],
        changes={one["position"]: _told(visit, one) for one in told},
        looked_to=found["looked_to"],
        further=visit.address_with(after=str(found["looked_to"])) if found["has_more"] else "",
        why=_why,
    )


def _own_fields(visit: Visit, number: str) -> dict[int, frozenset[str]]:
    """Which fields of the events of a record are its own, by position: a link has a type, too."""
    id = parse_reference(number)
    record, found = KIND_OF_PREFIX[prefix_of(id)](id), {}
    for entry in visit.context.ledger.history(id):
        record.replay(entry)
        event = entry.event
        # What people wrote stands in no record, for it could not be erased there.
        is_text = entry.originator_version == 1 or type(event).__name__ in _REWORDING
        found[entry.position] = frozenset(
            name
            for name in fields_of(type(event))
            if getattr(record, name, getattr(event, name) if is_text else _NOTHING)
            == getattr(event, name)
        )
    return found


def _changes(
    visit: Visit, events: Sequence[dict[str, Any]], own: Mapping[int, frozenset[str]]
) -> Iterator[list[Change]]:
    """What each event says, beside what the record had of the same before."""
    known: dict[str, Any] = {}
    for event in events:
        found = []
        for field, value in event["changed"].items():
            if field not in own.get(event["position"], ()):
                if value not in _SILENT:
                    found.append(Change(field, list(_parts(visit, value))))
                continue
            before = known.get(field)
            if value not in _SILENT or before not in _SILENT:
                is_other = before not in _SILENT and before != value
                old = list(_parts(visit, before)) if is_other else None
                found.append(Change(field, list(_parts(visit, value)), old))
            known[field] = value
        yield found


def _told(visit: Visit, event: Mapping[str, Any]) -> list[Change]:
    return [
        Change(field, list(_parts(visit, value)))
        for field, value in event["changed"].items()
        if value not in _SILENT
    ]


def _why(event: Mapping[str, Any]) -> list[Part]:
    """The rule and the workflow behind an event."""
    cause = event["cause"] or {}
    found = []
    if rule := cause.get("rule"):
        version = cause.get("rule_version")
        place = f"/history/{rule}" if rule[:3] in _PLURALS and rule[3:].isdigit() else ""
        found.append(Part(f"{rule}, version {version}" if version else rule, place))
    if workflow := cause.get("workflow"):
        found.append(Part(f"workflow {workflow}"))
    return found


def _parts(visit: Visit, value: Any) -> Iterator[Part]:
    """A value of JSON as text, with links to the records that it names."""
    if isinstance(value, dict):
        for number, (name, inner) in enumerate(value.items()):
            yield Part(f"{', ' if number else ''}{name}: ")
            yield from _parts(visit, inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if number:
                yield Part(", ")
            yield from _parts(visit, inner)
    elif isinstance(value, bool):
        yield Part("yes" if value else "no")
    elif value is None:
        yield Part("nothing")
    else:
        yield _record(visit, str(value))


def _record(visit: Visit, text: str) -> Part:
    id: UUID | None = as_id(text)
    if id is None or prefix_of(id) not in KIND_OF_PREFIX:
        return Part(text)
    number = number_of(id)
    person = visit.context.desk.directory.person(id)
    place = f"/history/{number}" if number[:3] in _PLURALS else ""
    return Part(f"{person.name} ({number})" if person else number, place)


PAGES = [
    Page(path="/history", show=begin),
    Page(path="/history/{number}", show=show),
    Page(path="/history/events/{position}", show=show_chain),
]
