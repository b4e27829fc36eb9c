"""What is wanted of the feed, and what it is told as."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import KINDS, Entry
from domain.declared_fields import COMMON
from domain.event_fields import event_name
from domain.feed.conditions import OF_OUTLINES
from domain.feed.envelope import outline
from domain.feed.wanted import EVERYTHING, KIND_OF_WHAT, wanted
from domain.ids import number_of
from domain.policy_table import TABLE
from domain.rules import Refused
from tests.domain.kinds import EVERY_KIND
from tests.domain.stored_events import examples, mapper_for, stored_event


def entry_of(position: int) -> Entry:
    example = examples()[position - 1]
    return mapper_for(example).entry(stored_event(example), position)


STORED = [entry_of(position) for position in range(1, len(examples()) + 1)]
ENTRIES = STORED[::7]
TYPES = sorted({event_name(entry) for entry in ENTRIES})
NUMBERS = sorted({number_of(entry.originator_id) for entry in ENTRIES})


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=3)


@given(types=some(TYPES), kinds=some(sorted(KIND_OF_WHAT)), subjects=some(NUMBERS))
def test_what_fits_is_found_by_its_stored_name(
    types: list[str], kinds: list[str], subjects: list[str]
) -> None:
    what = wanted(types=types, kinds=kinds, subjects=subjects)

    topics = what.topics(KINDS.values())

    for entry in ENTRIES:
        if what.fits(entry):
            assert entry.topic in topics
            assert not types or event_name(entry) in types
            assert not subjects or number_of(entry.originator_id) in subjects


def test_every_kind_can_be_wanted_and_has_its_rows_in_the_policy() -> None:
    of_the_desk = {what for what, kind in KIND_OF_WHAT.items() if kind in EVERY_KIND}
    for what in of_the_desk:
        assert {f"{what}.read", f"{what}.read_history"} <= TABLE.keys()
    assert all(EVERYTHING.fits(entry) for entry in ENTRIES)


@pytest.mark.parametrize(
    ("named", "rule"),
    [
        ({"types": ["Incident.Lost"]}, "type: no event is called 'Incident.Lost'."),
        ({"types": [""]}, "type: no event"),
        ({"kinds": ["Incident"]}, "kind: there is no kind of record 'Incident'."),
        ({"subjects": ["printer"]}, "subject: 'printer' is neither a number nor an id."),
        ({"condition": "event.priorty == 1"}, "condition: line 1, column 6: there is no field"),
        ({"condition": "event.priority"}, "a condition gives a yes or no"),
        ({"condition": 'event.topic == "x" &&'}, "column 22: it ends too early"),
        ({"kinds": ["incident"], "condition": 'event.title == ""'}, "event.title is sealed"),
        ({"kinds": ["person"], "condition": "event.priority == 1"}, "no field event.priority"),
        ({"condition": "true || " * 300 + "true"}, "at most 2,000 characters"),
        ({"subjects": [f"INC{n:07d}" for n in range(51)]}, "subject: at most 50 are named."),
    ],
)
def test_what_there_is_not_is_refused(named: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        wanted(**named)


def test_an_outline_tells_neither_who_nor_what() -> None:
    for entry in ENTRIES:
        told = outline(entry, ledger="l")

        assert (told["data"], told["withheld"]) == ({}, "data")
        assert not {"actor", "onbehalfof", "causerule", "commandid"} & told.keys()


def told_by(text: str, *, is_whole: bool = True) -> set[str]:
    """The types of the stored events for which a condition holds."""
    what = wanted(condition=text)
    return {event_name(entry) for entry in STORED if what.holds(entry, is_whole=is_whole)}


def test_a_condition_holds_for_events_that_have_what_it_asks_for() -> None:
    prioritised = told_by("event.priority >= 1")

    assert "Incident.Prioritised" in prioritised
    assert all(
        hasattr(entry.event, "priority") for entry in STORED if event_name(entry) in prioritised
    )
    assert told_by("!(event.priority >= 1)").isdisjoint(prioritised)
    assert told_by('event.priority >= 1 || event.topic == "Incident.Closed"') == {
        *prioritised,
        "Incident.Closed",
    }


def test_a_condition_asks_an_outline_for_nothing_that_it_does_not_tell() -> None:
    assert "Incident.Logged" in told_by('by.actor != ""')
    assert told_by('by.actor != ""', is_whole=False) == set()
    assert told_by("event.priority >= 1", is_whole=False) == set()
    assert "Incident.Logged" in told_by('record.number.startsWith("INC")', is_whole=False)
    assert COMMON.keys() - OF_OUTLINES == {"by.actor", "by.channel"}


def test_a_condition_without_an_answer_is_no_yes_and_no_no() -> None:
    what = wanted(condition="1 / (event.position - event.position) == 1")

    with pytest.raises(Refused, match="it divides by zero"):
        what.holds(ENTRIES[0], is_whole=True)
