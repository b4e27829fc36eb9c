"""The service clocks of an incident, from its own events: what a due mark is checked against."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs

from domain import clock_marks, service_clock
from domain.aggregate import Entry
from domain.business_time import BusinessHours
from domain.calendar import Calendar
from domain.incident import BREACH, FIRST_RESPONSE, RESOLUTION, Commitment, Incident
from domain.ledger import Ledger
from domain.service_clock import Clock, Fact, Target

Calendars = Mapping[tuple[UUID, int], BusinessHours]
"""Business hours by calendar and version."""


class Promise(Struct, frozen=True, kw_only=True):
    """What is promised for an incident in its latest round of service levels."""

    round: int
    policy: UUID
    policy_version: int
    hours: BusinessHours
    clocks: dict[str, Clock]


async def promise_of(ledger: Ledger, history: Sequence[Entry]) -> Promise | None:
    """The latest promise for an incident with this history."""
    calendars = {}
    for entry in history:
        if isinstance(entry.event, Incident.ServiceLevelApplied):
            id, version = entry.event.calendar, entry.event.calendar_version
            calendars[id, version] = (await ledger.find(Calendar, id)).hours_of(version)
    return promise(history, calendars) if calendars else None


def promise(entries: Iterable[Entry], calendars: Calendars) -> Promise | None:
    """The latest promise after these events, which begin with the first of the incident."""
    found: Promise | None = None
    facts: dict[str, list[Fact]] = {FIRST_RESPONSE: [], RESOLUTION: []}
    for entry in entries:
        event = entry.event
        if isinstance(event, Incident.ServiceLevelApplied):
            hours = calendars[event.calendar, event.calendar_version]
            found = _promised(found, event, facts, hours)
            continue
        for target, told in facts.items():
            if (fact := _fact(event, target)) is None:
                continue
            told.append(fact)
            if found and target in found.clocks:
                clock = service_clock.told(found.clocks[target], fact, found.hours)
                found = _with(found, target, clock)
        if isinstance(event, Incident.MarkReached) and found and event.round == found.round:
            clock = service_clock.marked(found.clocks[event.target], event.mark)
            clock = service_clock.settled(clock, event.by.effective_at, found.hours)
            found = _with(found, event.target, clock)
    return found


def reached(promise: Promise, target: str, mark: str) -> datetime | None:
    """When a clock reaches a mark if it runs on; None if it stands, has ended or was marked."""
    clock = promise.clocks.get(target)
    if clock is None or mark in clock.marks_done:
        return None
    if clock.state == "running":
        return clock_marks.moment(clock, promise.hours, mark)
    return clock.breached_at if mark == BREACH and clock.state != "cancelled" else None


def _promised(
    before: Promise | None,
    event: Incident.ServiceLevelApplied,
    facts: dict[str, list[Fact]],
    hours: BusinessHours,
) -> Promise:
    known = before.clocks if before else {}
    clocks = {}
    for commitment in event.commitments:
        clock = known.get(commitment.name)
        if before is None or clock is None or clock.state == "cancelled":
            told = facts[commitment.name]
            clocks[commitment.name] = service_clock.replay(_target(commitment), told, hours)
        else:
            given = service_clock.re_budget(
                clock, event.by.effective_at, before.hours, commitment.budget, hours_from_now=hours
            )
            marks = given.marks_done if given.state == "met" else ()
            clocks[commitment.name] = structs.replace(
                given, pausing=commitment.pausing, marks_done=marks
            )
    return Promise(
        round=before.round + 1 if before else 1,
        policy=event.policy,
        policy_version=event.policy_version,
        hours=hours,
        clocks=clocks,
    )


def _target(commitment: Commitment) -> Target:
    return Target(commitment.name, commitment.budget, commitment.pausing)


def _fact(event: object, target: str) -> Fact | None:
    match event:
        case Incident.Logged():
            return Fact(event.by.effective_at, "start")
        case Incident.Paused():
            return Fact(event.by.effective_at, "pause", event.reason)
        case Incident.Resumed():
            return Fact(event.by.effective_at, "resume")
        case Incident.FirstResponded() if target == FIRST_RESPONSE:
            return Fact(event.by.effective_at, "meet")
        case Incident.Resolved() if target == RESOLUTION:
            return Fact(event.by.effective_at, "meet")
        case Incident.Reopened() if target == RESOLUTION:
            return Fact(event.by.effective_at, "reopen")
        case Incident.Cancelled() | Incident.Closed():
            return Fact(event.by.effective_at, "cancel")
    return None


def _with(promise: Promise, target: str, clock: Clock) -> Promise:
    return structs.replace(promise, clocks={**promise.clocks, target: clock})
