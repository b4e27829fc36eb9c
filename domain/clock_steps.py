"""The steps of one service clock. Moments and lengths are microseconds; what they mean, and the
same steps for moments with a zone, stand in `domain.service_clock`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct, structs

from domain import business_time
from domain.business_time import BusinessHours, duration
from domain.wall_clock import instant, length, micros

State = Literal["waiting", "running", "paused", "met", "cancelled"]


class Run(Struct, frozen=True, array_like=True, gc=False):
    """A stretch in which a clock ran, and the number of the business hours that counted then, of
    those that have counted for it."""

    since: int
    until: int
    hours: int = 0


class Verdict(Struct, frozen=True, gc=False, omit_defaults=True):
    """How an earlier round of a clock ended that was reopened or began afresh."""

    started: int
    due: int
    met: int | None
    breached: int | None
    runs: tuple[Run, ...] = ()
    """When it ran, of one that began afresh; a clock that was reopened goes on with its runs."""

    @property
    def started_at(self) -> datetime:
        return instant(self.started)

    @property
    def due_at(self) -> datetime:
        return instant(self.due)

    @property
    def met_at(self) -> datetime | None:
        return _instant(self.met)

    @property
    def breached_at(self) -> datetime | None:
        return _instant(self.breached)


class Clock(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One target of one ticket, settled up to a moment.

    due: the due moment if the clock ran on from the moment up to which it is settled.
    ran, ran_open, stood, stood_open: how long it ran and stood up to then, in all and within
        business hours.
    cycle: how often it has begun afresh.
    earlier: the verdicts before each reopening and each fresh beginning; they never change.
    """

    target: str
    budget: str
    pausing: tuple[str, ...] = ()
    started: int | None = None
    settled: int | None = None
    due: int | None = None
    paused_by: tuple[str, ...] = ()
    met: int | None = None
    breached: int | None = None
    cancelled: int | None = None
    ran: int = 0
    ran_open: int = 0
    stood: int = 0
    stood_open: int = 0
    total: int = 0
    hours: int = 0
    """The number of the business hours that count now."""
    runs: tuple[Run, ...] = ()
    cycle: int = 0
    marks_done: tuple[str, ...] = ()
    earlier: tuple[Verdict, ...] = ()

    @property
    def state(self) -> State:
        """What the clock does after the last fact. A breached clock runs on until it is met."""
        if self.cancelled is not None:
            return "cancelled"
        if self.met is not None:
            return "met"
        if self.started is None:
            return "waiting"
        return "paused" if self.paused_by else "running"

    @property
    def is_open(self) -> bool:
        """Whether it has begun and not ended."""
        return self.started is not None and self.met is None and self.cancelled is None

    @property
    def in_days(self) -> bool:
        """Whether the budget is calendar days, so that all time counts and not only open time."""
        return self.budget[-1] == "d" and self.budget[-2] != "b"

    @property
    def used(self) -> int:
        """What was used of the budget up to the moment up to which it is settled: pauses and, but
        for calendar days, closed time are left out."""
        return self.ran if self.in_days else self.ran_open

    @property
    def consumed(self) -> timedelta:
        return timedelta(microseconds=self.used)

    @property
    def started_at(self) -> datetime | None:
        return _instant(self.started)

    @property
    def as_of(self) -> datetime | None:
        return _instant(self.settled)

    @property
    def due_at(self) -> datetime | None:
        return _instant(self.due)

    @property
    def met_at(self) -> datetime | None:
        return _instant(self.met)

    @property
    def breached_at(self) -> datetime | None:
        return _instant(self.breached)

    @property
    def cancelled_at(self) -> datetime | None:
        return _instant(self.cancelled)


def start(clock: Clock, at: int, hours: BusinessHours) -> Clock:
    """Begin. A clock that has begun, or is cancelled, stays as it is."""
    if clock.started is not None or clock.cancelled is not None:
        return clock
    total = _open_time(clock.budget)
    if total is not None:
        due = hours.after(at, total)
    else:
        due = _due_in_days(at, clock.budget, hours)
        total = due - at if clock.in_days else hours.open_between(at, due)
    return structs.replace(clock, started=at, settled=at, due=due, total=total)


def stand(clock: Clock, at: int, hours: BusinessHours, by: tuple[str, ...]) -> Clock:
    """Stand because of all of these, and of nothing else; run if there are none."""
    if by == clock.paused_by or not clock.is_open:
        return clock
    return counted(clock, at, hours, by)


def re_budget(
    clock: Clock, at: int, hours: BusinessHours, budget: str, ahead: BusinessHours
) -> Clock:
    """Give another budget, and the business hours that count from now on."""
    total = _open_time(budget)
    if clock.met is not None or clock.cancelled is not None:
        return clock
    started = clock.started
    if started is None:
        return structs.replace(clock, budget=budget)
    clock = settle(clock, at, hours)
    now = at if clock.settled is None else clock.settled
    if total is not None:
        left = total - clock.ran_open
        due = ahead.after(now, left) if left > 0 else now
    else:
        due = _due_in_days(started, budget, ahead)
        if duration(budget).unit == "bd":
            total = ahead.open_between(started, due)
            due = max(now, _after(due, clock.stood_open, ahead))
        else:
            total = due - started
            due = max(now, due + clock.stood)
    if clock.breached is not None:
        return structs.replace(clock, budget=budget, total=total)
    breached = now if due <= now else None
    return structs.replace(clock, budget=budget, total=total, due=due, breached=breached)


