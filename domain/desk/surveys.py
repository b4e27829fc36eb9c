"""Requesters who are asked how well it was done, as the survey policies have it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Unpack
from uuid import UUID

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.desk.changes_calendar import ChangeCalendar
from domain.desk.desk import Repeat
from domain.desk.ticket_types import facts_of
from domain.directory import Directory
from domain.field_conditions import field_condition
from domain.ledger import Ledger, Work
from domain.life_cycle import Resolvable
from domain.promises import RESOLUTION
from domain.provenance import Cause, Provenance
from domain.question import Question
from domain.recorder import Receipt
from domain.satisfaction import Satisfaction
from domain.service_request import ServiceRequest
from domain.survey_policy import SurveyDefinition, SurveyPolicy, is_sampled
from domain.ticket import Ticket

DONE = (Resolvable.Resolved, Question.Answered, ServiceRequest.Fulfilled)
ASKED_AT_ONCE_MAX = 500


class Surveys(ChangeCalendar):
    def __init__(self, ledger: Ledger, directory: Directory) -> None:
        super().__init__(ledger, directory)
        ledger.rules.append(self._plan_survey)

    async def _plan_survey(self, record: Aggregate) -> None:
        """Plan whether and when the requester of what was just done is asked: by the first policy
        that is for it."""
        if not isinstance(record, Satisfaction) or record.planned is not None:
            return
        done_at = record.met_at(RESOLUTION)
        if (
            done_at is None
            or record.requester is None
            or not any(isinstance(entry.event, DONE) for entry in record.pending)
        ):
            return
        assert isinstance(record, Ticket)
        for policy in self._policies_in_use():
            definition, version = policy.definition, policy.definition_version
            # What is imported was done long ago: nobody is asked about it any more.
            ends = done_at + definition.delay + timedelta(days=definition.expires_after_days)
            if ends > record.pending[-1].event.by.at and _is_for(definition, record):
                resolution = record.reopened + 1
                sampled = is_sampled(record.id, resolution, policy.id, version, definition)
                record.plan_survey(
                    policy.id,
                    version=version,
                    asks_at=done_at + definition.delay if sampled else None,
                    by=_because(policy, version, record.pending[-1].event.by),
                )
                return

    def _policies_in_use(self) -> list[SurveyPolicy]:
        """In the order of their names."""
        found = (one for one in self.directory.survey_policies() if not one.is_retired)
        return sorted(found, key=lambda one: (one.name, one.id))

    async def surveys_due(self, now: datetime) -> Sequence[UUID]:
        """The tickets whose requesters are to be asked or reminded by now."""
        return await self._outlook.surveys_due(now, ASKED_AT_ONCE_MAX)

    async def keep_survey(self, id: UUID, *, by: Provenance, **repeat: Unpack[Repeat]) -> Receipt:
        """Ask or remind the requester of a ticket; without effect where that is not due."""
        known = await self.ledger.find(Satisfaction, id)
        lately = await self._is_asked_lately(known, by.at)

        async def decide(work: Work) -> None:
            ticket = await work.get(Satisfaction, id)
            due, planned = ticket.survey_due, ticket.planned
            if due is None or planned is None or by.at < due:
                return
            policy = await work.read(SurveyPolicy, planned.policy)
            definition = policy.versions[planned.version - 1]
            because = _because(policy, planned.version, by)
            if planned.asks_at is None:
                ticket.remind_of_rating(by=because)
            elif lately:
                ticket.leave_out_rating(by=because)
            else:
                days = definition.remind_after_days
                ticket.ask_rating(
                    until=by.at + timedelta(days=definition.expires_after_days),
                    remind_at=by.at + timedelta(days=days) if days else None,
                    by=because,
                )

        return await self.ledger.run(by, decide, **repeat)

    async def _is_asked_lately(self, ticket: Satisfaction, now: datetime) -> bool:
        """Whether the requester was asked about something else within the rest of the policy."""
        planned = ticket.planned
        if planned is None or planned.asks_at is None or ticket.requester is None:
            return False
        policy = await self.ledger.find(SurveyPolicy, planned.policy)
        days = policy.versions[planned.version - 1].once_in_days
        if not days:
            return False
        return await self._outlook.is_asked_since(ticket.requester, now - timedelta(days=days))


def _is_for(definition: SurveyDefinition, ticket: Ticket) -> bool:
    if definition.tickets and ticket.what not in definition.tickets:
        return False
    if definition.services and ticket.service not in definition.services:
        return False
    return field_condition(definition.condition).holds(facts_of(ticket))


def _because(policy: SurveyPolicy, version: int, by: Provenance) -> Provenance:
    workflow = "" if by.cause is None else by.cause.workflow
    return replace(by, cause=Cause(rule=policy.number, rule_version=version, workflow=workflow))
