"""The clock of one service target, as a pure function of facts and business hours.

A clock changes by facts in the order in which they are told: `told(clock, fact, hours)` is the
cheap step, `replay` puts facts in order of time and takes every step. No fact fails. One that says
nothing new is ignored: a second start, a pause by something that does not pause this target or
already does, a resume of what does not pause it, meeting what is met, anything after a cancellation
but a reopening. A fact told with a time before the last one counts from the last one: the past that
has been decided on stays. What is known to have happened earlier is therefore replayed, not told.

Met exactly at the due moment is met in time. A breach lies at the due moment itself and stays, even
when the budget grows afterwards; a budget that is already used up when it is set is breached then.
A pause moves the due moment by the open time (for calendar days: all time) that it lasts, and at
least to its end.

The arithmetic is that of `domain.clock_steps`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from domain import clock_steps
from domain.business_time import BusinessHours, duration
from domain.clock_steps import Clock, State, Verdict, marked
from domain.wall_clock import micros

__all__ = ["Clock", "Fact", "FactKind", "State", "Target", "Verdict", "marked"]

FactKind = Literal[
    "start", "pause", "resume", "re_budget", "meet", "reopen", "restart", "cancel", "mark"
]
_NONE = timedelta(0)


class Target(Struct, frozen=True):
    """What a policy promises: a budget such as `4h`, and the states or reasons that pause it."""

    name: str
    budget: str
    pausing: tuple[str, ...] = ()


class Fact(Struct, frozen=True, array_like=True):
    """Something that happened to a target. `by` names what paused or resumed it, the new budget,
    or the mark that was acted on; an empty `by` of a resume means everything."""

    at: datetime
    kind: FactKind
    by: str = ""


def waiting(target: Target) -> Clock:
    """The clock of a target before anything happened. Raises Refused for a wrong budget."""
    duration(target.budget)
    return Clock(target=target.name, budget=target.budget, pausing=target.pausing)


def told(clock: Clock, fact: Fact, hours: BusinessHours) -> Clock:
    """The clock after one more fact."""
    match fact.kind:
        case "start":
            return start(clock, fact.at, hours)
        case "pause":
            return pause(clock, fact.at, hours, fact.by)
        case "resume":
            return resume(clock, fact.at, hours, fact.by)
        case "re_budget":
            return re_budget(clock, fact.at, hours, fact.by)
        case "meet":
            return meet(clock, fact.at, hours)
        case "reopen":
            return reopen(clock, fact.at, hours)
        case "restart":
            return restart(clock, fact.at, hours)
        case "cancel":
            return cancel(clock, fact.at, hours)
        case "mark":
            return marked(clock, fact.by)


def replay(target: Target, facts: Iterable[Fact], hours: BusinessHours) -> Clock:
    """The clock after all these facts, taken in order of time."""
    clock = waiting(target)
    for fact in sorted(facts, key=lambda fact: fact.at):
        clock = told(clock, fact, hours)
    return clock


def start(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Begin. A clock that has begun, or is cancelled, stays as it is."""
    return clock_steps.start(clock, micros(at), hours)


def pause(clock: Clock, at: datetime, hours: BusinessHours, by: str) -> Clock:
    """Stand because of something that pauses this target, until all that pauses it is over."""
    if by not in clock.pausing or by in clock.paused_by:
        return clock
    return clock_steps.stand(clock, micros(at), hours, (*clock.paused_by, by))


def resume(clock: Clock, at: datetime, hours: BusinessHours, by: str = "") -> Clock:
    """Run again once nothing pauses it; without a name, whatever pauses it is over."""
    left = tuple(reason for reason in clock.paused_by if by and reason != by)
    return clock_steps.stand(clock, micros(at), hours, left)


def re_budget(
    clock: Clock,
    at: datetime,
    hours: BusinessHours,
    budget: str,
    *,
    hours_from_now: BusinessHours | None = None,
) -> Clock:
    """Give another budget, or other business hours, from now on: what was consumed stays consumed.

    `hours` are those that counted so far. Raises Refused for a wrong budget.
    """
    ahead = hours if hours_from_now is None else hours_from_now
    return clock_steps.re_budget(clock, micros(at), hours, budget, ahead)


def meet(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Stop for good: the target is met, in time or late."""
    return clock_steps.meet(clock, micros(at), hours)


def reopen(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Run on with what is left, the time since it was met standing. The verdict is kept."""
    return clock_steps.reopen(clock, micros(at), hours)


def restart(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Begin afresh with the whole budget, whatever the clock did. The verdict is kept."""
    return clock_steps.restart(clock, micros(at), hours, clock.budget)


def cancel(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Stop without a verdict, because the target no longer applies. What was met stays met."""
    return clock_steps.cancel(clock, micros(at), hours)


def settled(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """The clock with the time up to that moment counted, and breached if it has come to its due
    moment.

    A moment before `as_of` changes nothing.
    """
    return clock_steps.settle(clock, micros(at), hours)


def due(clock: Clock) -> datetime | None:
    """The due moment; None while it stands, before it begins and after it ended."""
    return clock.due_at if clock.state == "running" else None


def remaining(clock: Clock, now: datetime, hours: BusinessHours) -> timedelta:
    """What is left of the budget, negative when it is overdrawn; the whole of it before the
    start."""
    if clock.started is None:
        return duration(clock.budget).open_time or _NONE
    return timedelta(microseconds=clock.total) - used(clock, now, hours)


def used(clock: Clock, now: datetime, hours: BusinessHours) -> timedelta:
    """What is used of the budget at a moment that is not before the last fact."""
    return clock.consumed if clock.met is not None else settled(clock, now, hours).consumed


def later(clock: Clock, at: datetime, stood: timedelta, hours: BusinessHours) -> datetime:
    """A moment moved by so much of the time that counts for this clock."""
    return at + stood if clock.in_days else hours.add(at, stood)
