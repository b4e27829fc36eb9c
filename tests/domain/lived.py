"""Lives of records: all that is tried on one, with what holds after each attempt."""

from typing import Any

from domain.aggregate import Aggregate, Entry
from domain.ids import record_id
from domain.person import Person
from domain.rules import Refused
from tests.domain.invariants import check
from tests.domain.steps import check_step
from tests.domain.steps_of_stories import Attempt
from tests.people import person

State = dict[str, Any]


def state(record: Aggregate) -> State:
    return {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in vars(record).items()
        if name != "pending"
    }


def begun(kind: type[Aggregate], first: Attempt) -> Aggregate | None:
    id = person("ann") if kind is Person else record_id(kind.prefix, 1)
    try:
        record: Aggregate = getattr(kind, first.command)(id, **first.arguments, by=first.by)
    except Refused:
        return None
    return record


def lived(kind: type[Aggregate], tried: list[Attempt]) -> tuple[Aggregate, list[Entry]] | None:
    """Try it all. The record in the end and its history, or None if it never began."""
    record = begun(kind, tried[0])
    if record is None:
        return None
    history = list(record.collect_events())
    assert len(history) == 1
    check(record)
    for attempt in tried[1:]:
        before = state(record)
        copy = record.fork()
        try:
            getattr(copy, attempt.command)(**attempt.arguments, by=attempt.by)
        except Refused:
            assert not copy.pending
            assert state(copy) == before
        assert state(record) == before, "a command on a working copy changed the original"
        happened = copy.collect_events()
        assert copy.version == record.version + len(happened)
        assert happened or state(copy) == before
        check(copy)
        check_step(record, copy, happened)
        history += happened
        record = copy
    return record, history
