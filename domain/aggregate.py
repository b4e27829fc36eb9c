"""What all aggregates share: signed events, under names and versions that outlive the code.

A subclass holds pairs: a command method that checks its rules and records an event, and that
event, a nested frozen struct whose `apply` changes the state. `apply` runs again whenever history
is replayed, so it never checks a rule and never fails; and it assigns new values instead of
changing old ones in place, so that a working copy of an aggregate is a shallow one.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, dataclass_transform
from uuid import UUID

from msgspec import Struct, StructMeta, field

from domain.ids import number_of
from domain.provenance import Provenance


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class EventMeta(StructMeta):
    """Makes every event class frozen, with fields by keyword, and stored without defaults."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any
    ) -> "EventMeta":
        config = {"frozen": True, "kw_only": True, "omit_defaults": True, "gc": False, **config}
        return super().__new__(mcs, name, bases, namespace, **config)


class Event(Struct, metaclass=EventMeta):
    """A fact, signed. A new field gets a default; any other new shape gets a new version.

    For a new version, `class_version` goes up by one and a static method `upcast_v1_v2(state)`
    turns the stored state (a dict) of the old version into that of the new one.
    """

    class_version: ClassVar[int] = 1

    by: Provenance

    def apply(self, aggregate: Any, /) -> None:
        """Change the state of the aggregate. Never checks, never fails."""


class Entry:
    """One event at its place: in the history of its aggregate, and in the ledger."""

    __slots__ = ("event", "originator_id", "originator_version", "position", "topic")

    def __init__(
        self, originator_id: UUID, originator_version: int, topic: str, event: Event, position: int
    ) -> None:
        self.originator_id = originator_id
        self.originator_version = originator_version
        self.topic = topic
        self.event = event
        self.position = position
        """0 as long as the entry is not recorded."""

    def __repr__(self) -> str:
        return f"{self.topic} {number_of(self.originator_id)}#{self.originator_version}"


KINDS: dict[str, type["Aggregate"]] = {}
"""Every kind of aggregate by its stored name."""

KIND_OF_PREFIX: dict[str, type["Aggregate"]] = {}


class Aggregate:
    """The base of all aggregates. `version` counts the events that made the state."""

    prefix: ClassVar[str] = ""
    """Three letters: the start of the number, and the kind of the id."""
    topics: ClassVar[Mapping[type[Event], str]] = {}
    """The stored name of each event of this kind, with its version if that is not the first."""
    can_snapshot: ClassVar[bool] = True
    """False for a kind whose state holds personal fields: a snapshot would outlive erasure."""
    has_own_words: ClassVar[bool] = False
    """Whether what its records say is sealed under a key of the record besides those of people."""

    def __init__(self, id: UUID) -> None:
        self.id = id
        self.version = 0
        self.pending: tuple[Entry, ...] = ()

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if abstract:
            return
        cls.topics = {event: stored_name(cls, event) for event in events_of(cls)}
        KINDS[cls.__name__] = cls
        KIND_OF_PREFIX[cls.prefix] = cls

    @property
    def number(self) -> str:
        return number_of(self.id)

    @property
    def has_words(self) -> bool:
        """Whether its state says what people wrote, so that no snapshot of it is kept."""
        return not self.can_snapshot

    @classmethod
    def begin(cls, id: UUID, event: Event) -> Self:
        """Record the first event of a new aggregate."""
        aggregate = cls(id)
        aggregate.record(event)
        return aggregate

    def record(self, event: Event) -> None:
        """Record that something happened, and change the state accordingly."""
        topic = self.topics[type(event)]
        event.apply(self)
        self.version += 1
        self.pending = (*self.pending, Entry(self.id, self.version, topic, event, 0))

    def replay(self, entry: Entry) -> None:
        """Apply a recorded event. Raises ValueError if an event before it is missing."""
        if entry.originator_version != self.version + 1:
            raise ValueError(f"{entry!r} does not follow version {self.version}.")
        entry.event.apply(self)
        self.version = entry.originator_version

    def fork(self) -> Self:
        """A working copy: commands on it leave the original as it is."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.pending = ()
        return copy

    def collect_events(self) -> tuple[Entry, ...]:
        """What happened since the aggregate was last saved, or since this was last asked."""
        pending, self.pending = self.pending, ()
        return pending


def events_of(kind: type[Aggregate]) -> list[type[Event]]:
    """The event classes of a kind, its own and those it shares with its bases."""
    found: dict[str, type[Event]] = {}
    for base in reversed(kind.__mro__):
        for name, member in vars(base).items():
            if isinstance(member, type) and issubclass(member, Event):
                found[name] = member
    return list(found.values())


def stored_name(kind: type[Aggregate], event: type[Event]) -> str:
    return all_names(kind, event)[-1]


def all_names(kind: type[Aggregate], event: type[Event]) -> tuple[str, ...]:
    """The names under which an event was stored in any of its versions, the oldest first."""
    name = f"{kind.__name__}.{event.__name__}"
    return (name, *(f"{name}:{version}" for version in range(2, event.class_version + 1)))


def upcast_steps(event: type[Event], version: int) -> list[Callable[[dict[str, Any]], Any]]:
    """The functions that bring a stored state of an older version to the present one."""
    return [
        getattr(event, f"upcast_v{old}_v{old + 1}") for old in range(version, event.class_version)
    ]
