from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.business_time import BusinessHours, Duration, check, due, duration
from domain.rules import Refused
from tests.domain.calendars import (
    STEP,
    ZONES,
    calendars,
    clock_changes,
    instants,
    slowly_between,
    slowly_open,
    windows,
)

OFFICE = {day: (("09:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")}
ROUND_THE_CLOCK = {
    day: (("00:00", "24:00"),) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
}
ODD = {
    day: (("00:30", "01:45"), ("02:15", "02:45"), ("09:00", "23:30"))
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
}
spans = st.timedeltas(timedelta(microseconds=1), timedelta(days=20))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(calendars(), instants(), spans)
def test_what_is_added_lies_between(hours: BusinessHours, at: datetime, span: timedelta) -> None:
    later, earlier = hours.add(at, span), hours.sub(at, span)

    assert hours.between(at, later) == span
    assert hours.between(earlier, at) == span
    assert hours.between(later, at) == -span


@given(calendars(), instants(), spans, spans)
def test_adding_in_two_steps_is_adding_at_once(
    hours: BusinessHours, at: datetime, first: timedelta, second: timedelta
) -> None:
    assert hours.add(hours.add(at, first), second) == hours.add(at, first + second)
    assert hours.sub(hours.sub(at, first), second) == hours.sub(at, first + second)


@given(calendars(), instants(), instants(), spans, spans)
def test_later_starts_and_longer_waits_never_end_earlier(
    hours: BusinessHours, a: datetime, b: datetime, first: timedelta, more: timedelta
) -> None:
    early, late = sorted((a, b))

    assert hours.add(early, first) <= hours.add(late, first)
    assert hours.add(early, first) < hours.add(early, first + more)


@given(calendars(), instants(), spans)
def test_a_wait_ends_where_open_time_leads_up_to(
    hours: BusinessHours, at: datetime, span: timedelta
) -> None:
    later, earlier = hours.add(at, span), hours.sub(at, span)

    assert slowly_open(hours, later - timedelta(microseconds=1))
    assert slowly_open(hours, earlier)


@given(calendars(), instants(), instants(), instants())
def test_open_time_adds_up(hours: BusinessHours, a: datetime, b: datetime, c: datetime) -> None:
    assert hours.between(a, b) + hours.between(b, c) == hours.between(a, c)
    assert abs(hours.between(a, b)) <= abs(b - a)
    total = sum((end - start for start, end in hours.windows_between(a, b)), timedelta(0))
    assert total == max(timedelta(0), hours.between(a, b))


@given(calendars(), instants(), st.integers(1, 300))
def test_open_time_is_what_a_slow_reading_of_the_wall_clock_counts(
    hours: BusinessHours, at: datetime, quarters: int
) -> None:
    begin = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    end = begin + quarters * STEP

    assert hours.between(begin, end) == slowly_between(hours, begin, end)
    assert hours.is_open(at) == slowly_open(hours, at)


@given(st.data(), instants(), st.integers(1, 300))
def test_a_window_over_midnight_belongs_to_the_day_it_begins_on(
    data: st.DataObject, at: datetime, quarters: int
) -> None:
    weekly = {day: data.draw(windows(overnight=True)) for day in ("mon", "wed", "fri")}
    assume(any(weekly.values()))
    holidays = tuple(
        str(at.date() + timedelta(days=n)) for n in data.draw(st.sets(st.integers(0, 3)))
    )
    zone = data.draw(st.sampled_from(ZONES))
    hours = BusinessHours(zone=zone, weekly=weekly, holidays=holidays)
    check(hours)
    begin = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    end = begin + quarters * STEP

    assert hours.between(begin, end) == slowly_between(hours, begin, end)


@given(calendars(), instants())
def test_the_next_and_the_last_opening_are_the_nearest(hours: BusinessHours, at: datetime) -> None:
    opens, shut = hours.next_open(at), hours.prev_open(at)
    closes = hours.next_close(at)

    assert shut <= at <= opens < closes or (shut <= at == opens < closes)
    assert hours.is_open(opens)
    assert hours.between(at, opens) == timedelta(0) == hours.between(shut, at)
    assert not hours.is_open(closes)
    assert hours.between(opens, closes) == closes - opens or hours.is_open(at)
    assert hours.next_window(at)[0] > at


def agree_around_clock_changes(zone: str, first: int, last: int) -> None:
    for weekly in (OFFICE, ODD, ROUND_THE_CLOCK):
        hours = BusinessHours(zone=zone, weekly=weekly)
        for change in clock_changes(zone, first, last):
            begin, end = change - timedelta(hours=5), change + timedelta(hours=5)
            wanted = slowly_between(hours, begin, end)
            assert hours.between(begin, end) == wanted, (zone, change, weekly)
            if wanted:
                assert hours.between(begin, hours.add(begin, wanted)) == wanted


@pytest.mark.parametrize("zone", ZONES)
def test_every_clock_change_of_five_years_is_counted_right(zone: str) -> None:
    agree_around_clock_changes(zone, 2024, 2028)


def test_a_day_that_the_clocks_make_longer_has_25_hours() -> None:
    hours = BusinessHours(zone="Europe/Berlin", weekly=ROUND_THE_CLOCK)

    assert hours.between(utc("2026-10-24T22:00"), utc("2026-10-25T23:00")) == timedelta(hours=25)
    assert hours.between(utc("2026-03-28T23:00"), utc("2026-03-29T22:00")) == timedelta(hours=23)


def test_a_date_that_a_zone_skipped_has_no_open_time() -> None:
    hours = BusinessHours(zone="Pacific/Apia", weekly=OFFICE)
    zone = ZoneInfo("Pacific/Apia")

    thursday = datetime(2011, 12, 29, 17, tzinfo=zone)
    monday = datetime(2012, 1, 2, 9, tzinfo=zone)

    assert hours.between(thursday, monday) == timedelta(0)
    assert hours.add(thursday, timedelta(hours=1)) == monday + timedelta(hours=1)


@pytest.mark.parametrize(
    ("weekly", "place"),
    [
        (
            {"mon": (("09:00", "12:00"), ("11:00", "13:00"))},
            "weekly.mon: two windows overlap",
        ),
        ({"mon": (("09:00", "09:00"),)}, "weekly.mon: the window 09:00 to 09:00 is empty"),
        ({"mon": (("9:00", "17:00"),)}, "weekly.mon: '9:00' is not a time"),
        ({"mon": (("09:00", "24:01"),)}, "weekly.mon: '24:01' is later"),
        ({"mon": (("24:00", "03:00"),)}, "weekly.mon: no window begins"),
        ({"monday": (("09:00", "17:00"),)}, "weekly.monday"),
        (
            {"sun": (("22:00", "06:00"),), "mon": (("05:00", "09:00"),)},
            "weekly.sun: the last window",
        ),
        ({}, "no open time at all"),
        ({"mon": ()}, "no open time at all"),
    ],
)
def test_wrong_windows_are_refused_with_their_place(
    weekly: dict[str, tuple[tuple[str, str], ...]], place: str
) -> None:
    with pytest.raises(Refused) as refused:
        check(BusinessHours(zone="UTC", weekly=weekly))

    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"zone": "Mars/Olympus"}, "zone: 'Mars/Olympus'"),
        ({"zone": ""}, "zone: ''"),
        ({"zone": "../etc/passwd"}, "zone: "),
        ({"holidays": ("2026-02-30",)}, "holidays: '2026-02-30'"),
        ({"holidays": ("*-13-01",)}, "holidays: '*-13-01'"),
        ({"holidays": ("20260101",)}, "holidays: '20260101'"),
        ({"date_hours": {"soon": (("09:00", "10:00"),)}}, "date_hours: 'soon'"),
        ({"date_breaks": {"2026-01-05": (("12:00", "11:00"),)}}, "date_breaks.2026-01-05"),
    ],
)
def test_wrong_zones_and_dates_are_refused_with_their_place(
    changes: dict[str, object], place: str
) -> None:
    document = {"zone": "UTC", "weekly": OFFICE} | changes

    with pytest.raises(Refused) as refused:
        check(msgspec.convert(document, BusinessHours))

    assert place in str(refused.value)


