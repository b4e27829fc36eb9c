"""When a change is to be implemented, with what it touches; and what conflicts with that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from domain.ids import number_of, prefix_of
from domain.subjects import Value

Reason = Literal[
    "same asset",
    "upstream asset",
    "downstream asset",
    "same service",
    "implementer is busy",
    "inside a freeze",
    "outside a maintenance window",
]
Effect = Literal["warned", "refused", "excepted", "emergency"]
"""What follows: it is only said, it is refused, or it would be but for an exception or because it
is an emergency."""


class Planned(Struct, frozen=True, kw_only=True):
    """A change from an instant to another."""

    change: UUID
    start: datetime
    end: datetime
    organisation: UUID | None = None
    services: frozenset[str] = frozenset()
    """Its service, and those of the assets that it affects."""
    assets: frozenset[UUID] = frozenset()
    people: frozenset[str] = frozenset()
    """Who implements it."""
    is_emergency: bool = False
    fields: Mapping[str, Value] = {}
    """What conditions ask for: see `domain.subjects`."""


class Conflict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What speaks against a change being implemented when it is planned.

    An upstream asset depends on one that the change affects; on a downstream asset one depends
    that the change affects.
    """

    reason: Reason
    other: UUID
    """The change or the window that it conflicts with."""
    start: datetime
    end: datetime
    """The part of the planned time that it is about."""
    effect: Effect = "warned"
    things: tuple[str, ...] = ()
    """What both have in common: assets, services or people; of a window, what it is for."""
    path: tuple[UUID, ...] = ()
    """From an affected asset to one that the other change affects, a shortest way."""

    def said(self, name: str = "", people: Mapping[str, str] = {}) -> str:
        """It in a sentence; `name` is that of the window, and people have their names by id."""
        other = number_of(self.other) + (f" ({name})" if name else "")
        at = f"from {_clock(self.start)} to {_clock(self.end)}"
        match self.reason:
            case "same asset":
                return f"{other} affects {_all(self.things)} too, {at}."
            case "upstream asset":
                return f"{other} affects what depends on it, {at}: {self._way()}."
            case "downstream asset":
                return f"{other} affects what it depends on, {at}: {self._way()}."
            case "same service":
                return f"{other} is about {_all(self.things)} too, {at}."
            case "implementer is busy":
                who = tuple(people.get(person, person) for person in self.things)
                return f"{_all(who)} also works on {other} {at}."
            case "inside a freeze":
                return f"It lies in the freeze {other} {at}."
            case "outside a maintenance window":
                what = f" for {_all(self.things)}" if self.things else ""
                return f"It lies outside of the maintenance windows{what}, such as {other}."

    def _way(self) -> str:
        return " > ".join(map(number_of, self.path))


def _all(things: tuple[str, ...]) -> str:
    *some, last = map(_named, things)
    return f"{', '.join(some)} and {last}" if some else last


def _named(thing: str) -> str:
    try:
        id = UUID(thing)
    except ValueError:
        return thing
    return number_of(id) if prefix_of(id) else thing


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
