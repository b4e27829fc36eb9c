"""The file of stored events: one example of every event ever released, read back for ever.

It is only added to: run this module after adding an event, or a version of one, or another way to
seal, to write the examples that are missing. Personal fields are sealed under keys made of the
people's ids (`tests.keys`); what they say stands beside the stored state.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.aggregate import Aggregate, Entry
from domain.ids import record_id
from domain.incident import Incident
from domain.mapper import LedgerMapper, personal_fields
from domain.person import Person
from domain.personal import TOGETHER
from domain.problem import Problem
from domain.ticket import Ticket
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import STORIES, told
from tests.keys import MemoryKeys
from tests.people import CUSTOMER, person, system

FILE = Path(__file__).with_name("stored.jsonl")
IMPORT = system("import", channel="imported")


def examples() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILE.read_text().splitlines()]


def stored_event(example: dict[str, Any]) -> StoredEvent:
    state = json.dumps(example["state"], ensure_ascii=False, separators=(",", ":")).encode()
    return StoredEvent(UUID(example["id"]), example["version"], example["topic"], state)


def mapper_for(example: dict[str, Any]) -> LedgerMapper:
    """A mapper that has the keys of the people in an example."""
    keys = MemoryKeys()
    keys.ensure(example["people"])
    return LedgerMapper(keys)


def add_missing() -> list[str]:
    """Add an example of each event that has none. Returns their stored names."""
    known = {(one["topic"], is_sealed_together(one)) for one in examples()}
    added = []
    with FILE.open("a") as file:
        for kind in EVERY_KIND:
            for entry in entries_of(kind):
                example = (entry.topic, is_sealed_together(example_of(entry)))
                if example not in known:
                    known.add(example)
                    added.append(entry.topic)
                    file.write(json.dumps(example_of(entry), ensure_ascii=False) + "\n")
    return added


def is_sealed_together(example: dict[str, Any]) -> bool:
    """Whether a field of it is sealed under the key of the record, too."""
    return json.dumps(TOGETHER)[1:-1] in json.dumps(example["state"])


def example_of(entry: Entry) -> dict[str, Any]:
    mapper = LedgerMapper(MemoryKeys())
    people = mapper.subjects([entry])
    mapper.keys.ensure(people)
    stored: Any = mapper.to_stored_event(entry)
    return {
        "topic": stored.topic,
        "id": str(stored.originator_id),
        "version": stored.originator_version,
        "people": sorted(people),
        "says": {
            name: getattr(entry.event, name) for name, _ in personal_fields(type(entry.event))
        },
        "state": json.loads(stored.state),
    }


def entries_of(kind: type[Aggregate]) -> Iterator[Entry]:
    """The histories of a record of a kind by its stories, and what is only ever imported."""
    id = person("ann") if kind is Person else record_id(kind.prefix, 1)
    for (begin, arguments, by), *steps in map(told, STORIES[kind]):
        record: Aggregate = getattr(kind, begin)(id, **arguments, by=by)
        for command, given, signed in steps:
            getattr(record, command)(**given, by=signed)
        yield from record.collect_events()
        if isinstance(record, Ticket):
            changed = Ticket.RequesterChanged(
                by=IMPORT, requester=person("cem"), organisation=CUSTOMER
            )
            record.record(changed)
        if isinstance(record, Incident | Problem):
            record.record(type(record).Requeued(by=IMPORT))
        yield from record.collect_events()


if __name__ == "__main__":
    print("\n".join(add_missing()))
