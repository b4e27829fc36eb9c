"""What API clients ask of a desk with a past of a million events, beside an empty endpoint.

One API process, one process that asks, over connections that stay open. Nothing is kept from one
answer for the next but what the databases keep themselves.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from msgspec import Struct

from domain.change import Change
from domain.desk import Desk
from domain.ids import number_of, record_id
from domain.incident import Incident
from domain.provenance import Provenance
from ops.bench.company import AGENTS, found
from ops.bench.figures import Baseline, Goal, Line, Section
from ops.bench.http import LIVE, send
from ops.bench.load import DESCRIPTION, TITLE
from ops.bench.machine import cpu_seconds
from ops.bench.past import EVENTS_IN_TURNS, OPEN_AT_ONCE, record
from ops.bench.requests import Answered, Load
from ops.bench.running import LEDGERDESK, answers, environment, running
from ops.compose import open_desk, open_ledger, open_view_store
from ops.ports import free_port
from ops.problems import UserProblem
from ops.settings import Settings
from projections.listings import ALL
from projections.runner import Projector

CLIENTS = (1, 8)
FIRST = 10_001
"""The serial of the first record of the past, after those of the company."""
OPEN = 2_100
AT_ONCE = 100
ASKED = 400
"""How many records are asked in turns."""
WORDS = ("printer", "burns floor", "replace", "second print", "vpn", "INC0010500", "the")
HALF = 0.5
MINUTE = 60.0
REQUESTS_PER_SECOND = 2_000
"""So many may be asked on and on with the tokens of three people."""

NOTE = (
    "{events:,} events, {tickets:,} tickets, {open:,} of them open and in the hands of three "
    "agents, whose requests these are. Tickets, histories and searches are other ones each time. "
    "The empty endpoint is of the same server, with no token."
)


class Question(Struct, frozen=True):
    name: str
    paths: list[str]
    p50_ms: float | None = None
    p99_ms: float | None = None
    is_measured_beside: bool = False
    """Whether its rate is to be half of that of the empty endpoint."""


class Asked(Struct, frozen=True):
    answered: Answered
    cpu_us: float


Progress = Callable[[str], None]


def measure(
    folder: Path,
    store: str,
    database_url: str | None = None,
    *,
    events: int = 1_000_000,
    seconds: float = 3.0,
    progress: Progress = lambda _: None,
) -> Section:
    """Measure in an empty folder, with the ledger there or in a new database."""
    stored: dict[str, Any] = {"database_url": database_url} if database_url else {}
    tokens = found(folder / "data", **stored)
    settings = Settings(data=folder / "data", **stored)
    progress(f"{store}: recording {events:,} events")
    tickets = asyncio.run(_fill(settings, events))
    progress(f"{store}: projecting them")
    recorded = asyncio.run(_project(settings))
    lines: list[Line] = []
    with _server(folder, stored) as (pid, port):

        def ask(question: Question, clients: int) -> Asked:
            progress(f"{store}: {question.name}, {clients} clients")
            return _ask(question, clients, pid, port, seconds, tokens)

        questions = _questions(tickets)
        for clients in CLIENTS:
            empty = ask(Question(LIVE, ["/livez"]), clients)
            lines.append(
                Line(
                    name=f"{LIVE}, {clients} clients",
                    value=empty.answered.per_second,
                    unit="/s",
                    p50_ms=empty.answered.p50_ms,
                    p99_ms=empty.answered.p99_ms,
                    cpu_us=empty.cpu_us,
                )
            )
            for question in questions:
                asked = ask(question, clients)
                lines += _lines(question, clients, asked, empty)
        lines += _rebuilt(folder, stored, partial(ask, questions[0], 1), progress)
    note = NOTE.format(events=recorded, tickets=tickets + OPEN, open=OPEN)
    return Section(title=f"Questions to the API, {store}", note=note, lines=lines)


async def _fill(settings: Settings, events: int) -> int:
    """Record the past and what is open; how many tickets the past has."""
    async with open_desk(settings) as desk:
        record(desk.ledger, events, FIRST)
        agents = [await desk.person_called(name) for name in AGENTS]
        assignees = [agent.id for agent in agents if agent is not None]
        for begin in range(0, OPEN, AT_ONCE):
            await asyncio.gather(
                *(_open(desk, assignees[number % 3]) for number in range(begin, begin + AT_ONCE))
            )
    return events * sum(OPEN_AT_ONCE[kind] for kind in (Incident, Change)) // EVENTS_IN_TURNS


async def _open(desk: Desk, agent: UUID) -> None:
    await desk.log_incident(
        title=TITLE,
        description=DESCRIPTION,
        requester=None,
        impact=2,
        urgency=2,
        assignee=agent,
        by=Provenance(actor=str(agent), at=datetime.now(UTC), command=uuid4()),
    )


async def _project(settings: Settings) -> int:
    store = open_view_store(settings)
    try:
        async with open_ledger(settings) as ledger:
            projector = Projector(ledger, store, ALL)
            projector.prepare()
            projector.catch_up()
            return ledger.position()
    finally:
        store.close()


@contextmanager
def _server(folder: Path, stored: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """The process and the port of an API server."""
    port = free_port()
    settings = environment(data=folder / "data", port=port, **stored)
    is_ready = partial(answers, f"http://127.0.0.1:{port}/livez")
    with running([LEDGERDESK, "serve"], settings, folder / "api.log", is_ready) as process:
        yield process.pid, port


def _questions(tickets: int) -> list[Question]:
    chance = Random(7)
    most = FIRST + tickets * OPEN_AT_ONCE[Incident] // sum(OPEN_AT_ONCE.values())
    numbers = [number_of(record_id("INC", chance.randrange(FIRST, most))) for _ in range(ASKED)]
    incidents = [f"/api/v1/incidents/{number}" for number in numbers]
    queue = "/api/v1/queue?q=is:open%20assignee:me&sort=due&limit=50"
    return [
        Question("get one ticket", incidents, 3, 10, is_measured_beside=True),
        Question("my open tickets by due date, 50", [queue], 5, 15),
        Question("history of a ticket", [f"{one}/history" for one in incidents], 5),
        Question("search", [f"/api/v1/search?q={quote(words)}" for words in WORDS], 15, 50),
    ]


def _ask(
    question: Question, clients: int, pid: int, port: int, seconds: float, tokens: list[str]
) -> Asked:
    before = cpu_seconds(pid)
    answered = send(
        Load(
            port=port,
            connections=clients,
            seconds=seconds,
            method="GET",
            path=question.paths[0],
            more_paths=question.paths[1:],
            tokens=[] if question.name == LIVE else tokens,
        )
    )
    if answered.refused:
        raise UserProblem(f"{question.name}: {answered.refused} answers were wrong.")
    return Asked(answered, (cpu_seconds(pid) - before) / answered.sent * 1e6)


def _lines(question: Question, clients: int, asked: Asked, empty: Asked) -> Iterator[Line]:
    name = f"{question.name}, {clients} clients"
    answered = asked.answered
    beside = Goal("at least", HALF, times_baseline=True) if question.is_measured_beside else None
    yield Line(
        name=name,
        value=answered.per_second,
        unit="/s",
        p50_ms=answered.p50_ms,
        p99_ms=answered.p99_ms,
        cpu_us=asked.cpu_us,
        baseline=Baseline("empty endpoint", empty.answered.per_second),
        goal=beside,
    )
    for which, value, most in (
        ("p50", answered.p50_ms, question.p50_ms),
        ("p99", answered.p99_ms, question.p99_ms),
    ):
        if most is not None:
            goal = Goal("at most", most)
            yield Line(name=f"{name}, {which}", value=value, unit="ms", goal=goal)


def _rebuilt(
    folder: Path, stored: dict[str, Any], ask: Callable[[], Asked], progress: Progress
) -> Iterator[Line]:
    """How fast a ticket is found while all views are made anew, and put in place of the others."""
    before = ask().answered.p99_ms
    time.sleep(MINUTE)
    progress("all views are made anew")
    began = time.perf_counter()
    settings = environment(data=folder / "data", **stored)
    found: list[Answered] = []
    with running([LEDGERDESK, "views", "rebuild"], settings, folder / "rebuild.log") as process:
        while process.poll() is None:
            found.append(ask().answered)
            # No more than what a token may ask in a minute.
            time.sleep(found[-1].requests / REQUESTS_PER_SECOND)
        if process.returncode:
            raise UserProblem((folder / "rebuild.log").read_text(errors="replace")[-2_000:])
    yield Line(
        name="all views made anew beside, with these questions",
        value=time.perf_counter() - began,
        unit="s",
    )
    yield Line(
        name="get one ticket meanwhile, the highest p99 of each few seconds",
        value=max(one.p99_ms for one in found),
        unit="ms",
        baseline=Baseline("before", before),
        goal=Goal("at most", 2, times_baseline=True),
    )
