"""What is refused of iCalendar files, with its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar_ics import read
from domain.ics_lines import EVENTS_MAX, LINE_MAX, TEXT_MAX
from domain.rules import Refused
from tests.domain.ics import BERLIN, FIRST, LAST, found, ics

# What is refused -----------------------------------------------------------------------------

DAY = "DTSTART;VALUE=DATE:20260603"


@pytest.mark.parametrize(
    ("event", "line", "rule"),
    [
        ("SUMMARY:x", 4, "says when it starts"),
        ("DTSTART:tomorrow", 5, "'tomorrow' is no date"),
        ("DTSTART;VALUE=DATE:20260230", 5, "'20260230' is no date"),
        ("DTSTART;VALUE=DATE:00010101", 5, "not between the years"),
        ("DTSTART:20260603T250000", 5, "is no time of a day"),
        ("DTSTART;TZID=Mars/Olympus:20260603T090000", 5, "'Mars/Olympus' is no time zone"),
        ("DTSTART;TZID=right/UTC/../../etc:20260603T090000", 5, "is no time zone"),
        (f"{DAY}\nDTEND;VALUE=DATE:20260601", 4, "ends before it begins"),
        (f"{DAY}\nDTEND;VALUE=DATE:20280601", 4, "longer than 366 days"),
        (f"{DAY}\nDTEND:20260604T120000Z", 6, "starts on a day and ends at a time"),
        (f"{DAY}\nDTEND;VALUE=DATE:20260604\nDURATION:P1D", 6, "not both"),
        (f"{DAY}\nDURATION:PT1H", 4, "lasts whole days"),
        (f"{DAY}\nDURATION:1 day", 6, "'1 day' is no duration"),
        (f"{DAY}\nRRULE:FREQ=SECONDLY", 6, "comes again within a day"),
        (f"{DAY}\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", 6, "one RRULE at most"),
        (f"{DAY}\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", 4, "EXRULE is not read"),
        (f"{DAY}\nRRULE:FREQ=DAILY\nEXDATE:20260604T090000Z", 7, "names days where"),
        (f"{DAY}\nRDATE;VALUE=PERIOD:20260604T090000Z/PT1H", 6, "is no date"),
        (f"{DAY}\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260604", 6, "RANGE"),
        (f"{DAY}\nX-LEDGERDESK-HOURS:sometimes", 4, "one of window and hours"),
        (f"{DAY}\nX-LEDGERDESK-HOURS:window", 4, "comes again WEEKLY"),
        (
            "DTSTART:20260603T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nX-LEDGERDESK-HOURS:window",
            4,
            "are those of UTC, not Europe/Berlin",
        ),
        ("no line at all", 5, "'no line at all' is no line"),
        ("SUMMARY;X:y", 5, "is no parameter"),
        ('SUMMARY;X="y:z', 5, "is no line"),
        (";", 5, "is no line"),
        ("END:VALARM", 5, "closes nothing"),
        ("BEGIN:VCALENDAR", 5, "stands nowhere else"),
        ("BEGIN:VEVENT", 5, "an event stands in nothing"),
        ("SUMMARY:" + "x" * LINE_MAX, 5, f"at most {LINE_MAX} characters"),
        ("SUMMARY:x" + "\n yyyyyyyyy" * 3000, 5, f"at most {LINE_MAX} characters"),
    ],
)
def test_a_mistake_is_refused_with_its_line(event: str, line: int, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        found(event)

    assert str(refused.value).startswith(f"line {line}: ")
    assert rule in str(refused.value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "line 1: a file begins with BEGIN:VCALENDAR"),
        ("\x00\x01", "line 1: '\\x00\\x01' is no line"),
        ("<html>", "line 1: '<html>' is no line"),
        ("SUMMARY:x", "line 1: a file begins with BEGIN:VCALENDAR"),
        ("BEGIN:VEVENT\nEND:VEVENT", "line 1: a file begins with"),
        ("BEGIN:VCALENDAR\n", "line 1: BEGIN:VCALENDAR is never closed"),
        (ics() + "SUMMARY:x", "line 5: nothing comes after"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 9, "line 6: the file is nested too deeply"),
        ("x" * (TEXT_MAX + 1), "The file is too large: at most 1000 kB"),
        (
            "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * (EVENTS_MAX + 1),
            f"line {2 * EVENTS_MAX + 2}: at most 5000 events",
        ),
    ],
)
def test_a_file_that_is_none_is_refused(text: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text, BERLIN, FIRST, LAST)

    assert rule in str(refused.value)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;VALUE=DATE:19700101\nDTEND;VALUE=DATE:19710101\nRRULE:FREQ=DAILY",
        "DTSTART:19700101T000000Z\nDTEND:19701231T000000Z\nRRULE:FREQ=DAILY;COUNT=199999",
    ],
)
def test_a_file_that_asks_for_too_much_is_refused_soon(event: str) -> None:
    with pytest.raises(Refused, match=r"line \d+: the file asks for too many repetitions"):
        read(ics(*[event] * 1000), BERLIN, FIRST, date(2040, 1, 1))


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, ics(text), ics(f"DTSTART:{text}"), ics(f"{DAY}\nRRULE:{text}")):
        try:
            read(whole, BERLIN, FIRST, LAST)
        except Refused:
            continue


def test_too_many_days_are_not_read() -> None:
    with pytest.raises(Refused, match="15 years"):
        read(ics(), BERLIN, date(2000, 1, 1), date(2026, 1, 1))
    with pytest.raises(Refused, match="not before the first"):
        read(ics(), BERLIN, LAST, FIRST)
