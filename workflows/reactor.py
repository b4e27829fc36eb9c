"""Follows the ledger, and tells Temporal what it has to wait for. Telling it twice changes nothing.

What a workflow is told is how things stand in the ledger, never what to do next: so it does not
matter how often or in which order it hears of them. The position is kept only after Temporal has
acknowledged all before it. Beside it stands the id of Temporal's database: with another one, all
that is open in the ledger is started again.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError, Notification

import domain.kinds  # noqa: F401 - every kind that people approve must be known
from domain import ticket_clocks
from domain.aggregate import KINDS, Aggregate, Entry, Event
from domain.approval_round import ApprovalRounds
from domain.asset import RESCOPING, Asset
from domain.calendar import Calendar
from domain.change_window import ChangeWindow
from domain.ids import number_of
from domain.ledger import Ledger
from domain.promises import Promises
from domain.rules import DomainError
from domain.service_level_policy import ServiceLevelPolicy
from workflows import escalations, rounds
from workflows.poker import Poker
from workflows.temporal import Replaced, Temporal
from workflows.values import Escalation, approval_id, escalation_id

FOLLOWER = "reactor"
PAGE = 500
AT_ONCE = 32
"""Records of which Temporal is told at the same time."""
CHECK_SECONDS = 5.0
"""How often the reactor looks whether Temporal's database is still the same."""
KEEP_SECONDS = 1.0
RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


def _topics(kind: type[Aggregate], events: tuple[type[Event], ...]) -> frozenset[str]:
    """The stored names of the events of a kind that are such, in all their versions."""
    found = set()
    for event in kind.topics:
        if not issubclass(event, events):
            continue
        name = f"{kind.__name__}.{event.__name__}"
        found |= {name, *(f"{name}:{n}" for n in range(2, event.class_version + 1))}
    return frozenset(found)


def _of_rounds(events: tuple[type[Event], ...]) -> frozenset[str]:
    """The stored names of such events of all kinds that people approve."""
    approved = (kind for kind in KINDS.values() if issubclass(kind, ApprovalRounds))
    return frozenset().union(*(_topics(kind, events) for kind in approved))


def _of_promises(events: tuple[type[Event], ...]) -> frozenset[str]:
    """The stored names of such events of all kinds that something is promised for."""
    promised = (kind for kind in KINDS.values() if issubclass(kind, Promises))
    return frozenset().union(*(_topics(kind, events) for kind in promised))


STARTS_OF_ROUNDS, ENDS_OF_ROUNDS = _of_rounds(rounds.STARTS), _of_rounds(rounds.ENDS)
STARTS_OF_MARKS = _of_promises(escalations.STARTS)
ENDS_OF_MARKS = _of_promises(escalations.ENDS)
OF_ROUNDS = STARTS_OF_ROUNDS | ENDS_OF_ROUNDS | _of_rounds(rounds.STEPS)
OF_MARKS = STARTS_OF_MARKS | ENDS_OF_MARKS
EARLIER = _of_promises(tuple(ticket_clocks.EVENTS))
"""What can make the next mark of a clock earlier, or be followed by another mark."""
WINDOWS = _topics(
    ChangeWindow,
    (
        ChangeWindow.VersionPublished,
        ChangeWindow.ChangeExcepted,
        ChangeWindow.ExceptionWithdrawn,
        ChangeWindow.Retired,
    ),
)
"""What can begin or end a freeze."""
ASSETS = _topics(Asset, RESCOPING)
"""What can bring a change into a freeze, or out of it."""
POLICIES = _topics(
    ServiceLevelPolicy,
    (ServiceLevelPolicy.VersionPublished, ServiceLevelPolicy.OpenTicketsIncluded),
) | _topics(Calendar, (Calendar.Revised, Calendar.OpenTicketsIncluded))
"""What can be for open tickets too."""
TOLD = OF_ROUNDS | OF_MARKS
"""What a workflow hears of, or is started by."""
HURRYING = WINDOWS | ASSETS | POLICIES
"""What the clock has to look at as soon as it happens."""
RELEVANT = TOLD | EARLIER | HURRYING


