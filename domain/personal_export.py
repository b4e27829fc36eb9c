"""All that is known of a person, in plain JSON: what they said, what they did, and where they are
named. What others said stays theirs."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from domain.aggregate import Entry
from domain.bulk_job import BulkJob
from domain.ids import number_of
from domain.ledger import PAGE, Ledger
from domain.mapper import personal_fields, subject_of
from domain.person import Person
from domain.ticket import Ticket

FORMAT = "ledgerdesk personal data 1"


def export(ledger: Ledger, person: UUID) -> dict[str, Any]:
    """What the ledger knows of a person up to now. It reads all of it: not for an event loop."""
    position = ledger.position()
    entries = list(entries_about(ledger, person, position))
    return {
        "format": FORMAT,
        "person": number_of(person),
        "id": str(person),
        "position": position,
        "themselves": [told(one, person) for one in entries if one.originator_id == person],
        "elsewhere": [told(one, person) for one in entries if one.originator_id != person],
        "attachments": [
            {
                "record": number_of(one.originator_id),
                "name": one.event.name,
                "media_type": one.event.media_type,
                "size": one.event.size,
                "sha256": one.event.sha256,
            }
            for one in entries
            if isinstance(one.event, Ticket.Attached | BulkJob.Proposed)
            and one.event.by.actor == str(person)
        ],
    }


def entries_about(ledger: Ledger, person: UUID, until: int) -> Iterator[Entry]:
    """What happened to a person, what they did, and what names them, in order."""
    named, after = str(person).encode(), 0
    while rows := ledger.recorder.select_notifications(
        after, PAGE, until, inclusive_of_start=False
    ):
        for row in rows:
            if row.originator_id == person or named in row.state:
                yield ledger.mapper.entry(row, row.id)
        after = rows[-1].id


def left_plain(ledger: Ledger, person: Person) -> Iterator[Entry]:
    """The events that say the user name, the name or the address of a person in the clear, as a
    process does that names them: no erasure of the person changes these."""
    names = [name for name in (person.username, person.name, person.email) if name]
    spelled = "|".join(re.escape(msgspec.json.encode(name)[1:-1].decode()) for name in names)
    said, after, until = re.compile(rf"(?i)(?<!\w)(?:{spelled})(?!\w)"), 0, ledger.position()
    while rows := ledger.recorder.select_notifications(
        after, PAGE, until, inclusive_of_start=False
    ):
        for row in rows:
            if said.search(row.state.decode()):
                yield ledger.mapper.entry(row, row.id)
        after = rows[-1].id


def told(entry: Entry, person: UUID) -> dict[str, Any]:
    """One event, without the secrets of the person, and the words of others."""
    event, by = entry.event, entry.event.by
    theirs = str(person)
    withheld = {
        name
        for name, subject in personal_fields(type(event))
        if subject_of(entry, subject) != theirs and getattr(event, name)
    }
    if isinstance(event, Person.PasswordSet):
        withheld.add("hash")
    fields = msgspec.to_builtins(event)
    return {
        "record": number_of(entry.originator_id),
        "event": type(event).__qualname__.rpartition(".")[2],
        "position": entry.position,
        "at": by.effective_at.isoformat(),
        "by_them": by.actor == theirs,
        "channel": by.channel,
        "said": {
            name: value for name, value in fields.items() if name != "by" and name not in withheld
        },
        "withheld": sorted(withheld),
    }