def meet(clock: Clock, at: int, hours: BusinessHours) -> Clock:
    """Stop for good: the target is met, in time or late."""
    if not clock.is_open:
        return clock
    just_in_time = clock.breached is None and at == clock.due
    clock = settle(clock, at, hours)
    breached = None if just_in_time else clock.breached
    return structs.replace(clock, met=clock.settled, breached=breached)


def reopen(clock: Clock, at: int, hours: BusinessHours) -> Clock:
    """Run on with what is left, the time since it was met standing. The verdict is kept."""
    if clock.state != "met":
        return clock
    clock = settle(clock, at, hours)
    return structs.replace(clock, met=None, paused_by=(), earlier=_with_verdict(clock))


def restart(clock: Clock, at: int, hours: BusinessHours, budget: str) -> Clock:
    """Begin afresh with a whole budget, whatever the clock did. The verdict is kept."""
    if clock.is_open:
        clock = settle(clock, at, hours)
    fresh = Clock(
        target=clock.target,
        budget=budget,
        pausing=clock.pausing,
        hours=clock.hours,
        cycle=clock.cycle + 1,
        earlier=_with_verdict(clock, clock.runs),
    )
    return start(fresh, at if clock.settled is None else max(at, clock.settled), hours)


def cancel(clock: Clock, at: int, hours: BusinessHours) -> Clock:
    """Stop without a verdict, because the target no longer applies. What was met stays met."""
    if clock.met is not None or clock.cancelled is not None:
        return clock
    clock = settle(clock, at, hours)
    return structs.replace(clock, cancelled=at if clock.settled is None else clock.settled)


def revive(clock: Clock) -> Clock:
    """Go on as if it had not been cancelled: the time since counts."""
    return structs.replace(clock, cancelled=None)


def marked(clock: Clock, mark: str) -> Clock:
    """Remember that a mark was acted on, so that it is not acted on again in this round."""
    if mark in clock.marks_done:
        return clock
    return structs.replace(clock, marks_done=(*clock.marks_done, mark))


def settle(clock: Clock, at: int, hours: BusinessHours) -> Clock:
    """The clock with the time up to a moment counted, and breached if it has come to its due
    moment. A moment before that changes nothing."""
    return clock if clock.cancelled is not None else counted(clock, at, hours, clock.paused_by)


def counted(clock: Clock, at: int, hours: BusinessHours, by: tuple[str, ...]) -> Clock:
    """A clock that is not cancelled, with the time up to a moment counted; paused by these from
    then on."""
    since, due = clock.settled, clock.due
    if since is None or due is None or at <= since:
        return clock if by == clock.paused_by else structs.replace(clock, paused_by=by)
    elapsed, opened = at - since, hours.open_between(since, at)
    if clock.met is None and not clock.paused_by:
        breached = clock.breached
        if breached is None and at >= due:
            breached = due
        runs, number = clock.runs, clock.hours
        if runs and (last := runs[-1]).until == since and last.hours == number:
            runs = (*runs[:-1], Run(last.since, at, number))
        else:
            runs = (*runs, Run(since, at, number))
        return structs.replace(
            clock,
            settled=at,
            ran=clock.ran + elapsed,
            ran_open=clock.ran_open + opened,
            runs=runs,
            breached=breached,
            paused_by=by,
        )
    # A breach has happened at its moment; standing afterwards does not move it.
    if clock.breached is None:
        if clock.in_days:
            due += elapsed
        elif opened:
            due = hours.after(due, opened)
        if due < at:
            due = at
    return structs.replace(
        clock,
        settled=at,
        due=due,
        stood=clock.stood + elapsed,
        stood_open=clock.stood_open + opened,
        paused_by=by,
    )


def stand_back(clock: Clock, hours: BusinessHours, stood: Sequence[Run], opened: int) -> Clock:
    """A settled clock that is open and not breached, as if it had stood in stretches of its runs,
    with so much open time in them."""
    elapsed = sum(run.until - run.since for run in stood)
    due = clock.due
    if elapsed == 0 or due is None:
        return clock
    due = due + elapsed if clock.in_days else _after(due, opened, hours)
    return structs.replace(
        clock,
        due=due,
        ran=clock.ran - elapsed,
        ran_open=clock.ran_open - opened,
        stood=clock.stood + elapsed,
        stood_open=clock.stood_open + opened,
        runs=_without(clock.runs, stood),
    )


def _after(at: int, open_time: int, hours: BusinessHours) -> int:
    return hours.after(at, open_time) if open_time else at


@lru_cache(maxsize=1_024)
def _open_time(budget: str) -> int | None:
    """The open time of a budget; None for days, which have no length of their own. Raises
    Refused."""
    span = duration(budget).open_time
    return None if span is None else length(span)


def _due_in_days(at: int, budget: str, hours: BusinessHours) -> int:
    return micros(business_time.due(instant(at), duration(budget), hours))


def _without(runs: Sequence[Run], holes: Sequence[Run]) -> tuple[Run, ...]:
    left = list(runs)
    for hole in holes:
        cut: list[Run] = []
        for run in left:
            cut += [
                Run(since, until, run.hours)
                for since, until in (
                    (run.since, min(run.until, hole.since)),
                    (max(run.since, hole.until), run.until),
                )
                if since < until
            ]
        left = cut
    return tuple(left)


def _with_verdict(clock: Clock, runs: tuple[Run, ...] = ()) -> tuple[Verdict, ...]:
    if clock.started is None or clock.due is None:
        return clock.earlier
    verdict = Verdict(clock.started, clock.due, clock.met, clock.breached, runs)
    return (*clock.earlier, verdict)


def _instant(at: int | None) -> datetime | None:
    return None if at is None else instant(at)
