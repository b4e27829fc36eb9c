"""Calendars as they are written: any is taken and counts, or is refused."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.calendar_mistakes import SHOWN_MAX, WrongHours, mistakes, zones
from domain.ids import record_id
from tests.domain.calendar_documents import MONDAY, days, hours_of
from tests.domain.calendars import calendars
from tests.people import ANN


def test_no_more_than_fifty_are_told() -> None:
    hours = hours_of({"holidays": [f"2026-02-{day}" for day in range(30, 99)]})

    assert len(mistakes(hours, {})) == SHOWN_MAX


def test_good_calendars_have_none() -> None:
    good = hours_of(
        {
            "zone": "Asia/Kathmandu",
            "weekly": {
                "mon": [["00:00", "24:00"]],
                "tue": [["00:00", "08:00"], ["22:00", "06:00"]],
                "wed": [["06:00", "06:00:01"]],
            },
            "holidays": ["*-02-29", "2024-02-29", "2199-12-31"],
            "date_hours": {"2026-01-07": [["06:00", "07:00"]], "2026-12-24": []},
            "date_breaks": {"2026-01-07": [["06:30", "24:00"]], MONDAY: [["00:00", "24:00"]]},
        }
    )

    assert mistakes(good, {"2024-02-29": "Leap day", "2026-12-24": "Eve"}) == []


def test_every_zone_that_is_shipped_can_be_used() -> None:
    assert len(zones()) > 500
    for zone in ("Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12", "UTC"):
        assert mistakes(hours_of({"zone": zone}), {}) == []


times = st.one_of(
    st.text("0123456789:", max_size=8), st.sampled_from(["09:00", "17:00", "24:00", "00:00"])
)

spans = st.lists(st.tuples(times, times), max_size=3)


@given(
    zone=st.one_of(st.text(max_size=20), st.just("UTC")),
    weekly=st.dictionaries(st.sampled_from(["mon", "tue", "x"]), spans),
    holidays=st.lists(days, max_size=3),
    date_hours=st.dictionaries(days, spans, max_size=3),
    date_breaks=st.dictionaries(days, spans, max_size=3),
)
def test_whatever_is_written_is_taken_and_counts_or_is_refused(**document: Any) -> None:
    hours = msgspec.convert(document, BusinessHours)

    found = mistakes(hours, {})

    if found:
        with pytest.raises(WrongHours):
            Calendar.define(record_id("CAL", 1), name="x", hours=hours, by=ANN)
    else:
        assert hours.workdays_in(date(2026, 1, 1), date(2026, 12, 31), inclusive=True) <= 365


@given(calendars())
def test_what_is_found_right_is_never_refused_when_it_is_read(hours: BusinessHours) -> None:
    if not mistakes(hours, {}):
        calendar = Calendar.define(record_id("CAL", 1), name="x", hours=hours, by=ANN)
        assert calendar.hours == calendar.own_hours == hours
