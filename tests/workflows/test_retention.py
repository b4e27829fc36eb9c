"""The erasure of who was let in no more is asked for after the days of their organisation."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.organisation import Organisation
from domain.person import Person
from tests.domain.desks import Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from workflows.retention import Retention

ACTOR = Retention.actor
DAY = timedelta(days=1)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Ann's organisation keeps people for 30 days, and lets her in no more."""
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        built = await Company(desk).build()
        await keep_for(built, 30)
        await deactivate(built)
        yield built


async def keep_for(company: Company, days: int | None) -> None:
    await company.desk.ledger.edit(
        Organisation,
        company.customer,
        lambda customer: customer.set_retention(days, by=system()),
        by=system(),
    )


async def deactivate(company: Company, days: int = 0) -> None:
    by = company.signed("bea", MONDAY + days * DAY)
    await edit(company, lambda ann: ann.deactivate(reason="Left.", by=by))


async def edit(company: Company, act: object) -> None:
    await company.desk.ledger.edit(Person, company.people["ann"], act, by=system())  # type: ignore[arg-type]  # a lambda


async def asked_by(company: Company) -> str:
    return (await company.desk.ledger.find(Person, company.people["ann"])).erasure_asked_by


async def at(company: Company, days: int) -> str:
    await Retention(company.desk).keep(MONDAY + days * DAY, "sla-clock/0")
    return await asked_by(company)


async def test_an_erasure_is_asked_for_when_the_days_are_over_and_not_before(
    company: Company,
) -> None:
    assert [await at(company, 29), await at(company, 30)] == ["", ACTOR]


async def test_nothing_is_asked_for_where_people_are_kept_for_ever(company: Company) -> None:
    await keep_for(company, None)

    assert await at(company, 3_000) == ""


async def test_who_is_under_a_legal_hold_is_kept(company: Company) -> None:
    await edit(company, lambda ann: ann.place_legal_hold(reason="A case.", by=system()))

    held = await at(company, 90)
    await edit(company, lambda ann: ann.lift_legal_hold(reason="Closed.", by=system()))

    assert [held, await at(company, 90)] == ["", ACTOR]


async def test_who_was_spared_is_kept_until_they_are_deactivated_again(company: Company) -> None:
    await at(company, 31)
    by = company.signed("bea", MONDAY + 31 * DAY)
    await edit(company, lambda ann: ann.withdraw_erasure(by=by))

    spared = await at(company, 90)
    await edit(company, lambda ann: ann.reactivate(by=system()))
    active = await at(company, 91)
    await deactivate(company, 92)

    assert [spared, active, await at(company, 121), await at(company, 122)] == ["", "", "", ACTOR]


async def test_somebody_confirms_what_was_asked_for_by_the_clock(company: Company) -> None:
    await at(company, 31)

    await company.desk.erase_person(company.people["ann"], by=company.signed("bea"))

    assert (await company.desk.ledger.find(Person, company.people["ann"])).is_erased
