"""Benchmarks of what waits: how late marks are recorded, and what an approval costs.

`python -m ops.bench.workflows` prints the results as JSON. The projector is a process of its own,
as in `ledgerdesk up`; Temporal is the embedded server with its file database.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from domain.aggregate import Entry
from domain.approval import All, Stage
from domain.approval_process import ApprovalProcess, Definition
from domain.approval_round import ALWAYS
from domain.calendar import Calendar
from domain.change import Change
from domain.desk import Desk
from domain.ids import number_of, record_id
from domain.incident import Commitment, Incident
from domain.ledger import Ledger, Work
from domain.person import Role
from domain.provenance import Provenance
from domain.recorder import Write
from domain.service_level_policy import Agreement, ServiceLevelPolicy, TargetPromise
from ops.compose import open_desk, open_ledger, open_view_store, open_views
from ops.settings import Settings
from ops.temporal_client import connect, namespace_id
from ops.temporal_server import TemporalServer
from ops.work import Index
from projections import sla_board
from projections.runner import Projector
from workflows.due_index import Horizon
from workflows.poker import Poker
from workflows.reactor import Reactor
from workflows.temporal import Temporal
from workflows.worker import worker

IDLE = 100_000
STORM = 2_000
STORM_SECONDS = 4.0
APPROVALS = 40
VOTERS = ("bea", "cem", "dan")
BATCH = 2_000
DEADLINE_SECONDS = 60.0
BUDGET = timedelta(hours=1)


class Marks(Struct, frozen=True, kw_only=True):
    """How much later than its moment each mark was durable in the ledger, in milliseconds."""

    idle_clocks: int
    marks: int
    within_seconds: float
    sweeps: int
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float


class Approvals(Struct, frozen=True, kw_only=True):
    """Approvals of two stages with three votes each, one after the other."""

    approvals: int
    deciding_vote_p50_ms: float
    """From the call to the decision in the ledger: one command, Temporal has no part in it."""
    deciding_vote_p99_ms: float
    workflow_ended_p50_ms: float
    """From the deciding vote until the workflow has heard of it and ended."""
    temporal_events: float
    temporal_tasks: float


class Results(Struct, frozen=True, kw_only=True):
    marks: Marks
    approvals: Approvals


async def run(folder: Path, *, idle: int = IDLE) -> Results:
    """Run both in an empty folder; takes about a minute."""
    settings = Settings(data=folder)
    with TemporalServer(folder / "temporal") as server:
        client = await connect(server.address, server.namespace)
        async with open_desk(settings) as desk, open_views(settings) as views:
            organisation = await _company(desk)
            policy, calendar = await _policy(desk)
            _log(desk.ledger, policy, calendar, _times(idle, timedelta(0)), first=1)
            index, horizon = Index(views), Horizon()
            reactor = Reactor(
                desk.ledger,
                Temporal(client, namespace_id),
                Poker(reactor_temporal := Temporal(client, namespace_id), index, horizon),
            )
    return Results(marks=marks, approvals=approvals)
