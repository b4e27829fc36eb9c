"""Notes who reads what has to be noted, before it is answered.

Reads that come while a note is being recorded are noted together, in one command: each waits for at
most two of them, and many at once cost the ledger hardly more than one.
"""

import asyncio
import socket
from asyncio import Future, Task
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from api.http.answers import Answer
from api.http.calls import Call
from domain.ids import parse_reference
from domain.ledger import Ledger, Work
from domain.person import Role
from domain.policy_table import TABLE
from domain.provenance import Provenance
from domain.read_log import ReadLog, Why, is_restricted
from domain.rules import DomainError, NotFound

TOGETHER = 500
"""So many reads are noted by one command at most."""
PLACE_MAX = 200
FILES = (b"text/csv", b"application/x-ndjson", b"text/event-stream")
"""The media types of what leaves the desk as a file, or event by event."""
ASKED = ("as_of", "known_at", "from", "to", "after", "until", "kind", "type", "subject")
"""What is noted of a query: nothing that may hold words about people."""

RESTRICTED = frozenset(act for act, row in TABLE.items() if is_restricted(act, row))


class Reading(NamedTuple):
    """A read that waits to be noted."""

    by: Provenance
    parts: dict[str, Any]
    done: "Future[None]"


class Noting:
    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._waiting: list[Reading] = []
        self._recording: Task[None] | None = None
        self._log: UUID | None = None

    async def note(self, call: Call, answer: Answer) -> None:
        """Note a read, durably once this returns, if there is a reason to."""
        why = reasons(call, answer)
        if not why:
            return
        caller = call.caller
        by = Provenance(
            actor=str(caller.person.id), at=self._clock(), command=uuid4(), channel=caller.channel
        )
        query = call.query()
        parts: dict[str, Any] = {
            "act": call.route.act,
            "place": call.path[:PLACE_MAX],
            "why": why,
            "subject": _subject(call),
            "asked": {name: query[name] for name in ASKED if name in query},
            "address": call.address,
        }
        reading = Reading(by, parts, asyncio.get_running_loop().create_future())
        self._waiting.append(reading)
        if self._recording is None:
            self._recording = asyncio.create_task(self._record())
        await reading.done

    async def _record(self) -> None:
        try:
            while self._waiting:
                batch = self._waiting[:TOGETHER]
                del self._waiting[: len(batch)]
                await self._record_batch(batch)
        finally:
            self._recording = None

    async def _record_batch(self, batch: Sequence[Reading]) -> None:
        try:
            await self._append(batch)
        except DomainError as refused:
            if len(batch) == 1:
                _fail(batch, refused)
                return
            # Somebody was erased meanwhile: the others are not to wait for that.
            for reading in batch:
                await self._record_batch([reading])
        except Exception as error:
            _fail(batch, error)
        else:
            for reading in batch:
                if not reading.done.done():
                    reading.done.set_result(None)

    async def _append(self, batch: Sequence[Reading]) -> None:
        by = Provenance(actor="read-audit", at=self._clock(), command=uuid4())
        id = self._log or await self._ledger.next_id(ReadLog)

        async def decide(work: Work) -> None:
            if self._log is None:
                log = work.add(ReadLog.open(id, process=socket.gethostname(), by=by))
            else:
                log = await work.get(ReadLog, id)
            for reading in batch:
                log.note(**reading.parts, by=reading.by)

        await self._ledger.run(by, decide)
        log = await self._ledger.find(ReadLog, id)
        self._log = None if log.is_full else id


def reasons(call: Call, answer: Answer) -> tuple[Why, ...]:
    """Why a read that is about to be answered has to be noted."""
    act = call.route.act
    if not act or call.route.method != "GET" or answer.status >= 400:
        return ()
    found = []
    if act.endswith(".export") or answer.media_type.partition(b";")[0] in FILES:
        found.append(Why.EXPORT)
    if Role.AUDITOR in call.caller.actor.roles and {"as_of", "known_at"} & call.query().keys():
        found.append(Why.PAST)
    if act in RESTRICTED:
        found.append(Why.RESTRICTED)
    return tuple(found)


def _subject(call: Call) -> UUID | None:
    """The record that the path names."""
    if "{ref}" not in call.route.path:
        return None
    try:
        return parse_reference(call.params[0])
    except NotFound:
        return None


def _fail(batch: Sequence[Reading], error: Exception) -> None:
    for reading in batch:
        if not reading.done.done():
            reading.done.set_exception(error)
