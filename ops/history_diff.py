"""What changed of a record between two points of its history, field by field."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.aggregate import KIND_OF_PREFIX, Entry
from domain.ids import prefix_of
from domain.person import Person

NOT_STATE = frozenset({"id", "version", "pending", "password"})


class Difference(Struct, frozen=True):
    """A field that is not what it was. None stands for a field that is not there."""

    field: str
    old: Any
    new: Any


def state_after(id: UUID, entries: Iterable[Entry]) -> dict[str, Any]:
    """What entries add up to, as plain values by the names of the fields; nothing of none."""
    record = None
    for entry in entries:
        record = record or KIND_OF_PREFIX[prefix_of(id)](id)
        record.replay(entry)
    if record is None:
        return {}
    state = {name: value for name, value in vars(record).items() if name not in NOT_STATE}
    plain: dict[str, Any] = msgspec.to_builtins(state, str_keys=True, order="deterministic")
    if isinstance(record, Person):
        for token in plain["tokens"]:
            del token["digest"]
    return plain


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """The fields that differ, in the order of the record; inner ones by a path with dots."""
    was, now = dict(_leaves("", old)), dict(_leaves("", new))
    return [
        Difference(field, was.get(field), now.get(field))
        for field in {**now, **was}
        if was.get(field) != now.get(field)
    ]


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        value = dict(enumerate(value))
    if not isinstance(value, dict):
        yield path, value
        return
    for name, item in value.items():
        yield from _leaves(f"{path}.{name}" if path else str(name), item)
