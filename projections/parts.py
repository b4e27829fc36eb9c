"""What a JSON column of a list has under names that the desk has defined: attributes and fields.

Filters ask for them as for columns, as `attributes.memory` or `fields.colour`: each has the kind
that its definition says, and no value in rows that have none of that kind under its name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.asset_attributes import Attribute, AttributeKind
from domain.asset_reminders import ENDS
from domain.asset_type import AssetType
from domain.field_definitions import FieldDefinition, FieldType
from domain.ticket_type import TicketType
from projections.tables import Column, Kind, id_text

_KINDS: Mapping[AttributeKind | FieldType, Kind] = {
    "text": "text",
    "choice": "text",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "day",
    "person": "id",
    "organisation": "id",
    "asset": "id",
    "multi-choice": "json",
}
_TYPES: Mapping[Kind, Any] = {
    "integer": int,
    "decimal": float,
    "boolean": bool,
    "json": tuple[str, ...],
}
_RESERVED = frozenset(
    (
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import"),
        *("in", "let", "loop", "namespace", "null", "package", "return", "true", "var", "void"),
        "while",
    )
)
"""The words that CEL keeps for itself."""

D = TypeVar("D", Attribute, FieldDefinition)


class Part(Column, frozen=True):
    """A column that is a part of another: `name` is how filters call it."""

    of: str
    """The JSON column."""
    key: str
    """The name in it."""
    choices: tuple[str, ...] = ()
    """All values that it can have; empty where that is not known."""
    type_column: str = ""
    types: tuple[str, ...] = ()
    """Only rows that have one of these in that column have it; without any, all rows may."""


class _Definition(Struct, frozen=True):
    """What one type says of a name."""

    name: str
    kind: Kind
    choices: tuple[str, ...]
    types: tuple[str, ...]
    """Those that have it, as the column of types has them."""
    called: str
    """How the type is called in a filter."""


def word_of(name: str) -> str:
    """How a filter writes a name: with `_` for all but letters from A to Z, digits and `_`."""
    word = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"{word}_" if word in _RESERVED else re.sub(r"^(?=\d)", "_", word)


def parts_of_assets(types: Iterable[AssetType]) -> tuple[Part, ...]:
    """The attributes of all types of assets in all versions, and the last days."""
    ends = (
        Part(f"ends.{end}", "day", is_nullable=True, type=str, of="ends", key=end) for end in ENDS
    )
    return (*ends, *_parts("attributes", "type", _attributes(types)))


def parts_of_tickets(types: Iterable[TicketType]) -> tuple[Part, ...]:
    """The fields of all types of tickets in all versions that are not personal."""
    return tuple(_parts("fields", "kind", _fields(types)))


def _attributes(types: Iterable[AssetType]) -> Iterator[_Definition]:
    every = sorted(types, key=lambda type: type.number)
    made_from: dict[UUID, list[str]] = defaultdict(list)
    for type in every:
        for level in type.schema.levels:
            made_from[level.type].append(id_text(type.id))
    for type in every:
        versions = [schema.levels[-1].attributes for schema in type.versions]
        for one in _latest(versions):
            yield _definition(one.name, one.kind, versions, tuple(made_from[type.id]), type.number)


def _fields(types: Iterable[TicketType]) -> Iterator[_Definition]:
    for type in sorted(types, key=lambda type: type.ticket):
        versions = [each.fields for each in type.versions]
        for one in _latest(versions):
            if not one.is_personal:
                yield _definition(one.name, one.type, versions, (type.ticket,), type.ticket)


def _latest(versions: Iterable[Iterable[D]]) -> Iterable[D]:
    """Each definition as the last version that had it."""
    return {one.name: one for version in versions for one in version}.values()


def _definition(
    name: str,
    kind: AttributeKind | FieldType,
    versions: Iterable[Iterable[Attribute | FieldDefinition]],
    types: tuple[str, ...],
    called: str,
) -> _Definition:
    choices = _all_choices(
        one.choices for version in versions for one in version if one.name == name
    )
    return _Definition(name, _KINDS[kind], choices, types, called)


def _all_choices(versions: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The choices of all versions; none if one of them took any value."""
    every = list(versions)
    return tuple(dict.fromkeys(c for one in every for c in one)) if all(every) else ()


def _parts(of: str, type_column: str, every: Iterable[_Definition]) -> Iterator[Part]:
    """A name that is one thing in all types is called by itself; else after the type."""
    by_word: dict[str, list[_Definition]] = defaultdict(list)
    for one in every:
        by_word[word_of(one.name)].append(one)
    for word, alike in by_word.items():
        if len({(one.name, one.kind) for one in alike}) == 1:
            choices = _all_choices(one.choices for one in alike)
            yield _part(f"{of}.{word}", of, alike[0], choices)
            continue
        by_type: dict[str, list[_Definition]] = defaultdict(list)
        for one in alike:
            by_type[one.called].append(one)
        for called, own in by_type.items():
            if len(own) == 1:
                part = _part(f"{of}.{called}.{word}", of, own[0], own[0].choices)
                yield msgspec.structs.replace(part, type_column=type_column, types=own[0].types)


def _part(called: str, of: str, one: _Definition, choices: tuple[str, ...]) -> Part:
    type = _TYPES.get(one.kind, str)
    return Part(called, one.kind, is_nullable=True, type=type, of=of, key=one.name, choices=choices)
