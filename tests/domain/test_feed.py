"""What is wanted of the feed, and what it is told as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import KINDS, Entry
from domain.event_fields import event_name
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


ENTRIES = [entry_of(position) for position in range(1, len(examples()) + 1, 7)]
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
        ({"subjects": [f"INC{n:07d}" for n in range(51)]}, "subject: at most 50 are named."),
    ],
)
def test_what_there_is_not_is_refused(named: dict[str, list[str]], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        wanted(**named)


def test_an_outline_tells_neither_who_nor_what() -> None:
    for entry in ENTRIES:
        told = outline(entry, ledger="l")

        assert (told["data"], told["withheld"]) == ({}, "data")
        assert not {"actor", "onbehalfof", "causerule", "commandid"} & told.keys()
