"""All service clocks of one incident, as a pure function of its events.

`told(state, event, hours_of)` is the step that a read model takes for each event, in the order
recorded; `after` takes all steps of a history. The promise of a target counts from the opening of
the incident also when it is given later, and its clock stands then as if it had been given at
once. A promise given anew keeps what the clock has consumed, and its marks count again unless it
was met.

Nothing here is remembered or looked up: business hours come in as `hours_of(calendar, version)`,
and what that raises is raised on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs

from domain import clock_marks, clock_spans, service_clock
from domain.aggregate import Event
from domain.business_time import BusinessHours
from domain.clock_spans import Span
from domain.incident import BREACH, FIRST_RESPONSE, RESOLUTION, Commitment, Incident
from domain.rules import Refused
from domain.service_clock import Clock, Fact, FactKind, Target

HoursOf = Callable[[UUID, int], BusinessHours]
"""The business hours of a version of a calendar."""


class IncidentClocks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is promised for an incident, how its clocks stand, and what a later promise must know.

    facts: what has happened so far. Those that are about one target alone name it.
    clocks: those of the latest promise first, then those of targets that are promised no more.
    """

    facts: tuple[Fact, ...] = ()
    round: int = 0
    policy: UUID | None = None
    policy_version: int = 0
    calendar: UUID | None = None
    calendar_version: int = 0
    clocks: tuple[Clock, ...] = ()

    def clock(self, target: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.target == target), None)

    def hours(self, hours_of: HoursOf) -> BusinessHours | None:
        """The business hours that the clocks count on; None before any promise."""
        return None if self.calendar is None else hours_of(self.calendar, self.calendar_version)


class Moment(Struct, frozen=True):
    """What a clock will want next."""

    mark: str
    at: datetime


NOTHING = IncidentClocks()
"""Before an incident is logged."""

_FACTS: Mapping[type[Event], tuple[FactKind, str]] = {
    Incident.Logged: ("start", ""),
    Incident.Paused: ("pause", ""),
    Incident.Resumed: ("resume", ""),
    Incident.Requeued: ("resume", ""),
    Incident.FirstResponded: ("meet", FIRST_RESPONSE),
    Incident.Resolved: ("meet", RESOLUTION),
    Incident.Reopened: ("reopen", RESOLUTION),
    Incident.Cancelled: ("cancel", ""),
    # Nobody will answer a closed incident for the first time.
    Incident.Closed: ("cancel", ""),
}
EVENTS: frozenset[type[Event]] = frozenset(
    {*_FACTS, Incident.ServiceLevelApplied, Incident.MarkReached, Incident.TargetBreached}
)
"""The events that can change the clocks of an incident."""


# What has happened -------------------------------------------------------------------------


def told(state: IncidentClocks, event: Event, hours_of: HoursOf) -> IncidentClocks:
    """The clocks after one more event."""
    if (found := _FACTS.get(type(event))) is not None:
        kind, by = found
        return _happened(state, Fact(event.by.effective_at, kind, _reason(event) or by), hours_of)
    if isinstance(event, Incident.ServiceLevelApplied):
        return _promised(state, event, hours_of)
    if isinstance(event, Incident.MarkReached):
        return _marked(state, event, hours_of)
    return state


def after(events: Iterable[Event], hours_of: HoursOf) -> IncidentClocks:
    """The clocks after these events, which begin with the first of the incident."""
    state = NOTHING
    for event in events:
        state = told(state, event, hours_of)
    return state


def _reason(event: Event) -> str:
    return event.reason if isinstance(event, Incident.Paused) else ""


def _happened(state: IncidentClocks, fact: Fact, hours_of: HoursOf) -> IncidentClocks:
    known = state.facts
    new: tuple[Fact, ...] = (fact,)
    if _ends_a_pause(fact) and _pending(known) is not None:
        new = (Fact(fact.at, "resume"), fact)
    elif fact.kind == "reopen":
        # What was over goes on as if it had not been.
        known = tuple(one for one in known if one.kind != "cancel")
    clocks, hours = state.clocks, state.hours(hours_of)
    if hours is not None:
        for one in new:
            clocks = tuple(
                service_clock.told(clock, one, hours) if _is_about(one, clock.target) else clock
                for clock in clocks
            )
    return structs.replace(state, facts=(*known, *new), clocks=clocks)


def _ends_a_pause(fact: Fact) -> bool:
    """Whether an incident that was pending is so no more, or for another reason."""
    return fact.kind == "pause" or (fact.kind == "meet" and fact.by == RESOLUTION)


def _pending(facts: Sequence[Fact]) -> str | None:
    """The reason for which an incident is pending, None if it is not."""
    last = next((fact for fact in reversed(facts) if fact.kind in ("pause", "resume")), None)
    return None if last is None or last.kind == "resume" else last.by


def _is_about(fact: Fact, target: str) -> bool:
    return fact.kind not in ("meet", "reopen") or fact.by == target


def _marked(
    state: IncidentClocks, event: Incident.MarkReached, hours_of: HoursOf
) -> IncidentClocks:
    hours = state.hours(hours_of)
    if event.round != state.round or hours is None:
        return state
    clocks = tuple(
        _with_mark(clock, event, hours) if clock.target == event.target else clock
        for clock in state.clocks
    )
    return structs.replace(state, clocks=clocks)


def _with_mark(clock: Clock, event: Incident.MarkReached, hours: BusinessHours) -> Clock:
    clock = service_clock.marked(clock, event.mark)
    if event.mark == BREACH:
        # A breach is later than the due moment by nothing: only a moment after it settles it.
        clock = service_clock.settled(clock, event.by.effective_at, hours)
    return clock


