from datetime import UTC
from typing import Any
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import MapperDeserialisationError, Notification, StoredEvent
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import Entry, Event
from domain.ids import record_id
from domain.mapper import LedgerMapper
from domain.personal import ERASED
from domain.provenance import Cause, Provenance
from tests.domain.lamps import Lamp
from tests.keys import MemoryKeys
from tests.people import ANN, CLOCK, person

LAMP = record_id("LMP", 1)
BEA = person("bea")


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def mapper(keys: MemoryKeys) -> LedgerMapper:
    return LedgerMapper(keys)


def entry(event: Event, version: int = 1) -> Entry:
    return Entry(LAMP, version, Lamp.topics[type(event)], event, 0)


def stored(mapper: LedgerMapper, event: Event) -> StoredEvent:
    """As it is stored, with keys for those whom it is about."""
    mapper.keys.ensure(mapper.subjects([entry(event)]))
    return mapper.to_stored_event(entry(event))


def raw(topic: str, **state: object) -> StoredEvent:
    return StoredEvent(LAMP, 7, topic, msgspec.json.encode({"by": ANN, **state}))


# Plain ---------------------------------------------------------------------------------------

moments = st.datetimes(timezones=st.just(UTC))
names = st.text(max_size=20)
signatures = st.builds(
    Provenance,
    actor=names,
    at=moments,
    command=st.uuids(),
    channel=names,
    on_behalf_of=names,
    effective=st.none() | moments,
    correlation=st.none() | st.uuids(),
    cause=st.none() | st.builds(Cause, event=st.none() | st.integers(0, 1 << 60), rule=names),
)


@given(by=signatures, times=st.integers(-(1 << 60), 1 << 60), colour=st.text())
def test_what_is_stored_is_read_back(by: Provenance, times: int, colour: str) -> None:
    mapper = LedgerMapper(MemoryKeys())
    event = Lamp.Flashed(by=by, times=times, colour=colour)

    row = stored(mapper, event)
    again = mapper.entry(row, 5)

    assert again.event == event
    assert (again.originator_id, again.originator_version, again.topic, again.position) == (
        LAMP,
        1,
        "Lamp.Flashed:3",
        5,
    )


def test_events_are_stored_as_short_plain_json(mapper: LedgerMapper) -> None:
    row = stored(mapper, Lamp.SwitchedOn(by=ANN))

    assert row.topic == "Lamp.SwitchedOn"
    assert msgspec.json.decode(row.state) == {
        "by": {
            "actor": str(person("ann")),
            "at": "2026-03-02T09:00:00Z",
            "command": str(ANN.command),
        }
    }


def test_a_position_comes_with_a_notification(mapper: LedgerMapper) -> None:
    row = stored(mapper, Lamp.SwitchedOn(by=ANN))
    notification = Notification(LAMP, 1, row.topic, row.state, 42)

    assert mapper.to_domain_event(notification).position == 42
    assert mapper.to_domain_event(row).position == 0


# Versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "state", "colour"),
    [
        ("Lamp.Flashed", {"often": 3}, "white"),
        ("Lamp.Flashed:2", {"times": 3}, "white"),
        ("Lamp.Flashed:3", {"times": 3, "colour": "red"}, "red"),
    ],
)
def test_every_version_of_an_event_is_read(
    mapper: LedgerMapper, topic: str, state: dict[str, Any], colour: str
) -> None:
    event: Any = mapper.entry(raw(topic, **state), 1).event

    assert event == Lamp.Flashed(by=ANN, times=3, colour=colour)


@pytest.mark.parametrize(
    "broken",
    [
        raw("Lamp.Exploded"),
        raw("Torch.SwitchedOn"),
        raw("nonsense"),
        raw(""),
        raw("Lamp.Flashed:x", times=1),
        raw("Lamp.Flashed:0", times=1),
        raw("Lamp.Flashed"),
        raw("Lamp.Flashed:2"),
        raw("Lamp.Flashed:3", times="three", colour="red"),
        raw("Lamp.SwitchedOn", by={}),
        StoredEvent(LAMP, 7, "Lamp.SwitchedOn", b"{"),
        StoredEvent(LAMP, 7, "Lamp.SwitchedOn", b""),
        StoredEvent(LAMP, 7, "Lamp.SwitchedOn", b"[]"),
        StoredEvent(LAMP, 7, "Lamp.Flashed", b"[]"),
        StoredEvent(LAMP, 7, "Lamp.SwitchedOn", b"\xff"),
    ],
    ids=lambda row: f"{row.topic} {row.state[-20:]!r}",
)
def test_what_cannot_be_read_is_named(mapper: LedgerMapper, broken: StoredEvent) -> None:
    with pytest.raises(MapperDeserialisationError, match=f"{broken.topic} {LAMP}#7"):
        mapper.entry(broken, 1)


