"""What the service clocks of a ticket cost, and those of a hundred thousand of them from scratch.

Whatever recomputes runs in processes of their own, of one thread, each with half of the tickets.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from domain.aggregate import Event
from domain.business_time import BusinessHours
from domain.explanation import explained
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger
from domain.promises import BREACH, FIRST_RESPONSE, RESOLUTION, Commitment
from domain.provenance import Provenance
from domain.ticket import Visibility
from domain.ticket_clocks import after, told
from ops.bench.figures import Goal, Line, Profile, Section, percentiles
from ops.bench.load import ACTORS, ORGANISATION, PEOPLE, FewKeys
from ops.bench.past import OPEN_AT_ONCE, TEAM, record
from ops.bench.recompute import Recomputed
from ops.bench.running import ROOT, environment
from ops.stores.sqlite import SqliteRecorder

EVENTS = 50
TICKETS = 100_000
PROCESSES = 2
ROUNDS = 400
SECONDS_MAX = 60.0
PATIENCE_SECONDS = 900.0
YEARS = range(2016, 2027)
CALENDAR, POLICY = record_id("CAL", 1), record_id("SLP", 1)
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
OLD = BusinessHours(
    zone="Europe/Zurich",
    weekly={
        day: (("08:00", "12:00"), ("13:00", "17:30")) for day in ("mon", "tue", "wed", "thu", "fri")
    },
    holidays=tuple(
        f"{year}-{day}"
        for year in YEARS
        for day in ("01-01", "01-02", "05-01", "08-01", "12-24", "12-25", "12-26", "12-31")
    ),
)
"""Ten years of holidays, and a break at noon."""
GOLD = (
    Commitment(name=FIRST_RESPONSE, budget="1h"),
    Commitment(name=RESOLUTION, budget="40h", pausing=("customer", "vendor")),
)
SILVER = (GOLD[0], msgspec.structs.replace(GOLD[1], budget="60h"))

Progress = Callable[[str], None]


def hours_of(_calendar: UUID, _version: int) -> BusinessHours:
    return OLD


class Life:
    """An incident over some days."""

    def __init__(self) -> None:
        self.at = MONDAY
        self.incident: Any = Incident.log(
            record_id("INC", 1),
            title="No mail",
            requester=PEOPLE[0],
            organisation=ORGANISATION,
            by=self._by(0),
        )

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.incident.pending]

    def act(self, command: str, actor: int = 10, **arguments: Any) -> None:
        self.at += timedelta(minutes=97)
        getattr(self.incident, command)(**arguments, by=self._by(actor))

    def promise(self, commitments: tuple[Commitment, ...]) -> None:
        self.act(
            "apply_service_level",
            policy=POLICY,
            policy_version=1,
            calendar=CALENDAR,
            calendar_version=1,
            commitments=commitments,
        )

    def talk(self, number: int) -> None:
        """So many comments, by turns of an agent among agents and to the requester, who answers."""
        for place in range(number):
            actor = 0 if place % 3 == 2 else 10
            said = Visibility.INTERNAL if place % 3 == 0 else Visibility.PUBLIC
            self.act("comment", actor, said="We are looking into it.", visibility=said)

    def _by(self, actor: int) -> Provenance:
        return Provenance(actor=ACTORS[actor], at=self.at, command=UUID(int=len(str(self.at))))


def life(pauses: int) -> list[Event]:
    """The events of an incident: sorted, promised something, handed on, talked about, paused so
    often, promised something else, late, resolved, reopened, resolved again and closed."""
    one = Life()
    one.act("prioritise", impact=2, urgency=2)
    one.act("categorise", category="network", service="Mail")
    one.promise(GOLD)
    one.act("assign", team=TEAM)
    one.act("watch", person=PEOPLE[3])
    one.act("start", 11)
    one.act("comment", 11, said="We look.", visibility=Visibility.PUBLIC)
    one.act("respond", 11)
    for number in range(pauses):
        one.act("pend", reason=("customer", "vendor", "evidence")[number % 3])
        one.act("resume")
    one.act("escalate_functionally", team=TEAM, support_level=2, reason="It is the router.")
    one.act("prioritise", impact=2, urgency=3)
    one.promise(SILVER)
    one.act("mark", target=RESOLUTION, mark="75%", round=2, due=one.at)
    one.act("mark", target=RESOLUTION, mark=BREACH, round=2, due=one.at)
    one.talk(EVENTS - 18 - 2 * pauses)
    one.act("resolve", code="fixed", resolution="Restarted.")
    one.act("reopen", 0, reason="Again.")
    one.act("resolve", code="fixed", resolution="Replaced.")
    one.act("close", 0)
    return one.events


def measure(
    folder: Path, *, tickets: int = TICKETS, progress: Progress = lambda _: None
) -> list[Section | Profile]:
    progress("clocks: one ticket")
    return [_of_one(), *_of_many(folder, tickets, progress)]


# One ticket ----------------------------------------------------------------------------------


def _of_one() -> Section:
    lines = []
    usual, busy = life(3), life(12)
    name = f"{EVENTS} events, paused three times"
    lines.append(_line(name, partial(after, usual, hours_of), Goal("at most", 100)))
    lines.append(_line(f"{EVENTS} events, paused twelve times", partial(after, busy, hours_of)))
    events = usual
    place = next(n for n, event in enumerate(events) if isinstance(event, Incident.Resumed))
    state, paused = after(events[:place], hours_of), events[place]
    step = partial(told, state, paused, hours_of)
    lines.append(_line("one more event that moves a clock, the step of a view", step))
    explain = partial(explained, events, hours_of, events[-1].by.at)
    lines.append(_line("why, and whose time it was", explain))
    return Section(
        title="The clocks of a ticket",
        note=f"Of {EVENTS} events, from its events in memory to its clocks: two targets, promised "
        "twice, on a calendar of ten years with a break at noon and its holidays, which has been "
        f"used before. The median of {ROUNDS} times.",
        lines=lines,
    )


def _line(name: str, act: Callable[[], object], goal: Goal | None = None) -> Line:
    act()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1e6)
    return Line(name=name, value=percentiles(times)[0], unit="µs", goal=goal)


# Many ----------------------------------------------------------------------------------------


def _of_many(folder: Path, tickets: int, progress: Progress) -> list[Section | Profile]:
    where = folder / "past.db"
    of_tickets = OPEN_AT_ONCE[Incident]
    progress(f"clocks: recording {tickets:,} incidents")
    recorder = SqliteRecorder(str(where))
    # Each round of the past ends with as many incidents as are worked on at once.
    events = record(Ledger(recorder, FewKeys()), tickets * 13)
    asyncio.run(recorder.aclose())
    progress(f"clocks: recomputing {tickets:,} incidents")
    began = time.perf_counter()
    running = [_start(where, tickets, number) for number in range(PROCESSES)]
    found = [_end(process) for process in running]
    seconds = time.perf_counter() - began
    done = sum(one.tickets for one in found)
    lines = [
        Line(
            name=f"{done:,} tickets from scratch, {PROCESSES} processes",
            value=seconds,
            unit="s",
            goal=Goal("at most", SECONDS_MAX) if done >= TICKETS else None,
        ),
        Line(name="tickets", value=done / seconds, unit="/s"),
        Line(
            name="of that, the clocks alone",
            value=max(one.clock_seconds for one in found),
            unit="s",
        ),
        Line(
            name="the clocks of one of them",
            value=sum(one.clock_seconds for one in found) / done * 1e6,
            unit="µs",
        ),
    ]
    note = (
        f"Every incident of a ledger of {events:,} events on SQLite, worked on {of_tickets} at "
        "once: its whole history is read, decoded, its personal fields opened, and its clocks "
        "counted, in processes that begin cold."
    )
    return [
        Section(title="All clocks from scratch", note=note, lines=lines),
        Profile(
            title="Where recomputing all clocks spends its time",
            note="Of the processor time of one of the processes.",
            shares=found[0].shares,
        ),
    ]


def _start(where: Path, tickets: int, number: int) -> "subprocess.Popen[bytes]":
    task = [str(where), str(tickets), str(number), str(PROCESSES)]
    return subprocess.Popen(
        [sys.executable, "-m", "ops.bench.recompute", *task],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
    )


def _end(process: "subprocess.Popen[bytes]") -> Recomputed:
    out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    if process.returncode:
        raise RuntimeError("The clocks could not be recomputed.")
    return msgspec.json.decode(out, type=Recomputed)
