from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import snapshots
from domain.ids import record_id
from domain.incident import Incident
from domain.snapshots import EVENTS_BETWEEN_SNAPSHOTS
from tests.domain.kinds import EVERY_KIND
from tests.domain.lamps import Lamp
from tests.people import ANN, CUSTOMER, person

LAMP = record_id("LMP", 1)


def test_a_restored_record_equals_the_one_that_was_taken() -> None:
    incident = Incident.log(
        record_id("INC", 1),
        title="The printer burns",
        description="It does.",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=ANN,
    )
    incident.assign(team=record_id("TEA", 1), assignee=person("bea"), by=ANN)
    incident.watch(person("dan"), by=ANN)
    incident.collect_events()

    again = snapshots.restore(Incident, incident.id, incident.version, snapshots.take(incident))

    assert vars(again) == vars(incident)
    assert {name: type(value) for name, value in vars(again).items()} == {
        name: type(value) for name, value in vars(incident).items()
    }


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
def test_every_kind_that_has_snapshots_can_be_restored_from_one(kind: Any) -> None:
    record = kind(record_id(kind.prefix, 1))

    if kind.can_snapshot:
        again = snapshots.restore(kind, record.id, 0, snapshots.take(record))
        assert vars(again) == vars(record)
    else:
        assert not snapshots.is_due(record, 1)


@given(
    version=st.integers(1, 5 * EVENTS_BETWEEN_SNAPSHOTS),
    recorded=st.integers(1, EVENTS_BETWEEN_SNAPSHOTS),
)
def test_a_snapshot_is_due_where_a_multiple_of_the_interval_is_passed(
    version: int, recorded: int
) -> None:
    lamp = Lamp(LAMP)
    lamp.version = version

    passed = [
        v for v in range(version - recorded + 1, version + 1) if v % EVENTS_BETWEEN_SNAPSHOTS == 0
    ]

    assert snapshots.is_due(lamp, min(recorded, version)) == any(v > 0 for v in passed)


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("flashes"),
        lambda state: state.update(brightness=1),
        lambda state: state.update(flashes="many"),
        lambda state: state.update(colours=None),
    ],
)
def test_a_snapshot_of_another_shape_is_not_read(change: Any) -> None:
    lamp = Lamp.install(LAMP, by=ANN)
    lamp.flash(by=ANN)
    state = msgspec.json.decode(snapshots.take(lamp))
    change(state)

    again = snapshots.restore(Lamp, LAMP, 2, msgspec.json.encode(state))

    assert vars(again) == vars(Lamp(LAMP))
