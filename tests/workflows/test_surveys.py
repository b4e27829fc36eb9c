"""Requesters are asked as a survey policy has it: a sample, later, and not too often."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.incident import Incident
from domain.rules import Refused
from domain.satisfaction import RATED_WITHIN
from domain.survey_policy import SurveyDefinition, is_sampled
from tests.domain.desks import Company, open_desk
from tests.keys import MemoryKeys
from tests.people import MONDAY
from tests.workflows.surveyed import define, resolved
from workflows.surveys import Surveys

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def incident(company: Company, id: UUID) -> Incident:
    return await company.desk.ledger.find(Incident, id)


async def looked(company: Company, at: datetime) -> None:
    await Surveys(company.desk).keep(at, "sla-clock/0")


def events(company: Company, id: UUID) -> list[str]:
    told = (entry.topic.partition(".")[2] for entry in company.desk.ledger.history(id))
    return [name for name in told if name.startswith(("Rating", "Survey"))]


async def test_without_a_policy_every_requester_is_asked_at_once(company: Company) -> None:
    id = await resolved(company)

    await looked(company, MONDAY + DAY)

    assert (await incident(company, id)).asks_until == MONDAY + RATED_WITHIN
    assert events(company, id) == []


async def test_a_requester_is_asked_after_the_delay_reminded_once_and_answers(
    company: Company,
) -> None:
    policy = await define(company, delay_hours=24, remind_after_days=3, expires_after_days=7)
    id = await resolved(company)
    early = company.signed("ann", MONDAY + HOUR)
    with pytest.raises(Refused, match="Nobody is asked"):
        await company.desk.ledger.edit(Incident, id, lambda one: one.rate(5, by=early), by=early)

    await looked(company, MONDAY + DAY - HOUR)
    before = (await incident(company, id)).asks_until
    asked_at = MONDAY + DAY
    for at in (asked_at, asked_at + HOUR, asked_at + 3 * DAY, asked_at + 4 * DAY):
        await looked(company, at)
    late = company.signed("ann", asked_at + 7 * DAY + HOUR)
    with pytest.raises(Refused, match="can be rated for"):
        await company.desk.ledger.edit(Incident, id, lambda one: one.rate(5, by=late), by=late)
    by = company.signed("ann", asked_at + 5 * DAY)
    await company.desk.ledger.edit(Incident, id, lambda one: one.rate(5, by=by), by=by)

    assert before is None
    assert events(company, id) == ["SurveyPlanned", "RatingAsked", "RatingReminded"]
    planned = next(
        entry.event
        for entry in company.desk.ledger.history(id)
        if isinstance(entry.event, Incident.SurveyPlanned)
    )
    assert (planned.policy, planned.version) == (policy, 1)
    assert (await incident(company, id)).scores == {1: 5}


async def test_who_was_asked_lately_is_not_asked_again(company: Company) -> None:
    await define(company, once_in_days=30)
    ids = [await resolved(company, MONDAY + n * DAY) for n in range(2)]
    await looked(company, MONDAY + HOUR)
    await looked(company, MONDAY + 2 * DAY)
    later = await resolved(company, MONDAY + 31 * DAY)

    await looked(company, MONDAY + 32 * DAY)

    assert [events(company, id)[1:] for id in (*ids, later)] == [
        ["RatingAsked"],
        ["RatingLeftOut"],
        ["RatingAsked"],
    ]
    assert (await incident(company, ids[1])).asks_until is None


async def test_only_those_in_the_sample_are_asked(company: Company) -> None:
    policy = await define(company, percent=50)
    ids = [await resolved(company) for _ in range(8)]

    await looked(company, MONDAY + HOUR)

    definition = SurveyDefinition(percent=50)
    asked = [id for id in ids if "RatingAsked" in events(company, id)]
    assert asked == [id for id in ids if is_sampled(id, 1, policy, 1, definition)]
    assert 0 < len(asked) < len(ids)


async def test_what_is_taken_up_again_before_is_not_asked_about(company: Company) -> None:
    await define(company, delay_hours=24)
    id = await resolved(company)
    by = company.signed("ann", MONDAY + HOUR)
    await company.desk.reopen(Incident, id, reason="Again.", by=by)

    await looked(company, MONDAY + 2 * DAY)

    assert events(company, id) == ["SurveyPlanned"]


async def test_a_policy_is_for_some_tickets_alone(company: Company) -> None:
    await define(company, tickets=("question",))
    of_mail = await define(company, services=("Mail",), condition="ticket.priority == 1")

    id = await resolved(company)

    assert events(company, id) == []
    assert of_mail
