"""Public holidays in calendars: what they close, what stays when they are renewed."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from domain.business_time import BusinessHours
from domain.calendar import DATES_MAX, Calendar, Given
from domain.calendar_holidays import PublicHolidays, is_running_out, known_until
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.examples import BAVARIA, IMPORTED
from tests.facts import fact, new_facts
from tests.people import ANN

WEEK = {day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = BusinessHours(zone="Europe/Berlin", weekly=WEEK, holidays=("2026-12-24",))
TYROL = PublicHolidays(
    country="AT",
    subdivision="7",
    first_year=2026,
    last_year=2026,
    days={"2026-01-06": "Epiphany", "2026-10-26": "National Day"},
    source="holidays 0.109",
)
MAY = date(2026, 5, 1)


def define(*public: PublicHolidays, hours: BusinessHours = OFFICE) -> Calendar:
    calendar = Calendar.define(
        record_id("CAL", 1), name="Office", hours=hours, public_holidays=public, by=ANN
    )
    new_facts(calendar)
    return calendar


def test_a_calendar_is_closed_on_its_public_holidays_but_for_those_it_leaves_out() -> None:
    calendar = define(BAVARIA)

    assert calendar.hours.holidays == ("2026-12-24", "2026-04-06", "2027-05-01")
    assert calendar.own_hours == OFFICE
    assert calendar.given[0].all_names["2026-04-06"] == "Easter Monday"
    assert not calendar.hours.is_workday(date(2026, 4, 6))
    assert calendar.hours.is_workday(date(2026, 1, 6))


def test_hours_of_its_own_open_a_public_holiday() -> None:
    hours = replace(OFFICE, date_hours={"2026-04-06": (("10:00", "12:00"),)})

    calendar = define(BAVARIA, hours=hours)

    assert calendar.hours.is_workday(date(2026, 4, 6))
    assert calendar.own_hours == hours


def test_holidays_of_two_places_count_together() -> None:
    calendar = define(replace(BAVARIA, without=()), TYROL)

    assert [*calendar.hours.holidays].count("2026-01-06") == 1
    assert calendar.hours.is_holiday(date(2026, 10, 26))
    assert known_until(calendar.public_holidays) == 2026


def test_revised_hours_keep_the_public_holidays_unless_others_are_given() -> None:
    calendar = define(BAVARIA)
    longer = replace(OFFICE, weekly={"mon": (("08:00", "18:00"),)})

    calendar.revise(hours=longer, by=ANN)
    calendar.revise(hours=longer, public_holidays=(), by=ANN)

    counted = replace(longer, holidays=("2026-12-24", "2026-04-06", "2027-05-01"))
    assert new_facts(calendar) == [
        fact(Calendar.Revised, hours=counted, given=Given(public_holidays=(BAVARIA,))),
        fact(Calendar.Revised, hours=longer, given=Given()),
    ]


def test_days_gone_by_stay_when_holidays_are_renewed() -> None:
    calendar = define(BAVARIA)
    at = datetime(2026, 5, 1, 9, tzinfo=UTC)
    newer = replace(
        BAVARIA,
        first_year=2026,
        last_year=2028,
        without=(),
        days={"2026-04-07": "Moved", "2027-05-02": "Moved", "2028-05-01": "Labor Day"},
        source="holidays 0.120",
    )

    calendar.renew_holidays((newer,), by=replace(ANN, at=at))

    (renewed,) = calendar.public_holidays
    assert renewed.days == {
        "2026-01-06": "Epiphany",
        "2026-04-06": "Easter Monday",
        "2027-05-02": "Moved",
        "2028-05-01": "Labor Day",
    }
    assert (renewed.last_year, renewed.source) == (2028, "holidays 0.120")
    assert renewed.without == BAVARIA.without
    assert calendar.hours_of(1).is_holiday(date(2027, 5, 1))
    assert not calendar.hours.is_holiday(date(2027, 5, 1))


def test_holidays_that_are_known_already_record_nothing() -> None:
    calendar = define(BAVARIA)

    calendar.renew_holidays((replace(BAVARIA, source="holidays 0.120"),), by=ANN)

    assert new_facts(calendar) == []


def test_a_file_leaves_the_public_holidays_as_they_are() -> None:
    calendar = define(BAVARIA)
    hours = replace(OFFICE, holidays=("2026-12-24", "2026-06-03", "2026-04-06"))

    calendar.import_file(hours=hours, names={"2026-06-03": "Outing"}, imported=IMPORTED, by=ANN)

    assert calendar.own_hours.holidays == ("2026-12-24", "2026-06-03")
    assert calendar.public_holidays == (BAVARIA,)
    assert calendar.given[-1].imported == IMPORTED


@pytest.mark.parametrize(
    ("public", "rule"),
    [
        (replace(BAVARIA, country="Germany"), "country: 'Germany' is not a country such as DE"),
        (replace(BAVARIA, subdivision="<b>"), "subdivision: '<b>' is not a part"),
        (replace(BAVARIA, first_year=1600), "first_year: a year from 1990 to 2100"),
        (replace(BAVARIA, last_year=2020), "last_year: it is not before the first"),
        (replace(BAVARIA, last_year=2090), "last_year: at most 30 years"),
        (replace(BAVARIA, days={"2026-02-30": "x"}), "days.2026-02-30: .*is not a date"),
        (replace(BAVARIA, days={"2029-05-01": "x"}), "days.2029-05-01: it is not between"),
        (replace(BAVARIA, days={"2026-05-01": " "}), "days.2026-05-01: A name is needed"),
        (replace(BAVARIA, without=("May",)), r"without\[0\]: 'May' is not a date"),
    ],
)
def test_public_holidays_that_make_no_sense_are_refused(public: PublicHolidays, rule: str) -> None:
    with pytest.raises(Refused, match=rf"public_holidays\[0\]\.{rule}"):
        define(public)


def test_no_more_dates_are_taken_than_a_calendar_has() -> None:
    many = tuple(str(date.fromordinal(MAY.toordinal() + n)) for n in range(DATES_MAX))

    with pytest.raises(Refused, match="more than 1000 holidays"):
        define(BAVARIA, hours=replace(OFFICE, holidays=many))
    with pytest.raises(Refused, match="DE-BY is named twice"):
        define(BAVARIA, BAVARIA)


def test_it_is_known_half_a_year_before_when_holidays_run_out() -> None:
    assert not is_running_out((), MAY)
    assert not is_running_out((TYROL,), date(2026, 7, 1))
    assert is_running_out((TYROL,), date(2026, 7, 2))
    assert is_running_out((BAVARIA, TYROL), date(2026, 12, 31))
    assert not is_running_out((BAVARIA,), date(2026, 12, 31))
