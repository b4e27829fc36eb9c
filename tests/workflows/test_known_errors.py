"""The workaround of a known error reaches the open incidents linked to it, once a version."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.incident import Incident
from domain.problem import Problem
from domain.ticket import Visibility
from tests.domain.desks import Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from workflows.known_errors import KnownErrors

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def log(company: Company) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann")
    )
    return receipt.subject


async def raise_problem(company: Company) -> UUID:
    return await company.add(
        Problem, "raise_", title="Mail stalls", requester=None, organisation=company.operator
    )


async def act(company: Company, kind: Any, id: UUID, name: str, *given: Any, **more: Any) -> None:
    by = company.signed("bea")
    await company.desk.ledger.edit(
        kind, id, lambda record: getattr(record, name)(*given, **more, by=by), by=by
    )


async def link(company: Company, incident: UUID, problem: UUID) -> None:
    await act(company, Incident, incident, "link", problem, type="caused by")


async def known_error(company: Company, workaround: str = "Restart it.") -> UUID:
    problem = await raise_problem(company)
    await act(company, Problem, problem, "document_workaround", workaround)
    await act(company, Problem, problem, "declare_known_error")
    return problem


async def follow(company: Company, known_errors: KnownErrors | None = None) -> KnownErrors:
    """All that there is to do; by a process of its own from the beginning, if none is given."""
    known_errors = known_errors or KnownErrors(company.desk, now=lambda: MONDAY)
    for _ in range(50):
        if known_errors.position >= company.desk.ledger.position():
            return known_errors
        await known_errors.step(1.0)
    raise AssertionError("It never comes to an end.")


def given(company: Company, incident: UUID) -> list[tuple[int, str]]:
    events = (entry.event for entry in company.desk.ledger.history(incident))
    return [(one.number, one.text) for one in events if isinstance(one, Incident.WorkaroundGiven)]


async def test_open_incidents_get_the_workaround_when_the_known_error_is_declared(
    company: Company,
) -> None:
    problem, incident, other, done = (
        await raise_problem(company),
        *[await log(company) for _ in range(3)],
    )
    await link(company, incident, problem)
    await act(company, Problem, problem, "link", other, type="relates to")
    await link(company, done, problem)
    await act(company, Incident, done, "resolve", code="fixed", resolution="Restarted.")
    await act(
        company,
        Problem,
        problem,
        "document_workaround",
        "Use the web.",
        visibility=Visibility.PUBLIC,
    )

    known_errors = await follow(company)
    early = given(company, incident)
    await act(company, Problem, problem, "declare_known_error")
    await follow(company, known_errors)

    assert early == []
    assert given(company, incident) == given(company, other) == [(1, "Use the web.")]
    assert given(company, done) == []
    event = company.desk.ledger.history(incident)[-1].event
    assert isinstance(event, Incident.WorkaroundGiven)
    assert (event.visibility, event.author) == (Visibility.PUBLIC, str(company.people["bea"]))
    assert event.by.actor == "known-errors"
    declared = company.desk.ledger.history(problem)[-1]
    assert event.by.cause is not None
    assert (event.by.cause.event, event.by.cause.rule, event.by.cause.rule_version) == (
        declared.position,
        "PRB0000001",
        1,
    )


async def test_each_version_is_given_once_however_often_the_ledger_is_followed(
    company: Company,
) -> None:
    problem, incident = await known_error(company), await log(company)
    await link(company, incident, problem)
    await follow(company)
    await act(company, Problem, problem, "document_workaround", "Use the web.")

    for _ in range(3):
        await follow(company)

    assert given(company, incident) == [(1, "Restart it."), (2, "Use the web.")]


async def test_what_is_linked_later_or_open_again_gets_the_latest_version(company: Company) -> None:
    problem, linked, reopened = await known_error(company), await log(company), await log(company)
    await act(company, Incident, reopened, "resolve", code="fixed", resolution="Restarted.")
    await link(company, reopened, problem)
    await act(company, Problem, problem, "document_workaround", "Use the web.")
    await follow(company)
    before = given(company, reopened)

    await link(company, linked, problem)
    await act(company, Incident, reopened, "reopen", reason="Again.")
    await follow(company)

    assert before == []
    assert given(company, linked) == given(company, reopened) == [(2, "Use the web.")]


async def test_incidents_of_a_merged_problem_get_the_workaround_of_the_one_that_is_left(
    company: Company,
) -> None:
    kept, merged = await known_error(company), await raise_problem(company)
    incident, later = await log(company), await log(company)
    await link(company, incident, merged)
    known_errors = await follow(company)
    before = given(company, incident)

    await company.desk.merge(
        Problem, merged, into=kept, across_organisations=True, by=company.signed("bea")
    )
    await link(company, later, merged)
    await follow(company, known_errors)
    at_once = given(company, incident), given(company, later)
    await act(company, Problem, kept, "document_workaround", "Use the web.")
    await follow(company, known_errors)

    assert before == []
    assert at_once == ([(1, "Restart it.")], [(1, "Restart it.")])
    assert given(company, incident)[1:] == given(company, later)[1:] == [(2, "Use the web.")]


async def test_nothing_is_given_for_a_problem_that_is_solved_or_came_by_an_import(
    company: Company,
) -> None:
    problem, incident = await known_error(company), await log(company)
    await act(company, Problem, problem, "resolve", code="fixed", resolution="Replaced.")
    await link(company, incident, problem)
    other, imported = await known_error(company), await log(company)
    known_errors = await follow(company)
    by = replace(system(), channel="imported")
    await company.desk.ledger.edit(
        Incident, imported, lambda one: one.link(other, type="caused by", by=by), by=by
    )

    await follow(company, known_errors)

    assert given(company, incident) == given(company, imported) == []


async def test_words_of_somebody_who_was_erased_are_given_to_nobody(company: Company) -> None:
    problem, incident = await known_error(company), await log(company)
    keys: Any = company.desk.ledger.mapper.keys
    keys.destroy(str(company.people["bea"]))

    await company.desk.ledger.edit(
        Incident,
        incident,
        lambda one: one.link(problem, type="caused by", by=company.signed("cem")),
        by=company.signed("cem"),
    )
    await follow(company)

    assert given(company, incident) == []
