"""Facts of service clocks."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from domain.business_time import BusinessHours
from domain.clock_spans import Span, Trace
from domain.service_clock import (
    Fact,
    FactKind,
    Target,
    told,
    waiting,
)
from domain.wall_clock import micros

DAYS = ("mon", "tue", "wed", "thu", "fri")

OFFICE = BusinessHours(zone="UTC", weekly={day: (("09:00", "17:00"),) for day in DAYS})

PENDING = Target("resolution", "4h", pausing=("pending", "freeze"))

BUDGETS = ("30m", "4h", "2bd", "1d", "5400s")

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment of the week of Monday, 23 March 2026, such as `tue 09:30`."""
    day, time = text.split()
    hours, minutes = time.split(":")
    return MONDAY + timedelta(
        days=("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day),
        hours=int(hours),
        minutes=int(minutes),
    )


def facts_of(*told_facts: tuple[str, FactKind, str]) -> list[Fact]:
    return [Fact(at(when), kind, by) for when, kind, by in told_facts]


def spans(
    target: Target, told_facts: Sequence[Fact], hours: BusinessHours, until: datetime
) -> tuple[Span, ...]:
    """Why the clock of a target ran or stood until a moment."""
    trace, clock = Trace(), waiting(target)
    for fact in sorted(told_facts, key=lambda fact: fact.at):
        if fact.at > until:
            break
        before, clock = clock, told(clock, fact, hours)
        if clock.settled is not None:
            trace.add(before, clock.settled, hours)
    if clock.is_open:
        trace.add(clock, micros(until), hours)
    return trace.spans(target.name)


targets = st.sampled_from(BUDGETS).map(lambda b: Target("t", b, pausing=("pending", "freeze")))
