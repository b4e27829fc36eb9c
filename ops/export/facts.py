"""What the formats for process mining take from an event: plain values, and the records that it
names."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from domain.aggregate import KIND_OF_PREFIX, KINDS, Entry, Event, events_of
from domain.event_fields import fields_of, told_fields
from domain.ids import as_id, prefix_of
from domain.mapper import is_person

Type = Literal["string", "integer", "float", "boolean", "time"]
Value = str | int | float | bool | datetime

_TYPES: dict[type, Type] = {
    str: "string",
    date: "string",
    Decimal: "string",
    int: "integer",
    float: "float",
    bool: "boolean",
    datetime: "time",
}


def time_text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@cache
def types_of(event: type[Event]) -> dict[str, Type]:
    """The types of the fields that are plain values. Others are records or structures."""
    hints = get_type_hints(event)
    found = {name: _type_of(hints[name]) for name in fields_of(event)}
    return {name: type for name, type in found.items() if type is not None}


@cache
def types_of_kind(kind: str) -> dict[str, Type]:
    """The types of plain values over all events of a kind: texts where events disagree."""
    found: dict[str, Type] = {"status": "string"}
    for event in events_of(KINDS[kind]):
        for name, type in types_of(event).items():
            found[name] = type if found.get(name, type) == type else "string"
    return found


def values_of(entry: Entry, *, with_personal: bool) -> dict[str, Value]:
    """The plain values of an event by their fields, without empty ones and ids."""
    event = entry.event
    types, found = types_of(type(event)), {}
    for name in told_fields(type(event), with_personal=with_personal):
        if name in types:
            value = as_type(getattr(event, name), types[name])
            if value is not None and value != "" and not _is_record(value):
                found[name] = value
    return found


def as_type(value: Any, type: Type) -> Value | None:
    """A plain value as one of a type."""
    if value is None:
        return None
    if type == "string":
        return str(value.value if isinstance(value, Enum) else value)
    plain: Value = value
    return plain


def references(entry: Entry) -> list[tuple[UUID, str]]:
    """The records that an event names, each with what it is to the event: the name of the field,
    or the type of a link; who acted is the `actor`. Each pair once."""
    event, by = entry.event, entry.event.by
    found: dict[tuple[UUID, str], None] = {}
    for name in told_fields(type(event), with_personal=False):
        what = getattr(event, "type", name) if name == "other" else name
        for id in _ids(msgspec.to_builtins(getattr(event, name), str_keys=True)):
            found[id, str(what)] = None
    for actor, what in ((by.actor, "actor"), (by.on_behalf_of, "on behalf of")):
        if is_person(actor):
            found[UUID(actor), what] = None
    return list(found)


def _ids(value: Any) -> Iterator[UUID]:
    if isinstance(value, str):
        id = as_id(value)
        if id is not None and prefix_of(id) in KIND_OF_PREFIX:
            yield id
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _ids(name)
            yield from _ids(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _ids(item)


def _is_record(value: Value) -> bool:
    return isinstance(value, str) and any(_ids(value))


def _type_of(hint: Any) -> Type | None:
    """The type of a plain value; texts for several. None for records and structures."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    found = set()
    for member in members:
        if get_origin(member) is Literal:
            found |= {_TYPES.get(type(value)) for value in get_args(member)}
        elif isinstance(member, type) and issubclass(member, Enum):
            found.add("string")
        elif member is not type(None):
            found.add(_TYPES.get(member))
    if None in found:
        return None
    return found.pop() if len(found) == 1 else "string"
