"""Tells many stories at once, in the order of their moments, each command signed with its own.

The events so lie in the ledger in the order of their times, as if the desk had run all the while.
What its clocks would have done is done at its moment by the same functions: a service clock that
passes its due moment is marked, and what is done long enough is closed.
"""

import heapq
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid5

from domain.aggregate import KIND_OF_PREFIX, Aggregate
from domain.business_time import BusinessHours
from domain.clock_marks import next_moment
from domain.desk import Desk
from domain.ids import number_of, prefix_of
from domain.ledger import Work
from domain.promises import Promises
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.ticket_clocks import after
from workflows.clocks import hours_for

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")
Actor = UUID | str
Story = AsyncGenerator[datetime, None]
"""It yields the moment at which it goes on; a story that would go on after the end stays open."""
Tell = Callable[["Scene"], Story]

NAMESPACE = UUID("6c656467-6572-8de5-8b00-64656d6f0002")
OFFICE = BusinessHours(
    zone="Europe/Berlin",
    weekly={
        day: (("08:00", "12:30"), ("13:30", "17:30")) for day in ("mon", "tue", "wed", "thu", "fri")
    },
)


class Timeline:
    """`name` tells one run from another: its commands have ids that follow from that."""

    def __init__(self, desk: Desk, name: str, until: datetime) -> None:
        self.desk = desk
        self.until = until
        self.name = name
        self.is_repeating = False
        """Whether the commands come that an interrupted run has recorded already."""
        self.namespace = uuid5(NAMESPACE, name)
        self._order = count()
        self._turns: list[tuple[datetime, int, Callable[[datetime], Awaitable[None]]]] = []
        self._marks: dict[UUID, datetime] = {}

    def begin(self, name: str, at: datetime, tell: Tell) -> None:
        """Let a story begin at a moment."""
        scene = Scene(self, name, at)
        story = tell(scene)

        async def turn(now: datetime) -> None:
            scene.now = now
            try:
                self._push(max(await anext(story), now), turn)
            except StopAsyncIteration:
                return

        self._push(at, turn)

    async def play(self, progress: Callable[[datetime], None]) -> None:
        """Tell all stories until the end."""
        while self._turns and self._turns[0][0] < self.until:
            now, _, turn = heapq.heappop(self._turns)
            await turn(now)
            progress(now)

    def _push(self, at: datetime, turn: Callable[[datetime], Awaitable[None]]) -> None:
        heapq.heappush(self._turns, (at, next(self._order), turn))

    def command(self, step: str) -> UUID:
        return uuid5(self.namespace, step)

    async def run(self, by: Provenance, run: Callable[[], Awaitable[Receipt]]) -> Receipt:
        """Give a command, unless it has been recorded."""
        if self.is_repeating:
            receipt = await self.desk.ledger.recorder.receipt(by.command)
            if receipt is not None:
                await self._wait_for_mark(receipt.subject, by.at)
                return receipt
            self.is_repeating = False
        receipt = await run()
        await self._wait_for_mark(receipt.subject, by.at)
        return receipt

    # Service clocks --------------------------------------------------------------------------

    async def _wait_for_mark(self, id: UUID, now: datetime) -> None:
        kind = KIND_OF_PREFIX.get(prefix_of(id))
        if kind is None or not issubclass(kind, Promises):
            return
        due = await self._due(id)
        at = min((max(moment, now) for moment, _ in due), default=None)
        if at is None:
            self._marks.pop(id, None)
        elif self._marks.get(id) != at:
            self._marks[id] = at
            self._push(at, lambda now: self._mark(id, now))

    async def _due(self, id: UUID) -> list[tuple[datetime, dict[str, Any]]]:
        """What the clocks of a ticket will want next, each with what the mark says."""
        history = self.desk.ledger.history(id)
        hours_of = await hours_for(self.desk.ledger, history)
        found: list[tuple[datetime, dict[str, Any]]] = []
        for agreed in after((entry.event for entry in history), hours_of).agreements:
            for clock in agreed.clocks:
                moment = next_moment(clock, agreed.hours(hours_of))
                if moment is not None:
                    said = {"target": clock.target, "mark": moment.mark, "round": agreed.round}
                    said |= {"due": clock.due_at, "cycle": clock.cycle}
                    found.append((moment.at, said))
        return found

    async def _mark(self, id: UUID, now: datetime) -> None:
        if self._marks.get(id) != now:
            return
        del self._marks[id]
        kind: Any = KIND_OF_PREFIX[prefix_of(id)]
        for at, said in await self._due(id):
            if at > now:
                continue
            names = [number_of(id), *(str(said[name]) for name in ("round", "target", "mark"))]
            by = Provenance(
                actor="sla-clock",
                at=now,
                command=self.command("/".join((*names, now.isoformat()))),
                channel="demo",
            )
            await self.desk.ledger.edit(
                kind,
                id,
                lambda ticket, said=said, by=by: ticket.mark(**said, by=by),  # type: ignore[misc]  # defaults bind it now
                by=by,
                is_repeatable=True,
            )
        await self._wait_for_mark(id, now)


class Scene:
    """Where a story takes place: its moment, its luck, and what is done in it."""

    def __init__(self, timeline: Timeline, name: str, now: datetime) -> None:
        self.timeline = timeline
        self.desk = timeline.desk
        self.name = name
        self.now = now
        self.random = Random(f"{timeline.name}/{name}")
        self.pace = timedelta(0)
        """How much later each command is than the one before."""
        self._steps = 0

    # Luck ------------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.random.randrange(len(choices))]

    def minutes(self, least: float, most: float) -> timedelta:
        """A time between the two, rather short than long, in whole seconds."""
        return timedelta(seconds=round(60 * self.random.triangular(least, most, least)))

    # Time ------------------------------------------------------------------------------------

    def soon(self, least: float, most: float) -> datetime:
        """So many minutes later, by day and night."""
        return self.now + self.minutes(least, most)

    def at_work(self, least: float, most: float) -> datetime:
        """So many minutes of office hours later."""
        return OFFICE.add(self.now, self.minutes(least, most))

    # Commands --------------------------------------------------------------------------------

    def by(self, actor: Actor) -> Provenance:
        """The signature of the next command."""
        self._steps += 1
        self.now += self.pace
        command = self.timeline.command(f"{self.name}/{self._steps}")
        return Provenance(actor=str(actor), at=self.now, command=command, channel="demo")

    async def do(
        self, use: Callable[..., Awaitable[Receipt]], *args: Any, actor: Actor, **given: Any
    ) -> Receipt:
        """Give a command of the desk."""
        by = self.by(actor)
        return await self.timeline.run(by, lambda: use(*args, **given, by=by, is_repeatable=True))

    async def act(
        self, act: Callable[..., object], id: UUID, *args: Any, actor: Actor, **given: Any
    ) -> Receipt:
        """Give a record a command of its own."""
        by = self.by(actor)
        kind = KIND_OF_PREFIX[prefix_of(id)]
        return await self.timeline.run(
            by,
            lambda: self.desk.ledger.edit(
                kind,
                id,
                lambda record: act(record, *args, **given, by=by),
                by=by,
                is_repeatable=True,
            ),
        )

    async def begin(
        self, kind: type[A], begin: Callable[..., A], *, actor: Actor, **given: Any
    ) -> UUID:
        """Begin a record under the next number of its kind."""
        by = self.by(actor)
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            if not number:
                number.append(await self.desk.ledger.next_id(kind))
            work.add(begin(number[0], **given, by=by))

        receipt = await self.timeline.run(
            by, lambda: self.desk.ledger.run(by, decide, is_repeatable=True)
        )
        return receipt.subject
