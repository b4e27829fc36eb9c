"""What the clocks of a ticket must have rung, and what must have been done about it: told from its
history without any mark, by the pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from domain import business_time
from domain.aggregate import Entry
from domain.agreed_clocks import HoursOf
from domain.agreement import Agreement, EscalationStep
from domain.business_time import duration
from domain.clock_marks import next_moment
from domain.incident import Incident
from domain.promises import BREACH, Promises
from domain.provenance import Provenance
from domain.ticket_clocks import NOTHING, TicketClocks, after, told
from workflows.escalations import marks

Versions = Mapping[tuple[UUID, int], Agreement]
"""The versions of policies."""


class Mark(NamedTuple):
    clock: str
    mark: str
    round: int
    cycle: int
    at: datetime


def foretold(
    history: Sequence[Entry], versions: Versions, hours_of: HoursOf, end: datetime
) -> list[Mark]:
    """All marks up to a moment, each with its exact moment. One that had passed when it was
    promised comes with the promise."""
    found: list[Mark] = []
    state, since = NOTHING, history[0].event.by.effective_at
    for entry in history:
        if isinstance(entry.event, Promises.MarkReached):
            continue
        now = entry.event.by.effective_at
        state = _up_to(state, since, now, versions, hours_of, found)
        state, since = told(state, entry.event, hours_of), now
    _up_to(state, since, end, versions, hours_of, found)
    return found


def _up_to(
    state: TicketClocks,
    since: datetime,
    end: datetime,
    versions: Versions,
    hours_of: HoursOf,
    found: list[Mark],
) -> TicketClocks:
    while True:
        ahead = []
        for agreed in state.agreements:
            steps = versions[agreed.policy, agreed.policy_version].escalation
            for clock in agreed.clocks:
                target = agreed.target(clock.target)
                named = dict.fromkeys(step.mark for step in steps if step.target == target)
                moment = next_moment(clock, agreed.hours(hours_of), named)
                if moment is not None:
                    ahead.append((moment.at, clock, agreed.round, moment.mark))
        first = min(ahead, key=lambda row: row[0], default=None)
        if first is None or max(since, first[0]) >= end:
            return state
        at, clock, round, mark = first
        at = max(since, at)
        found.append(Mark(clock.target, mark, round, clock.cycle, at))
        assert clock.due_at is not None
        kind = Incident.TargetBreached if mark == BREACH else Incident.MarkReached
        event = kind(
            by=Provenance(actor="foretold", at=at, command=uuid4()),
            target=clock.target,
            mark=mark,
            round=round,
            due=clock.due_at,
            cycle=clock.cycle,
        )
        state = told(state, event, hours_of)


class Waited(NamedTuple):
    """A step that is due at a moment, if nobody has answered by then."""

    step: int
    at: datetime
    is_due: bool


def steps_of(
    history: Sequence[Entry], mark: Entry, steps: Sequence[EscalationStep], hours_of: HoursOf
) -> Iterator[tuple[Waited, datetime | None]]:
    """The steps of a mark that was reached, each with the moment at which it was taken.

    A step is due when the time of those told before is up: after the last whom the one before it
    told, managers too.
    """
    reached = mark.event
    assert isinstance(reached, Incident.MarkReached)
    at = reached.by.at
    for number, step in enumerate(steps, 1):
        taken = [
            entry
            for entry in history
            if isinstance(entry.event, Incident.EscalationStepTaken)
            and (entry.event.round, entry.event.target) == (reached.round, reached.target)
            and (entry.event.mark, entry.event.cycle) == (reached.mark, reached.cycle)
            and entry.event.step == number
        ]
        assert len(taken) <= 1, f"{taken} was taken twice"
        is_due = _is_open(history, mark, at, hours_of)
        yield Waited(number, at, is_due), taken[0].event.by.at if taken else None
        if not taken:
            return
        workflow = taken[0].event.by.cause
        rule = workflow.rule if workflow else ""
        telling = [
            entry.event
            for entry in history
            if isinstance(entry.event, Incident.EscalatedHierarchically)
            and entry.event.by.cause is not None
            and (entry.event.by.cause.rule, entry.event.by.cause.workflow)
            == (rule, workflow.workflow if workflow else "")
        ]
        at = taken[0].event.by.at
        if telling:
            last = telling[-1].by.at
            applied = [
                one.event
                for one in history
                if isinstance(one.event, Incident.ServiceLevelApplied)
                and one.originator_version < mark.originator_version
                and (not one.event.label or reached.target.startswith(one.event.label))
            ]
            hours = hours_of(applied[-1].calendar, applied[-1].calendar_version)
            at = business_time.due(last, duration(step.wait), hours)


def _is_open(history: Sequence[Entry], mark: Entry, at: datetime, hours_of: HoursOf) -> bool:
    """Whether, at a moment, nobody has answered to a mark, and it still counts."""
    known = [entry for entry in history if entry.event.by.at < at or entry is mark]
    known = [entry for entry in known if entry.originator_version <= len(history)]
    reached = mark.event
    assert isinstance(reached, Incident.MarkReached)
    is_told = any(
        one.version == mark.originator_version and one.ended is None for one in marks(known)
    )
    clock = after((entry.event for entry in known), hours_of).clock(reached.target)
    return (
        is_told
        and clock is not None
        and clock.is_open
        and clock.cycle == reached.cycle
        and reached.mark in clock.marks_done
    )
