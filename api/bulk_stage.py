"""One row of a bulk job at a time: asked for, or taken back, in the name of its owner.

A row is a request to its route, made here: body, policy and rules are those of the route. Its
command has an id of its own, so that a row that is asked for again, after an end in between, is
done once.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple, Self
from uuid import UUID

import msgspec
from eventsourcing.persistence import PersistenceError

from api import bulk_undo, records
from api.bulk_acts import Act, acts
from api.bulk_row import BulkRow
from api.context import Context
from api.http.answers import Answer
from api.http.calls import Step
from api.http.errors import Problem, of_domain
from api.identity import Caller
from domain.aggregate import Entry
from domain.bulk_job import BulkJob, Outcome, Result, Stage, command_of
from domain.ids import parse_reference
from domain.provenance import Cause
from domain.rules import DomainError

log = logging.getLogger(__name__)


class Told(NamedTuple):
    """What came of a row, with the problem document where it failed or is left."""

    result: Result
    problem: dict[str, Any]


class Left(Exception):
    """A row is not undone; the message says why."""


class JobStage:
    def __init__(self, context: Context, caller: Caller, job: BulkJob) -> None:
        """The context of a dry stage has a dry ledger."""
        self._context = context
        self._caller = caller
        self._job = job
        self._undone = set(job.undone)
        self._rows_of: dict[UUID, list[int]] = {}
        """By record: the rows that had an effect on it."""
        for row, result in job.results.items() if job.stage.is_backwards else ():
            if result.record is not None:
                self._rows_of.setdefault(result.record, []).append(row)

    def on(self, context: Context) -> Self:
        """The same stage in another context: what is undone in one is so in the other."""
        other = copy(self)
        other._context = context
        return other

    def forget(self, rows: Iterable[int]) -> None:
        """Take these rows as not undone."""
        self._undone.difference_update(rows)

    async def see_to(self, number: int, rows: Sequence[BulkRow]) -> Told:
        """Do a row, or take it back, as the stage has it."""
        return await (self.run(number, rows[number - 1]) if rows else self.undo(number))

    # Run -----------------------------------------------------------------------------------

    async def run(self, number: int, row: BulkRow) -> Told:
        """Do a row, or find out what it would do."""
        record = parse_reference(row.record) if row.record else None
        before = None if record is None else await self._context.ledger.records.latest(record)
        try:
            answer = await self._ask(number, row.act, row.body, row.record, row.version)
        except Problem as problem:
            result = Result(number, row.act.name, Outcome.FAILED, record)
            return Told(result, _document(problem))
        said = msgspec.json.decode(answer.body)
        outcome = Outcome.CREATED
        if before is not None:
            has_changed = said["version"] > before.version or await self._was_done(
                number, answer, before.id
            )
            outcome = Outcome.CHANGED if has_changed else Outcome.UNCHANGED
        if self._job.stage.is_dry and row.act.is_creation:
            return Told(Result(number, row.act.name, outcome), {})
        return Told(Result(number, row.act.name, outcome, UUID(said["id"]), said["version"]), {})

    async def _was_done(self, number: int, answer: Answer, record: UUID) -> bool:
        """Whether a row that was asked for again had changed the record."""
        if (b"idempotency-replayed", b"true") not in answer.headers:
            return False
        command = self._command(number)
        return any(
            entry.event.by.command == command for entry in await self._context.ledger.past(record)
        )

    async def _ask(
        self, number: int, act: Act, body: bytes, record: str, version: int | None
    ) -> Answer:
        """Raises Problem for whatever is refused."""
        step = Step(self._command(number), self._job.id, Cause(workflow=f"bulk/{self._job.number}"))
        try:
            return await act.ask(
                self._context, self._caller, body, step, record=record, version=version
            )
        except DomainError as error:
            raise of_domain(error, has_precondition=version is not None) from None
        except (Problem, PersistenceError):
            raise
        except Exception:
            # One row that we cannot do must not hold up the others.
            log.exception("row %d of %s", number, self._job.number)
            raise Problem("internal", "Something went wrong on our side.") from None

    def _command(self, number: int) -> UUID:
        return command_of(self._job.id, self._job.stage, number)

    # Undo ----------------------------------------------------------------------------------

    async def undo(self, number: int) -> Told:
        """Take a row back, or find out whether that can be done."""
        done = self._job.results[number]
        assert done.record is not None
        result = Result(number, done.act, Outcome.UNDONE, done.record)
        try:
            version = await self._undo(number, done, done.record)
        except Left as left:
            why = _document(Problem("refused", str(left)))
            return Told(msgspec.structs.replace(result, outcome=Outcome.LEFT), why)
        except Problem as problem:
            outcome = Outcome.LEFT if problem.code == "outdated" else Outcome.FAILED
            return Told(msgspec.structs.replace(result, outcome=outcome), _document(problem))
        self._undone.add(number)
        return Told(msgspec.structs.replace(result, version=version), {})

    async def _undo(self, number: int, done: Result, record: UUID) -> int:
        """The version of the record afterwards. Raises Left and Problem."""
        receipt = await self._context.ledger.recorder.receipt(self._command(number))
        if receipt is not None:
            return receipt.version
        entries = await self._context.ledger.past(record)
        own = self._own(number, record, entries)
        way = await self._way(done, own, entries)
        if way is None:
            raise Left(f"There is no way back from this {done.act}.")
        # What was looked at must still hold when it is undone.
        version = None if self._job.stage.is_dry else entries[-1].originator_version
        answer = await self._ask(number, way.act, way.body, str(record), version)
        said: int = msgspec.json.decode(answer.body)["version"]
        return said

    def _own(self, number: int, record: UUID, entries: Sequence[Entry]) -> list[Entry]:
        """What the row recorded on its record. Raises Left if anything else happened to that since
        but what the job did and what followed from it."""
        command = command_of(self._job.id, Stage.RUN, number)
        own = [entry for entry in entries if entry.event.by.command == command]
        if not own:
            raise Left("The row recorded nothing on this record itself.")
        rows = {command_of(self._job.id, Stage.RUN, row): row for row in self._rows_of[record]}
        for entry in entries[own[-1].originator_version :]:
            by = entry.event.by
            if by.correlation != self._job.id:
                raise Left("The record has moved on since.")
            if rows.get(by.command, number) not in self._undone | {number}:
                raise Left("A later row changed the record, and is not undone.")
        return own

    async def _way(
        self, done: Result, own: Sequence[Entry], entries: Sequence[Entry]
    ) -> bulk_undo.Way | None:
        act = acts().get(done.act)
        if act is None:
            return None
        if act.is_creation:
            return bulk_undo.of_creation(act, f"Undone with {self._job.number}.")
        before = await self._shown(act, entries[: own[0].originator_version - 1])
        after = await self._shown(act, entries[: own[-1].originator_version])
        return bulk_undo.of_change(act, before, after, own)

    async def _shown(self, act: Act, entries: Sequence[Entry]) -> Mapping[str, Any]:
        named = records.definitions_of(entries)
        definitions = [entry for id in named for entry in await self._context.ledger.past(id)]
        return records.shown(act.practice.kind, entries, definitions, with_internal=True)


def _document(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept: what a request would have been told."""
    document: dict[str, Any] = msgspec.json.decode(problem.answer("").body)
    del document["request_id"]
    return document
