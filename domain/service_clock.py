"""The clock of one service target, as a pure function of facts and business hours.

A clock changes by facts in the order in which they are told: `told(clock, fact, hours)` is the
cheap step that a read model takes, `replay` puts facts in order of time and takes every step. No
fact fails. One that says nothing new is ignored: a second start, a pause by something that does not
pause this target or already does, a resume of what does not pause it, meeting what is met,
anything after a cancellation but a reopening. A fact told with a time before the last one counts
from the last one: the past that has been decided on stays. What is known to have happened earlier
is therefore replayed, not told.

Met exactly at the due moment is met in time. A breach lies at the due moment itself and stays, even
when the budget grows afterwards; a budget that is already used up when it is set is breached then.
A pause moves the due moment by the open time (for calendar days: all time) that it lasts, and at
least to its end.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from domain import business_time
from domain.business_time import BusinessHours, duration
from domain.wall_clock import length

State = Literal["waiting", "running", "paused", "met", "cancelled"]
FactKind = Literal[
    "start", "pause", "resume", "re_budget", "meet", "reopen", "restart", "cancel", "mark"
]
_NONE = timedelta(0)


class Target(msgspec.Struct, frozen=True):
    """What a policy promises: a budget such as `4h`, and the states or reasons that pause it."""

    name: str
    budget: str
    pausing: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """Something that happened to a target. `by` names what paused or resumed it, the new budget,
    or the mark that was acted on; an empty `by` of a resume means everything. Where facts of
    several targets are kept together, that of one alone names it."""

    at: datetime
    kind: FactKind
    by: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """How an earlier round of a reopened clock ended."""

    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None


class Clock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One target of one ticket, settled up to `as_of`.

    due_at: the due moment if the clock ran on from `as_of`.
    ran, ran_open, stood, stood_open: microseconds up to `as_of` in which it ran and stood, all of
        them and those within business hours.
    earlier: the verdicts before each reopening; they never change.
    """

    target: str
    budget: str
    pausing: tuple[str, ...] = ()
    started_at: datetime | None = None
    as_of: datetime | None = None
    due_at: datetime | None = None
    paused_by: tuple[str, ...] = ()
    met_at: datetime | None = None
    breached_at: datetime | None = None
    cancelled_at: datetime | None = None
    ran: int = 0
    ran_open: int = 0
    stood: int = 0
    stood_open: int = 0
    total: int = 0
    marks_done: tuple[str, ...] = ()
    earlier: tuple[Verdict, ...] = ()

    @property
    def state(self) -> State:
        """What the clock does after the last fact. A breached clock runs on until it is met."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.met_at is not None:
            return "met"
        if self.started_at is None:
            return "waiting"
        return "paused" if self.paused_by else "running"

    @property
    def in_days(self) -> bool:
        """Whether the budget is calendar days, so that all time counts and not only open time."""
        return duration(self.budget).unit == "d"

    @property
    def consumed(self) -> timedelta:
        """What was used of the budget up to `as_of`: pauses and, but for calendar days, closed
        time are left out."""
        return timedelta(microseconds=self.ran if self.in_days else self.ran_open)


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
    if clock.started_at is not None or clock.cancelled_at is not None:
        return clock
    due_at = business_time.due(at, duration(clock.budget), hours)
    begun = msgspec.structs.replace(clock, started_at=at, as_of=at, due_at=due_at)
    return msgspec.structs.replace(begun, total=length(_measure(begun, at, due_at, hours)))


def pause(clock: Clock, at: datetime, hours: BusinessHours, by: str) -> Clock:
    """Stand because of something that pauses this target, until all that pauses it is over."""
    if clock.state not in ("running", "paused") or by not in clock.pausing:
        return clock
    if by in clock.paused_by:
        return clock
    clock = settled(clock, at, hours)
    return msgspec.structs.replace(clock, paused_by=(*clock.paused_by, by))


def resume(clock: Clock, at: datetime, hours: BusinessHours, by: str = "") -> Clock:
    """Run again once nothing pauses it; without a name, whatever pauses it is over."""
    if clock.state != "paused" or (by and by not in clock.paused_by):
        return clock
    clock = settled(clock, at, hours)
    left = tuple(reason for reason in clock.paused_by if by and reason != by)
    return msgspec.structs.replace(clock, paused_by=left)


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
    wait = duration(budget)
    if clock.state not in ("waiting", "running", "paused"):
        return clock
    started_at = clock.started_at
    if started_at is None:
        return msgspec.structs.replace(clock, budget=budget)
    clock = settled(clock, at, hours)
    now = clock.as_of or at
    new = msgspec.structs.replace(clock, budget=budget)
    ahead = hours if hours_from_now is None else hours_from_now
    if (span := wait.open_time) is not None:
        total = span
        left = span - timedelta(microseconds=clock.ran_open)
        due_at = ahead.add(now, left) if left > _NONE else now
    else:
        first_due = business_time.due(started_at, wait, ahead)
        total = _measure(new, started_at, first_due, ahead)
        stood = clock.stood if new.in_days else clock.stood_open
        due_at = max(now, later(new, first_due, timedelta(microseconds=stood), ahead))
    if clock.breached_at is not None:
        return msgspec.structs.replace(new, total=length(total))
    breached_at = now if due_at <= now else None
    return msgspec.structs.replace(new, total=length(total), due_at=due_at, breached_at=breached_at)


def meet(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Stop for good: the target is met, in time or late."""
    if clock.state not in ("running", "paused"):
        return clock
    just_in_time = clock.breached_at is None and at == clock.due_at
    clock = settled(clock, at, hours)
    breached_at = None if just_in_time else clock.breached_at
    return msgspec.structs.replace(clock, met_at=clock.as_of, breached_at=breached_at)


