import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio.client import Client

from domain.agreement import TargetPromise
from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.incident import Incident
from domain.ticket import Visibility
from ops.temporal_client import namespace_id
from tests.workflows.floor import Floor
from tests.workflows.machinery import caught_up, eventually
from workflows.due_index import Horizons
from workflows.poker import Poker
from workflows.reactor import Reactor
from workflows.shards import Shards
from workflows.temporal import Temporal


class Counted(Temporal):
    """Temporal, and how often it is told something."""

    calls = 0

    async def start(self, workflow: str, id: str, value: Any) -> bool:
        self.calls += 1
        return await super().start(workflow, id, value)

    async def signal(self, id: str, signal: str, *values: Any) -> bool:
        self.calls += 1
        return await super().signal(id, signal, *values)

    async def keep_running(self, workflow: str, id: str, value: Any) -> None:
        self.calls += 1
        await super().keep_running(workflow, id, value)


async def logged(floor: Floor, urgency: Any) -> UUID:
    receipt = await floor.desk.log_incident(
        title="Mail is down",
        requester=floor.company.people["ann"],
        impact=1,
        urgency=urgency,
        by=floor.company.signed("ann", datetime.now(UTC)),
    )
    return receipt.subject


async def test_temporal_hears_only_of_what_is_due_earlier(
    floor: Floor, live_client: Client
) -> None:
    company = floor.company
    company.office = await company.add(Calendar, "define", name="All", hours=ALWAYS)
    await company.publish_policy(TargetPromise(name="resolution", budget={1: "2h", 2: "8h"}))
    temporal = Counted(live_client, namespace_id)
    poker = Poker(temporal, floor.index, Horizons(), Shards(floor.ledger.recorder))
    reactor = Reactor(floor.ledger, temporal, poker)
    following = asyncio.create_task(reactor.run())
    try:
        incident = await logged(floor, urgency=2)
        await eventually(lambda: temporal.calls == 2)
        for number in range(30):
            by = company.signed("bea", datetime.now(UTC))

            def trifle(record: Incident, number: int = number, by: Any = by) -> None:
                record.comment(f"{number}", visibility=Visibility.INTERNAL, by=by)
                record.comment(f"{number}", visibility=Visibility.PUBLIC, by=by)
                record.watch(company.people["cem"], by=by)
                record.unwatch(company.people["cem"], by=by)
                record.amend(title=f"Mail is down {number}", by=by)
                record.assign(team=None, assignee=company.people["bea"], by=by)
                record.pend("vendor", by=by)
                record.resume(by=by)

            await floor.ledger.edit(Incident, incident, trifle, by=by)
            await caught_up(reactor)
        after_trifles = temporal.calls
        await logged(floor, urgency=1)
        await eventually(lambda: temporal.calls > after_trifles)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    # The clock is kept running and told of the first; then it is told of what is due earlier.
    assert after_trifles == 2
    assert temporal.calls == 3
