"""What API clients ask of a desk with a past of a million events, beside an empty endpoint.

One API process, one process that asks, over connections that stay open. All is asked for a while
before it is measured, so the records are at hand, as they are in a process that has run for long.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import quote

from msgspec import Struct

from domain.ids import number_of, record_id
from domain.incident import Incident
from ops.bench.big_desk import FIRST, OPEN, BigDesk, desk_in
from ops.bench.figures import Baseline, Goal, Line, Section
from ops.bench.http import LIVE, send
from ops.bench.load import PEOPLE
from ops.bench.machine import cpu_seconds
from ops.bench.past import BEGINNING, OPEN_AT_ONCE, TEAM
from ops.bench.rebuilding import made_anew
from ops.bench.requests import Answered, Load
from ops.bench.running import LEDGERDESK, ROOT, answers, environment, running
from ops.ports import free_port
from ops.problems import UserProblem
from projections.work_queue import QUEUE

CLIENTS = (1, 8)
ASKED = 400
"""How many records are asked in turns."""
WORDS = ("printer", "burns floor", "replace", "second print", "vpn", "INC0010500", "the")
HALF = 0.5
PATIENCE_SECONDS = 1_800.0
NO_LIMIT = 1_000_000_000
"""Requests a minute: three people ask as much as a company."""

NOTE = (
    "{events:,} events, {tickets:,} tickets, {open:,} of them open and in the hands of three "
    "agents, whose requests these are. Tickets, histories and searches are other ones each time. "
    "The empty endpoint is of the same server, with no token; a second of a core is one of the "
    "server's processor time, without the database's. What is said of the rebuilding is of "
    "the same desk: `nice -n 19 ledgerdesk views rebuild` makes all views anew, compares them with "
    "those that serve, and puts them in their place, while 4 clients ask these questions at an "
    "even pace; what comes late counts from when it was due. Then a person is erased, and `nice -n "
    "19 ledgerdesk project` makes all views anew without them."
)

Store = tuple[Path, str, str | None]
"""An empty folder, the name of a store, and the URL of a new database if it needs one."""
Progress = Callable[[str], None]


class Question(Struct, frozen=True):
    name: str
    paths: list[str]
    p50_ms: float | None = None
    p99_ms: float | None = None
    is_measured_beside: bool = False
    """Whether a core is to answer half as many of it as of the empty endpoint."""
    clients_max: int = CLIENTS[-1]
    """Up to how many clients its goals hold."""


class Asked(Struct, frozen=True):
    answered: Answered
    cpu_us: float


EMPTY = Question(LIVE, ["/livez"])


def measure(
    stores: Sequence[Store],
    *,
    events: int = 1_000_000,
    seconds: float = 3.0,
    rebuilds: bool = True,
    progress: Progress = lambda _: None,
) -> list[Section]:
    """Measure each store. What fails is told in the note, and the rest is measured."""
    return [
        _measured(store, seconds, rebuilds, progress)
        if is_made
        else Section(title=_title(store), note="The desk could not be recorded.", lines=[])
        for store, is_made in zip(stores, _make(stores, events, progress), strict=True)
    ]


def _make(stores: Sequence[Store], events: int, progress: Progress) -> list[bool]:
    """Make the desks, all at once, as it takes one processor each; which of them were made."""
    progress(f"recording and projecting {events:,} events for {len(stores)} stores")
    made = [
        subprocess.Popen(
            [sys.executable, "-m", "ops.bench.big_desk", str(events)],
            env=_environment(store),
            cwd=ROOT,
        )
        for store in stores
    ]
    try:
        return [process.wait(PATIENCE_SECONDS) == 0 for process in made]
    finally:
        for process in made:
            process.kill()
            process.wait()


def _environment(store: Store, **more: object) -> dict[str, str]:
    folder, _, url = store
    stored = {"database_url": url} if url else {}
    return environment(data=folder / "data", **stored, **more)


def _measured(store: Store, seconds: float, rebuilds: bool, progress: Progress) -> Section:
    folder, name, _ = store
    desk = desk_in(folder / "data")
    lines: list[Line] = []
    failures: list[str] = []
    with _server(store) as (pid, port):

        def ask(question: Question, clients: int) -> Asked:
            progress(f"{name}: {question.name}, {clients} clients")
            return _ask(question, clients, pid, port, seconds, desk.tokens)

        questions = _questions(desk)
        progress(f"{name}: everything, not measured yet")
        for question in questions:
            with suppress(UserProblem):
                _ask(question, CLIENTS[-1], pid, port, seconds, desk.tokens)
        for clients in CLIENTS:
            empty = ask(EMPTY, clients)
            lines.append(_empty(empty, clients))
            for question in questions:
                try:
                    lines += _lines(question, clients, ask(question, clients), empty)
                except UserProblem as problem:
                    failures.append(str(problem))
        if rebuilds:
            progress(f"{name}: all views are made anew")
            load = partial(
                Load,
                port=port,
                method="GET",
                path=questions[0].paths[0],
                more_paths=_in_turns(questions),
                tokens=desk.tokens,
            )
            try:
                lines += made_anew(load, _environment(store), folder, seconds)
            except UserProblem as problem:
                failures.append(str(problem))
    note = NOTE.format(events=desk.events, tickets=desk.tickets + OPEN, open=OPEN)
    failed = "".join(f" Not measured: {failure}" for failure in failures)
    return Section(title=_title(store), note=note + failed, lines=lines)


def _title(store: Store) -> str:
    return f"Questions to the API, {store[1]}"


@contextmanager
def _server(store: Store) -> Iterator[tuple[int, int]]:
    """The process and the port of an API server."""
    port = free_port()
    settings = _environment(store, port=port, requests_per_minute=NO_LIMIT)
    is_ready = partial(answers, f"http://127.0.0.1:{port}/livez")
    with running([LEDGERDESK, "serve"], settings, store[0] / "api.log", is_ready) as process:
        yield process.pid, port


def _questions(desk: BigDesk) -> list[Question]:
    chance = Random(7)
    most = FIRST + desk.tickets * OPEN_AT_ONCE[Incident] // sum(OPEN_AT_ONCE.values())
    numbers = [number_of(record_id("INC", chance.randrange(FIRST, most))) for _ in range(ASKED)]
    incidents = [f"/api/v1/incidents/{number}" for number in numbers]
    queue = "/api/v1/queue?q=is:open%20assignee:me&sort=due&limit=50"
    at = [BEGINNING + timedelta(seconds=desk.events * share / 100) for share in range(3, 97)]
    moments = [quote(moment.isoformat()) for moment in at]
    return [
        Question("get one ticket", incidents, 3, 10, is_measured_beside=True),
        Question("my open tickets by due date, 50", [queue], 5, 15),
        Question("history of a ticket", [f"{one}/history" for one in incidents], 5),
        Question("search", [f"/api/v1/search?q={quote(words)}" for words in WORDS], 15, 50),
        Question(
            "the incidents that changed last, 50, as of a moment",
            [f"/api/v1/incidents?limit=50&as_of={moment}" for moment in moments],
            None,
            50,
        ),
        Question(
            "the queue in its usual order, 50, as of a moment",
            [f"/api/v1/queue?limit=50&as_of={moment}" for moment in moments],
            None,
            50,
        ),
        Question(
            "the queue in any order, filtered or not, 50, as of a moment or position",
            list(_of_the_past(chance, moments, desk.events)),
            None,
            50,
            clients_max=1,
        ),
    ]


def _of_the_past(chance: Random, moments: Sequence[str], events: int) -> Iterator[str]:
    """Each order that there is, both ways."""
    filters = (
        *("", "is_open=true", "is_open=false", "status=closed", f"team={TEAM}"),
        *(f"assignee={PEOPLE[12]}", f"requester={PEOPLE[3]}"),
    )
    orders = [column.name for column in QUEUE.columns if column.kind != "json"]
    asked = [(sign, order, one) for sign in ("", "-") for order in orders for one in filters]
    for sign, order, one in chance.sample(asked, ASKED):
        position = f"@{chance.randrange(events // 50, events)}"
        as_of = chance.choice((chance.choice(moments), position))
        yield f"/api/v1/queue?limit=50&sort={sign}{order}&as_of={as_of}&{one}".rstrip("&")


def _in_turns(questions: Sequence[Question]) -> list[str]:
    """Paths of all questions, one of each after the other."""
    count = max(len(question.paths) for question in questions)
    return [
        question.paths[turn % len(question.paths)]
        for turn in range(count)
        for question in questions
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
            tokens=[] if question is EMPTY else tokens,
        )
    )
    if answered.refused:
        raise UserProblem(f"{question.name}: {answered.refused} answers were wrong.")
    return Asked(answered, (cpu_seconds(pid) - before) / answered.sent * 1e6)


def _empty(asked: Asked, clients: int) -> Line:
    return Line(
        name=f"{LIVE}, {clients} clients",
        value=asked.answered.per_second,
        unit="/s",
        p50_ms=asked.answered.p50_ms,
        p99_ms=asked.answered.p99_ms,
        cpu_us=asked.cpu_us,
    )


def _lines(question: Question, clients: int, asked: Asked, empty: Asked) -> Iterator[Line]:
    name = f"{question.name}, {clients} clients"
    answered = asked.answered
    yield Line(
        name=name,
        value=answered.per_second,
        unit="/s",
        p50_ms=answered.p50_ms,
        p99_ms=answered.p99_ms,
        cpu_us=asked.cpu_us,
        baseline=Baseline("empty endpoint", empty.answered.per_second),
    )
    if question.is_measured_beside:
        yield Line(
            name=f"{name}, for each second of a core",
            value=1e6 / asked.cpu_us,
            unit="/s",
            baseline=Baseline("empty endpoint", 1e6 / empty.cpu_us),
            goal=Goal("at least", HALF, times_baseline=True),
        )
    for which, value, most in (
        ("p50", answered.p50_ms, question.p50_ms),
        ("p99", answered.p99_ms, question.p99_ms),
    ):
        if most is not None and clients <= question.clients_max:
            goal = Goal("at most", most)
            yield Line(name=f"{name}, {which}", value=value, unit="ms", goal=goal)
