"""Open tickets get a version of a policy that is for them, some at a time and each once."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import Calendar
from domain.ids import number_of, record_id
from domain.incident import Incident
from domain.provenance import Provenance
from domain.rules import Refused
from domain.service_conditions import Named
from domain.service_level_policy import (
    Agreement,
    AppliesTo,
    EscalationStep,
    Move,
    ServiceLevelPolicy,
    TargetPromise,
)
from tests.domain.desks import OFFICE, Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from workflows.signing import signed

EIGHT = TargetPromise(name="resolution", budget="8h")
HERE = 'ticket.team == "Service desk"'
FOUR = TargetPromise(name="resolution", budget="4h")


def sign(step: str) -> Provenance:
    return signed("policy-clock", "sla-clock/0", step, MONDAY)


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
async def company(tmp_path: Path, keys: MemoryKeys) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, keys) as desk:
        yield await Company(desk).build()


async def log(company: Company) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail",
        requester=company.people["ann"],
        impact=1,
        urgency=1,
        by=company.signed("ann"),
    )
    return receipt.subject


async def revise(
    company: Company, policy: UUID, target: TargetPromise, applies_to: AppliesTo
) -> None:
    def act(record: ServiceLevelPolicy) -> None:
        record.revise(Agreement(calendar=company.office, targets=(target,)), by=system())

    await company.desk.ledger.edit(ServiceLevelPolicy, policy, act, by=system())
    await company.desk.publish_policy(policy, applies_to=applies_to, by=system())


async def budgets(company: Company, ids: list[UUID]) -> list[str]:
    found = [await company.desk.ledger.find(Incident, id) for id in ids]
    return [incident.commitments[0].budget for incident in found]


def promises(company: Company, ids: list[UUID]) -> list[int]:
    """How often each was promised something."""
    topics = [[entry.topic for entry in company.desk.ledger.history(id)] for id in ids]
    return [one.count("Incident.ServiceLevelApplied") for one in topics]


async def move(company: Company, policy: UUID) -> Move | None:
    return (await company.desk.ledger.find(ServiceLevelPolicy, policy)).move


async def test_a_version_for_new_tickets_leaves_open_ones_alone(company: Company) -> None:
    policy = await company.publish_policy(EIGHT)
    ids = [await log(company)]

    await revise(company, policy, FOUR, "new")

    assert company.desk.unfinished_moves() == []
    assert await company.desk.give_open_tickets(policy, limit=10, sign=sign)
    assert await budgets(company, [*ids, await log(company)]) == ["8h", "4h"]


async def test_open_tickets_get_a_version_that_is_for_them_some_at_a_time(
    company: Company,
) -> None:
    policy = await company.publish_policy(EIGHT)
    ids = [await log(company) for _ in range(5)]
    over = ids.pop(1)
    await company.desk.ledger.edit(
        Incident, over, lambda one: one.cancel(reason="Twice.", by=system()), by=system()
    )

    await revise(company, policy, FOUR, "open")

    assert [one.id for one in company.desk.unfinished_moves()] == [policy]
    assert not await company.desk.give_open_tickets(policy, limit=3, sign=sign)
    assert await move(company, policy) == Move(version=2, after=ids[2], seen=3, moved=3)
    assert await budgets(company, ids) == ["4h", "4h", "4h", "8h"]
    assert await company.desk.give_open_tickets(policy, limit=3, sign=sign)
    assert await move(company, policy) == Move(
        version=2, after=ids[3], seen=4, moved=4, is_done=True
    )
    assert await budgets(company, [*ids, over]) == ["4h", "4h", "4h", "4h", "8h"]
    assert company.desk.unfinished_moves() == []


async def test_what_was_done_before_an_end_in_between_is_not_done_again(
    company: Company, tmp_path: Path, keys: MemoryKeys
) -> None:
    policy = await company.publish_policy(EIGHT)
    ids = [await log(company) for _ in range(4)]
    await revise(company, policy, FOUR, "open")
    # Two tickets were given it when the process ended: nothing is noted of them.
    number = number_of(policy)
    for id in ids[:2]:
        incident = await company.desk.ledger.find(Incident, id)
        by = sign(f"{number}/2/{incident.number}")
        assert await company.desk._give(id, policy, 2, by)

    async with open_desk(tmp_path, keys) as other:
        assert [one.id for one in other.unfinished_moves()] == [policy]
        assert await other.give_open_tickets(policy, limit=10, sign=sign)
        assert await other.give_open_tickets(policy, limit=10, sign=sign)

    assert promises(company, ids) == [2, 2, 2, 2]
    assert await move(company, policy) == Move(
        version=2, after=ids[-1], seen=4, moved=4, is_done=True
    )


async def test_a_name_in_a_published_policy_means_what_it_meant_then(company: Company) -> None:
    desk = company.desk
    policy = await company.publish_policy(EIGHT, when=HERE)
    await desk.rename_team(company.service_desk, "Helpdesk", by=system())
    formed = await desk.form_team(name="Service desk", by=system())

    found = await desk.ledger.find(ServiceLevelPolicy, policy)

    assert formed.subject != company.service_desk
    assert found.published is not None
    assert found.published.names == (Named("team", "Service desk", company.service_desk),)
    assert found.draft_definition == found.published


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"when": 'ticket.team == "Nobody"'}, "when: there is no team 'Nobody'"),
        ({"when": 'ticket.organisation == "Custom"'}, "when: .* did you mean 'Customer'"),
        ({"when": "ticket.priority > 5"}, "when: it never holds"),
        (
            {
                "names": (Named("team", "X", record_id("TEA", 99)),),
                "when": 'ticket.team == "X"',
            },
            "names.X: there is no team TEA0000099",
        ),
        ({"calendar": record_id("CAL", 99)}, "calendar: there is no calendar"),
        (
            {"escalation": (EscalationStep(target="resolution", mark="75%", reassign="Mail"),)},
            r"escalation\[0\].reassign: there is no team 'Mail'",
        ),
    ],
)
async def test_a_policy_that_names_what_is_not_there_is_not_published(
    company: Company, changes: dict[str, object], rule: str
) -> None:
    given = replace(Agreement(calendar=company.office, targets=(EIGHT,)), **changes)

    with pytest.raises(Refused, match=rule):
        id = await company.add(ServiceLevelPolicy, "draft", name="Gold", definition=given)
        await company.desk.publish_policy(id, by=system())


async def test_an_open_ticket_keeps_its_version_when_its_priority_changes(
    company: Company,
) -> None:
    desk = company.desk
    policy = await company.publish_policy(
        TargetPromise(name="resolution", budget={1: "8h", 2: "9h"})
    )
    id = await log(company)
    await revise(
        company, policy, TargetPromise(name="resolution", budget={1: "4h", 2: "5h"}), "new"
    )

    await desk.prioritise(Incident, id, impact=1, urgency=2, by=company.signed("bea"))
    assert await budgets(company, [id]) == ["9h"]

    await desk.publish_policy(policy, applies_to="open", by=system())
    assert await desk.give_open_tickets(policy, limit=10, sign=sign)
    assert await budgets(company, [id]) == ["5h"]


async def test_another_escalation_alone_is_for_open_tickets_too(company: Company) -> None:
    policy = await company.publish_policy(EIGHT)
    id = await log(company)

    def act(record: ServiceLevelPolicy) -> None:
        step = EscalationStep(target="resolution", mark="75%", managers=True)
        agreement = Agreement(calendar=company.office, targets=(EIGHT,), escalation=(step,))
        record.revise(agreement, by=system())

    await company.desk.ledger.edit(ServiceLevelPolicy, policy, act, by=system())
    await company.desk.publish_policy(policy, applies_to="open", by=system())
    await company.desk.give_open_tickets(policy, limit=10, sign=sign)

    incident = await company.desk.ledger.find(Incident, id)
    assert incident.promised[""].policy_version == 2


async def test_other_hours_of_a_calendar_are_for_open_tickets_only_where_it_says_so(
    company: Company,
) -> None:
    desk = company.desk
    await company.publish_policy(EIGHT)
    id = await log(company)

    async def revise_hours(zone: str, applies_to: AppliesTo) -> None:
        def act(calendar: Calendar) -> None:
            calendar.revise(hours=replace(OFFICE, zone=zone), applies_to=applies_to, by=system())

        await desk.ledger.edit(Calendar, company.office, act, by=system())

    async def hours_version() -> int:
        incident = await desk.ledger.find(Incident, id)
        return incident.promised[""].calendar_version

    await revise_hours("Europe/Zurich", "new")
    assert desk.unfinished_moves() == []
    await desk.prioritise(Incident, id, impact=2, urgency=2, by=company.signed("bea"))
    assert await hours_version() == 1

    await revise_hours("Europe/Paris", "open")
    assert [one.id for one in desk.unfinished_moves()] == [company.office]
    assert await desk.give_open_tickets(company.office, limit=10, sign=sign)
    assert await hours_version() == 3
    assert desk.unfinished_moves() == []

    await revise_hours("Europe/Rome", "new")
    await revise_hours("Europe/Rome", "open")
    assert await desk.give_open_tickets(company.office, limit=10, sign=sign)
    assert await hours_version() == 4
