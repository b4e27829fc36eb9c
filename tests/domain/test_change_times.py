from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.change import Change
from domain.change_times import CONFLICTS_MAX
from domain.ids import record_id
from domain.planned import Conflict
from domain.rules import Refused
from tests.domain.changes import CAB, proposed, submitted
from tests.facts import new_facts
from tests.people import ANN, CLOCK, DAN, MONDAY

SATURDAY = MONDAY + timedelta(days=5)
TWO_HOURS: dict[str, Any] = {"start": SATURDAY, "end": SATURDAY + timedelta(hours=2)}
BUSY = Conflict(reason="implementer is busy", other=record_id("CHG", 2), **TWO_HOURS, things=("x",))


def test_a_time_is_asked_for_before_the_submission() -> None:
    change = proposed()
    change.request_time(**TWO_HOURS, by=ANN)
    change.request_time(**TWO_HOURS, by=ANN)

    assert (change.planned_start, change.planned_end) == tuple(TWO_HOURS.values())
    assert change.content()["planned_start"] == SATURDAY
    assert change.scheduled_start is None
    assert [event for event, _ in new_facts(change)] == [Change.TimeRequested]


def test_a_time_is_asked_for_no_more_after_the_submission() -> None:
    with pytest.raises(Refused, match="A time is asked for before a change is submitted"):
        submitted(CAB).request_time(**TWO_HOURS, by=ANN)


@pytest.mark.parametrize(
    ("start", "end", "rule"),
    [
        (SATURDAY, SATURDAY, "starts before it ends"),
        (MONDAY - timedelta(hours=1), SATURDAY, "not scheduled in the past"),
        (SATURDAY.replace(tzinfo=None), SATURDAY, "needs a zone"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(start: datetime, end: datetime, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        proposed().request_time(start=start, end=end, by=ANN)


def test_the_conflicts_of_each_occasion_are_kept_as_they_stood() -> None:
    change = proposed()
    change.note_conflicts("approval", [BUSY], **TWO_HOURS, by=CLOCK)
    change.note_conflicts("scheduling", [], **TWO_HOURS, by=DAN)

    assert change.noted["approval"].conflicts == (BUSY,)
    assert change.noted["scheduling"].conflicts == ()
    assert change.noted["scheduling"].at == MONDAY


def test_of_very_many_conflicts_the_number_is_kept() -> None:
    change = proposed()
    conflicts: list[Any] = [BUSY] * (CONFLICTS_MAX + 3)

    change.note_conflicts("approval", conflicts, **TWO_HOURS, by=CLOCK)

    noted = change.noted["approval"]
    assert (len(noted.conflicts), noted.more) == (CONFLICTS_MAX, 3)
