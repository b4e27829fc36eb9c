import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.ids import record_id
from domain.person import Person, Scope
from domain.rules import Refused
from domain.team import Team
from tests.domain.desks import Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY

KEYS = MemoryKeys()
DIGEST = "a" * 64


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, KEYS) as desk:
        yield await Company(desk).build()


async def register(company: Company, username: str, email: str = "") -> UUID:
    receipt = await company.desk.register_person(
        username=username,
        name="Somebody",
        email=email,
        organisation=company.customer,
        by=system(),
    )
    return receipt.subject


async def amend_email(company: Company, name: str, email: str) -> None:
    await company.desk.amend_person(company.people[name], email=email, by=system())


async def test_no_two_people_have_one_user_name_or_address(company: Company) -> None:
    with pytest.raises(Refused, match="username: this user name is taken"):
        await register(company, "ANN")
    with pytest.raises(Refused, match="email: another person has this e-mail address"):
        await register(company, "ann2", "Ann@example.org")

    await register(company, "ann2")


async def test_of_two_who_take_a_name_at_the_same_time_one_gets_it(
    company: Company, tmp_path: Path
) -> None:
    async with open_desk(tmp_path, KEYS) as other:
        outcomes = await asyncio.gather(
            *(
                desk.register_person(
                    username="zoe", name="Zoe", organisation=company.customer, by=system()
                )
                for desk in (company.desk, other)
            ),
            return_exceptions=True,
        )

    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [str(error) for error in refused] == ["username: this user name is taken."]
    found = await company.desk.person_called("zoe")
    assert found is not None
    assert found.name == "Zoe"


async def test_a_registration_that_is_repeated_gives_the_same_person(company: Company) -> None:
    by = system()
    given: dict[str, Any] = {"username": "zoe", "name": "Zoe", "organisation": company.customer}

    first = await company.desk.register_person(**given, by=by, is_repeatable=True)
    again = await company.desk.register_person(**given, by=by, is_repeatable=True)

    assert again.is_repeat
    assert again.subject == first.subject


async def test_an_address_that_is_given_up_is_free_and_a_new_one_is_not(company: Company) -> None:
    await amend_email(company, "ann", "archer@example.org")

    await amend_email(company, "bea", "ann@example.org")
    with pytest.raises(Refused, match="email: another person"):
        await amend_email(company, "cem", "archer@example.org")

    await amend_email(company, "ann", "Archer@Example.org")
    await amend_email(company, "ann", "")
    await amend_email(company, "cem", "archer@example.org")


async def test_who_is_deactivated_keeps_the_name(company: Company) -> None:
    await company.leave("ann")

    with pytest.raises(Refused, match="username: this user name is taken"):
        await register(company, "ann")


async def test_people_belong_to_what_exists(company: Company) -> None:
    nobody, nowhere = record_id("PER", 99), record_id("ORG", 99)
    ann = company.people["ann"]

    with pytest.raises(Refused, match="organisation: there is no organisation ORG0000099"):
        await company.hire("zoe", nowhere)
    with pytest.raises(Refused, match="manager: there is no person PER0000099"):
        await company.hire("zoe", company.customer, manager=nobody)
    with pytest.raises(Refused, match="organisation: there is no organisation"):
        await company.desk.move_person(ann, nowhere, by=system())
    with pytest.raises(Refused, match="manager: there is no person"):
        await company.desk.set_manager(ann, nobody, by=system())
    with pytest.raises(Refused, match="parent: there is no organisation"):
        await company.desk.register_organisation(name="Part", parent=nowhere, by=system())

    await company.desk.move_person(ann, company.operator, by=system())
    await company.desk.set_manager(ann, company.people["dan"], by=system())
    found = await company.desk.ledger.find(Person, ann)
    assert (found.organisation, found.manager) == (company.operator, company.people["dan"])


async def issue(company: Company, name: str) -> None:
    await company.desk.issue_token(
        company.people[name],
        token_id=uuid4(),
        digest=DIGEST,
        hint="ld_pat_a",
        name="script",
        scopes=[Scope.READ],
        expires=MONDAY + timedelta(days=1),
        by=company.signed(name),
    )


async def test_a_token_lets_its_person_in_until_it_expires(company: Company) -> None:
    await issue(company, "bea")

    person = await company.desk.authenticate(DIGEST, MONDAY)
    assert person is not None
    assert person.id == company.people["bea"]
    assert await company.desk.authenticate(DIGEST, MONDAY + timedelta(days=1)) is None
    assert await company.desk.authenticate("b" * 64, MONDAY) is None
    assert await company.desk.person_called("nobody") is None


async def test_a_token_belongs_to_one_person(company: Company) -> None:
    await issue(company, "bea")

    with pytest.raises(Refused, match="digest: this token was issued before"):
        await issue(company, "cem")


@pytest.mark.parametrize("way", ["revoke", "deactivate"])
async def test_a_token_that_was_taken_away_lets_nobody_in(company: Company, way: str) -> None:
    await issue(company, "bea")
    bea = company.people["bea"]

    if way == "deactivate":
        await company.leave("bea")
    else:
        by = company.signed("bea")
        await company.desk.ledger.edit(
            Person, bea, lambda person: person.revoke_token(person.tokens[0].id, by=by), by=by
        )

    assert await company.desk.authenticate(DIGEST, MONDAY) is None


async def test_no_two_teams_have_one_name_at_the_same_time(company: Company) -> None:
    with pytest.raises(Refused, match="name: another team has this name"):
        await company.desk.form_team(name="SERVICE DESK", by=system())

    await company.desk.rename_team(company.service_desk, "First line", by=system())
    second = await company.desk.form_team(name="Service desk", by=system())
    with pytest.raises(Refused, match="name: another team has this name"):
        await company.desk.rename_team(second.subject, "First line", by=system())

    await company.desk.disband_team(company.service_desk, by=system())
    await company.desk.disband_team(company.service_desk, by=system())
    await company.desk.rename_team(second.subject, "First line", by=system())
    found = company.desk.directory.team_by_name("first line")
    assert found is not None
    assert found.id == second.subject


async def test_only_active_people_are_taken_into_a_team(company: Company) -> None:
    await company.leave("bea")

    with pytest.raises(Refused, match="person: PER0000003 was deactivated"):
        await company.desk.add_member(company.service_desk, company.people["bea"], by=system())

    team = await company.desk.ledger.find(Team, company.service_desk)
    assert team.members == (company.people["cem"],)