def test_a_calendar_that_is_open_no_more_refuses_instead_of_searching_for_ever() -> None:
    hours = BusinessHours(zone="UTC", date_hours={"2026-01-05": (("09:00", "17:00"),)})
    check(hours)

    assert hours.add(utc("2026-01-01"), timedelta(hours=8)) == utc("2026-01-05T17:00")
    questions: tuple[Callable[[], object], ...] = (
        lambda: hours.add(utc("2026-01-01"), timedelta(hours=9)),
        lambda: hours.sub(utc("2027-01-01"), timedelta(hours=9)),
        lambda: hours.next_open(utc("2026-01-05T17:00")),
        lambda: hours.prev_open(utc("2026-01-05T09:00")),
        lambda: hours.next_close(utc("2026-02-01")),
        lambda: hours.add_days(utc("2026-01-05"), 1),
        lambda: BusinessHours(zone="UTC").add(utc("2026-01-01"), timedelta(seconds=1)),
    )
    for question in questions:
        with pytest.raises(Refused, match="The calendar has too"):
            question()
    assert BusinessHours(zone="UTC").between(utc("2020-01-01"), utc("2026-01-01")) == timedelta(0)


def test_a_calendar_that_never_closes_says_so() -> None:
    hours = BusinessHours(zone="Europe/Berlin", weekly=ROUND_THE_CLOCK, holidays=("2026-12-25",))

    assert hours.next_close(utc("2026-01-01")) == utc("2026-12-24T23:00")
    with pytest.raises(Refused, match="does not close within"):
        hours.next_close(utc("2027-01-01"))


