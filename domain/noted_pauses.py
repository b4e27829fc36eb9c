"""Pauses that are noted afterwards: when a ticket had to wait, and nobody had said so."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import structs

from domain import clock_steps, situation
from domain.business_time import BusinessHours
from domain.clock_steps import Clock, Run
from domain.clock_terms import Terms
from domain.incident import Status
from domain.situation import Changes, Situation

Steps = Sequence[tuple[int, Changes]]
"""What changed the situation, with the moments in microseconds since 1970."""


class Noted(NamedTuple):
    since: int
    until: int
    reason: str

    def seen(self, at: int, now: Situation) -> Situation:
        """A situation of that moment as it was. What was done already waited for nobody."""
        if not self.since <= at < self.until or now.is_over or now.resolved or not now.kind:
            return now
        if now.kind != "change":
            return structs.replace(now, waiting_for=self.reason, status=Status.PENDING.value)
        return structs.replace(now, waiting_for=self.reason)


class Stood(NamedTuple):
    """A stretch in which a clock would have stood, in microseconds since 1970, and why."""

    since: int
    until: int
    why: tuple[str, ...]


def stretches(noted: Noted, steps: Steps, terms: Terms) -> Iterator[Stood]:
    """When a clock with these terms would have stood."""
    timed = list(counted(steps))
    ends = [at for _, at, _ in timed[1:]] + [noted.until]
    for (_, at, now), end in zip(timed, ends, strict=True):
        since, until = max(at, noted.since), min(end, noted.until)
        if since < until:
            seen = noted.seen(since, now)
            if seen is not now and (why := terms.stands_by(seen)):
                yield Stood(since, until, why)


def stood_back(clock: Clock, stood: Sequence[Stood], hours: Sequence[BusinessHours]) -> Clock:
    """A settled clock as if it had stood in these stretches, where it ran. `hours` are those that
    have counted for it, by their numbers."""
    found = [
        Run(max(run.since, one.since), min(run.until, one.until), run.hours)
        for one in stood
        for run in clock.runs
        if run.since < one.until and one.since < run.until
    ]
    opened = sum(hours[run.hours].open_between(run.since, run.until) for run in found)
    return clock_steps.stand_back(clock, hours[clock.hours], found, opened)


def with_pause(noted: Noted, steps: Steps) -> list[tuple[int, Changes]]:
    """The same past with the pause in it."""
    found: list[tuple[int, Changes]] = []
    last = was = situation.NOTHING
    edges = [noted.since, noted.until]

    def say(at: int, now: Situation) -> None:
        nonlocal last
        if changes := situation.difference(last, now):
            found.append((at, changes))
            last = now

    for at, since, now in counted(steps):
        while edges and edges[0] < since:
            edge = edges.pop(0)
            say(edge, noted.seen(edge, was))
        say(at, noted.seen(since, now))
        was = now
    for edge in edges:
        say(edge, noted.seen(edge, was))
    return found


def counted(steps: Steps) -> Iterator[tuple[int, int, Situation]]:
    """The situations with their moments, and those from which they count: never before the last."""
    now = situation.NOTHING
    since: int | None = None
    for at, changes in steps:
        now = structs.replace(now, **changes)
        since = at if since is None else max(since, at)
        yield at, since, now
