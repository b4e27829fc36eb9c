"""Marks what is due: the one activity of the clock over the due index."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError
from temporalio import activity

from domain.aggregate import KIND_OF_PREFIX
from domain.clock_marks import reached
from domain.ids import number_of, prefix_of
from domain.ledger import Ledger
from domain.promises import Promises
from domain.rules import DomainError, Outdated
from domain.shares import Share
from domain.ticket_clocks import after
from workflows.clocks import hours_for
from workflows.due_index import DueIndex, DueRow, Horizons
from workflows.shards import Shards
from workflows.signing import signed
from workflows.values import Sweep, Swept

ACTOR = "sla-clock"
ROWS_MAX = 500
ATTEMPTS = 3
TICKETS_AT_ONCE = 32
"""Few enough that a sweep leaves the event loop to others every few milliseconds."""
LOOK_AHEAD = timedelta(seconds=0.5)
LINGER = timedelta(seconds=0.2)
STAY = timedelta(seconds=3)
SETTLED = timedelta(seconds=5)
"""How long a row is left alone that was seen to, until the index has noticed it."""
REFUSED = timedelta(minutes=1)
"""How long a row is left alone whose mark was refused."""
NEVER = datetime.max.replace(tzinfo=UTC)

log = logging.getLogger(__name__)

Key = tuple[UUID, str, str, int, int, datetime]


class OtherClock(Protocol):
    """What has moments of its own beside the due index."""

    async def keep(self, now: datetime, workflow: str) -> datetime | None:
        """Do what is due. Returns when something is due next, if that has to be on time: it is
        asked again within minutes in any case."""
        ...


class SweepActivities:
    def __init__(
        self,
        ledger: Ledger,
        index: DueIndex,
        horizons: Horizons | None = None,
        others: Sequence[OtherClock] = (),
    ) -> None:
        """`others` are told what time it is before each sweep of the first shard."""
        self.ledger = ledger
        self.others = others
        self.index = index
        self.horizons = Horizons() if horizons is None else horizons
        self.shards = Shards(ledger.recorder)
        self._settled: dict[Key, datetime] = {}
        self._refused: dict[Key, datetime] = {}

    @activity.defn(name="service_levels.sweep")
    async def sweep(self, sweep: Sweep) -> Swept:
        """Mark what is due, and say when the next row is due.

        As long as the next is due in a moment it stays, seconds at most: that is cheaper, and more
        punctual, than a turn of the workflow for each.
        """
        horizon = self.horizons[sweep.shard]
        horizon.begin_sweep()
        workflow = activity.info().workflow_id or ""
        try:
            share = await self.shards.share(sweep.shard)
            if share is None:
                horizon.break_off_sweep()
                return Swept(marked=0, is_over=True)
            others = () if sweep.shard else self.others
            moments = [await other.keep(sweep.at, workflow) for other in others]
            marked, next = await self._rounds(sweep.at, share)
        except BaseException:
            horizon.break_off_sweep()
            raise
        first = min((at for at in (next, *moments) if at is not None), default=None)
        return Swept(marked=marked, next=horizon.end_sweep(first))

    async def _rounds(self, began: datetime, share: Share) -> tuple[int, datetime | None]:
        workflow, loop = activity.info().workflow_id or "", asyncio.get_running_loop()
        started, now, marked = loop.time(), began, 0
        while True:
            number, next = await self._round(workflow, now, share)
            marked += number
            now = began + timedelta(seconds=loop.time() - started)
            if next is None or next > now + LINGER or now > began + STAY:
                return marked, next
            await asyncio.sleep(max(0.0, (next - now).total_seconds()))
            now = max(now, next)

    async def _round(
        self, workflow: str, now: datetime, share: Share
    ) -> tuple[int, datetime | None]:
        """Mark what is due at a moment; how many marks that were, and when the next is due."""
        self._settled = {key: until for key, until in self._settled.items() if until > now}
        self._refused = {key: until for key, until in self._refused.items() if until > now}
        alone = self._settled.keys() | self._refused.keys()
        ahead = now + LOOK_AHEAD
        rows = await self.index.due_before(ahead, ROWS_MAX + len(alone) + 1, share)
        fresh = [row for row in rows if _key(row) not in alone]
        due = [row for row in fresh if row.at <= now][:ROWS_MAX]
        coming = [row.at for row in fresh[len(due) :]]
        marked = await self._mark(due, workflow, now)
        return marked, max(min(coming), now) if coming else await self._after(ahead, share)

    async def _after(self, moment: datetime, share: Share) -> datetime | None:
        """When the next row is due, of those after a moment, or is tried again."""
        if not self._refused:
            first = await self.index.next_due(share)
            return None if first is None else max(first, moment)
        rows = await self.index.due_before(NEVER, len(self._refused) + 1, share)
        moments = (self._refused.get(_key(row)) or max(row.at, moment) for row in rows)
        return min(moments, default=None)

    async def _mark(self, due: Sequence[DueRow], workflow: str, now: datetime) -> int:
        rows_of: dict[UUID, list[DueRow]] = {}
        for row in due:
            rows_of.setdefault(row.ticket, []).append(row)
        turns = asyncio.Semaphore(TICKETS_AT_ONCE)

        async def mark(ticket: UUID, rows: Iterable[DueRow]) -> int:
            async with turns:
                marked = 0
                for row in rows:
                    marked += await self._mark_one(ticket, row, workflow, now)
                    self._settled[_key(row)] = now + SETTLED
                return marked

        return sum(await asyncio.gather(*(mark(id, rows) for id, rows in rows_of.items())))

    async def _mark_one(self, id: UUID, row: DueRow, workflow: str, now: datetime) -> bool:
        try:
            for _ in range(ATTEMPTS):
                try:
                    return await self._try(id, row, workflow, now)
                except Outdated:
                    continue
        except (DomainError, MapperDeserialisationError) as error:
            # One ticket that cannot be marked must not hold up the others.
            log.warning("%s is not marked %s %s: %s", number_of(id), row.target, row.mark, error)
            self._refused[_key(row)] = now + REFUSED
        return False

    async def _try(self, id: UUID, row: DueRow, workflow: str, now: datetime) -> bool:
        """Mark one clock if its ticket agrees; the index may not know of its latest pause."""
        history = self.ledger.history(id)
        hours_of = await hours_for(self.ledger, history)
        clocks = after((entry.event for entry in history), hours_of)
        found = clocks.find(row.target)
        if found is None or (found[0].round, found[1].cycle) != (row.round, row.cycle):
            return False
        agreed, clock = found
        at, due = reached(clock, agreed.hours(hours_of), row.mark), clock.due_at
        if at is None or due is None or at > now:
            return False
        version = history[-1].originator_version
        step = f"{number_of(id)}/{row.round}/{row.target}/{row.mark}/{at.isoformat()}"
        by = signed(ACTOR, workflow, step, now)

        def act(ticket: Promises) -> None:
            ticket.mark(row.target, row.mark, round=row.round, due=due, cycle=row.cycle, by=by)

        kind: Any = KIND_OF_PREFIX[prefix_of(id)]
        receipt = await self.ledger.edit(kind, id, act, by=by, expected=version, is_repeatable=True)
        return receipt.version > version and not receipt.is_repeat


def _key(row: DueRow) -> Key:
    return row.ticket, row.target, row.mark, row.round, row.cycle, row.at
