"""The last whole day, week, month, quarter or year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.periods import Period, last_whole

ZONES = st.sampled_from(["Europe/Rome", "UTC", "America/New_York", "Australia/Lord_Howe"])
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
PERIODS = st.sampled_from(["day", "week", "month", "quarter", "year"])


@given(period=PERIODS, zone=ZONES, at=MOMENTS)
def test_it_is_over_and_begins_where_the_one_before_it_ends(
    period: Period, zone: str, at: datetime
) -> None:
    since, until = last_whole(period, zone, at)
    before = last_whole(period, zone, until - timedelta(microseconds=1))

    assert since < until <= at
    assert before[1] == since
    assert last_whole(period, zone, until) == (since, until)
    for bound in (since, until):
        there = bound.astimezone(ZoneInfo(zone))
        assert (there.hour, there.minute, there.second) == (0, 0, 0)


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("day", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"),
        ("week", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z"),
        # Summer time ended in it.
        ("month", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
        ("quarter", "2026-06-30T22:00:00Z", "2026-09-30T22:00:00Z"),
        ("year", "2024-12-31T23:00:00Z", "2025-12-31T23:00:00Z"),
    ],
)
def test_it_begins_and_ends_by_the_wall_clock(period: Period, since: str, until: str) -> None:
    # It is Monday there already.
    at = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    found = last_whole(period, "Europe/Rome", at)

    assert [bound.isoformat().replace("+00:00", "Z") for bound in found] == [since, until]
