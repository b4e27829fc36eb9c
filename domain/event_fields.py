"""What events are called, and which of their fields are told to whom."""

from functools import cache
from typing import Any

from domain.aggregate import Entry, Event
from domain.mapper import personal_fields
from domain.person import Person

SECRET: dict[type[Event], frozenset[str]] = {
    Person.PasswordSet: frozenset({"hash"}),
    Person.TokenIssued: frozenset({"digest"}),
    Person.FeedOpened: frozenset({"digest"}),
}
"""The fields that nobody reads, not even in a history."""


def event_name(entry: Entry) -> str:
    """What happened to which kind of record, such as `Incident.Logged`."""
    return entry.topic.partition(":")[0]


@cache
def fields_of(event: type[Event]) -> tuple[str, ...]:
    """The fields that tell what happened, without who and when."""
    hidden = SECRET.get(event, frozenset[Any]())
    return tuple(name for name in event.__struct_fields__ if name != "by" and name not in hidden)


@cache
def told_fields(event: type[Event], *, with_personal: bool) -> tuple[str, ...]:
    """The fields of an event that are told: no secret, and personal ones only if they are to be."""
    personal = () if with_personal else {name for name, _ in personal_fields(event)}
    return tuple(name for name in fields_of(event) if name not in personal)