# What is promised --------------------------------------------------------------------------


def _promised(
    state: IncidentClocks, event: Incident.ServiceLevelApplied, hours_of: HoursOf
) -> IncidentClocks:
    hours = hours_of(event.calendar, event.calendar_version)
    before = state.hours(hours_of) or hours
    at = event.by.effective_at
    known = {clock.target: clock for clock in state.clocks}
    clocks = []
    for promise in event.commitments:
        clock = known.pop(promise.name, None)
        if clock is None or clock.state == "cancelled":
            clock = service_clock.waiting(_target(promise))
            for fact in _facts_of(state, promise.name):
                clock = service_clock.told(clock, fact, hours)
            clocks.append(clock)
        else:
            given = service_clock.re_budget(clock, at, before, promise.budget, hours_from_now=hours)
            marks = given.marks_done if given.state == "met" else ()
            given = structs.replace(given, pausing=promise.pausing, marks_done=marks)
            clocks.append(_paused_by(given, at, hours, _pending(state.facts)))
    # Nobody is told of the breach of a promise that holds no more.
    dropped = (
        service_clock.marked(service_clock.cancel(clock, at, before), BREACH)
        for clock in known.values()
    )
    return IncidentClocks(
        facts=state.facts,
        round=state.round + 1,
        policy=event.policy,
        policy_version=event.policy_version,
        calendar=event.calendar,
        calendar_version=event.calendar_version,
        clocks=(*clocks, *dropped),
    )


def _paused_by(clock: Clock, at: datetime, hours: BusinessHours, reason: str | None) -> Clock:
    """A clock that stands if this is a reason for it, and else runs, unless it is over."""
    if reason is not None and reason in clock.pausing:
        return service_clock.pause(clock, at, hours, reason)
    return service_clock.resume(clock, at, hours)


def _target(promise: Commitment) -> Target:
    return Target(promise.name, promise.budget, promise.pausing)


def _facts_of(state: IncidentClocks, target: str) -> list[Fact]:
    return [fact for fact in state.facts if _is_about(fact, target)]


# What is due -------------------------------------------------------------------------------


def next_moment(
    clock: Clock, hours: BusinessHours, escalation: Iterable[str] = ()
) -> Moment | None:
    """The first mark that is not done, of an escalation's and the breach; of a clock that does not
    run any more, the breach that nobody has marked yet."""
    if clock.state != "running":
        at = _owed(clock, BREACH)
        return None if at is None else Moment(BREACH, at)
    try:
        found = clock_marks.next_mark(clock, hours, dict.fromkeys((*escalation, BREACH)))
    except Refused:
        # The calendar ends before that mark: it will never come.
        found = clock_marks.next_mark(clock, hours, (BREACH,))
    return None if found is None else Moment(*found)


def reached(clock: Clock, hours: BusinessHours, mark: str) -> datetime | None:
    """When a clock reaches a mark if it runs on; None if it was marked, or never will.

    Raises Refused for a mark after the end of the calendar.
    """
    if clock.state != "running":
        return _owed(clock, mark)
    return None if mark in clock.marks_done else clock_marks.moment(clock, hours, mark)


def _owed(clock: Clock, mark: str) -> datetime | None:
    """The breach of a clock that has stopped, if nobody has marked it yet."""
    is_owed = mark == BREACH and BREACH not in clock.marks_done and clock.state != "cancelled"
    return clock.breached_at if is_owed else None


# Why ---------------------------------------------------------------------------------------


def explained(
    events: Iterable[Event], hours_of: HoursOf, until: datetime
) -> dict[str, tuple[Span, ...]]:
    """Why each clock ran or stood from its start to its end, or to a moment while it goes on.

    The targets are those of the latest promise first. The stretches of a target follow one another
    without holes, and those that ran add up to what it has consumed, as long as its budgets are
    all in calendar days or none is.
    """
    state, found = NOTHING, dict[str, list[Span]]()
    for event in events:
        before, state = state, told(state, event, hours_of)
        hours = state.hours(hours_of)
        if hours is None:
            continue
        for clock in state.clocks:
            earlier = before.clock(clock.target)
            if earlier is None or (earlier.state == "cancelled" and clock.state != "cancelled"):
                found[clock.target] = _from_the_opening(state, clock, hours)
            else:
                counted = before.hours(hours_of) or hours
                found[clock.target] += _since_then(earlier, clock.as_of, counted)
    hours = state.hours(hours_of)
    for clock in state.clocks:
        if hours is not None and clock.state in ("running", "paused"):
            found[clock.target] += _since_then(clock, until, hours)
    return {clock.target: tuple(clock_spans.joined(found[clock.target])) for clock in state.clocks}


def _from_the_opening(state: IncidentClocks, clock: Clock, hours: BusinessHours) -> list[Span]:
    """What a clock did until it was promised, which has just been."""
    found: list[Span] = []
    now = service_clock.waiting(Target(clock.target, clock.budget, clock.pausing))
    for fact in _facts_of(state, clock.target):
        before, now = now, service_clock.told(now, fact, hours)
        found += _since_then(before, now.as_of, hours)
    return found


def _since_then(clock: Clock, until: datetime | None, hours: BusinessHours) -> Iterable[Span]:
    """What a clock did since it was settled last."""
    if clock.as_of is None or until is None:
        return ()
    return clock_spans.stretch(clock, clock.as_of, until, hours)
