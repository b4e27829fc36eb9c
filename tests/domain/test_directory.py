import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from domain import directory
from domain.approval_process import ApprovalProcess, Definition
from domain.calendar import Calendar
from domain.change import Change
from domain.directory import Directory
from domain.ids import record_id
from domain.organisation import Organisation
from domain.person import Person, Role, Scope
from domain.rules import NotFound
from domain.service_level_policy import Facts, ServiceLevelPolicy, TargetPromise
from domain.team import Team
from tests.domain.desks import CAB, OFFICE, Company, open_desk, system
from tests.keys import MemoryKeys

KEYS = MemoryKeys()


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, KEYS) as desk:
        yield await Company(desk).build()


def change_of(company: Company) -> Change:
    return Change.propose(
        record_id("CHG", 1),
        title="Swap",
        requester=company.people["ann"],
        organisation=company.customer,
        by=company.signed("ann"),
    )


def names(company: Company, *selectors: str) -> list[str]:
    found = company.desk.directory.resolve(selectors, change_of(company))
    return [name for id in found for name, person in company.people.items() if person == id]


async def test_people_and_teams_are_found_by_their_names(company: Company) -> None:
    directory = company.desk.directory

    ann = directory.person_by_username("ANN")
    assert ann is not None
    assert (ann.id, ann.name) == (company.people["ann"], "Ann")
    assert directory.person_by_email("Ann@Example.org") is ann
    assert directory.person_by_username("nobody") is None
    team = directory.team_by_name("service  desk")
    assert team is not None
    assert team.members == (company.people["cem"],)


async def test_a_renamed_team_is_found_by_its_new_name_alone(company: Company) -> None:
    await company.desk.rename_team(company.service_desk, "First line", by=system())

    directory = company.desk.directory
    assert directory.team_by_name("First line") is directory.team(company.service_desk)
    assert directory.team_by_name("Service desk") is None


async def test_selectors_name_active_people_once_and_in_order(company: Company) -> None:
    assert names(company, "person:cem", "role:approver", "person:cem") == ["cem", "bea"]
    assert names(company, "team:Service desk") == ["cem"]
    assert names(company, "manager-of:requester") == ["max"]
    assert names(company, "manager-of:assignee") == []
    assert names(company, "role:change manager") == names(company, "role:change-manager") == ["dan"]
    assert names(company, "person:nobody", "team:none", "role:cab", "everybody") == []

    await company.leave("cem")

    assert names(company, "person:cem", "role:approver", "team:Service desk") == ["bea"]


async def test_a_role_does_not_reach_into_another_customers_organisation(company: Company) -> None:
    stranger = await company.organisation("Stranger")
    await company.hire("sam", stranger, Role.APPROVER)
    await company.hire("eve", company.customer, Role.APPROVER)

    assert set(names(company, "role:approver")) == {"bea", "cem", "eve"}


async def test_a_revoked_role_is_not_asked_any_more(company: Company) -> None:
    await company.desk.ledger.edit(
        Person,
        company.people["bea"],
        lambda person: person.revoke_role(Role.APPROVER, by=system()),
        by=system(),
    )

    assert names(company, "role:approver") == ["cem"]


async def test_the_process_with_the_lowest_order_is_taken_as_long_as_it_is_in_use(
    company: Company,
) -> None:
    normal = 'subject.type == "normal"'
    later = await company.publish_process(order=20, when=normal)
    first = await company.publish_process(order=10, when=normal)
    await company.add(
        ApprovalProcess,
        "draft",
        name="Draft",
        definition=Definition(
            subjects=("change",), when='subject.type == "normal"', stages=(CAB,), order=1
        ),
    )
    directory = company.desk.directory

    chosen = directory.process_for("change", {"type": "normal"})
    assert chosen is not None
    assert chosen.id == first
    assert directory.process_for("change", {"type": "emergency"}) is None

    await company.desk.ledger.edit(
        ApprovalProcess, first, lambda process: process.retire(by=system()), by=system()
    )
    chosen = directory.process_for("change", {"type": "normal"})
    assert chosen is not None
    assert chosen.id == later


