"""Goes through the rows of bulk jobs, a page a turn."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import islice
from time import monotonic
from uuid import UUID

from api import bulk_file
from api.bulk_row import BulkRow
from api.bulk_stage import JobStage, Told
from api.bulk_together import Together, context_on
from api.context import Context
from api.identity import Caller
from domain.bulk_job import UNDER_WAY, BulkJob, Status, command_of
from domain.dry_ledger import DryLedger
from domain.person import Scope
from domain.person_access import Token
from domain.provenance import Cause, Provenance
from domain.rules import NotFound

ACTOR = "bulk-jobs"
PAGE_ROWS = 200
PAGE_SECONDS = 1.0
READ_MAX = 2
"""So many files, and dry stages, are kept at hand."""


class CannotGoOn(Exception):
    """A job is given up; the message says why."""


class DryStage:
    """What a dry stage would have done so far: to be forgotten with it."""

    def __init__(self, context: Context) -> None:
        self.context = context_on(DryLedger(context.ledger), context)
        self.seen_to = 0


class BulkRunner:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._ledger = context.ledger
        self._files: OrderedDict[UUID, Sequence[BulkRow]] = OrderedDict()
        self._dry: OrderedDict[tuple[UUID, int], DryStage] = OrderedDict()

    async def turn(self, id: UUID) -> bool:
        """See to the next page of a job. Returns whether there is nothing more to do for now."""
        job = await self._ledger.find(BulkJob, id)
        if job.status not in UNDER_WAY:
            self._forget(job)
            return True
        try:
            caller = self._caller(job)
            page = [] if job.status is Status.STOPPING else list(islice(job.todo(), PAGE_ROWS))
            if not page:
                await self._edit(job, "finish", lambda job, by: job.finish(by=by))
                self._forget(job)
                return True
            told = await self._page(job, caller, page)
        except CannotGoOn as error:
            why = str(error)
            await self._edit(job, "give up", lambda job, by: job.give_up(why, by=by), actor=ACTOR)
            self._forget(job)
            return True
        results = [one.result for one in told]
        problems = {str(one.result.row): one.problem for one in told if one.problem}
        await self._edit(
            job,
            f"rows {page[0]}",
            lambda job, by: job.record_rows(results=results, problems=problems, by=by),
        )
        return False

    def _forget(self, job: BulkJob) -> None:
        """Keep nothing at hand of a stage that is over: it holds what people wrote."""
        self._files.pop(job.id, None)
        self._dry.pop((job.id, job.begun), None)

    async def _page(self, job: BulkJob, caller: Caller, page: Sequence[int]) -> list[Told]:
        """See to some rows, and to fewer where they take long."""
        rows = () if job.stage.is_backwards else await self._rows(job)
        if not job.stage.is_dry:
            return await Together(self._context, caller, job, rows).see_to(page, PAGE_SECONDS)
        context = await self._context_of(job, caller, rows)
        stage = JobStage(context, caller, job)
        end = monotonic() + PAGE_SECONDS
        told: list[Told] = []
        for number in page:
            told.append(await stage.see_to(number, rows))
            # Those that do not wait for the store give way to others here.
            await asyncio.sleep(0)
            if monotonic() >= end:
                break
        self._dry[job.id, job.begun].seen_to += len(told)
        return told

    async def _context_of(self, job: BulkJob, caller: Caller, rows: Sequence[BulkRow]) -> Context:
        """Where the rows of a dry stage are decided. One that was begun elsewhere, or before a
        stop, is brought to where it was."""
        key = job.id, job.begun
        dry = self._dry.get(key)
        if dry is None or dry.seen_to != len(job.told):
            dry = self._dry[key] = DryStage(self._context)
            stage = JobStage(dry.context, caller, job)
            for number in sorted(job.told, reverse=job.stage.is_backwards):
                await stage.see_to(number, rows)
                await asyncio.sleep(0)
            dry.seen_to = len(job.told)
            while len(self._dry) > READ_MAX:
                self._dry.popitem(last=False)
        return dry.context

    def _caller(self, job: BulkJob) -> Caller:
        """The owner, with what their token allowed. Raises CannotGoOn if that is nobody now."""
        directory = self._context.desk.directory
        directory.catch_up()
        person = None if job.owner is None else directory.person(job.owner)
        if person is None or not person.is_active:
            raise CannotGoOn("Whoever began it was deactivated.")
        scopes = tuple(Scope(scope) for scope in job.scopes)
        token = Token(id=job.id, digest="", hint=job.number, scopes=scopes, expires=None)
        try:
            actor = directory.actor(person, token)
        except NotFound:
            raise CannotGoOn("Whoever began it belongs to no organisation.") from None
        organisation = directory.organisation(person.organisation)
        return Caller(person, token, actor, "", "bulk", organisation)

    async def _rows(self, job: BulkJob) -> Sequence[BulkRow]:
        """The rows of the file. Raises CannotGoOn without it."""
        found = self._files.get(job.id)
        if found is None:
            found = self._files[job.id] = await asyncio.to_thread(self._read, job)
            while len(self._files) > READ_MAX:
                self._files.popitem(last=False)
        return found

    def _read(self, job: BulkJob) -> Sequence[BulkRow]:
        files = self._context.files
        file = None if files is None else files.open(job.sha256, str(job.owner), job.id)
        if file is None:
            raise CannotGoOn("Its file is kept no longer.")
        return bulk_file.read(b"".join(file.parts()), job.media_type, job.act)

    async def _edit(
        self,
        job: BulkJob,
        step: str,
        act: Callable[[BulkJob, Provenance], None],
        actor: str | None = None,
    ) -> None:
        by = Provenance(
            actor=actor or str(job.owner),
            at=self._context.clock(),
            command=command_of(job.id, job.stage, f"{job.begun} {step}"),
            channel="bulk",
            correlation=job.id,
            cause=Cause(workflow=f"bulk/{job.number}"),
        )
        await self._ledger.edit(
            BulkJob, job.id, lambda job: act(job, by), by=by, is_repeatable=True
        )
