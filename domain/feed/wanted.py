"""Which events somebody wants: by type, by kind of record, by record, and by a condition."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

import domain.kinds  # noqa: F401 - every kind that can be wanted must be known
from domain.aggregate import KINDS, Aggregate, Entry, Event
from domain.event_fields import event_name
from domain.feed.conditions import EventCondition
from domain.feed.envelope import TYPE_PREFIX
from domain.ids import parse_reference, prefix_of
from domain.rules import NotFound, Refused, require
from domain.wrong_expression import WrongExpression

NAMES_MAX = 50
COMPILED_MAX = 500
"""So many compiled conditions are kept in each process."""

T = TypeVar("T")

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def what_of(kind: type[Aggregate]) -> str:
    """What the policy, and whoever asks, calls a kind: `service_request`."""
    return _HUMP.sub("_", kind.__name__).lower()


KIND_OF_WHAT = {what_of(kind): kind for kind in KINDS.values()}


class Wanted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All events; of several filters each must hold, and of each one value is enough.

    types: such as `Incident.Logged`. kinds: such as `service_request`. subjects: ids of records.
    condition: a condition on what is left of these, see `domain.feed.conditions`.
    """

    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    subjects: tuple[UUID, ...] = ()
    condition: str = ""

    def fits(self, entry: Entry) -> bool:
        name = event_name(entry)
        return (
            (not self.subjects or entry.originator_id in self.subjects)
            and (not self.types or name in self.types)
            and (not self.kinds or _what_of_name(name) in self.kinds)
        )

    def topics(self, kinds: Iterable[type[Aggregate]]) -> frozenset[str]:
        """The stored names, in all versions, of the events of these kinds that can fit."""
        found = set()
        for name, event in self.events(kinds):
            found |= {name, *(f"{name}:{n}" for n in range(2, event.class_version + 1))}
        return frozenset(found)

    def holds(self, entry: Entry, *, is_whole: bool) -> bool:
        """Whether the condition holds for an event that fits, of which somebody sees the whole or
        only that it happened. Raises Refused where it has no answer."""
        return not self.condition or _condition(self).holds(entry, is_whole=is_whole)

    def check(self) -> None:
        """Raises WrongExpression, which names the place in the condition and the rule."""
        if self.condition:
            _condition(self)

    def events(self, kinds: Iterable[type[Aggregate]]) -> Iterator[tuple[str, type[Event]]]:
        """The events of these kinds that can fit, with their names."""
        prefixes = set(map(prefix_of, self.subjects))
        for kind in kinds:
            if self.kinds and what_of(kind) not in self.kinds:
                continue
            if prefixes and kind.prefix not in prefixes:
                continue
            for event in kind.topics:
                name = f"{kind.__name__}.{event.__name__}"
                if not self.types or name in self.types:
                    yield name, event


EVERYTHING = Wanted()


@lru_cache(COMPILED_MAX)
def _condition(wanted: Wanted) -> EventCondition:
    events = frozenset(event for _, event in wanted.events(KINDS.values()))
    return EventCondition(wanted.condition, events)


def wanted(
    *,
    types: Iterable[str] = (),
    kinds: Iterable[str] = (),
    subjects: Iterable[str] = (),
    condition: str = "",
) -> Wanted:
    """What these words ask for. Raises Refused for a type, a kind or a subject that there is not
    in any desk, naming it, and for a condition that is wrong, naming its place."""
    found = Wanted(
        types=_distinct(_type(name) for name in types),
        kinds=_distinct(_kind(name) for name in kinds),
        subjects=_distinct(_subject(name) for name in subjects),
        condition=condition,
    )
    for name, values in (("type", found.types), ("kind", found.kinds), ("subject", found.subjects)):
        require(len(values) <= NAMES_MAX, f"{name}: at most {NAMES_MAX} are named.")
    try:
        found.check()
    except WrongExpression as error:
        raise Refused(f"condition: {error}") from None
    return found


def _distinct(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _type(name: str) -> str:
    name = name.removeprefix(TYPE_PREFIX)
    kind_name, _, event = name.partition(".")
    kind = KINDS.get(kind_name)
    is_known = kind is not None and any(known.__name__ == event for known in kind.topics)
    require(is_known, f"type: no event is called {name[:80]!r}.")
    return name


def _kind(name: str) -> str:
    require(name in KIND_OF_WHAT, f"kind: there is no kind of record {name[:80]!r}.")
    return name


def _subject(name: str) -> UUID:
    try:
        id = parse_reference(name)
    except NotFound as error:
        raise Refused(f"subject: {error}") from None
    require(prefix_of(id) != "", f"subject: {name[:80]!r} is no record.")
    return id


def _what_of_name(event: str) -> str:
    return what_of(KINDS[event.partition(".")[0]])