async def test_the_policy_with_the_lowest_order_that_promises_something_is_taken(
    company: Company,
) -> None:
    everybody = await company.publish_policy(
        TargetPromise(name="resolution", budget={1: "4h", 2: "8h"}), order=20
    )
    vip = await company.publish_policy(
        TargetPromise(name="resolution", budget={1: "1h"}), order=10, services=("mail",)
    )
    directory = company.desk.directory

    def chosen(**facts: Any) -> object:
        found = directory.policy_for(Facts(**facts))
        return found and found[0].id

    assert chosen(priority=1, service="mail") == vip
    assert chosen(priority=2, service="mail") == everybody
    assert chosen(priority=3) is None

    await company.desk.ledger.edit(
        ServiceLevelPolicy, vip, lambda policy: policy.retire(by=system()), by=system()
    )
    assert chosen(priority=1, service="mail") == everybody


async def test_each_version_of_a_calendar_keeps_its_hours(company: Company) -> None:
    longer = replace(OFFICE, zone="Europe/Berlin")
    await company.desk.ledger.edit(
        Calendar, company.office, lambda cal: cal.revise(hours=longer, by=system()), by=system()
    )
    directory = company.desk.directory

    assert directory.hours(None, 0) is None
    assert directory.hours(company.office, 1) == OFFICE
    assert directory.hours(company.office, 2) == longer
    with pytest.raises(NotFound):
        directory.hours(company.office, 3)
    with pytest.raises(NotFound, match="no calendar"):
        directory.hours(uuid4(), 1)


async def test_an_actor_has_the_roles_of_the_person_and_the_scopes_of_the_token(
    company: Company,
) -> None:
    await company.desk.issue_token(
        company.people["bea"],
        token_id=uuid4(),
        digest="0" * 64,
        hint="0",
        name="script",
        scopes=[Scope.READ],
        expires=None,
        by=company.signed("bea"),
    )
    directory = company.desk.directory
    bea, ann = directory.person(company.people["bea"]), directory.person(company.people["ann"])
    assert bea is not None
    assert ann is not None

    by_token = directory.actor(bea, bea.tokens[0])
    assert by_token.roles == {Role.AGENT, Role.APPROVER}
    assert by_token.scopes == {"read"}
    assert by_token.is_operator
    assert directory.actor(bea).scopes == {"read", "write", "admin"}
    assert not directory.actor(ann).is_operator


async def test_a_directory_that_is_loaded_equals_the_one_that_followed(
    company: Company, tmp_path: Path
) -> None:
    await company.publish_process()
    await company.leave("dan")
    followed = company.desk.directory

    loaded = Directory.load(company.desk.ledger)

    for kind in (Person, Team, Organisation, ApprovalProcess, Calendar):
        states = [
            {id: vars(record) for id, record in directory._records[kind].items()}
            for directory in (followed, loaded)
        ]
        assert states[0] == states[1]
    assert followed._holders == loaded._holders
    assert followed._usernames == loaded._usernames


async def test_entries_out_of_order_are_put_in_order_with_the_help_of_the_ledger(
    company: Company,
) -> None:
    position = company.desk.ledger.position()
    behind = Directory.load(company.desk.ledger)
    company.desk.ledger.observers.remove(behind.observe)
    bea = company.people["bea"]
    await company.desk.amend_person(bea, name="Beatrix", by=system())
    await company.desk.amend_person(bea, zone="Europe/Berlin", by=system())
    first, second = company.desk.ledger.after(position)

    behind.observe([second])
    behind.observe([first, second])

    person = behind.person(bea)
    assert person is not None
    assert (person.name, person.zone, person.version) == ("Beatrix", "Europe/Berlin", 3)


async def test_a_directory_follows_what_another_process_records(
    company: Company, tmp_path: Path
) -> None:
    async with open_desk(tmp_path, KEYS) as other:
        following = asyncio.create_task(other.directory.follow())
        await company.ready_change()
        zoe = await company.hire("zoe", company.customer)

        async with asyncio.timeout(5):
            while other.directory.person(zoe) is None:
                await asyncio.sleep(0.005)

        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        assert names(company, "person:zoe") == ["zoe"]


async def test_a_directory_catches_up_page_by_page(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "PAGE", 2)
    async with open_desk(tmp_path, KEYS) as other:
        hired = [await company.hire(f"zoe{i}", company.customer) for i in range(5)]

        other.directory.catch_up()

        assert None not in [other.directory.person(id) for id in hired]


async def test_a_directory_catches_up_when_it_is_told_to(company: Company, tmp_path: Path) -> None:
    async with open_desk(tmp_path, KEYS) as other:
        zoe = await company.hire("zoe", company.customer)
        assert other.directory.person(zoe) is None

        other.directory.catch_up()

        assert other.directory.person(zoe) is not None
        assert other.directory.position == company.desk.ledger.position()
