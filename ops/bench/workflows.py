"""What waits: how late marks are recorded beside 100,000 idle clocks, and what an approval costs.

`python -m ops.bench.workflows` prints the results as JSON, after about a minute. The projector is a
process of its own, as in `ledgerdesk up`; Temporal is the embedded server with its file database.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import fmean, quantiles
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from domain.aggregate import Aggregate, Entry
from domain.approval import All, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.change import Change
from domain.desk import Desk
from domain.ids import number_of, record_id
from domain.incident import Incident
from domain.ledger import Ledger, Work
from domain.person import Role
from domain.promises import RESOLUTION, Commitment
from domain.provenance import Provenance
from domain.recorder import Write
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from ops.compose import open_desk, open_ledger, open_view_store, open_views
from ops.settings import Settings
from ops.temporal_client import connect, namespace_id
from ops.temporal_server import TemporalServer
from ops.work import Index
from projections import sla_board, ticket_lists
from projections.runner import Projector
from workflows.due_index import DueIndex, Horizons
from workflows.poker import Poker
from workflows.reactor import Reactor
from workflows.shards import Shards
from workflows.temporal import Temporal
from workflows.values import clock_id
from workflows.worker import worker

IDLE = 100_000
STORM = 2_000
STORM_SECONDS = 4.0
AHEAD_SECONDS = 8.0
"""How long before its first mark the storm is logged."""
APPROVALS = 30
VOTERS = ("bea", "cem")
STAGES = ("Peers", "CAB")
BATCH = 2_000
WAIT_SECONDS = 60.0
BUDGET = timedelta(hours=8)


class Marks(Struct, frozen=True, kw_only=True):
    """How much later than its moment each mark was durable in the ledger."""

    idle_clocks: int
    marks: int
    within_seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    temporal_events: int
    """Of the clock, over all of its runs that are left: the price of the storm."""


class Approvals(Struct, frozen=True, kw_only=True):
    """Approvals of two stages with two votes each, one approval after the other."""

    approvals: int
    deciding_vote_p50_ms: float
    """From the call to the decision in the ledger: one command, Temporal has no part in it."""
    deciding_vote_max_ms: float
    workflow_ended_p50_ms: float
    """From the decision until the workflow has heard of it and ended."""
    temporal_events: float
    temporal_tasks: float


class Results(Struct, frozen=True, kw_only=True):
    prepared_seconds: float
    marks: Marks
    approvals: Approvals


async def run(folder: Path, *, idle: int = IDLE, storm: int = STORM) -> Results:
    """Run both benchmarks in an empty folder."""
    began = time.monotonic()
    settings = Settings(data=folder)
    with TemporalServer(folder / "temporal") as server:
        client = await connect(server.address, server.namespace)
        async with open_desk(settings) as desk, open_views(settings) as views:
            people = await company(desk)
            promise = await _promise(desk)
            _log(desk.ledger, promise, 1, (_now() for _ in range(idle)))
            with _projector(folder):
                async with working(client, desk, Index(views)) as reactor:
                    await until(lambda: reactor.position >= desk.ledger.position())
                    prepared = time.monotonic() - began
                    approvals = await _approvals(client, desk, people)
                    await views.reached(sla_board.NAME, desk.ledger.position(), WAIT_SECONDS)
                    marks = await _storm(client, desk, promise, idle, storm)
    return Results(prepared_seconds=prepared, marks=marks, approvals=approvals)


# What runs -------------------------------------------------------------------------------------


@asynccontextmanager
async def working(client: Client, desk: Desk, index: DueIndex) -> AsyncIterator[Reactor]:
    horizons, temporal = Horizons(), Temporal(client, namespace_id)
    poker = Poker(temporal, index, horizons, Shards(desk.ledger.recorder))
    reactor = Reactor(desk.ledger, temporal, poker)
    async with worker(client, desk, index, horizons=horizons):
        reacting = asyncio.create_task(reactor.run())
        try:
            yield reactor
        finally:
            reacting.cancel()
            await asyncio.gather(reacting, return_exceptions=True)


@contextmanager
def _projector(folder: Path) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "ops.bench.workflows", str(folder)])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def _project(folder: Path) -> None:
    """The projector's process: it keeps the due index, until it is terminated."""
    settings = Settings(data=folder)
    async with open_ledger(settings) as ledger:
        projector = Projector(ledger, open_view_store(settings), [ticket_lists.VIEW])
        projector.prepare()
        await projector.run()


# What it works on --------------------------------------------------------------------------------


def _now() -> datetime:
    return datetime.now(UTC)


def signed(actor: str = "bench", at: datetime | None = None) -> Provenance:
    return Provenance(actor=actor, at=at or _now(), command=uuid4(), channel="system")


async def company(desk: Desk) -> dict[str, UUID]:
    operator = await desk.register_organisation(name="Operator", is_operator=True, by=signed())
    people = {}
    for name in ("ann", *VOTERS):
        hired = await desk.register_person(
            username=name,
            name=name.capitalize(),
            email=f"{name}@example.org",
            organisation=operator.subject,
            roles=(Role.APPROVER,) if name in VOTERS else (Role.REQUESTER,),
            by=signed(),
        )
        people[name] = hired.subject
    stages = tuple(
        Stage(
            name=name,
            approvers=("role:approver",),
            quorum=All(),
            patience="2d",
            on_timeout="reject",
        )
        for name in STAGES
    )
    process = await desk.ledger.next_id(ApprovalProcess)
    definition = Definition(
        subjects=("change",), when='subject.type == "normal"', stages=stages, repeat_voters=True
    )
    await _add(
        desk.ledger,
        lambda by: ApprovalProcess.draft(process, name="Normal", definition=definition, by=by),
    )
    await desk.publish_process(process, by=signed())
    return people


