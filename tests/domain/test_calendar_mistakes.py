"""Calendars with mistakes: each is refused when it is written, with its place."""

from typing import Any

import pytest

from domain.calendar import Calendar
from domain.calendar_mistakes import DATES_MAX, WINDOWS_MAX, WrongHours, mistakes
from domain.ids import record_id
from domain.rules import Refused
from tests.domain.calendar_documents import MONDAY, SUNDAY, TUESDAY, hours_of
from tests.people import ANN

BAD: list[tuple[str, dict[str, Any], str, str]] = [
    # The zone
    ("a zone that is none", {"zone": "Mars/Olympus"}, "zone", "is not an IANA time zone"),
    ("a zone in small letters", {"zone": "europe/berlin"}, "zone", "did you mean 'Europe/Berlin'"),
    ("a city for a zone", {"zone": "Berlin"}, "zone", "not an IANA time zone"),
    ("no zone", {"zone": ""}, "zone", "'' is not"),
    ("an offset for a zone", {"zone": "+01:00"}, "zone", "'+01:00' is not"),
    ("a path for a zone", {"zone": "../../etc/passwd"}, "zone", "is not"),
    ("a file for a zone", {"zone": "tzdata.zi"}, "zone", "is not"),
    ("the zone of the machine", {"zone": "localtime"}, "zone", "is not"),
    ("a zone with leap seconds", {"zone": "right/UTC"}, "zone", "is not"),
    ("a zone with a NUL", {"zone": "UTC\0"}, "zone", "is not"),
    ("a zone of 10,000 letters", {"zone": "A" * 10_000}, "zone", "is not"),
    # The week
    (
        "a long weekday",
        {"weekly": {"monday": [["09:00", "17:00"]]}},
        "weekly.monday",
        "mean 'mon'?",
    ),
    ("a capital weekday", {"weekly": {"Mon": [["09:00", "17:00"]]}}, "weekly.Mon", "mean 'mon'?"),
    ("a weekday of none", {"weekly": {"": [["09:00", "17:00"]]}}, "weekly.", "one of mon, tue"),
    ("a foreign weekday", {"weekly": {"lun": [["09:00", "17:00"]]}}, "weekly.lun", "one of mon"),
    ("an empty window", {"weekly": {"mon": [["09:00", "09:00"]]}}, "weekly.mon[0]", "is empty"),
    ("an empty midnight", {"weekly": {"mon": [["00:00", "00:00"]]}}, "weekly.mon[0]", "is empty"),
    (
        "one digit",
        {"weekly": {"mon": [["9:00", "17:00"]]}},
        "weekly.mon[0]",
        "'9:00' is not a time",
    ),
    ("no minutes", {"weekly": {"mon": [["09", "17"]]}}, "weekly.mon[0]", "'09' is not a time"),
    ("60 minutes", {"weekly": {"mon": [["09:60", "17:00"]]}}, "weekly.mon[0]", "'09:60' is not"),
    ("half past", {"weekly": {"mon": [["9am", "5pm"]]}}, "weekly.mon[0]", "'9am' is not"),
    ("a minus", {"weekly": {"mon": [["-1:00", "05:00"]]}}, "weekly.mon[0]", "'-1:00' is not"),
    (
        "other digits",
        {"weekly": {"mon": [["\u0661\u0662:00", "17:00"]]}},
        "weekly.mon[0]",
        "is not a time",
    ),
    (
        "a fraction",
        {"weekly": {"mon": [["09:00:00.5", "17:00"]]}},
        "weekly.mon[0]",
        "is not a time",
    ),
    ("25 o'clock", {"weekly": {"mon": [["09:00", "25:00"]]}}, "weekly.mon[0]", "later than 24:00"),
    ("after 24:00", {"weekly": {"mon": [["09:00", "24:01"]]}}, "weekly.mon[0]", "later than 24:00"),
    (
        "24:00 to 24:00",
        {"weekly": {"mon": [["24:00", "24:00"]]}},
        "weekly.mon[0]",
        "begins at 24:00",
    ),
    ("from 24:00", {"weekly": {"mon": [["24:00", "03:00"]]}}, "weekly.mon[0]", "begins at 24:00"),
    ("a space", {"weekly": {"mon": [["09:00 ", "17:00"]]}}, "weekly.mon[0]", "is not a time"),
    (
        "the second wrong",
        {"weekly": {"mon": [["09:00", "10:00"], ["11", "12"]]}},
        "weekly.mon[1]",
        "'11'",
    ),
    (
        "an overlap",
        {"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        "weekly.mon[1]",
        "it overlaps the window 09:00 to 12:00",
    ),
    (
        "an overlap out of order",
        {"weekly": {"mon": [["11:00", "13:00"], ["09:00", "11:00:01"]]}},
        "weekly.mon[0]",
        "it overlaps the window 09:00 to 11:00:01",
    ),
    ("the same twice", {"weekly": {"mon": [["09:00", "12:00"]] * 2}}, "weekly.mon[1]", "overlaps"),
    (
        "one in another",
        {"weekly": {"mon": [["09:00", "17:00"], ["10:00", "11:00"]]}},
        "weekly.mon[1]",
        "overlaps",
    ),
    (
        "an overlap after midnight",
        {"weekly": {"mon": [["20:00", "02:00"], ["22:00", "23:00"]]}},
        "weekly.mon[1]",
        "overlaps the window 20:00 to 02:00",
    ),
    (
        "a night into the next day",
        {"weekly": {"mon": [["22:00", "06:00"]], "tue": [["05:00", "09:00"]]}},
        "weekly.mon",
        "runs into the first of tue",
    ),
    (
        "a night into the next week",
        {"weekly": {"sun": [["22:00", "06:00"]], "mon": [["00:00", "09:00"]]}},
        "weekly.sun",
        "runs into the first of mon",
    ),
    (
        "49 windows",
        {"weekly": {"mon": [["09:00", "10:00"]] * 49}},
        "weekly.mon",
        f"at most {WINDOWS_MAX}",
    ),
    # Holidays
    (
        "29 February of another year",
        {"holidays": ["2025-02-29"]},
        "holidays[0]",
        "'2025-02-29' is not a date",
    ),
    ("30 February", {"holidays": ["2026-01-01", "2026-02-30"]}, "holidays[1]", "is not a date"),
    ("30 February each year", {"holidays": ["*-02-30"]}, "holidays[0]", "'*-02-30' is not a date"),
    ("a 13th month", {"holidays": ["*-13-01"]}, "holidays[0]", "is not a date"),
    ("a name for a date", {"holidays": ["Christmas"]}, "holidays[0]", "is not a date"),
    ("a date without hyphens", {"holidays": ["20261225"]}, "holidays[0]", "is not a date"),
    ("a week date", {"holidays": ["2026-W01-1"]}, "holidays[0]", "is not a date"),
    ("a date with a time", {"holidays": ["2026-12-25T00:00"]}, "holidays[0]", "is not a date"),
    ("a date with a month alone", {"holidays": ["2026-12"]}, "holidays[0]", "is not a date"),
    ("the year 0", {"holidays": ["0000-01-01"]}, "holidays[0]", "is not a date"),
    ("the year 1", {"holidays": ["0001-01-01"]}, "holidays[0]", "between 1901 and 2199"),
    ("the year 9999", {"holidays": ["9999-12-31"]}, "holidays[0]", "between 1901 and 2199"),
    (
        "1,001 holidays",
        {"holidays": ["*-12-25"] * (DATES_MAX + 1)},
        "holidays",
        "at most 1000 dates",
    ),
    # Hours of single dates
    (
        "hours of no date",
        {"date_hours": {"soon": [["09:00", "10:00"]]}},
        "date_hours.soon",
        "is not a date",
    ),
    (
        "hours of every year",
        {"date_hours": {"*-12-24": [["09:00", "10:00"]]}},
        "date_hours.*-12-24",
        "is not a date",
    ),
    (
        "hours in the year 9999",
        {"date_hours": {"9999-12-31": [["09:00", "10:00"]]}},
        "date_hours.9999-12-31",
        "between",
    ),
    (
        "empty hours of a date",
        {"date_hours": {MONDAY: [["09:00", "09:00"]]}},
        f"date_hours.{MONDAY}[0]",
        "is empty",
    ),
    (
        "an overlap on a date",
        {"date_hours": {MONDAY: [["09:00", "12:00"], ["11:00", "13:00"]]}},
        f"date_hours.{MONDAY}[1]",
        "overlaps",
    ),
    (
        "hours of a holiday",
        {"date_hours": {MONDAY: [["09:00", "12:00"]]}, "holidays": [MONDAY]},
        f"date_hours.{MONDAY}",
        "that date is a holiday",
    ),
    (
        "hours of a yearly holiday",
        {"date_hours": {MONDAY: [["09:00", "12:00"]]}, "holidays": ["*-01-05"]},
        f"date_hours.{MONDAY}",
        "that date is a holiday",
    ),
    (
        "a night of a date into the next day",
        {"date_hours": {MONDAY: [["22:00", "10:00"]]}},
        f"date_hours.{MONDAY}",
        f"its last window runs into the first of {TUESDAY}",
    ),
    (
        "a night of the week into a date",
        {"weekly": {"mon": [["22:00", "06:00"]]}, "date_hours": {TUESDAY: [["05:00", "09:00"]]}},
        f"date_hours.{TUESDAY}",
        f"the last window of {MONDAY} runs into its first",
    ),
    (
        "49 windows of a date",
        {"date_hours": {MONDAY: [["09:00", "10:00"]] * 49}},
        f"date_hours.{MONDAY}",
        "at most 48",
    ),
    # Breaks of single dates
    (
        "a break of no date",
        {"date_breaks": {"2026-1-5": [["12:00", "13:00"]]}},
        "date_breaks.2026-1-5",
        "is not a date",
    ),
    (
        "a break backwards",
        {"date_breaks": {MONDAY: [["12:00", "11:00"]]}},
        f"date_breaks.{MONDAY}[0]",
        "ends by 24:00",
    ),
    (
        "a break over midnight",
        {"date_breaks": {MONDAY: [["23:00", "01:00"]]}},
        f"date_breaks.{MONDAY}[0]",
        "ends by 24:00",
    ),
    (
        "an empty break",
        {"date_breaks": {MONDAY: [["12:00", "12:00"]]}},
        f"date_breaks.{MONDAY}[0]",
        "is empty",
    ),
    (
        "breaks that overlap",
        {"date_breaks": {MONDAY: [["12:00", "13:00"], ["12:30", "14:00"]]}},
        f"date_breaks.{MONDAY}[1]",
        "it overlaps the break 12:00 to 13:00",
    ),
    (
        "a break after hours",
        {"date_breaks": {MONDAY: [["12:00", "13:00"], ["17:00", "18:00"]]}},
        f"date_breaks.{MONDAY}[1]",
        "17:00 to 18:00 lies outside the hours of that date",
    ),
    (
        "a break between windows",
        {"date_breaks": {TUESDAY: [["12:00", "13:00"]]}},
        f"date_breaks.{TUESDAY}[0]",
        "lies outside",
    ),
    (
        "a break on a closed day",
        {"date_breaks": {SUNDAY: [["00:00", "24:00"]]}},
        f"date_breaks.{SUNDAY}[0]",
        "00:00 to 24:00 lies",
    ),
    (
        "a break outside the hours of its date",
        {
            "date_hours": {MONDAY: [["09:00", "10:00"]]},
            "date_breaks": {MONDAY: [["12:00", "13:00"]]},
        },
        f"date_breaks.{MONDAY}[0]",
        "lies outside",
    ),
    (
        "a break on a holiday",
        {"holidays": [MONDAY], "date_breaks": {MONDAY: [["12:00", "13:00"]]}},
        f"date_breaks.{MONDAY}",
        "that date is a holiday",
    ),
    # The whole
    ("no hours at all", {"weekly": {}}, "", "no open time at all"),
    ("only empty days", {"weekly": {"mon": []}}, "", "no open time at all"),
    ("a closed date alone", {"weekly": {}, "date_hours": {MONDAY: []}}, "", "no open time at all"),
    (
        "a date that a break closes",
        {
            "weekly": {},
            "date_hours": {MONDAY: [["09:00", "10:00"]]},
            "date_breaks": {MONDAY: [["08:00", "11:00"]]},
        },
        "",
        "no open time at all",
    ),
]


@pytest.mark.parametrize(
    ("document", "place", "rule"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD]
)
def test_a_mistake_is_refused_with_its_place(
    document: dict[str, Any], place: str, rule: str
) -> None:
    hours = hours_of(document)

    with pytest.raises(WrongHours) as refused:
        Calendar.define(record_id("CAL", 1), name="Office", hours=hours, by=ANN)

    first = refused.value.mistakes[0]
    assert (first.place, rule in first.rule) == (place, True), first
    assert first.sentence in str(refused.value)


def test_there_are_sixty_of_them_and_more() -> None:
    assert len({bad[0] for bad in BAD}) == len(BAD) > 60


def test_all_mistakes_are_told_at_once() -> None:
    hours = hours_of(
        {
            "zone": "Berlin",
            "weekly": {"mon": [["9", "10:00"], ["11:00", "11:00"]], "fryday": []},
            "holidays": ["2026-02-30", "*-12-25", "x"],
            "date_hours": {"2026-13-01": []},
            "date_breaks": {MONDAY: [["12:00", "11:00"]]},
        }
    )

    found = mistakes(hours, {"2026-05-01": "May", "*-12-25": ""})

    assert [mistake.place for mistake in found] == [
        "zone",
        "weekly.mon[0]",
        "weekly.mon[1]",
        "weekly.fryday",
        "holidays[0]",
        "holidays[2]",
        "date_hours.2026-13-01",
        f"date_breaks.{MONDAY}[0]",
        "names.2026-05-01",
        "names.*-12-25",
    ]
    with pytest.raises(Refused, match=r"\(4 more mistakes\.\)$"):
        Calendar.define(
            record_id("CAL", 1), name="x", hours=hours, names={"2026-05-01": "May"}, by=ANN
        )
