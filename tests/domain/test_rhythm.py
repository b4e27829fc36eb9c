"""When something comes again, by the wall clock of a zone and the workdays of a calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_time import BusinessHours
from domain.rhythm import Rhythm, check, latest_moment, next_moment
from domain.rules import Refused
from domain.wall_clock import offset_at

WEEK = ("mon", "tue", "wed", "thu", "fri")
ROME = "Europe/Rome"
ZONES = st.sampled_from(
    [ROME, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
RHYTHMS = st.builds(
    Rhythm,
    every=st.sampled_from(["day", "week", "month"]),
    at=st.times().map(lambda time: f"{time:%H:%M}"),
    weekday=st.sampled_from(["MO", "WE", "SU"]),
    day=st.sampled_from([1, 15, 28, 29, 30, 31]),
)


def hours(zone: str = "UTC", holidays: tuple[str, ...] = ()) -> BusinessHours:
    return BusinessHours(
        zone=zone, weekly={day: (("09:00", "17:00"),) for day in WEEK}, holidays=holidays
    )


HOURS = st.sampled_from([None, hours(), hours(holidays=("2026-01-01", "2026-11-02"))])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@given(rhythm=RHYTHMS, zone=ZONES, after=MOMENTS, open=HOURS)
def test_each_moment_comes_after_the_last_and_none_is_left_out(
    rhythm: Rhythm, zone: str, after: datetime, open: Any
) -> None:
    first = next_moment(rhythm, zone, after, open)
    second = next_moment(rhythm, zone, first, open)

    assert after < first < second
    assert latest_moment(rhythm, zone, after, first, open) == first
    assert latest_moment(rhythm, zone, first, second - timedelta(microseconds=1), open) is None
    assert latest_moment(rhythm, zone, after, second, open) == second


@given(rhythm=RHYTHMS, zone=ZONES, after=MOMENTS, open=HOURS)
def test_the_wall_clock_shows_its_time_unless_it_jumps_over_it(
    rhythm: Rhythm, zone: str, after: datetime, open: Any
) -> None:
    moment = next_moment(rhythm, zone, after, open)
    there = moment.astimezone(ZoneInfo(zone))

    if f"{there:%H:%M}" != rhythm.at:
        micros = int(moment.timestamp()) * 1_000_000
        assert offset_at(zone, micros - 1) < offset_at(zone, micros)
    elif open is None:
        is_last = (there + timedelta(days=1)).day == 1
        assert {
            "day": True,
            "week": ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[there.weekday()] == rhythm.weekday,
            "month": there.day == rhythm.day or (is_last and there.day < rhythm.day),
        }[rhythm.every]
    else:
        assert open.is_workday(there.date())


@pytest.mark.parametrize(
    ("rhythm", "after", "moments"),
    [
        # Summer time ends on 25 October: the time of the wall clock stays, and its instant moves.
        (
            Rhythm(every="day"),
            "2026-10-24T00:00:00Z",
            ["2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z"],
        ),
        # 02:30 is shown twice that day, and counts once; and never on the day it begins.
        (
            Rhythm(every="day", at="02:30"),
            "2026-10-24T12:00:00Z",
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        ),
        (Rhythm(every="day", at="02:30"), "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z"]),
        (
            Rhythm(every="week", weekday="FR"),
            "2026-11-20T07:00:00Z",
            ["2026-11-27T07:00:00Z", "2026-12-04T07:00:00Z"],
        ),
        (
            Rhythm(every="month", day=31),
            "2026-01-31T07:00:00Z",
            ["2026-02-28T07:00:00Z", "2026-03-31T06:00:00Z", "2026-04-30T06:00:00Z"],
        ),
    ],
)
def test_it_comes_as_the_wall_clock_in_rome_says(
    rhythm: Rhythm, after: str, moments: list[str]
) -> None:
    found, before = [], at(after)
    for _ in moments:
        before = next_moment(rhythm, ROME, before)
        found.append(before)

    assert found == [at(moment) for moment in moments]


def test_what_falls_on_a_holiday_comes_on_the_next_workday_and_once() -> None:
    # Friday 1 January is a holiday, so the first of the month comes on Monday.
    open = hours(ROME, ("2027-01-01",))

    monthly = next_moment(Rhythm(every="month"), ROME, at("2026-12-15T00:00:00Z"), open)
    daily = next_moment(Rhythm(every="day"), ROME, at("2026-12-31T08:00:00Z"), open)
    then = next_moment(Rhythm(every="day"), ROME, daily, open)

    assert monthly == daily == at("2027-01-04T07:00:00Z")
    assert then == at("2027-01-05T07:00:00Z")


def test_a_calendar_without_workdays_puts_nothing_off_for_ever() -> None:
    closed = hours(holidays=tuple(str(date(2026, 1, 1) + timedelta(days=n)) for n in range(200)))

    moment = next_moment(Rhythm(every="month"), "UTC", at("2026-02-15T00:00:00Z"), closed)

    assert moment == at("2026-03-01T08:00:00Z")


@pytest.mark.parametrize(
    "wrong", [{"at": "8:00"}, {"at": "24:00"}, {"weekday": "Mon"}, {"day": 0}, {"day": 32}]
)
def test_what_is_no_time_or_day_is_refused(wrong: Any) -> None:
    with pytest.raises(Refused):
        check(Rhythm(every="day", **wrong))
