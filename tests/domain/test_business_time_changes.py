"""Business time across the clock changes of 2015 to 2035, beside a count second by second."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.business_time import BusinessHours
from domain.wall_clock import stretches
from tests.domain.calendars import ZONES, clock_changes, open_seconds

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
REACH = timedelta(minutes=100)
FIRST, LAST = 2015, 2035
PARTS = 28


@cache
def changes_of(zone: str) -> tuple[datetime, ...]:
    return tuple(clock_changes(zone, FIRST, LAST))


def zones() -> list[str]:
    """The zones of the machine but those of the past alone, by names that everybody has."""
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def text(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@st.composite
def around(draw: st.DrawFn) -> tuple[BusinessHours, datetime]:
    """A clock change of a zone, and hours whose edges lie around what its clocks show then."""
    zone = draw(st.sampled_from(zones()).filter(changes_of))
    change = draw(st.sampled_from(changes_of(zone)))
    where = ZoneInfo(zone)
    shown = change.astimezone(where)
    second = shown.hour * 3600 + shown.minute * 60
    edges = st.integers(-7200, 7200).map(lambda offset: (second + offset) % 86_400)
    marks = sorted(draw(st.sets(edges, min_size=2, max_size=8)))
    spans = [(text(a), text(b)) for a, b in zip(marks[::2], marks[1::2], strict=False)]
    days = {str((shown + timedelta(days=number)).date()) for number in (-1, 0, 1)}
    some = st.sampled_from(sorted(days))
    cut = sorted(draw(st.sets(edges, min_size=2, max_size=2)))
    hours = BusinessHours(
        zone=zone,
        weekly=dict.fromkeys(WEEKDAYS, tuple(spans)),
        holidays=tuple(draw(st.lists(some, max_size=1))) if draw(st.booleans()) else (),
        date_breaks={draw(some): ((text(cut[0]), text(cut[1])),)} if draw(st.booleans()) else {},
    )
    return hours, change


def agree(hours: BusinessHours, begin: datetime, number: int, every: int) -> None:
    """That `between`, `add` and `sub` say what a count of so many seconds says."""
    counted = [0, *accumulate(open_seconds(hours, begin, number))]
    total = counted[-1]
    for step in (*range(0, number, every), number):
        at = begin + step * SECOND
        assert hours.between(begin, at) == counted[step] * SECOND
        assert hours.between(at, begin) == -counted[step] * SECOND
    for amount in {1, *range(1, total + 1, every), total} if total else ():
        reached = counted.index(amount)
        assert hours.add(begin, amount * SECOND) == begin + reached * SECOND
        # The latest second after which as much is still to come.
        left = number - counted[::-1].index(total - amount)
        assert hours.sub(begin + number * SECOND, amount * SECOND) == begin + left * SECOND


@settings(max_examples=40, deadline=None)
@given(around())
def test_a_clock_change_of_any_zone_is_counted_to_the_second(
    found: tuple[BusinessHours, datetime],
) -> None:
    hours, change = found
    begin = change - REACH

    agree(hours, begin, 2 * REACH // SECOND, 997)


@given(around(), st.timedeltas(-2 * HOUR, 2 * HOUR), st.timedeltas(SECOND / 10**6, 30 * HOUR))
def test_what_is_added_over_a_clock_change_lies_between(
    found: tuple[BusinessHours, datetime], offset: timedelta, span: timedelta
) -> None:
    hours, change = found
    at = change + offset

    later, earlier = hours.add(at, span), hours.sub(at, span)

    assert hours.between(at, later) == span == hours.between(earlier, at)
    assert hours.add(hours.add(at, span / 2), span - span / 2) == later
    assert hours.add(at - SECOND, span) <= later <= hours.add(at + SECOND, span)
    assert hours.add(at, span + SECOND) > later
    assert hours.sub(later, span) >= at
    assert hours.between(at, hours.sub(later, span)) == timedelta(0)


@given(around(), st.data())
def test_business_days_keep_the_time_that_clocks_show(
    found: tuple[BusinessHours, datetime], data: st.DataObject
) -> None:
    hours, change = found
    where = ZoneInfo(hours.zone)
    days = data.draw(st.integers(1, 5))
    at = change + data.draw(st.timedeltas(-30 * HOUR, 30 * HOUR))

    shown, later = at.astimezone(where), hours.add_days(at, days).astimezone(where)

    assert later.date() == hours.add_workdays(shown.date(), days)
    # The clock may jump over the time: then it is the instant of the jump.
    wanted = datetime.combine(later.date(), shown.time(), where)
    does_exist = wanted.astimezone(UTC).astimezone(where).time() == shown.time()
    assert later.time() == shown.time() or not does_exist


def odd_hours(zone: str) -> BusinessHours:
    """Hours with many edges, to the second, by day and by night."""
    weekly = (
        *(("00:00:01", "00:59:59"), ("01:00", "01:30:17"), ("01:59:59", "02:00:01")),
        *(("02:29:43", "03:00"), ("03:00:30", "04:15"), ("05:00", "22:59:59")),
    )
    return BusinessHours(zone=zone, weekly=dict.fromkeys(WEEKDAYS, weekly))


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_clock_changes_of_many_zones_are_counted_to_the_second(zone: str) -> None:
    hours = odd_hours(zone)

    for change in changes_of(zone)[-2:]:
        agree(hours, change - REACH, 2 * REACH // SECOND, 1499)


@cache
def alike() -> tuple[tuple[str, ...], ...]:
    """All zones, those together whose clocks show the same all the time."""
    found: dict[object, list[str]] = {}
    for zone in sorted(available_timezones()):
        where = ZoneInfo(zone)
        moments = (datetime(FIRST, 1, 1, tzinfo=UTC), *changes_of(zone))
        offsets = tuple((at, at.astimezone(where).utcoffset()) for at in moments)
        found.setdefault(offsets, []).append(zone)
    return tuple(tuple(zones) for zones in found.values())


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_every_clock_change_is_counted_to_the_second(part: int) -> None:
    for zone, *_ in alike()[part::PARTS]:
        hours = odd_hours(zone)
        for change in changes_of(zone):
            agree(hours, change - REACH, 2 * REACH // SECOND, 499)


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_zones_whose_clocks_show_the_same_are_counted_the_same(part: int) -> None:
    for first, *others in alike()[part::PARTS]:
        for year in range(FIRST, LAST + 1):
            of_first = stretches(first, year)
            assert all(stretches(zone, year) == of_first for zone in others)
