"""Between entries and what is stored: typed, plain JSON, personal fields sealed per person."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    JSONTranscoder,
    Mapper,
    MapperDeserialisationError,
    StoredEvent,
)

from domain.aggregate import KINDS, Entry, Event, events_of, upcast_steps
from domain.ids import record_id
from domain.personal import ERASED, KeyMissing, KeyRing, Personal, seal, unseal

_PERSON = str(record_id("PER", 0))[:9]
_PERSONAL: dict[type[Event], tuple[tuple[str, str], ...]] = {}
_EMPTY: tuple[Any, ...] = (None, "", [], {})
"""JSON values that say nothing."""
_encode = msgspec.json.Encoder().encode


class Codec:
    """How the events of one stored name are read back."""

    __slots__ = ("decode", "event", "personal", "steps")

    def __init__(self, event: type[Event], version: int) -> None:
        self.event = event
        self.decode = msgspec.json.Decoder(event).decode
        self.personal = tuple(
            (name, subject, since <= version) for name, subject, since in _marks(event)
        )
        self.steps = upcast_steps(event, version)

    def read(self, state: bytes) -> Event:
        if not self.steps:
            return self.decode(state)
        plain = msgspec.json.decode(state)
        for upcast in self.steps:
            # The library's convention lets an upcast change the state in place or give a new one.
            plain = upcast(plain) or plain
        return msgspec.convert(plain, self.event, str_keys=True)


def personal_fields(event: type[Event]) -> tuple[tuple[str, str], ...]:
    """The personal fields of an event class, each with the field that names the person."""
    found = _PERSONAL.get(event)
    if found is None:
        found = _PERSONAL[event] = tuple((name, subject) for name, subject, _ in _marks(event))
    return found


def _marks(event: type[Event]) -> Iterator[tuple[str, str, int]]:
    """The personal fields of an event class, with the subject of each, and since which version."""
    for name, hint in get_type_hints(event, include_extras=True).items():
        if get_origin(hint) is Annotated:
            for mark in get_args(hint)[1:]:
                if isinstance(mark, Personal):
                    yield name, mark.subject, mark.since


@cache
def codec(topic: str) -> Codec:
    name, _, version = topic.partition(":")
    kind_name, _, event_name = name.partition(".")
    kind = KINDS.get(kind_name)
    for event in events_of(kind) if kind else ():
        if event.__name__ == event_name and 1 <= int(version or 1) <= event.class_version:
            return Codec(event, int(version or 1))
    raise LookupError(f"No event is called {topic}.")


def subject_of(entry: Entry, subject: str) -> str:
    """The id of the person that a personal field is about, or "" for nobody."""
    if subject == "self":
        return str(entry.originator_id)
    if subject == "actor":
        return entry.event.by.actor
    person = getattr(entry.event, subject)
    return "" if person is None else str(person)


def is_person(subject: str) -> bool:
    """Whether a subject is a person: parts of the desk sign events too, and need no key."""
    return subject.startswith(_PERSON)


class LedgerMapper(Mapper[UUID]):
    """The library's mapper, replaced: it knows types, versions and whose a field is."""

    def __init__(self, keys: KeyRing) -> None:
        super().__init__(JSONTranscoder())
        self.keys = keys

    def subjects(self, entries: Iterable[Entry]) -> set[str]:
        """The people whose personal fields stand in these entries."""
        found = set()
        for entry in entries:
            for name, subject in personal_fields(type(entry.event)):
                if getattr(entry.event, name):
                    found.add(subject_of(entry, subject))
        return {subject for subject in found if is_person(subject)}

    def stored(self, entries: Sequence[Entry]) -> list[StoredEvent]:
        """What is written of entries; the missing keys are made. Raises Refused for the erased."""
        try:
            return [self.to_stored_event(entry) for entry in entries]
        except KeyMissing:
            # Nearly everybody has a key, so it is not looked up twice for the others' sake.
            self.keys.ensure(self.subjects(entries))
            return [self.to_stored_event(entry) for entry in entries]

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Raises KeyMissing if a person whose fields are in it has none."""
        entry: Any = domain_event
        event = entry.event
        if personal := personal_fields(type(event)):
            event = self._sealed(entry, personal)
        return StoredEvent(
            entry.originator_id, entry.originator_version, entry.topic, _encode(event)
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        return self.entry(stored_event, getattr(stored_event, "id", 0))

    def entry(self, stored: StoredEvent, position: int) -> Entry:
        """Read an event back. Raises MapperDeserialisationError, naming the event."""
        try:
            how = codec(stored.topic)
            id: Any = stored.originator_id
            event = how.read(stored.state)
            entry = Entry(id, stored.originator_version, stored.topic, event, position)
            if how.personal:
                entry.event = self._unsealed(entry, how.personal)
        except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
            raise MapperDeserialisationError(
                f"{stored.topic} {stored.originator_id}#{stored.originator_version}: {error}"
            ) from error
        return entry

    def _sealed(self, entry: Entry, personal: tuple[tuple[str, str], ...]) -> Event:
        fields = {}
        place = _place(entry)
        key, whose = None, ""
        for name, subject in personal:
            if not (text := getattr(entry.event, name)):
                continue
            # The fields of one person mostly stand side by side.
            if subject != whose:
                key, whose = self._key(subject_of(entry, subject)), subject
            if key is not None:
                fields[name] = _seal(key, text, place + name.encode())
        return msgspec.structs.replace(entry.event, **fields) if fields else entry.event

    def _key(self, subject: str) -> bytes | None:
        """The key to seal with; None for who is no person. Raises KeyMissing without one."""
        if not is_person(subject):
            return None
        key = self.keys.key(subject)
        if key is None:
            raise KeyMissing(subject)
        return key

    def _unsealed(self, entry: Entry, personal: tuple[tuple[str, str, bool], ...]) -> Event:
        fields = {}
        place = _place(entry)
        for name, subject, is_sealed in personal:
            if not (text := getattr(entry.event, name)):
                continue
            person = subject_of(entry, subject)
            if is_person(person):
                key = self.keys.key(person)
                if key is None:
                    fields[name] = _erased(text)
                elif is_sealed:
                    fields[name] = _unseal(key, text, place + name.encode())
        return msgspec.structs.replace(entry.event, **fields) if fields else entry.event


def _seal(key: bytes, said: Any, place: bytes) -> Any:
    if not isinstance(said, dict):
        return seal(key, said, place)
    return {
        part: value if value in _EMPTY else seal(key, _encode(value).decode(), _part(place, part))
        for part, value in said.items()
    }


def _unseal(key: bytes, said: Any, place: bytes) -> Any:
    if not isinstance(said, dict):
        return unseal(key, said, place)
    return {
        part: value
        if value in _EMPTY
        else msgspec.json.decode(unseal(key, value, _part(place, part)))
        for part, value in said.items()
    }


def _erased(said: Any) -> Any:
    if not isinstance(said, dict):
        return ERASED
    return {part: value if value in _EMPTY else ERASED for part, value in said.items()}


def _part(place: bytes, name: str) -> bytes:
    return b"%b.%b" % (place, name.encode())


def _place(entry: Entry) -> bytes:
    """What the name of a field is added to, to tell its place from all others."""
    return b"%b%d" % (entry.originator_id.bytes, entry.originator_version)
