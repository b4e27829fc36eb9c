from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.testing import TimeSkipper

import workflows.poker
import workflows.service_levels
from domain.aggregate import Entry
from domain.agreed_clocks import HoursOf
from domain.calendar import Calendar
from domain.incident import Incident
from domain.service_level_policy import ServiceLevelPolicy
from ops.temporal_client import prepare_namespace
from tests.temporal import client_of, shared_server
from tests.workflows.floor import Floor
from tests.workflows.foretold import Mark, Versions, foretold, steps_of
from tests.workflows.ninety_days import Quarter

LATE = timedelta(seconds=3)
"""A turn takes its time."""
LATE_EACH = timedelta(seconds=0.02)
"""A policy for all open tickets lets hundreds of marks and steps fall due at once. Time does not
stand still while they are recorded one after the other, and each workflow has a time of its own."""


@pytest.fixture
async def skipper() -> TimeSkipper:
    """In a namespace of its own: the ids of workflows are those of the records."""
    server, namespace = shared_server(time_skipping=True), f"ninety-{uuid4()}"
    await prepare_namespace(server.address, namespace)
    return TimeSkipper(await client_of(server, namespace))


@pytest.mark.parametrize("tickets", [12, pytest.param(1_000, marks=pytest.mark.proof)])
async def test_each_mark_and_step_of_ninety_days_comes_once_and_at_its_time(
    skipper: TimeSkipper, floor: Floor, monkeypatch: pytest.MonkeyPatch, tickets: int
) -> None:
    monkeypatch.setattr(workflows.poker, "PAUSE_SECONDS", 0.0)
    # Without its looks every five minutes, the clock depends on what it is told.
    monkeypatch.setattr(workflows.service_levels, "LOOK_AGAIN", timedelta(days=100))
    quarter = Quarter(floor, skipper, seed=tickets)

    await quarter.live(tickets)

    versions, hours_of = known_to(floor)
    counts: Counter[str] = Counter()
    late: list[timedelta] = []
    for ticket in quarter.tickets:
        history = floor.ledger.history(ticket)
        rung = [entry for entry in history if isinstance(entry.event, Incident.MarkReached)]
        check_marks(rung, foretold(history, versions, hours_of, quarter.ends - LATE), quarter, late)
        for mark in rung:
            check_steps(history, mark, versions, hours_of, quarter, counts, late)
        counts["marks"] += len(rung)
        counts["promises"] += sum(
            isinstance(entry.event, Incident.ServiceLevelApplied) for entry in history
        )
        counts["pauses"] += sum(isinstance(entry.event, Incident.Paused) for entry in history)
        counts.update(
            action
            for entry in history
            if isinstance(entry.event, Incident.EscalationStepTaken)
            for action in entry.event.did
        )
    late.sort()
    half, nearly_all = late[len(late) // 2], late[len(late) * 99 // 100]
    print(dict(counts), f"refused: {quarter.refused}; late: {half}, {nearly_all}, {late[-1]}")
    assert len(quarter.tickets) == tickets
    assert counts["marks"] > 2 * tickets
    assert counts["steps"] > tickets
    for action in ("notify", "reassign", "raise priority", "propose major incident"):
        assert counts[action] > 0
    assert counts["promises"] > 2 * tickets


def known_to(floor: Floor) -> tuple[Versions, HoursOf]:
    versions = {
        (policy.id, number): agreement
        for policy, _ in floor.ledger.all_of(ServiceLevelPolicy)
        for number, agreement in enumerate(policy.versions, 1)
    }
    calendars = {calendar.id: calendar for calendar, _ in floor.ledger.all_of(Calendar)}
    return versions, lambda id, version: calendars[id].hours_of(version)


def late_max(at: datetime, quarter: Quarter) -> timedelta:
    return LATE + quarter.recorded(at) * LATE_EACH


def check_marks(
    rung: list[Entry], expected: list[Mark], quarter: Quarter, late: list[timedelta]
) -> None:
    found = {
        (event.target, event.mark, event.round, event.cycle): event.by.at
        for event in (entry.event for entry in rung)
        if isinstance(event, Incident.MarkReached)
    }
    assert len(found) == len(rung), f"{rung} has a mark twice"
    wanted = {(one.clock, one.mark, one.round, one.cycle): one.at for one in expected}
    assert len(wanted) == len(expected)
    assert set(found) == set(wanted)
    for key, at in wanted.items():
        assert timedelta(0) <= found[key] - at < late_max(at, quarter), key
        late.append(found[key] - at)


def check_steps(
    history: list[Entry],
    mark: Entry,
    versions: Versions,
    hours_of: HoursOf,
    quarter: Quarter,
    counts: Counter[str],
    late: list[timedelta],
) -> None:
    event: Any = mark.event
    label = event.target.rpartition(": ")[0]
    applied: Any = [
        one.event
        for one in history
        if isinstance(one.event, Incident.ServiceLevelApplied)
        and one.originator_version < mark.originator_version
        and one.event.label == label
    ][-1]
    target = event.target.rpartition(": ")[2]
    steps = [
        step
        for step in versions[applied.policy, applied.policy_version].escalation
        if (step.target, step.mark) == (target, event.mark)
    ]
    for waited, taken in steps_of(history, mark, steps, hours_of):
        if waited.at >= quarter.ends - LATE:
            return
        assert (taken is not None) == waited.is_due, (mark, waited, taken)
        if taken is not None:
            counts["steps"] += 1
            assert abs(taken - waited.at) < late_max(waited.at, quarter), (mark, waited, taken)
            late.append(abs(taken - waited.at))
