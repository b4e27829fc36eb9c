"""Group commit: concurrent commands share one transaction, and each has its own fate.

Writes wait in a queue while a transaction is under way; the next one takes all that wait, as soon
as a turn of the event loop brings no more. Two writes on the same version, command or name never
share a transaction: the later one waits, and is decided against what the first has committed. No
timer is involved, so a lone write does not wait for company.
"""

import asyncio
from collections import deque
from collections.abc import Hashable, Iterable

from domain.recorder import Receipt, Write

EVENTS_PER_TRANSACTION_MAX = 2_000
GATHERED_MAX = 256
"""So many writes are committed even if every turn of the event loop brings more of them."""

Outcome = Receipt | Exception


class Waiting:
    """A write that waits for its transaction."""

    __slots__ = ("future", "write")

    def __init__(self, write: Write, future: asyncio.Future[Receipt]) -> None:
        self.write = write
        self.future = future

    def settle(self, outcome: Outcome) -> None:
        if self.future.done():
            return  # The caller has gone; what was committed stays committed.
        if isinstance(outcome, Receipt):
            self.future.set_result(outcome)
        else:
            self.future.set_exception(outcome)


class Queue:
    """The writes that wait, handed out in batches that cannot conflict within themselves."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._seen = 1

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, write: Write) -> asyncio.Future[Receipt]:
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(write, future))
        return future

    def is_growing(self) -> bool:
        """Whether more writes wait than when this was asked before, and there is room for more.

        Whoever commits asks once a turn of the event loop: as many as share a transaction share
        its cost. A lone write waits for nobody, and the others only for work that stands before
        theirs anyway.
        """
        before, self._seen = self._seen, len(self._waiting)
        return before < self._seen < GATHERED_MAX

    def take(self) -> list[Waiting]:
        """The next batch: as many as fit, in order, but for those that conflict with it."""
        self._seen = 1
        batch: list[Waiting] = []
        later: list[Waiting] = []
        taken: set[Hashable] = set()
        events = 0
        while self._waiting and events < EVENTS_PER_TRANSACTION_MAX:
            waiting = self._waiting.popleft()
            write = waiting.write
            keys = _keys(write)
            if taken.isdisjoint(keys):
                taken.update(keys)
                batch.append(waiting)
                events += len(write.events)
            else:
                later.append(waiting)
        self._waiting.extendleft(reversed(later))
        return batch


def settle(batch: list[Waiting], outcomes: Iterable[Outcome]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        waiting.settle(outcome)


def fail(batch: list[Waiting], error: Exception) -> None:
    settle(batch, [error] * len(batch))


def receipt_of(write: Write, position: int) -> Receipt:
    """The receipt of a write whose last event has this position."""
    return Receipt(
        command=write.command,
        subject=write.subject,
        version=write.version,
        position=position,
        fingerprint=write.fingerprint,
        answer=write.answer,
    )


def head_of(outcomes: Iterable[Outcome]) -> int:
    """The latest position among the receipts, 0 if there is none."""
    return max((o.position for o in outcomes if isinstance(o, Receipt)), default=0)


def _keys(write: Write) -> list[Hashable]:
    keys: list[Hashable] = [
        (event.originator_id, event.originator_version) for event in write.events
    ]
    keys.append(write.command)
    if write.claims or write.releases:
        keys += [name for name, _ in write.claims]
        keys += write.releases
    return keys