async def _promise(desk: Desk) -> tuple[UUID, UUID]:
    """A policy and its calendar, which counts day and night."""
    calendar = await desk.ledger.next_id(Calendar)
    await _add(desk.ledger, lambda by: Calendar.define(calendar, name="All", hours=ALWAYS, by=by))
    policy = await desk.ledger.next_id(ServiceLevelPolicy)
    agreement = Agreement(
        calendar=calendar, targets=(TargetPromise(name="resolution", budget="8h"),)
    )
    await _add(
        desk.ledger,
        lambda by: ServiceLevelPolicy.draft(policy, name="All", definition=agreement, by=by),
    )
    await desk.publish_policy(policy, by=signed())
    return policy, calendar


async def _add(ledger: Ledger, begin: Callable[[Provenance], Aggregate]) -> None:
    by = signed()

    async def decide(work: Work) -> None:
        work.add(begin(by))

    await ledger.run(by, decide)


def _log(
    ledger: Ledger, promise: tuple[UUID, UUID], first: int, times: Iterable[datetime]
) -> list[UUID]:
    """Log an incident at each of these times, with its service level, many in a transaction."""
    ids = []
    rows = enumerate(times, first)
    while batch := list(islice(rows, BATCH)):
        writes = [_logged(ledger, promise, record_id("INC", serial), at) for serial, at in batch]
        ledger.recorder.append_now(writes)
        ids += [write.subject for write in writes]
    return ids


def _logged(ledger: Ledger, promise: tuple[UUID, UUID], id: UUID, at: datetime) -> Write:
    by = signed(at=at)
    incident = Incident.log(id, title="It does not work", requester=None, organisation=None, by=by)
    policy, calendar = promise
    incident.apply_service_level(
        policy=policy,
        policy_version=1,
        calendar=calendar,
        calendar_version=1,
        commitments=[Commitment(name=RESOLUTION, budget="8h")],
        by=by,
    )
    return Write(
        command=by.command,
        subject=id,
        version=incident.version,
        events=[ledger.mapper.to_stored_event(entry) for entry in incident.collect_events()],
    )


# What is measured ---------------------------------------------------------------------------------


async def _storm(
    client: Client, desk: Desk, promise: tuple[UUID, UUID], idle: int, storm: int
) -> Marks:
    late: dict[UUID, float] = {}

    def observe(entries: Iterable[Entry]) -> None:
        at = _now()
        for entry in entries:
            if isinstance(entry.event, Incident.TargetBreached):
                late[entry.originator_id] = (at - entry.event.due).total_seconds() * 1000

    desk.ledger.observers.append(observe)
    first = _now() + timedelta(seconds=AHEAD_SECONDS)
    step = timedelta(seconds=STORM_SECONDS) / storm
    times = (first + number * step - BUDGET for number in range(storm))
    ids = _log(desk.ledger, promise, idle + 1, times)
    await until(lambda: len(late) == len(ids))
    clock = await client.get_workflow_handle(clock_id(0)).describe()
    found = [late[id] for id in ids]
    p50, p99 = percentiles(found)
    return Marks(
        idle_clocks=idle,
        marks=len(ids),
        within_seconds=STORM_SECONDS,
        p50_ms=p50,
        p99_ms=p99,
        max_ms=max(found),
        temporal_events=clock.history_length,
    )


async def _approvals(client: Client, desk: Desk, people: dict[str, UUID]) -> Approvals:
    deciding, ended, events, tasks = [], [], [], []
    for _ in range(APPROVALS):
        change = await submitted(desk, people["ann"])
        for _stage in STAGES:
            for name in VOTERS:
                await asyncio.sleep(0.02)
                began = time.perf_counter()
                await desk.vote(change, "approve", by=signed(str(people[name])))
                decided = time.perf_counter()
        workflow = client.get_workflow_handle(f"approval/{number_of(change)}/1")
        await workflow.result()
        ended.append((time.perf_counter() - decided) * 1000)
        deciding.append((decided - began) * 1000)
        history = (await workflow.fetch_history()).events
        events.append(len(history))
        tasks.append(
            sum(e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for e in history)
        )
    return Approvals(
        approvals=APPROVALS,
        deciding_vote_p50_ms=percentiles(deciding)[0],
        deciding_vote_max_ms=max(deciding),
        workflow_ended_p50_ms=percentiles(ended)[0],
        temporal_events=fmean(events),
        temporal_tasks=fmean(tasks),
    )


async def submitted(desk: Desk, requester: UUID) -> UUID:
    proposed = await desk.propose_change(
        title="Replace the core switch", requester=requester, by=signed(str(requester))
    )
    by = signed(str(requester))

    def prepare(change: Change) -> None:
        change.assess_risk(impact=2, likelihood=2, by=by)
        change.plan(implementation="Swap it.", backout="Swap it back.", by=by)

    await desk.ledger.edit(Change, proposed.subject, prepare, by=by)
    await desk.submit_change(proposed.subject, by=signed(str(requester)))
    return proposed.subject


def percentiles(values: list[float]) -> tuple[float, float]:
    """The median and the 99th of a hundred."""
    hundredths = quantiles(values, n=100, method="inclusive")
    return hundredths[49], hundredths[98]


async def until(holds: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


def main() -> None:
    if len(sys.argv) > 1:
        asyncio.run(_project(Path(sys.argv[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(run(Path(folder)))
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(results)).decode() + "\n")


if __name__ == "__main__":
    main()
