"""The clocks of tickets beside a reckoning that counts every second by itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from domain.business_time import BusinessHours
from domain.service_clock import settled, used
from domain.ticket_clocks import TicketClocks, after
from tests.domain.calendars import open_seconds
from tests.domain.slow_clocks import Reckoned, reckoned
from tests.domain.tried_tickets import OPENING, TARGETS, Tried, hours, tickets


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tried=tickets(), hours=hours())
def test_the_clocks_agree_with_a_reckoning_second_by_second(
    tried: Tried, hours: BusinessHours
) -> None:
    agree(tried, hours)


@pytest.mark.proof
@settings(
    max_examples=3_000,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(tried=tickets(), hours=hours())
def test_the_clocks_agree_with_a_reckoning_second_by_second_for_long(
    tried: Tried, hours: BusinessHours
) -> None:
    agree(tried, hours)


def agree(tried: Tried, hours: BusinessHours) -> None:
    events = [entry.event for entry in tried.incident.pending]
    end = OPENING + timedelta(seconds=tried.at)
    opened = open_seconds(hours, OPENING, tried.at)
    clocks: TicketClocks = after(events, lambda _calendar, _version: hours)

    for label in ("", "Network"):
        for name, (_, meaning) in TARGETS.items():
            known = clocks.clock(f"{label}: {name}" if label else name)
            expected = reckoned(name, meaning, tried.entries, label, opened)
            assert (known is None) == (expected is None)
            if known is None or expected is None:
                continue
            clock = settled(known, end, hours) if known.is_open else known
            assert _seen(clock, end, hours) == _reckoned(expected, tried.at), (label, name)


def _seen(clock: Any, end: datetime, hours: BusinessHours) -> dict[str, Any]:
    consumed = timedelta(0) if clock.started is None else used(clock, end, hours)
    return {
        "state": clock.state,
        "used": consumed.total_seconds(),
        "started": _second(clock.started_at),
        "met": _second(clock.met_at),
        "breached": _second(clock.breached_at),
        "cancelled": _second(clock.cancelled_at),
        "cycle": clock.cycle,
        "verdicts": [(_second(one.met_at), _second(one.breached_at)) for one in clock.earlier],
    }


def _reckoned(clock: Reckoned, end: int) -> dict[str, Any]:
    if clock.is_open and end > 0:
        clock.late()
    return {
        "state": clock.state,
        "used": clock.used,
        "started": clock.started,
        "met": clock.met,
        "breached": clock.breached,
        "cancelled": clock.cancelled,
        "cycle": clock.cycle,
        "verdicts": clock.verdicts,
    }


def _second(at: datetime | None) -> int | None:
    return None if at is None else (at - OPENING) // timedelta(seconds=1)
