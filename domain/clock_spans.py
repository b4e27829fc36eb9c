"""Why each stretch of a service clock's time ran or stood."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from domain.business_time import BusinessHours
from domain.service_clock import Clock, Fact, Target, told, waiting

CLOSED = "outside business hours"
MET = "met"


class Span(msgspec.Struct, frozen=True):
    """A stretch of time in which a clock ran, or stood for a reason."""

    since: datetime
    until: datetime
    ran: bool
    why: str


def spans(
    target: Target, facts: Iterable[Fact], hours: BusinessHours, until: datetime
) -> tuple[Span, ...]:
    """The stretches from the start to the end of the clock, or to a moment while it goes on.

    They follow one another without holes. The ran ones of a round add up to what it consumed.
    """
    return tuple(joined(_spans(target, facts, hours, until)))


def _spans(
    target: Target, facts: Iterable[Fact], hours: BusinessHours, until: datetime
) -> Iterator[Span]:
    clock, since = waiting(target), None
    for fact in sorted(facts, key=lambda fact: fact.at):
        if fact.at > until:
            break
        before, clock = clock, told(clock, fact, hours)
        if before.state == clock.state == "met":
            continue
        if since is not None:
            yield from stretch(before, since, fact.at, hours)
        since = None if clock.state in ("waiting", "cancelled") else fact.at
    if since is not None and clock.state != "met":
        yield from stretch(clock, since, until, hours)


def stretch(clock: Clock, since: datetime, until: datetime, hours: BusinessHours) -> Iterator[Span]:
    """What a clock does from one moment to another without a fact between them."""
    if since >= until:
        return
    if clock.state == "met":
        yield Span(since, until, False, MET)
    elif clock.state == "paused":
        yield Span(since, until, False, ", ".join(clock.paused_by))
    elif clock.in_days:
        yield Span(since, until, True, "")
    else:
        for opens, closes in hours.windows_between(since, until):
            if since < opens:
                yield Span(since, opens, False, CLOSED)
            yield Span(opens, closes, True, "")
            since = closes
        if since < until:
            yield Span(since, until, False, CLOSED)


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The same stretches, those that follow one another for the same reason as one."""
    held: Span | None = None
    for span in spans:
        if held is None:
            held = span
        elif (held.ran, held.why, held.until) == (span.ran, span.why, span.since):
            held = Span(held.since, span.until, held.ran, held.why)
        else:
            yield held
            held = span
    if held is not None:
        yield held
