"""What the rules of declared views can ask for: of an event, its record, and who did it."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from msgspec import Struct

from domain.aggregate import KINDS, Entry, Event
from domain.event_fields import event_name, fields_of
from domain.ids import number_of
from domain.mapper import personal_fields
from domain.subjects import NEVER, Field, FieldType, Value

CLOSED = frozenset({"Organisation", "Person", "ReadLog", "SavedView", "Team"})
"""Kinds of records whose history is not for all who may read a declared view."""
DEPTH_MAX = 3
"""How deep the fields of a field are told, as in `event.terms.budget.seconds`."""

Read = Callable[[Entry], Value]
ReadIfAny = Callable[[Entry], Value | None]

BLANK: Mapping[FieldType, Value] = {
    "text": "",
    "integer": 0,
    "yes or no": False,
    "moment": NEVER,
    "texts": (),
}
"""What is read where there is nothing."""


def _by(path: str) -> Read:
    return attrgetter(f"event.by.{path}")


COMMON: Mapping[str, tuple[Field, Read]] = {
    field.name: (field, read)
    for field, read in (
        (Field("record.id", "text", "The id of the record."), lambda e: str(e.originator_id)),
        (
            Field("record.number", "text", "Its number."),
            lambda entry: number_of(entry.originator_id),
        ),
        (
            Field("record.kind", "text", "Its kind, such as Incident."),
            lambda entry: entry.topic.partition(".")[0],
        ),
        (Field("event.topic", "text", "Its name, such as Incident.Reopened."), event_name),
        (Field("event.position", "integer", "Its place in the ledger."), attrgetter("position")),
        (Field("by.actor", "text", "The id of who did it."), _by("actor")),
        (Field("by.channel", "text", "Through what."), _by("channel")),
        (Field("by.at", "moment", "When it was recorded."), _by("at")),
        (Field("by.effective_at", "moment", "When it happened."), _by("effective_at")),
        (
            Field("by.day", "text", "The day in UTC when it happened, such as 2026-03-31."),
            lambda entry: entry.event.by.effective_at.strftime("%Y-%m-%d"),
        ),
        (
            Field("by.month", "text", "The month in UTC when it happened, such as 2026-03."),
            lambda entry: entry.event.by.effective_at.strftime("%Y-%m"),
        ),
        (Field("never", "moment", "The moment that is read where there is none."), lambda _: NEVER),
    )
}
"""What is told of every event."""


@cache
def all_events() -> dict[str, type[Event]]:
    """Every event that can be asked for, by its name."""
    return {
        f"{name}.{event.__name__}": event
        for name, kind in sorted(KINDS.items())
        if name not in CLOSED
        for event in kind.topics
    }


def events_named(pattern: str) -> dict[str, type[Event]]:
    """The events that a rule names, of which a part can be `*`."""
    kind, _, name = pattern.partition(".")
    return {
        found: event
        for found, event in all_events().items()
        if kind in ("*", found.partition(".")[0]) and name in ("*", found.partition(".")[2])
    }


def fields_in_common(events: Iterable[type[Event]]) -> dict[str, tuple[Field, Read]]:
    """What all of these events tell, by the names in expressions."""
    shared: dict[str, FieldType] | None = None
    for event in set(events):
        told = _fields(event)
        if shared is None:
            shared = dict(told)
        else:
            shared = {name: type for name, type in shared.items() if told.get(name) == type}
    found = dict(COMMON)
    for name, type in (shared or {}).items():
        full = f"event.{name}"
        found.setdefault(full, (Field(full, type, ""), _reading(name, type)))
    return found


def fields_of_any(events: Iterable[type[Event]]) -> dict[str, tuple[Field, ReadIfAny]]:
    """What any of these events tell, where those that tell it agree about its type; read as None
    where there is nothing."""
    types: dict[str, set[FieldType]] = {}
    for event in set(events):
        for name, type in _fields(event).items():
            types.setdefault(name, set()).add(type)
    told: dict[str, tuple[Field, ReadIfAny]] = {}
    for name, (type, *others) in types.items():
        if not others:
            told[f"event.{name}"] = Field(f"event.{name}", type, ""), _reading_if_any(name, type)
    return {**told, **COMMON}


def sealed_in(events: Iterable[type[Event]]) -> frozenset[str]:
    """The fields of which no view can ask: they are sealed, and erased with the person."""
    return frozenset(f"event.{name}" for event in set(events) for name, _ in personal_fields(event))


@cache
def _fields(event: type[Event]) -> dict[str, FieldType]:
    sealed = {name for name, _ in personal_fields(event)}
    hints = get_type_hints(event, include_extras=True)
    found: dict[str, FieldType] = {}
    for name in fields_of(event):
        if name not in sealed:
            found |= _told(name, hints[name], 1)
    return found


def _told(name: str, hint: Any, depth: int) -> dict[str, FieldType]:
    """The fields that a field of this type has, itself if it is plain."""
    plain = _without_none(hint)
    if kind := _type_of(plain):
        return {name: kind}
    if not (isinstance(plain, type) and issubclass(plain, Struct)) or depth == DEPTH_MAX:
        return {}
    inner = get_type_hints(plain, include_extras=True)
    found: dict[str, FieldType] = {}
    for part in plain.__struct_fields__:
        found |= _told(f"{name}.{part}", inner[part], depth + 1)
    return found


def _without_none(hint: Any) -> Any:
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not NoneType]
        return _without_none(parts[0]) if len(parts) == 1 else hint
    return hint


def _type_of(hint: Any) -> FieldType | None:
    if get_origin(hint) is Literal:
        return "text" if all(isinstance(one, str) for one in get_args(hint)) else None
    if get_origin(hint) in _LISTS:
        items = {part for part in get_args(hint) if part is not ...}
        return "texts" if len(items) == 1 and _type_of(_without_none(*items)) == "text" else None
    if not isinstance(hint, type):
        return None
    return next((kind for base, kind in _TYPES if issubclass(hint, base)), None)


_LISTS = (tuple, list, frozenset, set, Sequence)
_TYPES: tuple[tuple[type, FieldType], ...] = (
    (bool, "yes or no"),
    (int, "integer"),
    (str, "text"),
    (UUID, "text"),
    (datetime, "moment"),
    (date, "text"),
)


def _reading(name: str, kind: FieldType) -> Read:
    read_if_any = _reading_if_any(name, kind)

    def read(entry: Entry) -> Value:
        value = read_if_any(entry)
        return BLANK[kind] if value is None else value

    return read


def _reading_if_any(name: str, kind: FieldType) -> ReadIfAny:
    path = name.split(".")

    def read(entry: Entry) -> Value | None:
        value: Any = entry.event
        for part in path:
            value = getattr(value, part, None)
        if value is None:
            return None
        if kind == "texts":
            return sorted(map(str, value)) if isinstance(value, Set) else [*map(str, value)]
        return str(value) if kind == "text" else value

    return read
