"""Between entries and what is stored: typed, plain JSON, personal fields sealed per person."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    JSONTranscoder,
    Mapper,
    MapperDeserialisationError,
    StoredEvent,
)

from domain.aggregate import KINDS, Aggregate, Entry, Event, events_of, upcast_steps
from domain.ids import number_of, record_id
from domain.key_tree import Part
from domain.personal import (
    ALONE,
    ERASED,
    TOGETHER,
    KeyMissing,
    KeyRing,
    Personal,
    seal,
    together,
    unseal,
)
from domain.rules import Refused

_PERSON = str(record_id("PER", 0))[:9]
_PERSONAL: dict[type[Event], tuple[tuple[str, str], ...]] = {}
_EMPTY: tuple[Any, ...] = (None, "", [], {})
"""JSON values that say nothing."""
_encode = msgspec.json.Encoder().encode


class Field(NamedTuple):
    """A personal field of an event."""

    name: str
    subject: str
    is_sealed: bool
    """Whether it is in this version."""
    part: Part
    """What of its record it goes with, if that has words of its own."""


class Codec:
    """How the events of one stored name are read back."""

    __slots__ = ("decode", "event", "has_own_words", "personal", "steps")

    def __init__(self, kind: type[Aggregate], event: type[Event], version: int) -> None:
        self.event = event
        self.decode = msgspec.json.Decoder(event).decode
        self.has_own_words = kind.has_own_words
        self.personal = tuple(
            Field(name, mark.subject, mark.since <= version, mark.part)
            for name, mark in _marks(event)
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
        found = _PERSONAL[event] = tuple((name, mark.subject) for name, mark in _marks(event))
    return found


def _marks(event: type[Event]) -> Iterator[tuple[str, Personal]]:
    """The personal fields of an event class, each with its mark."""
    for name, hint in get_type_hints(event, include_extras=True).items():
        if get_origin(hint) is Annotated:
            for mark in get_args(hint)[1:]:
                if isinstance(mark, Personal):
                    yield name, mark


@cache
def codec(topic: str) -> Codec:
    name, _, version = topic.partition(":")
    kind_name, _, event_name = name.partition(".")
    kind = KINDS.get(kind_name)
    for event in events_of(kind) if kind else ():
        if event.__name__ == event_name and 1 <= int(version or 1) <= event.class_version:
            assert kind is not None
            return Codec(kind, event, int(version or 1))
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
        """Raises KeyMissing if a person whose fields are in it has none, and Refused if the words
        of the record were removed."""
        entry: Any = domain_event
        how = codec(entry.topic)
        event = self._sealed(entry, how) if how.personal else entry.event
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
                entry.event = self._unsealed(entry, how)
        except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
            raise MapperDeserialisationError(
                f"{stored.topic} {stored.originator_id}#{stored.originator_version}: {error}"
            ) from error
        return entry

    def _sealed(self, entry: Entry, how: Codec) -> Event:
        fields = {}
        place = _place(entry)
        key, whose, of = None, "", ""
        for name, subject, _, part in how.personal:
            if not (text := getattr(entry.event, name)):
                continue
            # The fields of one person mostly stand side by side.
            if (subject, part) != (whose, of):
                key, whose, of = self._key(subject_of(entry, subject)), subject, part
                if how.has_own_words:
                    key = together(key, self._own_key(entry.originator_id, part))
            if key is not None:
                form = TOGETHER if how.has_own_words else ALONE
                fields[name] = _seal(key, text, place + name.encode(), form)
        return msgspec.structs.replace(entry.event, **fields) if fields else entry.event

    def _key(self, subject: str) -> bytes | None:
        """The key to seal with; None for who is no person. Raises KeyMissing without one."""
        if not is_person(subject):
            return None
        key = self.keys.key(subject)
        if key is None:
            raise KeyMissing(subject)
        return key

    def _own_key(self, record: UUID, part: Part) -> bytes:
        key = self.keys.words(record, part)
        if key is None:
            raise Refused(f"What {number_of(record)} said was removed: no words are added to it.")
        return key

    def _unsealed(self, entry: Entry, how: Codec) -> Event:
        fields = {}
        place = _place(entry)
        own, of = None, ""
        for name, subject, is_sealed, part in how.personal:
            if not (text := getattr(entry.event, name)):
                continue
            person = subject_of(entry, subject)
            key = self.keys.key(person) if is_person(person) else None
            if how.has_own_words and part != of:
                own, of = self.keys.words(entry.originator_id, part), part
            if (key is None and is_person(person)) or (own is None and how.has_own_words):
                fields[name] = _erased(text)
            elif is_sealed:
                fields[name] = _unseal(key, own, text, place + name.encode())
        return msgspec.structs.replace(entry.event, **fields) if fields else entry.event


def _seal(key: bytes, said: Any, place: bytes, form: str) -> Any:
    if not isinstance(said, dict):
        return seal(key, said, place, form)
    return {
        part: value
        if value in _EMPTY
        else seal(key, _encode(value).decode(), _part(place, part), form)
        for part, value in said.items()
    }


def _unseal(key: bytes | None, own: bytes | None, said: Any, place: bytes) -> Any:
    if not isinstance(said, dict):
        return _opened(key, own, said, place)
    return {
        part: value
        if value in _EMPTY
        else _value(_opened(key, own, value, _part(place, part)), value)
        for part, value in said.items()
    }


def _opened(key: bytes | None, own: bytes | None, said: Any, place: bytes) -> Any:
    """What is said, under the keys of a person and of the record if these have any."""
    if own is not None and isinstance(said, str) and said.startswith(TOGETHER):
        return unseal(together(key, own), said, place)
    # Of nobody, and from before records had keys: it is in the clear.
    return said if key is None else unseal(key, said, place)


def _value(opened: Any, stored: Any) -> Any:
    """A value of JSON, of which the text was sealed."""
    return stored if opened is stored else msgspec.json.decode(opened)


def _erased(said: Any) -> Any:
    if not isinstance(said, dict):
        return ERASED
    return {part: value if value in _EMPTY else ERASED for part, value in said.items()}


def _part(place: bytes, name: str) -> bytes:
    return b"%b.%b" % (place, name.encode())


def _place(entry: Entry) -> bytes:
    """What the name of a field is added to, to tell its place from all others."""
    return b"%b%d" % (entry.originator_id.bytes, entry.originator_version)
