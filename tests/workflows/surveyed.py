"""Survey policies of a company, and incidents that they are about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.incident import Incident
from domain.survey_policy import SurveyDefinition, SurveyPolicy
from tests.domain.desks import Company, system
from tests.people import MONDAY


async def define(company: Company, **definition: Any) -> UUID:
    ledger = company.desk.ledger
    policy = SurveyPolicy.define(
        await ledger.next_id(SurveyPolicy),
        name="A policy",
        definition=SurveyDefinition(**definition),
        by=system(),
    )

    async def decide(work: Any) -> None:
        work.add(policy)

    await ledger.run(system(), decide)
    company.desk.directory.catch_up()
    return policy.id


async def resolved(company: Company, at: datetime = MONDAY) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann", at)
    )
    by = company.signed("bea", at)
    await company.desk.resolve(
        Incident, receipt.subject, code="solved", resolution="Restarted.", by=by
    )
    return receipt.subject
