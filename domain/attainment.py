"""Whether promises were kept: the verdict on each, with whose turn its time was.

A clock makes a promise each time that it begins. It is met when it ends at its due moment at the
latest. Once that moment has passed it is breached, also while it still runs. A promise whose clock
is reopened runs on and has one verdict, the last.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.aggregate import Event
from domain.agreed_clocks import Agreed, HoursOf
from domain.business_time import BusinessHours
from domain.clock_steps import Clock, Run, settle
from domain.explanation import party_text
from domain.noted_pauses import counted
from domain.promises import Promises
from domain.situation import NOTHING, Changes, Situation, changes_of
from domain.ticket_clocks import NOTHING as NO_CLOCKS
from domain.ticket_clocks import Telling, TicketClocks
from domain.wall_clock import instant, micros

Verdict = Literal["met", "breached", "running", "cancelled"]

FIGURE = "attainment"
VERSION = 2
DEFINITION = (
    "A clock makes a promise each time that it begins. A promise is met when it ends at its due "
    "moment at the latest, and breached once that moment has passed; while its clock runs on, from "
    "when the desk has noted that. It counts at the moment of its verdict: when it was met, or its "
    "due moment when it was breached; one that was cancelled when it was, one that runs when it "
    "began. Attainment is met / (met + breached). A clock that is reopened has one verdict, the "
    "last. Priority, team and organisation are those of the ticket when the promise ended, or its "
    "latest. The largest consumer of a promise is the party whose turn it was for most of the time "
    "that its clock ran, up to its end; nobody while it runs and is not late. Months are those of "
    "UTC."
)
"""What the figures mean. Whoever changes that changes VERSION."""


class Consumed(Struct, frozen=True, array_like=True):
    """Time of one party in microseconds: all of it, and that in which the clock ran."""

    elapsed: int = 0
    ran: int = 0


class Promise(Struct, frozen=True, kw_only=True):
    """One promise of a ticket. `round` counts the beginnings of its clock from 1."""

    clock: str
    round: int
    kind: str
    target: str
    policy: UUID
    policy_version: int
    calendar: UUID
    calendar_version: int
    budget: str
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    breached_at: datetime | None
    verdict: Verdict
    priority: int = 0
    team: UUID | None = None
    support_level: int = 1
    organisation: UUID | None = None
    consumed: Mapping[str, Consumed] = {}
    """By party, a team by its number, in the order of their first turns; it adds up to the time
    from start to end. Empty of one that runs and is not late, as long as nobody asks until when."""

    @property
    def at(self) -> datetime:
        """The moment at which it counts."""
        if self.verdict == "breached" and self.breached_at is not None:
            return self.breached_at
        return self.started_at if self.ended_at is None else self.ended_at

    @property
    def month(self) -> str:
        return month_of(self.at)

    @property
    def largest(self) -> str:
        """The party that used up most of the time in which the clock ran; empty if none did."""
        found = max(self.consumed.items(), key=lambda one: one[1].ran, default=None)
        return "" if found is None or not found[1].ran else found[0]


class Figure(Struct, frozen=True, kw_only=True):
    """How many promises there were, and what became of them."""

    promised: int = 0
    met: int = 0
    breached: int = 0
    running: int = 0
    cancelled: int = 0
    attainment: float | None = None
    """The share of the promises with a verdict that were met; None of none."""


def figure(met: int, breached: int, running: int = 0, cancelled: int = 0) -> Figure:
    decided = met + breached
    return Figure(
        promised=decided + running + cancelled,
        met=met,
        breached=breached,
        running=running,
        cancelled=cancelled,
        attainment=met / decided if decided else None,
    )


class Under(NamedTuple):
    """What a verdict was given under."""

    policy: UUID
    policy_version: int
    calendar: UUID
    calendar_version: int
    budget: str


Key = tuple[str, int]
"""A clock and its round."""
Steps = Sequence[tuple[int, Situation]]
"""How a ticket stood from which moment on, in microseconds."""
Decided = Mapping[Key, tuple[int, Under]]
"""The moments of verdicts, in microseconds, and what they were given under."""


def promises_of(events: Iterable[Event], hours_of: HoursOf, until: datetime) -> tuple[Promise, ...]:
    """All promises of a ticket at a moment that is not before the last event."""
    telling, decided = Telling(NO_CLOCKS, hours_of), dict[Key, tuple[int, Under]]()
    for event in events:
        before = telling.state() if isinstance(event, Promises.ServiceLevelApplied) else None
        telling.tell(event)
        if before is not None:
            at = micros(event.by.effective_at)
            for key, verdict in decided_before(before, telling.state(), at).items():
                if key not in decided or decided[key][0] != verdict[0]:
                    decided[key] = verdict
    return tuple(promises(telling.state(), hours_of, until, decided))


def decided_before(before: TicketClocks, now: TicketClocks, at: int) -> Decided:
    """The verdicts that stood when something was promised anew at a moment, with what they were
    given under: not what is promised from then on."""
    found = {}
    for agreed in before.agreements:
        for old in agreed.clocks:
            clock = now.clock(old.target)
            verdicts = {number: one.decided for number, one in enumerate(_rounds(old), 1)}
            for number, one in enumerate(_rounds(clock) if clock else (), 1):
                is_old = one.decided == verdicts.get(number) or one.verdict == "cancelled"
                if one.decided is not None and (is_old or one.decided < at):
                    found[old.target, number] = one.decided, _under(agreed, old)
    return found


def promises(
    clocks: TicketClocks,
    hours_of: HoursOf,
    until: datetime | None = None,
    decided: Decided = MappingProxyType({}),
    besides: Container[str] = (),
) -> Iterator[Promise]:
    """All promises of a ticket but those of some clocks, as they were when the clocks were settled
    last; or at a moment that is not before the last event."""

    @cache
    def steps() -> Steps:
        return [(since, now) for _, since, now in counted(_changes(clocks))]

    now = None if until is None else micros(until)
    for agreed in clocks.agreements:
        hours = [basis.hours(hours_of) for basis in agreed.bases]
        for clock in agreed.clocks:
            if clock.target in besides:
                continue
            if now is not None and clock.is_open:
                clock = settle(clock, now, hours[-1])
            for number, one in enumerate(_rounds(clock), 1):
                moment, under = decided.get((clock.target, number), (None, None))
                if under is None or moment != one.decided:
                    under = _under(agreed, clock)
                last = clocks.situation
                if one.ended is not None:
                    last = _situation_at(steps(), one.ended)
                is_told = one.verdict != "running" or until is not None
                yield Promise(
                    clock=clock.target,
                    round=number,
                    kind=agreed.kind,
                    target=agreed.target(clock.target),
                    policy=under.policy,
                    policy_version=under.policy_version,
                    calendar=under.calendar,
                    calendar_version=under.calendar_version,
                    budget=under.budget,
                    started_at=instant(one.started),
                    due_at=instant(one.due),
                    ended_at=None if one.ended is None else instant(one.ended),
                    breached_at=None if one.breached is None else instant(one.breached),
                    verdict=one.verdict,
                    priority=last.priority,
                    team=last.team,
                    support_level=last.support_level,
                    organisation=last.organisation,
                    consumed=_consumed(one, steps(), hours, in_days=clock.in_days)
                    if is_told
                    else {},
                )


def _under(agreed: Agreed, clock: Clock) -> Under:
    basis = agreed.basis
    return Under(agreed.policy, agreed.policy_version, basis.calendar, basis.version, clock.budget)


def _changes(clocks: TicketClocks) -> list[tuple[int, Changes]]:
    return [(step.at, changes_of(step.changes)) for step in clocks.past]


class _Round(NamedTuple):
    """One beginning of a clock. Moments are microseconds."""

    started: int
    due: int
    ended: int | None
    breached: int | None
    verdict: Verdict
    end: int
    """Up to when its time is counted."""
    runs: tuple[Run, ...]

    @property
    def decided(self) -> int | None:
        """The moment of its verdict, or of its cancellation."""
        return self.ended if self.breached is None else self.breached


def _rounds(clock: Clock) -> Iterator[_Round]:
    """The beginnings of a clock, oldest first; none before it begins.

    A verdict before a reopening is superseded by the one of the same beginning that follows it.
    """
    starts = [*(one.started for one in clock.earlier[1:]), clock.started]
    for one, following in zip(clock.earlier, starts, strict=False):
        if following is not None and one.started != following:
            # What began afresh without having ended had no verdict, unless it was late by then.
            end = following if one.met is None else one.met
            verdict = _verdict(one.met, one.breached, end)
            yield _Round(one.started, one.due, end, one.breached, verdict, end, one.runs)
    if clock.started is not None and clock.due is not None:
        ended = clock.cancelled if clock.met is None else clock.met
        verdict = _verdict(clock.met, clock.breached, ended)
        settled = clock.started if clock.settled is None else clock.settled
        yield _Round(
            clock.started,
            clock.due,
            ended,
            clock.breached,
            verdict,
            settled if ended is None else ended,
            clock.runs,
        )


def _verdict(met: int | None, breached: int | None, ended: int | None) -> Verdict:
    if breached is not None:
        return "breached"
    if met is not None:
        return "met"
    return "running" if ended is None else "cancelled"


def _situation_at(steps: Steps, at: int) -> Situation:
    """How a ticket stood at a moment."""
    return next((now for since, now in reversed(steps) if since <= at), NOTHING)


def _consumed(
    one: _Round,
    steps: Steps,
    hours: Sequence[BusinessHours],
    *,
    in_days: bool,
) -> dict[str, Consumed]:
    found: dict[str, Consumed] = {}
    for place, (at, now) in enumerate(steps):
        since = max(at, one.started)
        until = min(one.end, steps[place + 1][0]) if place + 1 < len(steps) else one.end
        if since >= until:
            continue
        ran = 0
        for run in one.runs:
            start, end = max(run.since, since), min(run.until, until)
            if start < end:
                ran += end - start if in_days else hours[run.hours].open_between(start, end)
        party = party_text(now.party, {})
        known = found.get(party, Consumed())
        found[party] = Consumed(known.elapsed + until - since, known.ran + ran)
    return found


def month_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()[:7]
