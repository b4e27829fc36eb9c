import pytest

from domain.aggregate import KIND_OF_PREFIX, KINDS, Aggregate, Entry, stored_name
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.lamps import Lamp
from tests.facts import fact, new_facts
from tests.people import ANN

LAMP = record_id("LMP", 1)


def test_a_command_records_an_event_and_changes_the_state() -> None:
    lamp = Lamp.install(LAMP, by=ANN)

    lamp.flash(3, by=ANN)

    assert (lamp.version, lamp.flashes) == (2, 3)
    assert new_facts(lamp) == [
        fact(Lamp.Installed),
        fact(Lamp.Flashed, times=3, colour="red"),
    ]


def test_what_was_collected_is_not_pending() -> None:
    lamp = Lamp.install(LAMP, by=ANN)

    assert [entry.originator_version for entry in lamp.collect_events()] == [1]
    assert lamp.collect_events() == ()


def test_entries_know_their_record_version_and_name() -> None:
    lamp = Lamp.install(LAMP, by=ANN)
    lamp.flash(by=ANN)

    installed, flashed = lamp.collect_events()

    assert repr(installed) == "Lamp.Installed LMP0000001#1"
    assert (flashed.originator_id, flashed.originator_version, flashed.topic) == (
        LAMP,
        2,
        "Lamp.Flashed:3",
    )
    assert (installed.position, flashed.position) == (0, 0)


def test_a_refused_command_records_nothing() -> None:
    lamp = Lamp.install(LAMP, by=ANN)
    lamp.smash(by=ANN)
    lamp.collect_events()

    with pytest.raises(Refused, match=r"A lamp breaks once\."):
        lamp.smash(by=ANN)

    assert (lamp.version, lamp.collect_events()) == (2, ())


def test_commands_on_a_working_copy_leave_the_original_as_it_is() -> None:
    lamp = Lamp.install(LAMP, by=ANN)
    lamp.flash(by=ANN)
    lamp.collect_events()
    before = dict(vars(lamp))

    copy = lamp.fork()
    copy.flash(2, by=ANN)
    copy.switch_on(by=ANN)

    assert vars(lamp) == before
    assert (copy.version, copy.flashes, len(copy.collect_events())) == (4, 3, 2)


def test_history_rebuilds_the_state() -> None:
    lamp = Lamp.install(LAMP, by=ANN)
    lamp.flash(3, by=ANN)
    lamp.switch_on(by=ANN)
    lamp.smash(by=ANN)

    again = Lamp(LAMP)
    for entry in lamp.collect_events():
        again.replay(entry)

    assert vars(again) == vars(lamp)


@pytest.mark.parametrize("version", [1, 3])
def test_an_event_out_of_turn_is_not_replayed(version: int) -> None:
    lamp = Lamp.install(LAMP, by=ANN)
    event = Lamp.SwitchedOn(by=ANN)

    with pytest.raises(ValueError, match="does not follow version 1"):
        lamp.replay(Entry(LAMP, version, "Lamp.SwitchedOn", event, 0))

    assert not lamp.is_on


def test_a_kind_is_known_by_its_name_and_its_prefix() -> None:
    assert KINDS["Lamp"] is Lamp
    assert KIND_OF_PREFIX["LMP"] is Lamp
    assert Lamp(LAMP).number == "LMP0000001"


def test_shared_events_are_stored_under_the_name_of_each_kind() -> None:
    class Light(Aggregate, abstract=True):
        class Dimmed(Lamp.SwitchedOn, frozen=True, kw_only=True):
            pass

    assert stored_name(Lamp, Light.Dimmed) == "Lamp.Dimmed"
    assert "Light" not in KINDS


def test_the_version_stands_in_the_stored_name_from_the_second_on() -> None:
    assert Lamp.topics[Lamp.SwitchedOn] == "Lamp.SwitchedOn"
    assert Lamp.topics[Lamp.Flashed] == "Lamp.Flashed:3"