def reopen(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Run on with what is left, the time since it was met standing. The verdict is kept."""
    if clock.state != "met":
        return clock
    clock = settled(clock, at, hours)
    return msgspec.structs.replace(
        clock, met_at=None, paused_by=(), earlier=(*clock.earlier, *_verdict(clock))
    )


def restart(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Begin afresh with the whole budget, whatever the clock did. The verdict is kept."""
    fresh = Clock(
        target=clock.target,
        budget=clock.budget,
        pausing=clock.pausing,
        earlier=(*clock.earlier, *_verdict(clock)),
    )
    return start(fresh, at if clock.as_of is None else max(at, clock.as_of), hours)


def cancel(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """Stop without a verdict, because the target no longer applies. What was met stays met."""
    if clock.state in ("met", "cancelled"):
        return clock
    clock = settled(clock, at, hours)
    return msgspec.structs.replace(clock, cancelled_at=clock.as_of or at)


def marked(clock: Clock, mark: str) -> Clock:
    """Remember that a mark was acted on, so that it is not acted on again in this round."""
    if mark in clock.marks_done:
        return clock
    return msgspec.structs.replace(clock, marks_done=(*clock.marks_done, mark))


def settled(clock: Clock, at: datetime, hours: BusinessHours) -> Clock:
    """The clock with the time up to that moment counted, and breached if it has come to its due
    moment.

    A moment before `as_of` changes nothing.
    """
    since, due_at = clock.as_of, clock.due_at
    if since is None or due_at is None or at <= since or clock.cancelled_at is not None:
        return clock
    elapsed, opened = length(at - since), length(hours.between(since, at))
    if clock.state == "running":
        breached_at = clock.breached_at
        if breached_at is None and at >= due_at:
            breached_at = due_at
        return msgspec.structs.replace(
            clock,
            as_of=at,
            ran=clock.ran + elapsed,
            ran_open=clock.ran_open + opened,
            breached_at=breached_at,
        )
    stood = timedelta(microseconds=elapsed if clock.in_days else opened)
    # A breach has happened at its moment; standing afterwards does not move it.
    if clock.breached_at is None:
        due_at = max(at, later(clock, due_at, stood, hours))
    return msgspec.structs.replace(
        clock,
        as_of=at,
        due_at=due_at,
        stood=clock.stood + elapsed,
        stood_open=clock.stood_open + opened,
    )


def due(clock: Clock) -> datetime | None:
    """The due moment; None while it stands, before it begins and after it ended."""
    return clock.due_at if clock.state == "running" else None


def remaining(clock: Clock, now: datetime, hours: BusinessHours) -> timedelta:
    """What is left of the budget, negative when it is overdrawn; the whole of it before the
    start."""
    if clock.started_at is None:
        return duration(clock.budget).open_time or _NONE
    return timedelta(microseconds=clock.total) - used(clock, now, hours)


def used(clock: Clock, now: datetime, hours: BusinessHours) -> timedelta:
    """What is used of the budget at a moment that is not before the last fact."""
    return clock.consumed if clock.met_at else settled(clock, now, hours).consumed


def _measure(clock: Clock, since: datetime, until: datetime, hours: BusinessHours) -> timedelta:
    return until - since if clock.in_days else hours.between(since, until)


def later(clock: Clock, at: datetime, stood: timedelta, hours: BusinessHours) -> datetime:
    """A moment moved by so much of the time that counts for this clock."""
    return at + stood if clock.in_days else hours.add(at, stood)


def _verdict(clock: Clock) -> Sequence[Verdict]:
    if clock.started_at is None or clock.due_at is None:
        return ()
    return (Verdict(clock.started_at, clock.due_at, clock.met_at, clock.breached_at),)
