"""Taking the steps that a policy says for a mark, one after the other.

Each turn may be taken twice, and is recorded once. After a step that has told somebody, its
managers are told one after the other if the step says so; then comes the next step.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import MapperDeserialisationError
from msgspec import structs
from temporalio import activity

from domain import business_time, escalation
from domain.aggregate import KIND_OF_PREFIX, Entry
from domain.agreement import Agreement, EscalationStep
from domain.business_time import BusinessHours, duration
from domain.calendar import Calendar
from domain.directory import Directory
from domain.escalated import Escalated
from domain.ids import number_of, prefix_of
from domain.ledger import Ledger, Work
from domain.provenance import Cause, Provenance
from domain.recorder import Receipt
from domain.rules import DomainError, NotFound, Outdated
from domain.ticket_clocks import after
from workflows.clocks import hours_for
from workflows.escalations import Mark, marks, steps
from workflows.failures import refusals_are_final
from workflows.signing import signed
from workflows.values import Escalation, EscalationTurn

ACTOR = "escalation"
MANAGERS_MAX = 3
"""How many levels of management are told after a step."""
PUT_OFF, PUT_OFF_MAX = timedelta(minutes=1), timedelta(hours=1)
"""How long a turn waits that was refused, twice as long each time."""

log = logging.getLogger(__name__)


class EscalationActivities:
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self.ledger = ledger
        self.directory = directory

    @activity.defn(name="service_levels.escalate")
    @refusals_are_final
    async def escalate(self, turn: EscalationTurn) -> Escalation:
        """Take the next step, or tell the next manager; the escalation is over if that is not
        needed any more, or nothing is left to do. Who was told has time until `until`. What the
        ledger refuses, or what of it cannot be read, is put off."""
        self.directory.catch_up()
        try:
            todo = await self._todo(turn)
        except MapperDeserialisationError as error:
            return _put_off(turn, error)
        try:
            receipt = await self._insist(todo)
        except Outdated:
            raise
        except (DomainError, MapperDeserialisationError) as error:
            return _put_off(turn, error)
        return msgspec.json.decode(receipt.answer, type=Escalation)

    async def _todo(self, turn: EscalationTurn) -> "_Turn":
        mark = _mark(self.ledger.history(turn.escalation.ticket), turn.escalation)
        agreement, named = await steps(self.ledger, mark)
        return _Turn(turn, mark, agreement, named, await self._hours(mark))

    async def _insist(self, todo: "_Turn") -> Receipt:
        try:
            return await self._run(todo, {})
        except Outdated:
            raise
        except DomainError as error:
            # A rule has refused the whole: people are told at least.
            acts = (escalation.REASSIGN, escalation.RAISE_PRIORITY, escalation.PROPOSE)
            return await self._run(todo, dict.fromkeys(acts, str(error)))

    async def _run(self, todo: "_Turn", barred: Mapping[str, str]) -> Receipt:
        kind: Any = KIND_OF_PREFIX[prefix_of(todo.escalation.ticket)]

        async def decide(work: Work) -> None:
            ticket: Escalated = await work.get(kind, todo.escalation.ticket)
            is_needed = await self._is_needed(ticket, todo.mark)
            after = self._take(ticket, todo, barred) if is_needed else None
            if after is None:
                after = structs.replace(todo.escalation, is_over=True, until=None)
            work.answer = msgspec.json.encode(after)

        return await self.ledger.run(todo.by, decide, is_repeatable=True)

    async def _is_needed(self, ticket: Escalated, mark: Mark) -> bool:
        """Whether nobody has acknowledged, and the clock is open and has still passed the mark."""
        history = [
            entry
            for entry in self.ledger.history(ticket.id)
            if entry.originator_version <= ticket.version
        ]
        if not ticket.is_at_work or mark not in marks(history):
            return False
        hours_of = await hours_for(self.ledger, history)
        clock = after((entry.event for entry in history), hours_of).clock(mark.target)
        return (
            clock is not None
            and clock.is_open
            and clock.cycle == mark.cycle
            and mark.mark in clock.marks_done
        )

    async def _hours(self, mark: Mark) -> BusinessHours:
        calendar = await self.ledger.find(Calendar, mark.applied.calendar)
        return calendar.hours_of(mark.applied.calendar_version).in_zone(mark.applied.zone)

    def _take(
        self, ticket: Escalated, todo: "_Turn", barred: Mapping[str, str]
    ) -> Escalation | None:
        """Take the next turn; None if nothing is left to do."""
        taken, managed = _place(todo.escalation, len(todo.named))
        if taken and managed < MANAGERS_MAX and todo.has_managers(taken):
            above = escalation.managers(ticket, todo.escalation.told, self.directory)
            if above:
                escalation.tell(ticket, above, todo.reason, todo.signed(taken))
                return todo.after(taken, managed + 1, above)
        if taken == len(todo.named):
            return None
        step, by = todo.named[taken], todo.signed(taken + 1)
        people: tuple[UUID, ...] = ()
        if not step.notify and step.managers:
            people = escalation.managers(ticket, (), self.directory)
        done = escalation.take(
            ticket,
            step,
            todo.agreement,
            self.directory,
            reason=todo.reason,
            told=people,
            barred=barred,
            by=by,
        )
        ticket.take_escalation_step(
            round=todo.mark.round,
            target=todo.mark.target,
            mark=todo.mark.mark,
            cycle=todo.mark.cycle,
            step=taken + 1,
            did=done.did,
            refused=done.refused,
            by=by,
        )
        return todo.after(taken + 1, 1 if people else 0, done.told)


class _Turn:
    """What one turn is about."""

    def __init__(
        self,
        turn: EscalationTurn,
        mark: Mark,
        agreement: Agreement,
        named: Sequence[EscalationStep],
        hours: BusinessHours,
    ) -> None:
        self.escalation = turn.escalation
        self.at = turn.at
        self.mark = mark
        self.agreement = agreement
        self.named = named
        self.hours = hours
        self.reason = escalation.reason_of(mark.target, mark.mark)
        workflow = activity.info().workflow_id or ""
        self.by = signed(ACTOR, workflow, f"level/{self.escalation.level + 1}", turn.at)

    def signed(self, step: int) -> Provenance:
        """The signature of what a step of the policy does."""
        policy, version = self.mark.applied.policy, self.mark.applied.policy_version
        rule = f"{number_of(policy)}/{self.mark.target}/{self.mark.mark}/{step}"
        workflow = self.by.cause.workflow if self.by.cause else ""
        cause = Cause(rule=rule, rule_version=version, workflow=workflow)
        return structs.replace(self.by, cause=cause)

    def has_managers(self, taken: int) -> bool:
        """Whether managers are told after so many steps."""
        says = self.named[taken - 1].managers
        if says is None:
            return taken == len(self.named) and len(self.escalation.told) > 0
        return says

    def after(self, taken: int, managed: int, told: tuple[UUID, ...]) -> Escalation:
        """How it stands after this turn. Nobody is waited for if nobody was told."""
        return structs.replace(
            self.escalation,
            level=self.escalation.level + 1,
            steps=taken,
            managed=managed,
            told=told or self.escalation.told,
            until=_until(self.at, self.named[taken - 1], self.hours) if told else None,
            refused=0,
        )


def _put_off(turn: EscalationTurn, error: Exception) -> Escalation:
    """How it stands if nothing could be done: the same turn comes again."""
    known = turn.escalation
    log.warning("%s is not escalated: %s", number_of(known.ticket), error)
    pause = min(PUT_OFF * 2 ** min(known.refused, 6), PUT_OFF_MAX)
    return structs.replace(known, until=turn.at + pause, refused=known.refused + 1)


def _mark(history: Sequence[Entry], wanted: Escalation) -> Mark:
    key = wanted.round, wanted.target, wanted.mark, wanted.cycle
    for mark in marks(history):
        if (mark.round, *mark.key) == key:
            return structs.replace(mark, ended=None)
    raise NotFound(f"There is no such mark as {key}.")


def _place(known: Escalation, steps: int) -> tuple[int, int]:
    """How many steps were taken, and how many levels of management told since. Once only the
    level was known, and managers came after all steps."""
    if known.level and not known.steps:
        return min(known.level, steps), max(0, known.level - steps)
    return known.steps, known.managed


def _until(at: datetime, step: EscalationStep, hours: BusinessHours) -> datetime:
    return business_time.due(at, duration(step.wait), hours)
