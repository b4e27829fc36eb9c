"""What workflows are given, wait for and hand to their activities: plain values.

Workflows import this module and nothing that can act. All of it can be read back from the ledger:
a workflow that is lost is started again with the same values.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

Act = Literal["remind", "time out"]

QUEUE = "ledgerdesk"
"""The task queue of all workflows."""


class Patience(Struct, frozen=True, kw_only=True):
    """An open stage of a round of approval, and how long it may stay open.

    reminders: when the silent voters are reminded; at half of the patience if empty.
    reminded: how many of these reminders were given.
    """

    index: int
    stage: str
    since: datetime
    due: datetime
    is_escalated: bool = False
    is_reminded: bool = False
    """Whether all reminders were given."""
    reminders: tuple[datetime, ...] = ()
    reminded: int = 0


class Approval(Struct, frozen=True, kw_only=True):
    """How one round of approval stood at a version of its record; `begun` is its first version.

    open: the stages whose patience runs; without any, nothing is due.
    patience: what rounds that began with one stage at a time say instead.
    """

    record: UUID = field(name="change")
    round: int
    begun: int
    version: int
    patience: Patience | None = None
    is_over: bool = False
    open: tuple[Patience, ...] = ()

    @property
    def patiences(self) -> tuple[Patience, ...]:
        return self.open if self.patience is None else (self.patience, *self.open)


class ApprovalTurn(Struct, frozen=True, kw_only=True):
    """One act of the clock in a round of approval. The step names it, once in the round."""

    step: str
    act: Act
    record: UUID = field(name="change")
    round: int
    stage: str
    at: datetime
    due: datetime
    number: int = 0
    """Which reminder it is, counted from 0 in a patience."""


class Shard(Struct, frozen=True, kw_only=True):
    """A clock that watches the due index, and the next moment that it waits for."""

    shard: int
    next: datetime | None = None


class Poke(Struct, frozen=True, kw_only=True):
    """Something is due at a moment."""

    at: datetime


class Sweep(Struct, frozen=True, kw_only=True):
    """Mark what is due at a moment, of the tickets of a shard."""

    at: datetime
    shard: int = 0


class Swept(Struct, frozen=True, kw_only=True):
    """How many marks a sweep recorded, and when the next is due."""

    marked: int
    next: datetime | None = None
    is_over: bool = False
    """Whether there is no such shard any more: others see to its tickets."""


class Escalation(Struct, frozen=True, kw_only=True):
    """A mark of a service level clock at which a policy says that something is done.

    level: how many turns it has taken; steps: how many steps of the policy these were.
    managed: how many levels of management were told since the last step.
    told: the people who were told last.
    until: how long they have to acknowledge, or when a turn in vain is tried again.
    refused: how often in a row the next turn was refused, or could not be read.
    """

    ticket: UUID = field(name="incident")
    round: int
    target: str
    mark: str
    cycle: int = 0
    level: int = 0
    steps: int = 0
    managed: int = 0
    told: tuple[UUID, ...] = ()
    until: datetime | None = None
    refused: int = 0
    is_over: bool = False


class EscalationTurn(Struct, frozen=True, kw_only=True):
    """Take the next turn of an escalation."""

    escalation: Escalation
    at: datetime


def approval_id(number: str, round: int) -> str:
    """The id of the workflow of a round."""
    return f"approval/{number}/{round}"


def clock_id(shard: int) -> str:
    """The id of the workflow that watches a part of the due index."""
    return f"sla-clock/{shard}"


def escalation_id(number: str, round: int, target: str, mark: str, cycle: int = 0) -> str:
    """The id of the workflow of a mark, of a clock that has begun afresh so often."""
    again = f"/{cycle}" if cycle else ""
    return f"escalation/{number}/{round}/{target}/{mark}{again}"
