import pytest

from domain.business_time import BusinessHours
from domain.calendar import DATES_MAX, Calendar
from domain.ids import record_id
from domain.rules import NotFound, Refused
from tests.facts import fact, new_facts
from tests.people import ANN

OFFICE = BusinessHours(zone="Europe/Berlin", weekly={"mon": (("09:00", "17:00"),)})
LONGER = BusinessHours(zone="Europe/Berlin", weekly={"mon": (("08:00", "18:00"),)})


@pytest.fixture
def calendar() -> Calendar:
    calendar = Calendar.define(record_id("CAL", 1), name="Office", hours=OFFICE, by=ANN)
    new_facts(calendar)
    return calendar


def test_each_revision_is_a_version_and_earlier_ones_stay(calendar: Calendar) -> None:
    calendar.revise(hours=LONGER, by=ANN)

    assert new_facts(calendar) == [fact(Calendar.Revised, hours=LONGER)]
    assert calendar.hours_version == 2
    assert (calendar.hours_of(1), calendar.hours_of(2)) == (OFFICE, LONGER)
    for version in (0, 3, -1):
        with pytest.raises(NotFound, match=f"CAL0000001 has no version {version}"):
            calendar.hours_of(version)


def test_the_same_hours_again_record_nothing(calendar: Calendar) -> None:
    calendar.revise(hours=OFFICE, by=ANN)

    assert new_facts(calendar) == []


def test_a_retired_calendar_keeps_its_hours_and_is_not_revised(calendar: Calendar) -> None:
    calendar.retire(by=ANN)
    calendar.retire(by=ANN)

    assert new_facts(calendar) == [fact(Calendar.Retired)]
    assert calendar.hours == OFFICE
    with pytest.raises(Refused, match="retired calendar"):
        calendar.revise(hours=LONGER, by=ANN)


@pytest.mark.parametrize(
    ("hours", "rule"),
    [
        (BusinessHours(zone="Berlin", weekly=OFFICE.weekly), "zone: 'Berlin'"),
        (BusinessHours(zone="UTC"), "no open time at all"),
        (
            BusinessHours(
                zone="UTC", weekly=OFFICE.weekly, holidays=("*-12-25",) * (DATES_MAX + 1)
            ),
            "holidays: a calendar has at most 1000 dates",
        ),
        (
            BusinessHours(zone="UTC", weekly={"mon": (("09:00", "10:00"),) * 49}),
            "weekly.mon: a day has at most 48 windows",
        ),
    ],
)
def test_hours_that_are_wrong_are_refused_with_their_place(hours: BusinessHours, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        Calendar.define(record_id("CAL", 1), name="Office", hours=hours, by=ANN)
