"""Appending to the ledger on PostgreSQL: one function call for each batch of waiting writes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, LiteralString

from eventsourcing.persistence import IntegrityError, OperationalError

from domain.recorder import ClaimTaken, Receipt, Write
from ops.stores.group_commit import Outcome, Queue, head_of, receipt_of, settle
from ops.stores.postgres_connections import AsyncConnections, Row, is_trouble

APPEND: LiteralString = (
    "SELECT * FROM ledger.append("
    "%b::uuid[], %b::uuid[], %b::int[], %b::int[], %b::bytea[], %b::bytea[],"
    " %b::uuid[], %b::int[], %b::text[], %b::text[])"
)
APPEND_WITH_NAMES: LiteralString = (
    APPEND.removesuffix(")") + ", %b::int[], %b::text[], %b::uuid[], %b::int[], %b::text[])"
)


class Appender:
    """The writes of one event loop: while a batch is on its way, the next one gathers."""

    def __init__(self, connection: AsyncConnections, announce: Callable[[int], None]) -> None:
        self._connection = connection
        self._announce = announce
        self._queue = Queue()
        self._task: asyncio.Task[None] | None = None

    def append(self, write: Write) -> asyncio.Future[Receipt]:
        future = self._queue.put(write)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())
        return future

    async def finish(self) -> None:
        """Wait until nothing waits."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        try:
            while self._queue:
                while self._queue.is_growing():
                    await asyncio.sleep(0)
                batch = self._queue.take()
                outcomes: Sequence[Outcome] = [OperationalError("The desk stops.")] * len(batch)
                try:
                    outcomes = await self._commit([waiting.write for waiting in batch])
                finally:
                    settle(batch, outcomes)
        finally:
            self._task = None

    async def _commit(self, writes: list[Write]) -> Sequence[Outcome]:
        try:
            rows = await self._connection.rows(*call(writes))
        except Exception as error:
            if len(writes) == 1 or is_trouble(error):
                return [failure(error)] * len(writes)
            # One of them is more than the database can take; the others need not suffer for it.
            return [(await self._commit([write]))[0] for write in writes]
        outcomes = outcomes_of(writes, rows)
        self._announce(head_of(outcomes))
        return outcomes


def call(writes: Sequence[Write]) -> tuple[LiteralString, tuple[object, ...]]:
    """The call of `ledger.append`, and what it takes."""
    ends: list[int] = []
    end = 0
    for write in writes:
        end += len(write.events)
        ends.append(end)
    events = [event for write in writes for event in write.events]
    sent = (
        [write.command for write in writes],
        [write.subject for write in writes],
        [write.version for write in writes],
        ends,
        [write.fingerprint for write in writes],
        [write.answer for write in writes],
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state.decode() for event in events],
    )
    # Most commands have no names, and every array costs some microseconds.
    if not any(write.claims or write.releases for write in writes):
        return APPEND, sent
    claims = [(i, *claim) for i, write in enumerate(writes, 1) for claim in write.claims]
    releases = [(i, name) for i, write in enumerate(writes, 1) for name in write.releases]
    return APPEND_WITH_NAMES, (
        *sent,
        [i for i, _, _ in claims],
        [name for _, name, _ in claims],
        [record for _, _, record in claims],
        [i for i, _ in releases],
        [name for _, name in releases],
    )


def outcomes_of(writes: Sequence[Write], rows: Sequence[Row]) -> list[Outcome]:
    """What became of each write, by the answer of `ledger.append`."""
    if rows[0][0] == "all":
        position: int = rows[0][1]
        outcomes: list[Outcome] = []
        for write in writes:
            position += len(write.events)
            outcomes.append(receipt_of(write, position))
        return outcomes
    return [_outcome(write, *row) for write, row in zip(writes, rows, strict=True)]


def _outcome(write: Write, outcome: str, *row: Any) -> Outcome:
    position, subject, version, fingerprint, answer, name = row
    match outcome:
        case "new":
            return receipt_of(write, position)
        case "repeat":
            return Receipt(
                command=write.command,
                subject=subject,
                version=version,
                position=position,
                fingerprint=fingerprint,
                answer=answer,
                is_repeat=True,
            )
        case "taken":
            return ClaimTaken(name)
    return IntegrityError(f"A version of {write.subject} is taken.")


def failure(error: Exception) -> OperationalError:
    """The library's error for one of the driver's."""
    told = OperationalError(f"The ledger could not be reached or refused: {error}")
    told.__cause__ = error
    return told
