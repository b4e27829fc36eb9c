"""Moments as people type them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ops.options import Wrong, instant

NOW = datetime(2026, 3, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-03-03T09:00Z", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        ("2026-03-03T09:00", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        ("2026-03-03T09:00+01:00", datetime(2026, 3, 3, 9, tzinfo=timezone(timedelta(hours=1)))),
        ("90s ago", NOW - timedelta(seconds=90)),
        ("1m ago", NOW - timedelta(minutes=1)),
        (" 2 h ago ", NOW - timedelta(hours=2)),
        ("3d ago", NOW - timedelta(days=3)),
    ],
)
def test_a_moment_is_an_instant_or_how_long_ago_it_was(typed: str, moment: datetime) -> None:
    assert instant(typed, NOW) == moment


def test_how_long_ago_counts_from_now() -> None:
    before = datetime.now(UTC)

    assert before <= instant("0s ago") <= datetime.now(UTC)


@pytest.mark.parametrize("typed", ["", "yesterday", "1 ago", "-1m ago", "1y ago", "999999999d ago"])
def test_anything_else_is_no_moment(typed: str) -> None:
    with pytest.raises(Wrong, match=r"is no moment\. Write one such as .* or 5m ago"):
        instant(typed, NOW)