def test_times_that_cannot_be_reckoned_with_are_refused() -> None:
    hours = BusinessHours(zone="UTC", weekly=OFFICE)

    with pytest.raises(Refused, match="needs a zone"):
        hours.is_open(datetime(2026, 1, 1))
    with pytest.raises(Refused, match="between the years"):
        hours.is_open(utc("1850-01-01"))
    with pytest.raises(Refused, match="not negative"):
        hours.add(utc("2026-01-01"), timedelta(seconds=-1))
    with pytest.raises(Refused, match="too little open time"):
        hours.add(utc("2026-01-01"), timedelta(days=40_000))


def test_business_days_keep_the_wall_clock_time_across_a_clock_change() -> None:
    hours = BusinessHours(zone="Europe/Berlin", weekly=OFFICE, holidays=("2026-03-31",))

    friday = utc("2026-03-27T13:30")

    assert hours.add_days(friday, 1) == utc("2026-03-30T12:30")
    assert hours.add_days(friday, 2) == utc("2026-04-01T12:30")
    assert hours.add_days(utc("2026-03-30T12:30"), -1) == friday
    assert hours.add_calendar_days(friday, 2) == utc("2026-03-29T12:30")


def test_a_time_that_the_clock_jumps_over_means_the_jump() -> None:
    hours = BusinessHours(zone="Europe/Berlin", weekly=ROUND_THE_CLOCK)

    assert hours.add_calendar_days(utc("2026-03-28T01:30"), 1) == utc("2026-03-29T01:00")


@given(calendars(), instants(), st.integers(1, 40))
def test_business_days_are_workdays_counted_from_the_given_day(
    hours: BusinessHours, at: datetime, days: int
) -> None:
    begin = hours.local_date(at)
    end = hours.add_workdays(begin, days)

    assert hours.is_workday(end)
    assert hours.days_between(begin, end) == days == -hours.days_between(end, begin)
    assert hours.workdays_in(begin, end, False) == days - 1 + hours.is_workday(begin)
    assert hours.local_date(hours.add_days(at, days)) >= end


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("60s", "2026-03-27T16:00:00"),
        ("90s", "2026-03-30T07:00:30"),
        ("30m", "2026-03-30T07:29:00"),
        ("8h", "2026-03-30T14:59:00"),
        ("1bd", "2026-03-30T14:59:00"),
        ("3d", "2026-03-30T14:59:00"),
    ],
)
def test_durations_say_what_they_mean(text: str, ends: str) -> None:
    hours = BusinessHours(zone="Europe/Berlin", weekly=OFFICE)
    start = utc("2026-03-27T15:59")

    assert due(start, duration(text), hours) == utc(ends)
    assert str(duration(text)) == text


@pytest.mark.parametrize(
    "text", ["", "8", "h", "0h", "-1h", "1.5h", "8 h", "2w", "1h30m", "9" * 9 + "h"]
)
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not a duration"):
        duration(text)


def test_business_hours_and_durations_are_json() -> None:
    hours = BusinessHours(zone="UTC", weekly=OFFICE, holidays=("*-01-01",))
    hours.is_open(utc("2026-01-01"))

    assert msgspec.json.decode(msgspec.json.encode(hours), type=BusinessHours) == hours
    assert msgspec.json.decode(msgspec.json.encode(duration("2bd")), type=Duration) == duration(
        "2bd"
    )


def test_breaks_and_holidays_are_told_apart() -> None:
    hours = BusinessHours(
        zone="Asia/Tokyo",
        weekly=OFFICE,
        holidays=("*-01-01", "2026-05-04"),
        date_breaks={"2026-05-07": (("12:00", "13:00"),)},
    )

    assert hours.is_holiday(date(2031, 1, 1))
    assert hours.is_holiday(utc("2026-05-03T15:00"))
    assert not hours.is_holiday(utc("2026-05-03T14:59"))
    assert hours.is_break(utc("2026-05-07T03:30"))
    assert not hours.is_open(utc("2026-05-07T03:30"))
    assert not hours.is_break(utc("2026-05-07T04:00"))