def test_a_version_from_the_future_is_named(mapper: LedgerMapper) -> None:
    with pytest.raises(MapperDeserialisationError, match=r"Lamp\.Flashed:4"):
        mapper.entry(raw("Lamp.Flashed:4", times=1, colour="red", sound="hum"), 1)


# Personal fields -----------------------------------------------------------------------------


def test_a_personal_field_is_sealed_and_opened(mapper: LedgerMapper) -> None:
    event = Lamp.Installed(by=ANN, owner=BEA, note="for Bea", remark="by Ann")

    row = stored(mapper, event)

    assert mapper.subjects([entry(event)]) == {str(BEA), str(person("ann"))}
    assert b"Bea" not in row.state
    assert b"by Ann" not in row.state
    assert str(BEA).encode() in row.state
    assert mapper.entry(row, 1).event == event


def test_the_event_in_hand_stays_in_the_clear(mapper: LedgerMapper) -> None:
    event = Lamp.Installed(by=ANN, owner=BEA, note="for Bea")

    stored(mapper, event)

    assert event.note == "for Bea"


def test_erasing_a_person_erases_their_fields_only(mapper: LedgerMapper, keys: MemoryKeys) -> None:
    row = stored(mapper, Lamp.Installed(by=ANN, owner=BEA, note="for Bea", remark="by Ann"))

    keys.destroy(str(BEA))

    assert mapper.entry(row, 1).event == Lamp.Installed(
        by=ANN, owner=BEA, note=ERASED, remark="by Ann"
    )


def test_what_is_about_nobody_is_stored_plain(mapper: LedgerMapper) -> None:
    event = Lamp.Installed(by=CLOCK, owner=None, note="for nobody", remark="by the clock")

    row = stored(mapper, event)

    assert mapper.subjects([entry(event)]) == set()
    assert b"for nobody" in row.state
    assert mapper.entry(row, 1).event == event


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(), some, max_size=3),
    max_leaves=5,
)


@given(answers=st.dictionaries(st.text(), JSON, max_size=4))
def test_each_answer_is_sealed_for_itself(answers: dict[str, Any]) -> None:
    mapper = LedgerMapper(MemoryKeys())
    event = Lamp.Installed(by=ANN, owner=BEA, answers=answers)

    row = stored(mapper, event)
    forgotten = LedgerMapper(MemoryKeys()).entry(row, 0).event

    assert mapper.entry(row, 0).event == event
    for name, said in msgspec.json.decode(row.state).get("answers", {}).items():
        assert said == answers[name] if is_empty(answers[name]) else said.startswith("1.")
    assert forgotten.answers == {  # type: ignore[attr-defined]  # an Installed
        name: said if is_empty(said) else ERASED for name, said in answers.items()
    }


def is_empty(said: Any) -> bool:
    return said is None or said in ("", [], {})


def test_a_sealed_answer_opens_under_its_name_only(mapper: LedgerMapper) -> None:
    row = stored(mapper, Lamp.Installed(by=ANN, owner=BEA, answers={"a": "this", "b": "that"}))
    state = msgspec.json.decode(row.state)
    state["answers"] = {"a": state["answers"]["b"], "b": state["answers"]["a"]}
    row = StoredEvent(LAMP, 1, row.topic, msgspec.json.encode(state))

    with pytest.raises(MapperDeserialisationError):
        mapper.entry(row, 0)


def test_what_was_stored_before_it_was_sealed_is_read_until_it_is_erased(
    mapper: LedgerMapper, keys: MemoryKeys
) -> None:
    row = raw("Lamp.Labelled", words="Ann's lamp")
    keys.ensure([str(person("ann"))])

    before = mapper.entry(row, 0).event
    keys.destroy(str(person("ann")))
    after = mapper.entry(row, 0).event

    assert before == Lamp.Labelled(by=ANN, words="Ann's lamp")
    assert after == Lamp.Labelled(by=ANN, words=ERASED)


def test_empty_fields_need_no_key(mapper: LedgerMapper) -> None:
    event = Lamp.Installed(by=ANN, owner=BEA)

    assert mapper.subjects([entry(event)]) == set()
    assert mapper.entry(stored(mapper, event), 1).event == event


def test_nothing_personal_is_stored_without_a_key(mapper: LedgerMapper) -> None:
    event = Lamp.Installed(by=ANN, owner=BEA, note="for Bea")

    with pytest.raises(LookupError, match=f"{BEA} has no key"):
        mapper.to_stored_event(entry(event))


@pytest.mark.parametrize(("id", "version"), [(record_id("LMP", 2), 1), (LAMP, 2)])
def test_a_sealed_field_opens_at_its_place_only(
    mapper: LedgerMapper, id: UUID, version: int
) -> None:
    row = stored(mapper, Lamp.Installed(by=ANN, owner=BEA, note="for Bea"))
    moved = StoredEvent(id, version, row.topic, row.state)

    with pytest.raises(MapperDeserialisationError, match=f"Lamp.Installed {id}#{version}"):
        mapper.entry(moved, 1)
