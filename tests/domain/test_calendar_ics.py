"""Calendars out to iCalendar files and in again, beside what `icalendar` makes and reads."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.business_rules import parsed
from domain.business_time import BusinessHours
from domain.calendar_feed import feed
from domain.calendar_ics import Found, read
from domain.calendar_import import put_in
from domain.calendar_mistakes import mistakes
from tests.domain.calendars import calendars
from tests.domain.ics import BERLIN, FIRST, LAST, found

MADE = datetime(2026, 1, 2, tzinfo=UTC)


def imported(*events: str, hours: BusinessHours = BERLIN) -> BusinessHours:
    return put_in(found(*events, hours=hours), hours, {}, instead=False)[0]


def opened(text: str) -> Any:
    """The file as `icalendar` reads it."""
    return icalendar.Calendar.from_ical(text)


# Out and in ----------------------------------------------------------------------------------


def right(hours: BusinessHours) -> BusinessHours:
    """The hours as a calendar may have them, each date once: without what bears on nothing."""
    yearly = [day for day in hours.holidays if day[0] == "*"]
    once = [day for day in hours.holidays if f"*-{day[5:]}" not in yearly]
    kept = tuple(dict.fromkeys([*yearly, *once]))
    return put_in(Found(), replace(hours, holidays=kept), {}, instead=False)[0]


@given(calendars(), st.text('AÄ漢;,\\\n" :', max_size=90))
def test_a_feed_that_is_read_again_is_the_same_calendar(hours: BusinessHours, name: str) -> None:
    hours = right(hours)
    days = [*hours.holidays, *hours.date_hours, *hours.date_breaks]
    named = " ".join(name.split())
    names = dict.fromkeys(days, named) if named else {}

    text = feed("CAL0000001", name, hours, names, MADE, with_windows=True)
    again, said = put_in(
        read(text, replace(BERLIN, zone=hours.zone), date(2024, 1, 1), date(2026, 12, 31)),
        replace(BERLIN, zone=hours.zone),
        {},
        instead=True,
    )

    assert parsed(again)._replace(week=()) == parsed(hours)._replace(week=())
    assert [*parsed(again).week] == [*parsed(hours).week]
    assert said == names
    assert max(len(row.encode()) for row in text.split("\r\n")) <= 75


def test_windows_over_midnight_come_back_as_they_were() -> None:
    nights = replace(
        BERLIN,
        weekly={
            "fri": (("08:00", "24:00"),),
            "sat": (("22:00", "06:00"),),
            "sun": (("09:30", "10:00:30"),),
        },
        date_hours={"2026-12-24": (("20:00", "02:00"),), "2026-12-26": ()},
    )

    text = feed("CAL0000001", "x", nights, {}, MADE, with_windows=True)
    again, _ = put_in(read(text, BERLIN, FIRST, LAST), BERLIN, {}, instead=True)

    assert again == nights


@given(calendars())
def test_other_software_opens_the_feed_and_finds_the_same_times(hours: BusinessHours) -> None:
    hours = right(hours)
    text = feed("CAL0000001", "Office", hours, {}, MADE)

    theirs = opened(text)

    assert all(not event.errors for event in theirs.walk())
    by_kind: dict[str, list[Any]] = {}
    for event in theirs.walk("VEVENT"):
        by_kind.setdefault(event["CATEGORIES"].to_ical().decode(), []).append(event)
    closed = {str(event.start) for event in by_kind.get("HOLIDAY", ()) if "RRULE" not in event}
    assert closed == {day for day in hours.holidays if day[0] != "*"}
    zone = ZoneInfo(hours.zone)
    for kind, days in (("BREAK", hours.date_breaks), ("HOURS", hours.date_hours)):
        wanted = {
            (
                datetime.combine(date.fromisoformat(day), time.fromisoformat(begins), zone).replace(
                    tzinfo=None
                )
            )
            for day, spans in days.items()
            for begins, _ in spans
        }
        timed = [event for event in by_kind.get(kind, ()) if isinstance(event.start, datetime)]
        assert {event.start.replace(tzinfo=None) for event in timed} == wanted
        assert {str(event.start.tzinfo) for event in timed} <= {hours.zone}
    assert len({str(one["UID"]) for one in theirs.walk("VEVENT")}) == len(theirs.walk("VEVENT"))


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/St_Johns", "Africa/Casablanca", "Europe/Dublin", "UTC"]
)
def test_the_zone_of_the_feed_says_when_its_clocks_change(zone: str) -> None:
    text = feed("CAL0000001", "x", replace(BERLIN, zone=zone), {}, MADE)
    theirs = opened(text)
    if zone == "UTC":
        assert theirs.walk("VTIMEZONE") == []
        return

    (described,) = theirs.walk("VTIMEZONE")
    changes = {
        part["DTSTART"].dt.replace(tzinfo=UTC) - part["TZOFFSETFROM"].td: part["TZOFFSETTO"].td
        for part in described.subcomponents
    }

    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year < 2031:
        latest = max(change for change in changes if change <= at)
        assert changes[latest] == at.astimezone(ZoneInfo(zone)).utcoffset()
        at += timedelta(hours=7)


def test_the_same_version_gives_the_same_feed() -> None:
    one, other = (feed("CAL0000001", "x", BERLIN, {}, MADE, with_windows=True) for _ in range(2))

    assert one == other
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO\r\n" in one
    assert "RRULE" not in feed("CAL0000001", "x", BERLIN, {}, MADE)


@given(
    st.lists(st.tuples(st.dates(FIRST, LAST), st.integers(1, 5), st.text(max_size=60)), max_size=8)
)
def test_days_that_icalendar_writes_are_read(events: list[tuple[date, int, str]]) -> None:
    calendar = icalendar.Calendar()
    wanted: dict[str, str] = {}
    for day, length, name in events:
        clean = "".join(one for one in name if one.isprintable())
        event = icalendar.Event()
        event.add("summary", clean)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=length))
        calendar.add_component(event)
        for number in range(length):
            if day + timedelta(days=number) <= LAST:
                wanted.setdefault(str(day + timedelta(days=number)), " ".join(clean.split()))

    assert read(calendar.to_ical().decode(), BERLIN, FIRST, LAST).holidays == wanted


# What is read --------------------------------------------------------------------------------


def test_whole_days_are_holidays_and_times_are_breaks_on_the_clocks_of_the_calendar() -> None:
    hours = imported(
        "SUMMARY:Works outing\nDTSTART;VALUE=DATE:20260603\nDTEND;VALUE=DATE:20260605",
        "SUMMARY:Call\nDTSTART:20260708T080000Z\nDTEND:20260708T083000Z",
        "SUMMARY:Drill\nDTSTART;TZID=America/New_York:20260709T090000\nDURATION:PT1H",
        "SUMMARY:Floating\nDTSTART:20260710T120000\nDTEND:20260710T124500",
        "SUMMARY:Outlook\nDTSTART;TZID=W. Europe Standard Time:20260713T120000\nDURATION:PT15M",
        "SUMMARY:Path\nDTSTART;TZID=/x.org/1/Europe/Berlin:20260714T120000\nDURATION:PT15M",
    )

    assert hours.holidays == ("2026-06-03", "2026-06-04")
    assert hours.date_breaks == {
        "2026-07-08": (("10:00", "10:30"),),
        "2026-07-09": (("15:00", "16:00"),),
        "2026-07-10": (("12:00", "12:45"),),
        "2026-07-13": (("12:00", "12:15"),),
        "2026-07-14": (("12:00", "12:15"),),
    }
    assert mistakes(hours, {}) == []


def test_a_closed_span_over_days_is_cut_at_midnight_and_where_it_touches_another() -> None:
    hours = imported(
        "SUMMARY:Move\nDTSTART;TZID=Europe/Berlin:20260709T160000\nDTEND;TZID=Europe/Berlin:20260714T110000",
        "SUMMARY:After it\nDTSTART;TZID=Europe/Berlin:20260714T110000\nDURATION:PT30M",
    )

    assert hours.date_breaks == {
        "2026-07-09": (("16:00", "24:00"),),
        "2026-07-10": (("00:00", "24:00"),),
        "2026-07-13": (("00:00", "24:00"),),
        "2026-07-14": (("00:00", "11:30"),),
    }


def test_what_comes_each_year_without_end_is_a_holiday_of_every_year() -> None:
    read_of = found(
        "SUMMARY:Christmas\nDTSTART;VALUE=DATE:20001225\nRRULE:FREQ=YEARLY",
        "SUMMARY:Leap\nDTSTART;VALUE=DATE:20000229\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "SUMMARY:To come\nDTSTART;VALUE=DATE:20270105\nRRULE:FREQ=YEARLY",
        "SUMMARY:Ends\nDTSTART;VALUE=DATE:20200301\nRRULE:FREQ=YEARLY;UNTIL=20260301",
        "SUMMARY:Thanks\nDTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    )

    assert read_of.holidays == {
        "*-12-25": "Christmas",
        "*-02-29": "Leap",
        "2027-01-05": "To come",
        "2026-03-01": "Ends",
        "2026-11-26": "Thanks",
        "2027-11-25": "Thanks",
    }


def test_what_comes_again_keeps_its_wall_clock_time_and_its_exceptions() -> None:
    hours = imported(
        "UID:a\nSUMMARY:Stand-up\nDTSTART;TZID=Europe/Berlin:20260318T100000\n"
        "DTEND;TZID=Europe/Berlin:20260318T101500\nRRULE:FREQ=WEEKLY;COUNT=5\n"
        "EXDATE;TZID=Europe/Berlin:20260325T100000\nRDATE:20260416T080000Z",
        "UID:a\nSUMMARY:Moved\nRECURRENCE-ID;TZID=Europe/Berlin:20260401T100000\n"
        "DTSTART;TZID=Europe/Berlin:20260402T110000\nDURATION:PT30M",
        "UID:a\nSTATUS:CANCELLED\nRECURRENCE-ID:20260408T080000Z\nDTSTART:20260408T080000Z",
    )

    assert hours.date_breaks == {
        "2026-03-18": (("10:00", "10:15"),),
        "2026-04-02": (("11:00", "11:30"),),
        "2026-04-15": (("10:00", "10:15"),),
        "2026-04-16": (("10:00", "10:15"),),
    }


def test_what_changes_nothing_is_not_taken_and_told() -> None:
    read_of = found(
        "SUMMARY:Off\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260603",
        "SUMMARY:Free\nTRANSP:TRANSPARENT\nDTSTART:20260708T080000Z\nDTEND:20260708T083000Z",
        "SUMMARY:Moment\nDTSTART:20260708T080000Z",
        "SUMMARY:Night\nDTSTART:20260708T220000Z\nDTEND:20260708T230000Z",
        "SUMMARY:Holiday\nTRANSP:TRANSPARENT\nDTSTART;VALUE=DATE:20260603",
        "SUMMARY:Long ago\nDTSTART;VALUE=DATE:20010603",
    )
    hours, names = put_in(read_of, BERLIN, {}, instead=False)

    assert (hours.holidays, hours.date_breaks) == (("2026-06-03",), {})
    assert read_of.ignored == [
        "line 4: 'Off' is not taken: it was cancelled.",
        "line 9: 'Free' is not taken: it takes no time from anybody (TRANSP:TRANSPARENT).",
        "line 15: 'Moment' is not taken: it has no length.",
        "2026-07-09: a break lies outside the hours of that date.",
    ]
    assert names["2026-06-03"] == "Holiday"


def test_a_file_adds_to_the_dates_there_are_or_stands_in_their_place() -> None:
    hours = replace(
        BERLIN,
        holidays=("2026-05-01", "*-12-25"),
        date_hours={"2026-12-24": (("09:00", "12:00"),), "2026-06-03": (("10:00", "11:00"),)},
        date_breaks={"2026-07-08": (("10:15", "11:00"),)},
    )
    events = (
        "SUMMARY:Outing\nDTSTART;VALUE=DATE:20260603",
        "SUMMARY:Christmas\nDTSTART;VALUE=DATE:20261225",
        "SUMMARY:Call\nDTSTART:20260708T080000Z\nDTEND:20260708T083000Z",
    )

    added, names = put_in(found(*events), hours, {"2026-05-01": "May"}, instead=False)
    instead, _ = put_in(found(*events), hours, {}, instead=True)

    assert added.holidays == ("2026-05-01", "*-12-25", "2026-06-03")
    assert added.date_hours == {"2026-12-24": (("09:00", "12:00"),)}
    assert added.date_breaks == {"2026-07-08": (("10:00", "11:00"),)}
    assert (names["2026-05-01"], names["2026-06-03"]) == ("May", "Outing")
    assert instead.holidays == ("2026-06-03", "2026-12-25")
    assert instead.date_hours == {}
    assert instead.date_breaks == {"2026-07-08": (("10:00", "10:30"),)}
