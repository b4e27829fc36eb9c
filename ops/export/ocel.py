"""Entries as OCEL 2.0 JSON: events, the records that they name, and how these changed."""

from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any
from uuid import UUID

import msgspec

from domain.aggregate import KIND_OF_PREFIX, KINDS, Entry, events_of
from domain.event_fields import event_name
from domain.ids import number_of, prefix_of
from ops.export.facts import (
    Value,
    as_type,
    references,
    time_text,
    types_of,
    types_of_kind,
    values_of,
)
from ops.export.ids import Ids

MISSING = object()


def write(
    entries: Iterable[Entry],
    history: Callable[[UUID], Sequence[Entry]],
    file: IO[str],
    *,
    with_personal: bool = False,
) -> tuple[int, int]:
    """Write entries, and every record that they name as an object; how many events and records.

    `history` gives what is told of a record that becomes an object, possibly nothing.
    """
    topics: set[str] = set()
    kinds: set[str] = set()
    count = 0
    with Ids() as ids:
        file.write('{"events":[')
        for count, entry in enumerate(entries, 1):
            named = references(entry)
            ids.add([entry.originator_id, *(id for id, _ in named)])
            topics.add(event_name(entry))
            _item(file, event(entry, named, with_personal=with_personal), is_first=count == 1)
        file.write('],"objects":[')
        for place, id in enumerate(ids):
            kinds.add(KIND_OF_PREFIX[prefix_of(id)].__name__)
            found = object_of(id, history(id), ids.__contains__, with_personal=with_personal)
            _item(file, found, is_first=place == 0)
        file.write('],"eventTypes":')
        file.write(_json([_event_type(name) for name in sorted(topics)]))
        file.write(',"objectTypes":')
        file.write(_json([_object_type(name) for name in sorted(kinds)]) + "}\n")
        return count, len(ids)


def event(
    entry: Entry, named: Iterable[tuple[UUID, str]], *, with_personal: bool = False
) -> dict[str, Any]:
    """An event with the records that it names; its own is the `record`."""
    values = values_of(entry, with_personal=with_personal)
    return {
        "id": str(entry.position),
        "type": event_name(entry),
        "time": time_text(entry.event.by.effective_at),
        "attributes": [{"name": name, "value": _plain(value)} for name, value in values.items()],
        "relationships": _relationships([(entry.originator_id, "record"), *named]),
    }


def object_of(
    id: UUID,
    history: Sequence[Entry],
    has: Callable[[UUID], bool],
    *,
    with_personal: bool = False,
) -> dict[str, Any]:
    """A record with the values that its events gave it, each from when it took effect, and the
    records that it was ever related to, as far as these are objects too."""
    kind = KIND_OF_PREFIX[prefix_of(id)]
    types, record = types_of_kind(kind.__name__), kind(id)
    attributes: list[dict[str, Any]] = []
    last: dict[str, Value] = {}
    related: dict[tuple[UUID, str], None] = {}
    for entry in history:
        record.replay(entry)
        given: dict[str, Any] = {
            name: getattr(entry.event, name)
            for name in values_of(entry, with_personal=with_personal)
            # What an event says beside it, such as a round, is not what the record has become.
            if getattr(record, name, MISSING) == getattr(entry.event, name)
        }
        given["status"] = getattr(record, "status", None)
        for name, raw in given.items():
            value = as_type(raw, types[name])
            if value is not None and last.get(name) != value:
                last[name] = value
                at = time_text(entry.event.by.effective_at)
                attributes.append({"name": name, "time": at, "value": _plain(value)})
        related.update(
            ((other, what), None)
            for other, what in references(entry)
            if what not in ("actor", "on behalf of") and other != id and has(other)
        )
    return {
        "id": number_of(id),
        "type": kind.__name__,
        "attributes": attributes,
        "relationships": _relationships(related),
    }


def _event_type(name: str) -> dict[str, Any]:
    kind, _, event = name.partition(".")
    [found] = [one for one in events_of(KINDS[kind]) if one.__name__ == event]
    return {"name": name, "attributes": _declared(types_of(found))}


def _object_type(name: str) -> dict[str, Any]:
    return {"name": name, "attributes": _declared(types_of_kind(name))}


def _declared(types: dict[str, Any]) -> list[dict[str, str]]:
    return [{"name": name, "type": type} for name, type in types.items()]


def _relationships(related: Iterable[tuple[UUID, str]]) -> list[dict[str, str]]:
    return [{"objectId": number_of(id), "qualifier": what} for id, what in related]


def _plain(value: Value) -> str | int | float | bool:
    return value if isinstance(value, (str, int, float)) else time_text(value)


def _item(file: IO[str], value: Any, *, is_first: bool) -> None:
    file.write(("\n" if is_first else ",\n") + _json(value))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
