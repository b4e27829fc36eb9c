"""Telling people of a mark, level by level. Each level may be told twice, and is recorded once.

First come the steps that the policy names for the mark, then the managers of those who were told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from temporalio import activity

from domain import business_time
from domain.business_time import BusinessHours, duration
from domain.calendar import Calendar
from domain.directory import Directory
from domain.incident import OPEN, Incident
from domain.ledger import Ledger, Work
from domain.promises import BREACH
from domain.rules import NotFound
from domain.service_level_policy import EscalationStep
from workflows.escalations import Mark, marks, steps
from workflows.failures import refusals_are_final
from workflows.signing import signed
from workflows.values import Escalation, EscalationTurn

ACTOR = "escalation"
MANAGERS_MAX = 3
"""How many levels of management are told after the steps of the policy."""


class EscalationActivities:
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        self.ledger = ledger
        self.directory = directory

    @activity.defn(name="service_levels.escalate")
    @refusals_are_final
    async def escalate(self, turn: EscalationTurn) -> Escalation:
        """Tell the next level; the escalation is over if that is not needed, or nobody is left."""
        escalation, workflow = turn.escalation, activity.info().workflow_id or ""
        self.directory.catch_up()
        mark = self._mark(escalation)
        named = await steps(self.ledger, mark)
        hours = await self._hours(mark)
        by = signed(ACTOR, workflow, f"level/{escalation.level + 1}", turn.at)

        async def decide(work: Work) -> None:
            incident = await work.get(Incident, escalation.incident)
            level, to = self._next(incident, escalation, named)
            after = msgspec.structs.replace(escalation, is_over=True, until=None)
            if to:
                incident.escalate_hierarchically(
                    to=to, level=incident.escalation_level + 1, reason=_reason(mark), by=by
                )
                after = msgspec.structs.replace(
                    escalation,
                    level=level,
                    told=to,
                    until=_until(turn.at, named[min(level, len(named)) - 1], hours),
                )
            work.answer = msgspec.json.encode(after)

        receipt = await self.ledger.run(by, decide, is_repeatable=True)
        return msgspec.json.decode(receipt.answer, type=Escalation)

    def _mark(self, escalation: Escalation) -> Mark:
        wanted = (escalation.round, escalation.target, escalation.mark)
        for mark in marks(self.ledger.history(escalation.incident)):
            if (mark.round, mark.target, mark.mark) == wanted:
                return mark
        raise NotFound(f"There is no such mark as {wanted}.")

    async def _hours(self, mark: Mark) -> BusinessHours:
        calendar = await self.ledger.find(Calendar, mark.applied.calendar)
        return calendar.hours_of(mark.applied.calendar_version)

    def _next(
        self, incident: Incident, escalation: Escalation, named: Sequence[EscalationStep]
    ) -> tuple[int, tuple[UUID, ...]]:
        """The next level at which there is somebody to tell, and whom; nobody if that is over."""
        is_acknowledged = escalation.level > 0 and incident.escalation_acknowledged
        if (
            is_acknowledged
            or incident.status not in OPEN
            or incident.service_level_round != escalation.round
        ):
            return escalation.level, ()
        for level in range(escalation.level + 1, len(named) + 1):
            if to := self._named(incident, named[level - 1]):
                return level, to
        level = max(escalation.level, len(named)) + 1
        if level > len(named) + MANAGERS_MAX:
            return level, ()
        return level, self._managers(escalation.told or self._leads(incident), escalation.told)

    def _named(self, incident: Incident, step: EscalationStep) -> tuple[UUID, ...]:
        """The people of a step, or who leads the team of the incident where it names nobody."""
        return self.directory.resolve(step.notify, incident) or self._active(self._leads(incident))

    def _leads(self, incident: Incident) -> tuple[UUID, ...]:
        team = self.directory.team(incident.team)
        return team.leads if team else ()

    def _managers(self, people: Sequence[UUID], told: Sequence[UUID]) -> tuple[UUID, ...]:
        found = (person.manager for id in people if (person := self.directory.person(id)))
        return tuple(id for id in self._active(found) if id not in told)

    def _active(self, people: Iterable[UUID | None]) -> tuple[UUID, ...]:
        found = (self.directory.person(id) for id in people)
        return tuple(dict.fromkeys(person.id for person in found if person and person.is_active))


def _until(at: datetime, step: EscalationStep, hours: BusinessHours) -> datetime:
    return business_time.due(at, duration(step.wait), hours)


def _reason(mark: Mark) -> str:
    if mark.mark == BREACH:
        return f"The promised time of {mark.target} has passed."
    return f"The clock of {mark.target} has reached {mark.mark}."
