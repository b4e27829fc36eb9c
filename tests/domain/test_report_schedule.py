"""Report schedules: when they fall due, for whom, and what came of it."""

from datetime import timedelta
from typing import Any

import pytest

from domain.ids import record_id
from domain.report_schedule import Contents, Delivery, ReportSchedule, Status
from domain.rhythm import Rhythm
from domain.rules import Refused
from tests.people import ANN, MONDAY, OPERATOR, person, system

ANN_, BEA = person("ann"), person("bea")
DUE = MONDAY + timedelta(hours=1)
GIVEN: dict[str, Any] = {
    "name": "Backlog",
    "contents": Contents(report="backlog"),
    "rhythm": Rhythm(every="week"),
    "people": [ANN_],
}


def defined(**more: Any) -> ReportSchedule:
    return ReportSchedule.define(
        record_id("RSC", 1), owner=ANN_, organisation=OPERATOR, **{**GIVEN, **more}, by=ANN
    )


def due(schedule: ReportSchedule, *people: Any) -> None:
    by = system("report-mails", DUE)
    schedule.fall_due(DUE, position=118, recipients=people, by=by)


def test_it_falls_due_once_for_each_and_knows_what_came_of_it() -> None:
    schedule = defined()

    due(schedule, ANN_, BEA)
    due(schedule, ANN_, BEA)
    first, second = schedule.outstanding
    for _ in range(2):
        schedule.note_delivery(first, "sent", by=ANN)
    schedule.note_delivery(second, "withheld", by=ANN)

    assert (first.person, first.moment, first.position) == (ANN_, DUE, 118)
    assert (schedule.since, schedule.outstanding) == (DUE, ())
    assert schedule.outcomes == {ANN_: "sent", BEA: "withheld"}
    assert schedule.version == 4


def test_a_paused_one_falls_due_no_more_and_a_resumed_one_after_that_alone() -> None:
    schedule = defined()
    schedule.pause(by=ANN)
    due(schedule, ANN_)
    still = schedule.since
    schedule.resume(by=system("ann", DUE + timedelta(hours=1)))
    due(schedule, ANN_)

    assert still == ANN.at
    assert schedule.outstanding == ()
    assert schedule.since == DUE + timedelta(hours=1)


def test_one_that_has_ended_sends_nothing_and_stays_as_it_was() -> None:
    schedule = defined()
    due(schedule, ANN_)

    schedule.end(by=ANN)

    assert (schedule.status, schedule.outstanding) == (Status.ENDED, ())
    for act in (schedule.pause, schedule.resume, schedule.end):
        with pytest.raises(Refused):
            act(by=ANN)


def test_a_preview_is_for_whoever_asks_and_counts_for_nothing() -> None:
    schedule = defined()
    due(schedule, ANN_)
    for _ in range(2):
        schedule.run_now(BEA, position=120, by=ANN)

    [_, preview] = schedule.outstanding
    schedule.note_delivery(preview, "sent", by=ANN)

    assert preview == Delivery(
        person=BEA, moment=ANN.at, position=120, since=ANN.at, is_preview=True
    )
    assert schedule.outcomes == {}
    assert [one.person for one in schedule.outstanding] == [ANN_]


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"contents": Contents()}, "either a report or a saved view"),
        ({"contents": Contents(report="x", view=record_id("VIE", 1))}, "either a report"),
        ({"contents": Contents(view=record_id("VIE", 1), by=("team",))}, "says itself"),
        ({"people": []}, "for somebody"),
        ({"people": [ANN_, ANN_]}, "named once"),
        ({"zone": "Nowhere"}, "not an IANA time zone"),
        ({"rhythm": Rhythm(every="day", at="8")}, "a time of the day"),
    ],
)
def test_what_could_never_be_sent_is_refused(wrong: Any, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        defined(**wrong)
