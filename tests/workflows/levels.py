"""Incidents whose service levels are watched."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.testing import ActivityEnvironment

from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.incident import Incident
from domain.service_level_policy import EscalationStep, TargetPromise
from tests.workflows.floor import Floor
from workflows.sweep import SweepActivities
from workflows.values import Sweep

MINUTE = timedelta(minutes=1)

TARGETS = (
    TargetPromise(name="first response", budget="20m"),
    TargetPromise(name="resolution", budget="40m", pausing=("customer",)),
)


def now() -> datetime:
    return datetime.now(UTC)


async def publish(floor: Floor, *steps: EscalationStep) -> None:
    """A policy that counts day and night."""
    floor.company.office = await floor.company.add(Calendar, "define", name="All", hours=ALWAYS)
    await floor.company.publish_policy(*TARGETS, escalation=steps)


async def logged(floor: Floor, at: datetime, **more: Any) -> UUID:
    receipt = await floor.desk.log_incident(
        title="Mail is down",
        requester=floor.company.people["ann"],
        impact=1,
        urgency=1,
        by=floor.company.signed("ann", at),
        **more,
    )
    return receipt.subject


async def act(floor: Floor, incident: UUID, name: str, what: str, at: datetime, **how: Any) -> None:
    by = floor.company.signed(name, at)
    await floor.ledger.edit(
        Incident, incident, lambda record: getattr(record, what)(by=by, **how), by=by
    )


async def swept(floor: Floor, at: datetime) -> None:
    sweeps = SweepActivities(floor.ledger, floor.index)
    for _ in range(2):
        await ActivityEnvironment().run(sweeps.sweep, Sweep(at=at))
