"""How fast the views catch up, how soon they show what was recorded, and a million events replayed.

Whatever replays runs in a process of its own, of one thread; only a PostgreSQL server works beside
it.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from domain.desk import Desk
from domain.ledger import Ledger
from domain.provenance import Provenance
from ops.bench.company import found
from ops.bench.figures import Baseline, Goal, Line, Profile, Section, percentiles
from ops.bench.load import DESCRIPTION, TITLE, FewKeys
from ops.bench.past import OPEN_AT_ONCE, record
from ops.bench.replay import Replayed
from ops.bench.running import LEDGERDESK, ROOT, environment, running
from ops.compose import open_desk, open_view_store, open_views
from ops.settings import Settings
from ops.stores.postgres import PostgresRecorder
from ops.stores.sqlite import SqliteRecorder
from projections.listings import ALL
from projections.runner import PAGE, Projector
from projections.views import Views

SIMPLEST = "timeline"
"""It takes every event and keeps one row for each: no view does less for all events."""
EVERY_VIEW = tuple(view.name for view in ALL)
MILLION = 1_000_000
PATIENCE_SECONDS = 300.0
VISIBLE_SECONDS = 5.0
START_SECONDS_MAX = 30.0
COMMANDS_PER_SECOND = 200

Progress = Callable[[str], None]


def catching_up(
    folder: Path,
    store: str,
    database_url: str | None = None,
    *,
    views: Sequence[str] = EVERY_VIEW,
    events: int = 100_000,
    replayed: int = MILLION,
    progress: Progress = lambda _: None,
) -> list[Section | Profile]:
    """Measure in an empty folder, or in a new database; and see where the time goes."""
    where, views_at = database_url or str(folder / "past.db"), database_url or str(folder / "v.db")
    progress(f"{store}: recording {replayed:,} events")
    recorder = PostgresRecorder(where) if database_url else SqliteRecorder(where)
    began = time.perf_counter()
    recorded = record(Ledger(recorder, FewKeys()), max(replayed, events))
    recorded_per_second = recorded / (time.perf_counter() - began)
    asyncio.run(recorder.aclose())

    def run(task: str, count: int) -> Replayed:
        progress(f"{store}: {task}, {count:,} events")
        dialect = "postgres" if database_url else "sqlite"
        return _replay(dialect, where, views_at, task, count)

    alone = {name: run(name, events) for name in views}
    together = run(",".join(alone), events)
    records = run("records", replayed)
    simplest = run(SIMPLEST, replayed)
    floor = Baseline("reading alone", records.per_second)
    lines = [
        Line(
            name=f"{name}, alone" + (" (the simplest that takes every event)" * (name == SIMPLEST)),
            value=one.per_second,
            unit="/s",
            baseline=floor,
            goal=Goal("at least", 50_000) if name == SIMPLEST else None,
        )
        for name, one in alone.items()
    ]
    lines += [
        Line(
            name="all views together",
            value=together.per_second,
            unit="/s",
            baseline=floor,
            goal=Goal("at least", 5_000),
        ),
        Line(
            name="recording such a past, 5,000 events a transaction",
            value=recorded_per_second,
            unit="/s",
        ),
        *_whole(f"{replayed:,} events applied to their records", records, replayed),
        *_whole(f"{SIMPLEST} built from {replayed:,} events", simplest, replayed),
    ]
    note = (
        f"A ledger of {recorded:,} events of incidents with service levels, changes with approvals "
        f"and assets, {sum(OPEN_AT_ONCE.values())} of them worked on in turns; a page has {PAGE:,} "
        "events. Each view is built anew from its first "
        f'{events:,} events, committed page by page. "Applied to their records" is every event '
        "read in pages from the store, decoded, its personal fields opened, and applied to its "
        "record; records without news are let go of. Memory is that of the whole process; its "
        "growth is counted from the first tenth to the highest of the others."
    )
    return [
        Section(title=f"Views, {store}", note=note, lines=lines),
        Profile(
            title=f"Where catching up of all views spends its time, {store}",
            note=f"Of the processor time of the process, while it read {events:,} events. "
            f"It was busy for {together.cpu_seconds / together.seconds:.0%} of the time.",
            shares=together.shares,
        ),
    ]


def _whole(name: str, replayed: Replayed, events: int) -> Iterator[Line]:
    """The time of a whole replay, for which the goal is that of a million, and its memory."""
    yield Line(
        name=name,
        value=replayed.seconds,
        unit="s",
        goal=Goal("at most", 30) if events >= MILLION else None,
    )
    first, *others = replayed.memory_mb
    yield Line(name=f"{name}: memory at the end", value=replayed.memory_mb[-1], unit="MB")
    yield Line(
        name=f"{name}: growth of memory",
        value=max(others, default=first) - first,
        unit="MB",
    )


def _replay(store: str, where: str, views_at: str, task: str, events: int) -> Replayed:
    said = subprocess.run(
        [sys.executable, "-m", "ops.bench.replay", store, where, views_at, task, str(events)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        timeout=PATIENCE_SECONDS,
    )
    return msgspec.json.decode(said.stdout, type=Replayed)


# Append to visible ---------------------------------------------------------------------------


def becoming_visible(
    folder: Path,
    store: str,
    database_url: str | None = None,
    *,
    commands: int = 500,
    progress: Progress = lambda _: None,
) -> Section:
    """Measure in an empty folder, with the ledger there or in a new database."""
    stored: dict[str, Any] = {"database_url": database_url} if database_url else {}
    found(folder / "data", **stored)
    settings = Settings(data=folder / "data", **stored)
    lines = []
    for where, projecting in (
        ("projector in the same process", _projecting_here),
        ("`ledgerdesk project` beside it", _projecting_there),
    ):
        progress(f"{store}: append to visible, {where}")
        waits = asyncio.run(_visible(settings, projecting, commands))
        p50, p99 = percentiles(waits)
        lines.append(
            Line(
                name=f"acknowledged → shown by the work queue, p99, {where}",
                value=p99,
                unit="ms",
                p50_ms=p50,
                p99_ms=p99,
                goal=Goal("at most", 100),
            )
        )
    note = (
        f"{commands:,} incidents logged one by one, {COMMANDS_PER_SECOND} a second, each waited "
        "for from its acknowledgement until the view has reached its position, all views being "
        "kept."
    )
    return Section(title=f"From the ledger to the views, {store}", note=note, lines=lines)


Projecting = Callable[[Settings, Desk, Views], Any]


async def _visible(settings: Settings, projecting: Projecting, commands: int) -> list[float]:
    async with (
        open_desk(settings) as desk,
        open_views(settings) as views,
        projecting(settings, desk, views),
    ):
        await _wait(desk, views, START_SECONDS_MAX)
        async with asyncio.TaskGroup() as tasks:
            waits = []
            for _ in range(commands):
                waits.append(tasks.create_task(_wait(desk, views)))
                await asyncio.sleep(1 / COMMANDS_PER_SECOND)
    return [wait.result() for wait in waits]


async def _wait(desk: Desk, views: Views, patience: float = VISIBLE_SECONDS) -> float:
    """Milliseconds until an incident that was just logged is shown."""
    by = Provenance(actor="bench", at=datetime.now(UTC), command=uuid4())
    receipt = await desk.log_incident(title=TITLE, description=DESCRIPTION, requester=None, by=by)
    began = time.perf_counter()
    if not await views.reached("work_queue", receipt.position, patience):
        raise TimeoutError(f"The views have not got to {receipt.position}.")
    return (time.perf_counter() - began) * 1000


@asynccontextmanager
async def _projecting_here(settings: Settings, desk: Desk, views: Views) -> AsyncIterator[None]:
    store = open_view_store(settings)
    projector = Projector(desk.ledger, store, ALL)
    projector.prepare()
    projector.moved.append(views.progress.tell)
    following = asyncio.create_task(projector.run())
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        store.close()


@asynccontextmanager
async def _projecting_there(settings: Settings, *_: object) -> AsyncIterator[None]:
    url = settings.database_url
    stored = {"database_url": url.get_secret_value()} if url else {}
    with running(
        [LEDGERDESK, "project"],
        environment(data=settings.data, **stored),
        settings.data / "project.log",
    ):
        yield
