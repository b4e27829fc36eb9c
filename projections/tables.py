"""How a view declares its tables: each is the typed row that it holds.

The fields of a row are the columns. `Id` and `Instant` are texts that sort: an id is the UUID as
text, an instant is UTC with microseconds. Whatever is neither text, number nor truth is kept as
JSON and read back through its type. Text sorts by its characters, on every store.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.ids import number_of

Id = Annotated[str, "id"]
Instant = Annotated[str, "instant"]
Json = dict[str, Any]

Key = tuple[Any, ...]
Values = tuple[Any, ...]
"""A row as it is stored: the values of its columns."""
Kind = Literal["text", "id", "instant", "integer", "boolean", "json", "decimal", "day"]
"""Decimals and days stand in parts of JSON alone."""

_PLAIN: dict[Any, Kind] = {str: "text", int: "integer", bool: "boolean"}
_ENCODE = msgspec.json.Encoder().encode


class Row(Struct):
    """A row at work. As in aggregates, a change assigns a new value and never alters one."""


R = TypeVar("R", bound=Row)


class Column(Struct, frozen=True):
    name: str
    kind: Kind
    is_nullable: bool
    type: Any


SINCE = tuple(Column(name, "integer", False, int) for name in ("held_since", "known_since"))
"""What a row has before its columns where its past is kept: since when it has stood as it stands,
and since which position that is known. Both stores read a row from its beginning, up to what they
need of it."""


class Table(Generic[R]):
    """The declaration of a table: its name, the version of its view, its rows and its key."""

    def __init__(
        self,
        name: str,
        version: int,
        row: type[R],
        *,
        key: tuple[str, ...],
        indexes: Sequence[tuple[str, ...]] = (),
        past: tuple[str, ...] | None = None,
        is_small: bool = False,
        sought: tuple[str, str, str] | None = None,
        dated: str = "",
        least: str = "",
    ) -> None:
        """`past`: by which truths the versions that rows had are looked up besides their time;
        without it no versions are kept. A small table has no index of them. `sought`: the two
        columns with the words by which rows are looked up, and the one with the number that tells
        which came later. `dated`: the column with the moment at which the event took effect that
        changed the row last. `least`: the last column, if its least value stays, and of the others
        the first."""
        self.name = name
        self.row = row
        self.key = key
        self.indexes = tuple(indexes)
        self.past = past
        self.is_small = is_small
        self.sought = sought
        self.dated = dated
        self.least = least
        self.stored = f"{name}_v{version}"
        self.past_stored = f"{self.stored}_past"
        self.columns = columns_of(row)
        self.column = {column.name: column for column in self.columns}
        self.names = tuple(self.column)
        self.stored_columns = self.columns if past is None else (*SINCE, *self.columns)
        self.stored_column = {column.name: column for column in self.stored_columns}
        self.stored_names = tuple(self.stored_column)
        unknown = {
            *key,
            *(past or ()),
            *(sought or ()),
            *((dated,) if dated else ()),
            *(name for index in indexes for name in index),
        } - set(self.names)
        if unknown:
            raise TypeError(f"{name} has no column {', '.join(sorted(unknown))}.")
        if least and least != self.names[-1]:
            raise TypeError(f"{name} keeps the least of another column than its last.")
        if any(self.column[name].kind != "boolean" for name in past or ()):
            raise TypeError(f"{name} looks up its past by something else than truths.")
        self._key_of = attrgetter(*key)
        self._json = [
            (place, msgspec.json.Decoder(column.type).decode)
            for place, column in enumerate(self.columns)
            if column.kind == "json"
        ]

    def __repr__(self) -> str:
        return self.stored

    @property
    def shape(self) -> str:
        """What a stored table must agree with to be this one."""
        columns = [f"{column.name}:{column.kind}:{column.is_nullable}" for column in self.columns]
        past = "" if self.past is None else f";{self.past};{self.is_small};{len(SINCE)}"
        sought = "" if self.sought is None else f";{self.sought}"
        least = f";least {self.least}" if self.least else ""
        return f"{self.stored}({','.join(columns)};{self.key};{self.indexes}{past}{sought}{least})"

    @property
    def all_stored(self) -> tuple[str, ...]:
        """The tables of the database that it is kept in."""
        return (self.stored,) if self.past is None else (self.stored, self.past_stored)

    def key_of(self, row: R) -> Key:
        key = self._key_of(row)
        return key if len(self.key) > 1 else (key,)

    def stored_values(self, row: R) -> Values:
        """The values of a row as they are stored, in the order of the columns."""
        values = msgspec.structs.astuple(row)
        if not self._json:
            return values
        encoded = list(values)
        for place, _ in self._json:
            encoded[place] = _ENCODE(encoded[place]).decode()
        return tuple(encoded)

    def restored(self, values: Sequence[Any]) -> R:
        """The row of stored values."""
        if self._json:
            decoded = list(values)
            for place, decode in self._json:
                decoded[place] = decode(decoded[place])
            values = decoded
        return self.row(*values)


def columns_of(row: type[Row]) -> tuple[Column, ...]:
    hints = get_type_hints(row, include_extras=True)
    return tuple(_column(field.name, hints[field.name]) for field in msgspec.structs.fields(row))


def _column(name: str, hint: Any) -> Column:
    parts = get_args(hint)
    is_nullable = len(parts) == 2 and parts[1] is NoneType
    plain = parts[0] if is_nullable else hint
    if get_origin(plain) is Annotated:
        return Column(name, get_args(plain)[1], is_nullable, str)
    if plain in _PLAIN:
        return Column(name, _PLAIN[plain], is_nullable, plain)
    return Column(name, "json", False, hint)


@lru_cache(maxsize=8_192)
def instant(at: datetime) -> str:
    """An instant as text that sorts by time."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:26] + "Z"


def instant_or_none(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def moment(text: str) -> datetime:
    """The instant that a stored text stands for."""
    return datetime.fromisoformat(text)


def as_json(said: Any) -> Json:
    """Something as JSON has it, so that a row is the same before and after it was stored."""
    found: Json = msgspec.json.decode(msgspec.json.encode(said))
    return found


@lru_cache(maxsize=8_192)
def id_text(id: UUID) -> str:
    return str(id)


@lru_cache(maxsize=8_192)
def number_text(id: UUID) -> str:
    return number_of(id)


def id_or_none(id: UUID | None) -> str | None:
    return None if id is None else id_text(id)
