"""Incidents that come again are proposed as a problem, by a rule, and each of them once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.asset import Asset
from domain.assignment_rule import AssignmentRule
from domain.ids import record_id
from domain.incident import Incident
from domain.problem import Problem, Status
from domain.recurring import Recurrence
from domain.triage import RuleDefinition
from tests.domain.desks import Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from workflows.triage import Triage

pytestmark = pytest.mark.asyncio

MAIL = Recurrence(same=("category", "service"), count=3, within="7d")


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def publish(company: Company, recurrence: Recurrence = MAIL, **more: Any) -> str:
    given: dict[str, Any] = {"on": ("logged",), "actions": (recurrence,), **more}
    id = await company.add(AssignmentRule, "draft", name="Rule", definition=RuleDefinition(**given))
    await company.desk.publish_definition(id, by=system())
    return (await company.desk.ledger.find(AssignmentRule, id)).number


async def log(company: Company, at: datetime = MONDAY, service: str = "mail") -> UUID:
    receipt = await company.desk.log_incident(
        title="It stalls",
        requester=company.people["ann"],
        category="software",
        service=service,
        by=company.signed("ann", at),
    )
    return receipt.subject


async def follow(company: Company, now: datetime = MONDAY) -> None:
    """All that there is to do, done by a process of its own that sees to all from the beginning."""
    triage = Triage(company.desk, now=lambda: now)
    for _ in range(50):
        if triage.position >= company.desk.ledger.position():
            return
        await triage.step(1.0)
    raise AssertionError("The rules never come to an end.")


def problems(company: Company) -> list[Problem]:
    return [problem for problem, _ in company.desk.ledger.all_of(Problem)]


async def act(company: Company, kind: Any, id: UUID, name: str, **given: Any) -> None:
    by = company.signed("bea")
    await company.desk.ledger.edit(
        kind, id, lambda record: getattr(record, name)(**given, by=by), by=by
    )


def incidents_of(problem: Problem) -> set[UUID]:
    return {other for _, other in problem.links}


async def test_as_many_as_the_rule_says_make_a_problem_which_somebody_accepts(
    company: Company,
) -> None:
    rule = await publish(company)
    ids = [await log(company), await log(company), await log(company, service="web")]
    await follow(company)
    early = problems(company)
    ids.append(await log(company))

    await follow(company)

    assert early == []
    [problem] = problems(company)
    assert (problem.status, problem.proposed_by) == (Status.PROPOSED, rule)
    assert (problem.category, problem.service) == ("software", "mail")
    assert incidents_of(problem) == {ids[0], ids[1], ids[3]}
    ledger = company.desk.ledger
    for id in incidents_of(problem):
        assert (await ledger.find(Incident, id)).links == (("relates to", problem.id),)
    [proposed, *_] = ledger.history(problem.id)
    assert isinstance(proposed.event, Problem.Proposed)
    assert proposed.event.title == "Recurring incidents: software, mail"
    assert "INC0000001, INC0000002, INC0000004" in proposed.event.description
    cause = proposed.event.by.cause
    assert cause is not None
    assert (cause.rule, cause.rule_version) == (rule, 1)
    assert cause.event == ledger.history(ids[3])[0].position

    await act(company, Problem, problem.id, "accept")
    assert (await ledger.find(Problem, problem.id)).status is Status.NEW


async def test_what_is_like_them_joins_the_problem_until_it_is_resolved(company: Company) -> None:
    await publish(company)
    for _ in range(3):
        await log(company)
    await follow(company)
    [problem] = problems(company)
    joined = await log(company)
    await follow(company)
    await act(company, Problem, problem.id, "accept")
    await act(company, Problem, problem.id, "resolve", code="fixed", resolution="Replaced.")
    later = [await log(company) for _ in range(3)]

    await follow(company)

    first, second = problems(company)
    assert joined in incidents_of(first)
    assert len(incidents_of(first)) == 4
    assert incidents_of(second) == set(later)


async def test_what_was_declined_is_not_proposed_again_for_the_same_incidents(
    company: Company,
) -> None:
    await publish(company)
    first = [await log(company) for _ in range(3)]
    await follow(company)
    [problem] = problems(company)
    await act(company, Problem, problem.id, "decline", reason="Three causes.")
    two = [await log(company) for _ in range(2)]
    await follow(company)
    declined = problems(company)
    two.append(await log(company))

    await follow(company)

    assert [one.status for one in declined] == [Status.CANCELLED]
    assert [incidents_of(one) for one in problems(company)] == [set(first), set(two)]


async def test_incidents_count_within_the_time_if_they_are_not_called_off_and_of_no_problem(
    company: Company,
) -> None:
    await publish(company, when="ticket.reopened == 0")
    await log(company, MONDAY - timedelta(days=8))
    gone, known, reopened = [await log(company) for _ in range(3)]
    await act(company, Incident, gone, "cancel", reason="Twice.")
    by_hand = await company.add(
        Problem, "raise_", title="Mail", requester=None, organisation=company.operator
    )
    await act(company, Problem, by_hand, "link", other=known, type="affects")
    await act(company, Incident, reopened, "resolve", code="fixed", resolution="Restarted.")
    await act(company, Incident, reopened, "reopen", reason="Again.")
    last = [await log(company) for _ in range(2)]
    await follow(company)
    before = len(problems(company))
    last.append(await log(company))

    await follow(company)

    assert before == 1
    assert incidents_of(problems(company)[1]) == set(last)


async def test_incidents_of_the_same_asset_are_alike_whatever_they_are_about(
    company: Company,
) -> None:
    await publish(company, Recurrence(same=("asset",), count=2, within="1d"), on=("categorised",))
    printer = await company.add(Asset, "register", name="Printer", asset_class="printer")
    ids = [await log(company, service=service) for service in ("mail", "web", "files")]
    for id in ids[:2]:
        await act(company, Incident, id, "link", other=printer, type="affects")

    await follow(company)

    [problem] = problems(company)
    assert incidents_of(problem) == set(ids[:2])
    assert problem.category == ""


async def test_two_processes_and_a_repeat_propose_one_problem(company: Company) -> None:
    await publish(company)
    ids = [await log(company) for _ in range(3)]

    await asyncio.gather(follow(company), follow(company))
    await follow(company)

    [problem] = problems(company)
    assert incidents_of(problem) == set(ids)


async def test_a_trial_tells_of_the_proposal_and_records_nothing(company: Company) -> None:
    ids = [await log(company) for _ in range(3)]
    rule = record_id("RUL", 1)
    definition = RuleDefinition(on=("logged",), actions=(MAIL,))
    position = company.desk.ledger.position()

    [trial] = await company.desk.try_rule(rule, definition, ids[2:], company.signed("bea"))

    assert trial.deeds.did == ("propose problem",)
    assert company.desk.ledger.position() == position
