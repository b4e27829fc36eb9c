"""Whatever is tried on a record of any kind: no invariant breaks, a refusal records nothing, and
what is stored rebuilds the record exactly."""

import inspect

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import snapshots
from domain.aggregate import Aggregate
from domain.mapper import LedgerMapper
from domain.person import Person
from tests.domain.beginnings import BEGINNINGS, OTHER_BEGINNINGS
from tests.domain.commands import COMMANDS
from tests.domain.kinds import EVERY_KIND
from tests.domain.lived import lived
from tests.domain.stories import STORIES, attempts, told
from tests.keys import MemoryKeys

IMPORTED = {"Requeued"}
FORMER = {"ConditionSet", "ConditionFulfilled"}
"""Events that no command records."""


@pytest.mark.parametrize("kind", EVERY_KIND)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_no_invariant_breaks_and_history_rebuilds_the_state(
    kind: type[Aggregate], data: st.DataObject
) -> None:
    life = lived(kind, data.draw(attempts(kind)))
    if life is None:
        return
    record, history = life

    mapper = LedgerMapper(MemoryKeys())
    mapper.keys.ensure(mapper.subjects(history))
    rebuilt = kind(record.id)
    for position, entry in enumerate(history, 1):
        read = mapper.entry(mapper.to_stored_event(entry), position)
        assert read.event == entry.event
        rebuilt.replay(read)

    assert vars(rebuilt) == vars(record)
    if not record.has_words:
        restored = snapshots.restore(kind, record.id, record.version, snapshots.take(record))
        assert vars(restored) == vars(record)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_command_is_tried(kind: type[Aggregate]) -> None:
    commands = {
        name
        for name, member in inspect.getmembers(kind, callable)
        if not name.startswith("_")
        and not isinstance(member, type)
        and "by" in inspect.signature(member).parameters
    }

    begins = {BEGINNINGS[kind][0], *OTHER_BEGINNINGS.get(kind, ())}
    assert {*COMMANDS[kind], *begins} == commands


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_stories_record_every_event_that_a_command_records(kind: type[Aggregate]) -> None:
    recorded = set()
    for story in STORIES[kind]:
        life = lived(kind, told(story))
        assert life is not None
        recorded |= {type(entry.event).__name__ for entry in life[1]}

    assert recorded == {event.__name__ for event in kind.topics} - IMPORTED - FORMER


def test_people_are_not_kept_in_snapshots() -> None:
    assert [kind for kind in EVERY_KIND if not kind.can_snapshot] == [Person]
