"""The attributes and fields that the desk has defined, as filters of lists ask for them."""

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct

from domain.directory import Directory
from projections.asset_register import REGISTER
from projections.parts import Part, parts_of_assets, parts_of_tickets
from projections.tables import Table
from projections.work_queue import QUEUE


class Parts(Struct, frozen=True, eq=False):
    """Those of a list. The same as long as the types are."""

    all: tuple[Part, ...] = ()


class _Source(Struct, frozen=True):
    types: Callable[[Directory], Iterable[Any]]
    parts: Callable[[Iterable[Any]], tuple[Part, ...]]
    columns: tuple[str, ...]
    """The JSON columns that they are parts of."""


_SOURCES = {
    REGISTER.name: _Source(Directory.asset_types, parts_of_assets, ("attributes", "ends")),
    QUEUE.name: _Source(Directory.ticket_types, parts_of_tickets, ("fields",)),
}
_NONE = Parts()
_known: WeakKeyDictionary[Directory, dict[str, tuple[list[Any], Parts]]] = WeakKeyDictionary()


def pattern_of(table: Table[Any]) -> str:
    """How the names of the parts of a list are written, as an alternative in a pattern; "" if it
    has none."""
    source = _SOURCES.get(table.name)
    return "" if source is None else rf"|({'|'.join(source.columns)})\.\w{{1,80}}(\.\w{{1,80}})?"


def parts_of(directory: Directory, table: Table[Any]) -> Parts:
    """What can be asked of the JSON columns of a list by the types of now."""
    source = _SOURCES.get(table.name)
    if source is None:
        return _NONE
    types = list(source.types(directory))
    versions = [one.versions for one in types]
    known = _known.setdefault(directory, {})
    if table.name not in known or known[table.name][0] != versions:
        known[table.name] = versions, Parts(source.parts(types))
    return known[table.name][1]
