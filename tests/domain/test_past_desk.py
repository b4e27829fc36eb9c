"""The desk of then knows what the desk knew then."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.as_of import AsOf
from domain.desk import Desk
from domain.directory import Directory
from domain.ids import record_id
from domain.incident import Incident
from domain.past_desk import PastDesk, moment_of
from domain.past_ledger import PastLedger
from domain.person import Person, Role
from domain.rules import NotFound, Refused
from domain.team import Team
from tests.domain.desks import Company, open_desk, system
from tests.people import MONDAY

STEPS = 80
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


def then(desk: Desk, as_of: AsOf) -> PastDesk:
    return PastDesk(desk.ledger, desk.directory.frozen(), as_of)


def known(directory: Directory) -> dict[str, Any]:
    """What is found in a directory."""
    people = sorted(directory.people(), key=lambda person: person.id)
    teams = sorted(directory.teams(), key=lambda team: team.id)
    return {
        "versions": [(one.number, one.version) for one in (*people, *teams)],
        "people": [(one.name, one.is_active, one.manager) for one in people],
        "memberships": [directory.memberships_of(one.id) for one in people],
        "teams": [(one.name, directory.team_by_name(one.name) is not None) for one in teams],
        "roles": {
            role: sorted(one.id for one in directory.people_with_role(role)) for role in Role
        },
        "stand in": [
            sorted(other.id for other, _ in directory.stands_in(one.id, MONDAY)) for one in people
        ],
    }


async def something(company: Company, random: Random, team: UUID, number: int) -> None:
    """Something happens to people and their team, a minute later."""
    desk, by = company.desk, system(at=MONDAY + number * MINUTE)
    person, other = random.sample(sorted(company.people.values()), 2)

    def to_person(one: Person) -> None:
        match number % 4:
            case 0:
                one.amend(name=f"Name {number}", by=by)
            case 1:
                one.grant_role(random.choice(list(Role)), by=by)
            case 2:
                one.set_manager(other, by=by)
            case _:
                until = MONDAY + timedelta(days=1)
                one.delegate(other, start=MONDAY, end=until, reason="Away.", by=by)

    def to_team(one: Team) -> None:
        match number % 3:
            case 0:
                one.rename(f"Team {number}", by=by)
            case 1:
                one.add_member(person, by=by)
            case _:
                one.remove_member(person, by=by)

    try:
        if random.random() < 0.6:
            await desk.ledger.edit(Person, person, to_person, by=by)
        else:
            await desk.ledger.edit(Team, team, to_team, by=by)
    except Refused:
        pass


async def test_the_directory_of_then_is_the_one_that_was(company: Company) -> None:
    random, desk = Random(3), company.desk
    team = await company.add(Team, "form", name="Network")
    seen = []
    for number in range(1, STEPS):
        await something(company, random, team, number)
        if number == STEPS // 2:
            by = system(at=MONDAY + number * MINUTE)
            await desk.register_person(
                username="new", name="New", organisation=company.operator, by=by
            )
        moment = MONDAY + number * MINUTE
        seen.append((moment, desk.ledger.position(), known(desk.directory)))

    for moment, position, was in seen:
        assert known(then(desk, AsOf(position=position)).directory) == was
        assert known(then(desk, AsOf(moment=moment)).directory) == was
    assert len({repr(was) for _, _, was in seen}) > STEPS // 2


async def test_a_name_that_went_to_somebody_else_is_whose_it_was(company: Company) -> None:
    desk, (ann, bea) = company.desk, (company.people[name] for name in ("ann", "bea"))
    before = desk.ledger.position()
    for person, email in ((ann, "other@example.org"), (bea, "ann@example.org")):
        await desk.amend_person(person, email=email, by=system())

    was = then(desk, AsOf(position=before)).directory.person_by_email("ann@example.org")

    assert was is not None
    assert was.id == ann
    now = desk.directory.person_by_email("ann@example.org")
    assert now is not None
    assert now.id == bea


async def test_what_happened_earlier_but_was_told_later_counts_from_its_moment(
    company: Company,
) -> None:
    desk, cem = company.desk, company.people["cem"]
    told = system(at=MONDAY + timedelta(days=3))
    late = replace(told, effective=MONDAY + timedelta(days=1))
    before = desk.ledger.position()
    await desk.ledger.edit(Person, cem, lambda one: one.amend(name="Cemil", by=late), by=late)

    def name(as_of: AsOf) -> str:
        found = then(desk, as_of).directory.person(cem)
        return found.name if found else ""

    assert name(AsOf(moment=MONDAY + timedelta(days=2))) == "Cemil"
    assert name(AsOf(moment=MONDAY + timedelta(days=2), position=before)) == "Cem"
    assert name(AsOf(moment=MONDAY)) == "Cem"
    assert name(AsOf(position=before)) == "Cem"


async def test_the_past_has_no_record_that_came_later_and_is_not_changed(company: Company) -> None:
    desk, by = company.desk, system()
    before = desk.ledger.position()
    incident = await company.add(
        Incident,
        "log",
        title="No mail",
        requester=company.people["ann"],
        organisation=company.customer,
    )
    past = PastLedger(desk.ledger, AsOf(position=before))

    with pytest.raises(NotFound):
        await past.find(Incident, incident)
    assert await past.peek(record_id("INC", 99)) is None
    assert list(past.all_of(Incident)) == []
    with pytest.raises(Refused, match="Nothing is done in the past"):
        await past.edit(Incident, incident, lambda one: None, by=by)


@pytest.mark.parametrize(
    ("as_of", "at"),
    [
        (AsOf(moment=MONDAY, position=1), MONDAY),
        (AsOf(position=10**6), MONDAY + timedelta(days=9)),
    ],
)
async def test_a_moment_is_what_is_asked_or_when_the_position_was_recorded(
    company: Company, as_of: AsOf, at: Any
) -> None:
    by = system(at=MONDAY + timedelta(days=1))
    cem = company.people["cem"]
    await company.desk.ledger.edit(Person, cem, lambda one: one.amend(name="C", by=by), by=by)
    head = company.desk.ledger.position()

    assert moment_of(company.desk.ledger, as_of, MONDAY + timedelta(days=9)) == at
    assert moment_of(company.desk.ledger, AsOf(position=head), MONDAY) == by.at
