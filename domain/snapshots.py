"""Snapshots of records with long histories, so that loading them stays short.

A snapshot is the state as JSON by the annotations of the class. It can always be made again from
the events, so a snapshot of another shape is not read, and one more is taken in time.
"""

from typing import Any, get_type_hints
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate

EVENTS_BETWEEN_SNAPSHOTS = 200

_TYPES: dict[type[Aggregate], dict[str, Any]] = {}
_NOT_STATE = {"id", "version", "pending"}
_encode = msgspec.json.Encoder().encode


def is_due(record: Aggregate, recorded: int) -> bool:
    """Whether the last so many events of the record passed a multiple of the interval."""
    before = (record.version - recorded) // EVENTS_BETWEEN_SNAPSHOTS
    return not record.has_words and record.version // EVENTS_BETWEEN_SNAPSHOTS > before


def take(record: Aggregate) -> bytes:
    return _encode({name: value for name, value in vars(record).items() if name not in _NOT_STATE})


def restore(kind: type[Aggregate], id: UUID, version: int, state: bytes) -> Aggregate:
    """The record as it was at the version, or a new one if the state has another shape, or says
    what people wrote."""
    record = kind(id)
    expected = set(vars(record)) - _NOT_STATE
    plain: dict[str, Any] = msgspec.json.decode(state)
    if set(plain) != expected:
        return record
    types = _types(kind)
    try:
        typed = {
            name: msgspec.convert(value, types[name], str_keys=True)
            for name, value in plain.items()
        }
    except msgspec.ValidationError:
        return record
    vars(record).update(typed)
    if record.has_words:
        # Kept before such records had none.
        return kind(id)
    record.version = version
    return record


def _types(kind: type[Aggregate]) -> dict[str, Any]:
    if kind not in _TYPES:
        _TYPES[kind] = get_type_hints(kind)
    return _TYPES[kind]
