from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.ids import record_id
from domain.incident import Incident
from domain.problem import Problem
from domain.promises import Commitment
from domain.rules import Refused
from domain.service_level_policy import EscalationStep, TargetPromise
from domain.ticket import Visibility
from tests.domain.desks import Company, open_desk

RESOLUTION = TargetPromise(name="resolution", budget={1: "4h", 2: "8h"}, pausing=("customer",))
RESPONSE = TargetPromise(name="first response", budget="30m")


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def log(company: Company, **given: Any) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann"), **given
    )
    return receipt.subject


async def incident(company: Company, id: UUID) -> Incident:
    return await company.desk.ledger.find(Incident, id)


def topics(company: Company, id: UUID) -> list[str]:
    return [entry.topic.partition(".")[2] for entry in company.desk.ledger.history(id)]


async def test_an_incident_is_logged_sorted_and_assigned_in_one_command(company: Company) -> None:
    id = await log(
        company,
        impact=1,
        urgency=2,
        category="mail",
        service="exchange",
        team=company.service_desk,
        assignee=company.people["cem"],
    )

    assert topics(company, id) == ["Logged", "Prioritised", "Categorised", "Assigned"]
    record = await incident(company, id)
    assert (record.number, record.priority) == ("INC0000001", 2)
    assert record.organisation == company.customer


async def test_a_repeat_gets_the_number_that_it_got_first(company: Company) -> None:
    by = company.signed("ann")
    ann = company.people["ann"]

    first = await company.desk.log_incident(title="A", requester=ann, by=by, is_repeatable=True)
    again = await company.desk.log_incident(title="A", requester=ann, by=by, is_repeatable=True)

    assert again.is_repeat
    assert again.subject == first.subject
    assert len(topics(company, first.subject)) == 1
    assert await log(company) != first.subject


async def test_the_policy_that_fits_is_applied_in_the_same_command(company: Company) -> None:
    policy = await company.publish_policy(RESPONSE, RESOLUTION, organisations=(company.customer,))

    id = await log(company, impact=1, urgency=1)

    assert topics(company, id) == ["Logged", "Prioritised", "ServiceLevelApplied"]
    applied = company.desk.ledger.history(id)[-1].event
    assert isinstance(applied, Incident.ServiceLevelApplied)
    assert (applied.policy, applied.policy_version) == (policy, 1)
    assert (applied.calendar, applied.calendar_version) == (company.office, 1)
    assert applied.commitments == (
        Commitment(name="first response", budget="30m"),
        Commitment(name="resolution", budget="4h", pausing=("customer",)),
    )


async def test_another_priority_or_category_is_promised_something_else(company: Company) -> None:
    await company.publish_policy(RESOLUTION, order=20)
    await company.publish_policy(
        TargetPromise(name="resolution", budget="1h"), order=10, categories=("payroll",)
    )
    id = await log(company)
    assert (await incident(company, id)).commitments == ()

    by = company.signed("bea")
    await company.desk.prioritise(Incident, id, impact=1, urgency=2, by=by)
    assert [c.budget for c in (await incident(company, id)).commitments] == ["8h"]
    await company.desk.categorise(Incident, id, category="payroll", by=company.signed("bea"))
    assert [c.budget for c in (await incident(company, id)).commitments] == ["1h"]

    await company.desk.prioritise(Incident, id, impact=1, urgency=2, by=company.signed("bea"))
    assert topics(company, id).count("ServiceLevelApplied") == 2


async def test_what_no_policy_is_about_keeps_what_it_was_promised(company: Company) -> None:
    await company.publish_policy(RESOLUTION)
    id = await log(company, impact=1, urgency=1)

    await company.desk.prioritise(Incident, id, impact=3, urgency=3, by=company.signed("bea"))

    assert [c.budget for c in (await incident(company, id)).commitments] == ["4h"]


async def test_other_tickets_have_no_service_level(company: Company) -> None:
    await company.publish_policy(RESPONSE)
    id = await company.add(
        Problem,
        "raise_",
        title="Mail stops every Monday",
        requester=company.people["ann"],
        organisation=company.customer,
    )

    await company.desk.prioritise(Problem, id, impact=1, urgency=1, by=company.signed("bea"))

    assert topics(company, id) == ["Raised", "Prioritised"]


async def test_the_first_public_word_of_an_agent_is_the_first_response(company: Company) -> None:
    id = await log(company)

    async def say(who: str, visibility: Visibility) -> None:
        await company.desk.comment(
            Incident, id, "Hello.", visibility=visibility, by=company.signed(who)
        )

    await say("ann", Visibility.PUBLIC)
    await say("bea", Visibility.INTERNAL)
    await say("max", Visibility.PUBLIC)
    assert (await incident(company, id)).responded_at is None

    await say("bea", Visibility.PUBLIC)
    await say("cem", Visibility.PUBLIC)

    assert topics(company, id)[-3:] == ["Commented", "FirstResponded", "Commented"]


async def test_an_agent_who_asks_does_not_answer_themselves(company: Company) -> None:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["bea"], by=company.signed("bea")
    )

    await company.desk.comment(
        Incident,
        receipt.subject,
        "Still none.",
        visibility=Visibility.PUBLIC,
        by=company.signed("bea"),
    )

    assert (await incident(company, receipt.subject)).responded_at is None


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"requester": record_id("PER", 99)}, "requester: there is no person PER0000099"),
        ({"team": record_id("TEA", 99)}, "team: there is no team TEA0000099"),
        ({"assignee": record_id("PER", 99)}, "assignee: there is no person PER0000099"),
        (
            {"requester": None, "organisation": record_id("ORG", 99)},
            "organisation: there is no organisation ORG0000099",
        ),
        ({"impact": 1}, "give both, or neither"),
        ({"service": "mail"}, "category: a subcategory or a service is given with a category"),
        ({"title": " "}, "An incident needs a title"),
    ],
)
async def test_what_is_wrong_is_refused_and_nothing_is_recorded(
    company: Company, given: dict[str, Any], rule: str
) -> None:
    position = company.desk.ledger.position()
    arguments: dict[str, Any] = {"title": "No mail", "requester": company.people["ann"], **given}

    with pytest.raises(Refused, match=rule):
        await company.desk.log_incident(**arguments, by=company.signed("bea"))

    assert company.desk.ledger.position() == position


async def test_nothing_is_given_to_those_who_are_gone(company: Company) -> None:
    await company.leave("cem")
    await company.desk.disband_team(company.service_desk, by=company.signed("bea"))

    with pytest.raises(Refused, match="assignee: PER0000004 was deactivated"):
        await log(company, assignee=company.people["cem"])
    with pytest.raises(Refused, match="team: TEA0000001 was disbanded"):
        await log(company, team=company.service_desk)


async def test_a_policy_that_names_what_is_not_there_is_not_published(company: Company) -> None:
    step = EscalationStep(target="resolution", mark="75%", notify=("team:Nobody", "person:zed"))
    each = r"escalation\[0\].notify\[{}\]: '{}' names nobody\."
    both = " ".join((each.format(0, "team:Nobody"), each.format(1, "person:zed")))
    with pytest.raises(Refused, match=both):
        await company.publish_policy(RESOLUTION, escalation=(step,))
    with pytest.raises(Refused, match="organisations: there is no organisation"):
        await company.publish_policy(RESOLUTION, organisations=(record_id("ORG", 99),))
