"""How values are shown on pages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.pages import drawing

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-03-29T07:05:00Z", "today, 09:05"),
        ("2026-03-28T23:30:00Z", "today, 00:30"),
        ("2026-03-28T12:00:00Z", "28 Mar, 13:00"),
        ("2025-12-31T23:30:00Z", "1 Jan, 00:30"),
        ("2025-12-31T22:30:00Z", "31 Dec 2025, 23:30"),
    ],
)
def test_a_moment_is_told_by_the_clock_of_whoever_reads_it(at: str, shown: str) -> None:
    found = drawing.moment(at, drawing.zone_of("Europe/Zurich"), NOW)

    assert f'datetime="{at}"' in found
    assert found.endswith(f">{shown}</time>")


@pytest.mark.parametrize("name", ["", "Nowhere/Else", "../etc/passwd"])
def test_who_has_no_zone_that_is_known_reads_utc(name: str) -> None:
    assert drawing.zone_of(name).key == "UTC"


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-03-29T12:00:59Z", "now"),
        ("2026-03-29T12:01:00Z", "in 1 min"),
        ("2026-03-29T10:59:00Z", "1 h ago"),
        ("2026-03-31T12:00:00Z", "in 2 d"),
    ],
)
def test_how_far_a_moment_is_away_is_told_in_its_largest_unit(at: str, shown: str) -> None:
    assert drawing.span(at, NOW) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (None, ""),
        (["dock", 2], "dock, 2"),
        ({"back_out": "Swap it.", "test": False}, "back out: Swap it.; test: no"),
    ],
)
def test_an_answer_is_written_as_people_write_it(value: Any, shown: str) -> None:
    assert drawing.answer(value) == shown


def test_an_excerpt_is_read_without_the_marks_of_markdown() -> None:
    unmarked = drawing.environment().filters["unmarked"]

    assert unmarked("## Open\n**slowly** | E7 | `x` C# #7") == "Open\nslowly E7 x C# #7"


def test_the_name_of_an_event_is_shown_in_words() -> None:
    assert drawing.spaced("FirstResponded") == "First responded"
