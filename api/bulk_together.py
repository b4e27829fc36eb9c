"""Rows of a bulk job that are decided one after the other, and recorded together.

Each has a receipt of its own, as if it had been recorded alone; but a disk is waited for once for
many of them. Where somebody else was faster with any of it, they are done one by one.
"""

import asyncio
import copy
from collections.abc import Sequence
from time import monotonic

from eventsourcing.persistence import IntegrityError

from api.bulk_acts import acts
from api.bulk_row import BulkRow
from api.bulk_stage import JobStage, Told
from api.context import Context
from api.identity import Caller
from domain.asset import Asset
from domain.bulk_job import BulkJob
from domain.desk import Desk
from domain.ledger import Ledger
from domain.staged_ledger import StagedLedger
from domain.ticket import Ticket

TOGETHER_MAX = 50
TOGETHER = (Ticket, Asset)
"""Kinds that nobody has in memory but as records: the directory, for one, hears of what was
recorded, and the next row may ask it."""


def context_on(ledger: Ledger, context: Context) -> Context:
    """The same desk on another ledger."""
    other = copy.copy(context)
    other.desk = Desk(ledger, context.desk.directory)
    other.desk.outlook = context.desk.outlook
    return other


class Together:
    """A page of rows of a stage that is no dry one."""

    def __init__(
        self, context: Context, caller: Caller, job: BulkJob, rows: Sequence[BulkRow]
    ) -> None:
        self._job = job
        self._rows = rows
        self._told: list[Told] = []
        """What came of rows for good."""
        self._open: list[Told] = []
        """What will have come of rows once they are committed."""
        self._ledger = StagedLedger(context.ledger)
        self._alone = JobStage(context, caller, job)
        self._staged = self._alone.on(context_on(self._ledger, context))

    async def see_to(self, page: Sequence[int], seconds: float) -> list[Told]:
        """Do rows for so long, or take them back. Returns what came of those that were reached."""
        end = monotonic() + seconds
        for number in page:
            if self._is_for_all(number):
                self._open.append(await self._staged.see_to(number, self._rows))
            else:
                await self._commit()
                self._told.append(await self._alone.see_to(number, self._rows))
            # Those that do not wait for the store give way to others here.
            await asyncio.sleep(0)
            if len(self._open) >= TOGETHER_MAX:
                await self._commit()
            if monotonic() >= end:
                break
        await self._commit()
        return self._told

    def _is_for_all(self, number: int) -> bool:
        """Whether a row is one of those that are recorded together."""
        name = self._rows[number - 1].act.name if self._rows else self._job.results[number].act
        act = acts().get(name)
        return act is not None and issubclass(act.practice.kind, TOGETHER)

    async def _commit(self) -> None:
        """Record what is open; row by row, if somebody else was faster."""
        try:
            await self._ledger.commit()
        except IntegrityError:
            rows = [one.result.row for one in self._open]
            self._alone.forget(rows)
            for row in rows:
                self._told.append(await self._alone.see_to(row, self._rows))
        else:
            self._told += self._open
        self._open = []