class Reactor:
    def __init__(self, ledger: Ledger, temporal: Temporal, poker: Poker) -> None:
        self.ledger = ledger
        self.temporal = temporal
        self.poker = poker
        self.position = 0
        """Temporal has acknowledged all up to here."""
        self._kept = 0
        self._kept_at = 0.0

    async def run(self) -> None:
        """Follow for ever, whatever Temporal and the stores do meanwhile."""
        try:
            while True:
                try:
                    await self._follow()
                except* Replaced:
                    log.warning("Temporal's database is another one: starting what is open.")
                except* Exception:
                    log.exception("The reactor starts again from the position that it kept.")
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._keep()

    async def _follow(self) -> None:
        recorder = self.ledger.recorder
        self.temporal.known = ""
        known = await self.temporal.identify()
        position, note = await asyncio.to_thread(recorder.tracked, FOLLOWER)
        self.temporal.known = known
        if note != known:
            position = await self._rebuild()
            await asyncio.to_thread(recorder.track, FOLLOWER, position, known)
        self.position = self._kept = position
        self.poker.tell(position)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.poker.run())
            tasks.create_task(self._check())
            while True:
                head = await recorder.wait(self.position, KEEP_SECONDS)
                if head > self.position:
                    await self._react(head)
                await self._keep_now_and_then()

    async def _check(self) -> None:
        """Look now and then whether Temporal's database is the same. Raises Replaced."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.temporal.check()

    async def _react(self, head: int) -> None:
        """Tell Temporal of the next events, up to a position."""
        news = await self._read(self.position, head, RELEVANT)
        in_rounds: dict[UUID, int] = {}
        in_marks: dict[UUID, int] = {}
        sooner: list[UUID] = []
        earlier = hurrying = 0
        for event in news:
            if event.topic in HURRYING:
                hurrying = event.id
                continue
            id: UUID = event.originator_id  # type: ignore[assignment]  # we have no other ids
            if event.topic in OF_ROUNDS:
                in_rounds.setdefault(id, event.originator_version)
            if event.topic in OF_MARKS:
                in_marks.setdefault(id, event.originator_version)
            if event.topic in EARLIER:
                earlier = event.id
                sooner.append(id)
        await self._tell(in_rounds, in_marks)
        self.position = news[-1].id if len(news) == PAGE else head
        if earlier:
            self.poker.tell(earlier, sooner)
        if hurrying:
            self.poker.tell(hurrying, (), at_once=True)

    async def rebuild(self) -> None:
        """Start all that is open, and tell it what happened meanwhile."""
        self.position = await self._rebuild()
        await self._react(self.ledger.position())

    async def _rebuild(self) -> int:
        """Start all that is open; the position up to which that is known."""
        head = self.ledger.position()
        in_rounds: dict[UUID, int] = {}
        in_marks: dict[UUID, int] = {}
        position = 0
        topics = STARTS_OF_ROUNDS | ENDS_OF_ROUNDS | OF_MARKS
        while page := await self._read(position, head, topics):
            for event in page:
                id: UUID = event.originator_id  # type: ignore[assignment]  # we have no other ids
                if event.topic in STARTS_OF_ROUNDS:
                    in_rounds[id] = 1
                elif event.topic in ENDS_OF_ROUNDS:
                    in_rounds.pop(id, None)
                if event.topic in STARTS_OF_MARKS:
                    in_marks[id] = 1
                elif event.topic in ENDS_OF_MARKS:
                    in_marks.pop(id, None)
            position = page[-1].id
        await self._tell(in_rounds, in_marks, only_open=True)
        number = len(in_rounds | in_marks)
        log.info(
            "Started the workflows of %d open %s.", number, "record" if number == 1 else "records"
        )
        return head

    async def _read(self, after: int, head: int, topics: frozenset[str]) -> Sequence[Notification]:
        return await asyncio.to_thread(
            self.ledger.recorder.select_notifications,
            after,
            PAGE,
            head,
            sorted(topics),
            inclusive_of_start=False,
        )

    async def _tell(
        self,
        in_rounds: Mapping[UUID, int],
        in_marks: Mapping[UUID, int],
        *,
        only_open: bool = False,
    ) -> None:
        """Tell of what stands since these versions, each record in order, many at once."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def tell(id: UUID) -> None:
            async with turns:
                try:
                    history = self.ledger.history(id)
                    if id in in_rounds:
                        await self._tell_of_rounds(id, history, in_rounds[id], only_open)
                    if id in in_marks:
                        await self._tell_of_marks(id, history, in_marks[id], only_open)
                except (MapperDeserialisationError, DomainError):
                    # A record that cannot be read must not hold up the others.
                    log.exception("%s cannot be read: Temporal is not told.", number_of(id))

        async with asyncio.TaskGroup() as tasks:
            for id in {**in_rounds, **in_marks}:
                tasks.create_task(tell(id))

    async def _tell_of_rounds(
        self, id: UUID, history: Sequence[Entry], since: int, only_open: bool
    ) -> None:
        for approval in rounds.rounds(id, history):
            workflow = approval_id(number_of(id), approval.round)
            if approval.version < since or (approval.is_over and only_open):
                continue
            if approval.begun >= since and not approval.is_over:
                if not await self.temporal.start("Approval", workflow, approval):
                    await self.temporal.signal(workflow, "stand", approval)
                continue
            heard = await self.temporal.signal(workflow, "stand", approval)
            if not heard and not approval.is_over:
                await self.temporal.start("Approval", workflow, approval)

    async def _tell_of_marks(
        self, id: UUID, history: Sequence[Entry], since: int, only_open: bool
    ) -> None:
        for mark in escalations.marks(history):
            is_new = mark.version >= since and not mark.ended
            is_ended = not only_open and mark.ended is not None and mark.ended >= since
            if not (is_new or is_ended) or not (await escalations.steps(self.ledger, mark))[1]:
                continue
            workflow = escalation_id(number_of(id), mark.round, *mark.key)
            if is_ended:
                await self.temporal.signal(workflow, "end")
            else:
                escalation = Escalation(
                    ticket=id,
                    round=mark.round,
                    target=mark.target,
                    mark=mark.mark,
                    cycle=mark.cycle,
                )
                await self.temporal.start("Escalation", workflow, escalation)

    async def _keep_now_and_then(self) -> None:
        """Keep the position; a position that is lost costs only telling again."""
        now = asyncio.get_running_loop().time()
        if now - self._kept_at >= KEEP_SECONDS:
            self._kept_at = now
            await asyncio.to_thread(self._keep)

    def _keep(self) -> None:
        if self.position > self._kept:
            self._kept = self.position
            self.ledger.recorder.track(FOLLOWER, self.position, self.temporal.known)
