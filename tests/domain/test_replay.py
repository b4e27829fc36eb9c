"""Decisions made again: recorded ones agree, and the first that was altered is found."""

from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from domain.aggregate import Aggregate, Entry
from domain.approval_round import ApprovalRounds
from domain.change import Change
from domain.ids import record_id
from domain.person import Person
from domain.priority import DEFAULT
from domain.replay import Check, approvals, priorities
from domain.ticket import Ticket
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import STORIES, told
from tests.people import person, system


def stories(kind: type[Aggregate]) -> Iterable[list[Entry]]:
    for story in STORIES[kind]:
        (begin, arguments, by), *steps = told(story)
        id = person("ann") if kind is Person else record_id(kind.prefix, 1)
        record = getattr(kind, begin)(id, **arguments, by=by)
        for command, given, signature in steps:
            getattr(record, command)(**given, by=signature)
        yield list(record.collect_events())


def with_event(entries: list[Entry], place: int, **changes: Any) -> list[Entry]:
    old = entries[place]
    event = replace(old.event, **changes)
    entry = Entry(old.originator_id, old.originator_version, old.topic, event, old.position)
    return [*entries[:place], entry, *entries[place + 1 :]]


def without(entries: list[Entry], places: set[int]) -> list[Entry]:
    left = [entry for place, entry in enumerate(entries) if place not in places]
    return [
        Entry(one.originator_id, version, one.topic, one.event, one.position)
        for version, one in enumerate(left, 1)
    ]


def divergences(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if not check.agrees]


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if issubclass(kind, ApprovalRounds)])
def test_every_recorded_approval_is_decided_again_as_it_was(kind: type[Aggregate]) -> None:
    checked = 0
    for entries in stories(kind):
        for check in approvals(entries):
            assert check.agrees, check
            checked += 1

    assert checked > 0


@pytest.mark.parametrize("kind", [kind for kind in EVERY_KIND if issubclass(kind, Ticket)])
def test_every_recorded_priority_follows_from_its_matrix(kind: type[Aggregate]) -> None:
    for entries in stories(kind):
        checks = list(priorities(entries, lambda _type, _version: DEFAULT))

        assert divergences(checks) == []
        for check in checks:
            assert check.recorded is not None
            place = check.entry.originator_version - 1
            altered = with_event(entries, place, priority=check.recorded["priority"] % 5 + 1)
            found = divergences(priorities(altered, lambda _type, _version: DEFAULT))
            assert [one.entry.originator_version for one in found] == [place + 1]


def test_the_priority_of_another_desk_is_not_derived_again() -> None:
    by = system("import", channel="imported")
    event = Ticket.Prioritised(by=by, impact=1, urgency=1, priority=4)
    entry = Entry(record_id("INC", 1), 1, "Incident.Prioritised", event, 1)

    assert list(priorities([entry], lambda _type, _version: DEFAULT)) == []


def decisions() -> list[tuple[list[Entry], int]]:
    """The stories of changes, each with where a stage of theirs is decided."""
    return [
        (entries, place)
        for entries in stories(Change)
        for place, entry in enumerate(entries)
        if isinstance(entry.event, Change.StageDecided)
    ]


def test_a_stage_whose_outcome_was_altered_is_found() -> None:
    assert decisions()
    for entries, place in decisions():
        event: Any = entries[place].event
        turned = "rejected" if event.outcome == "approved" else "approved"

        [found] = divergences(approvals(with_event(entries, place, outcome=turned)))

        assert found.entry.originator_version == place + 1
        assert found.expected is not None
        assert found.expected["outcome"] == event.outcome


def test_a_decision_that_is_missing_is_found_after_what_should_have_led_to_it() -> None:
    for entries, place in decisions():
        before = entries[place - 1]
        if not isinstance(before.event, Change.VoteCast):
            continue

        command = before.event.by.command
        end = place
        while end < len(entries) and entries[end].event.by.command == command:
            end += 1
        [found] = divergences(approvals(without(entries[:end], set(range(place, end)))))

        assert found.entry.originator_version == place
        assert (found.recorded, found.expected) == (None, found.expected)
        assert found.expected is not None
        assert found.expected["event"] == "StageDecided"
