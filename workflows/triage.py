"""Lets assignment rules act: upon each event that follows in the ledger, and on their schedules.

It needs no Temporal: what it does is a command with an id made of the event and the rule, so
whoever does it again, after an end in between or beside this process, changes nothing. How far it
has got is kept after the rules have acted.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.aggregate import KINDS
from domain.desk import Desk
from domain.desk.triage import ACTOR, InForce
from domain.ids import number_of
from domain.provenance import Cause, Provenance
from domain.ruled import Ruled
from domain.rules import Outdated
from domain.triage import EVENTS, period
from workflows.signing import command_id

FOLLOWER = "triage"
PAGE = 500
WAIT_SECONDS = 1.0
RETRY_SECONDS = 1.0
KEEP_SECONDS = 1.0
TICKETS_AT_ONCE = 250
WAIT = timedelta(seconds=1)
"""When it looks again, as long as it is not done with all open tickets."""
STAY = 2.0
"""So many seconds a sweep gives to schedules: marks are to be punctual."""

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


def _topics() -> list[str]:
    """The stored names of all events that a rule can look at, in all their versions."""
    names = frozenset().union(*EVENTS.values())
    found = set()
    for kind in KINDS.values():
        for event in kind.topics if issubclass(kind, Ruled) else ():
            if event.__name__ in names:
                name = f"{kind.__name__}.{event.__name__}"
                found |= {name, *(f"{name}:{n}" for n in range(2, event.class_version + 1))}
    return sorted(found)


def signed(step: str, cause: Cause, at: datetime, correlation: UUID | None = None) -> Provenance:
    """The signature of what a rule does."""
    return Provenance(
        actor=ACTOR,
        at=at,
        command=command_id(FOLLOWER, step),
        channel="rule",
        correlation=correlation,
        cause=cause,
    )


class Triage:
    """Follows the ledger, and lets the rules see to each event in turn."""

    def __init__(self, desk: Desk, *, now: Callable[[], datetime] = _now) -> None:
        self.desk = desk
        self.position = 0
        """The rules have seen to all up to here."""
        self._kept = 0
        self._kept_at = 0.0
        self._now = now
        self._topics = _topics()

    async def run(self) -> None:
        """Follow for ever, whatever the stores do meanwhile."""
        while True:
            try:
                self.position = self._kept = await asyncio.to_thread(self._tracked)
                while True:
                    await self.step(WAIT_SECONDS)
            except Exception:
                log.exception("The rules start again from the position that was kept.")
                await asyncio.sleep(RETRY_SECONDS)

    async def step(self, timeout: float) -> None:
        """Wait for events, at most so many seconds, and see to a page of them."""
        recorder = self.desk.ledger.recorder
        head = await recorder.wait(self.position, timeout)
        if head > self.position:
            await self._see_to(head)
        await self._keep_now_and_then()

    async def _see_to(self, head: int) -> None:
        """See to the next events, up to a position."""
        recorder = self.desk.ledger.recorder
        # Rules that were published before these events are known once it has caught up.
        self.desk.directory.catch_up()
        if not any(rule.versions for rule in self.desk.directory.assignment_rules()):
            self.position = head
            return
        rows = await asyncio.to_thread(
            recorder.select_notifications,
            self.position,
            PAGE,
            head,
            self._topics,
            inclusive_of_start=False,
        )
        for row in rows:
            try:
                entry = self.desk.ledger.mapper.entry(row, row.id)
                by = entry.event.by
                correlation = by.correlation or by.command
                at = self._now()
                await self.desk.triage(
                    entry,
                    lambda step, cause, at=at, chain=correlation: signed(step, cause, at, chain),  # type: ignore[misc]  # defaults bind it now
                )
            except MapperDeserialisationError:
                # A record that cannot be read must not hold up the others.
                log.exception("The event at %d cannot be read: no rule sees it.", row.id)
        self.position = rows[-1].id if len(rows) == PAGE else head

    def _tracked(self) -> int:
        return self.desk.ledger.recorder.tracked(FOLLOWER)[0]

    async def _keep_now_and_then(self) -> None:
        """Keep the position; one that is lost costs only seeing to the same events again."""
        now = asyncio.get_running_loop().time()
        if now - self._kept_at >= KEEP_SECONDS and self.position > self._kept:
            self._kept_at, self._kept = now, self.position
            await asyncio.to_thread(self.desk.ledger.recorder.track, FOLLOWER, self.position)


class Schedules:
    """Lets rules with a schedule see to all open tickets, once a period. It is part of the
    sweep."""

    def __init__(self, desk: Desk, *, tickets_at_once: int = TICKETS_AT_ONCE) -> None:
        self.desk = desk
        self.tickets_at_once = tickets_at_once
        self._done: dict[tuple[UUID, int], int] = {}
        """The latest slot of each version of a rule in which all tickets were seen to."""
        self._after: dict[tuple[UUID, int, int], UUID] = {}

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """See to what is due. Returns when the next period of a rule begins."""
        until = asyncio.get_running_loop().time() + STAY
        self.desk.directory.catch_up()
        next: list[datetime] = []
        for rule in self.desk.rules_in_force(now):
            if not rule.definition.every:
                continue
            length = period(rule.definition.every)
            since = self._since(rule)
            slot = int((now - since) / length)
            next.append(since + (slot + 1) * length)
            if slot > self._done.get((rule.id, rule.version), 0):
                if await self._look(rule, slot, now, until):
                    self._done[rule.id, rule.version] = slot
                else:
                    next.append(now + WAIT)
        return min(next, default=None)

    def _since(self, rule: InForce) -> datetime:
        record = self.desk.directory.assignment_rule(rule.id)
        assert record is not None
        return record.published_at[rule.version - 1]

    async def _look(self, rule: InForce, slot: int, now: datetime, until: float) -> bool:
        """Go on with the tickets of a slot, until a moment of the loop. Whether all are done."""
        key = rule.id, rule.version, slot
        while asyncio.get_running_loop().time() < until:
            after = self._after.get(key)
            ids = await self.desk.open_tickets(after, self.tickets_at_once)
            if ids is None:
                return False
            for id in ids:
                try:
                    await self.desk.triage_open(
                        rule, id, slot, lambda step, cause: signed(step, cause, now)
                    )
                except Outdated:
                    return False
                except MapperDeserialisationError:
                    log.exception("%s cannot be read: no rule sees it.", number_of(id))
            if len(ids) < self.tickets_at_once:
                self._after.pop(key, None)
                return True
            self._after[key] = ids[-1]
        return False
