"""Rules act upon what happens, each once, in order, and never in a circle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.assignment_rule import AssignmentRule
from domain.desk import Desk
from domain.directory import Directory
from domain.incident import Incident
from domain.ledger import Ledger
from domain.person import Person, Role
from domain.ticket import Visibility
from domain.triage import (
    Action,
    Assign,
    Categorise,
    Member,
    Notify,
    Prioritise,
    Propose,
    RuleDefinition,
    Watch,
)
from tests.domain.desks import Company, open_desk, system
from tests.keys import MemoryKeys
from tests.people import MONDAY
from tests.stores import Store
from tests.stores import store as store
from workflows.triage import Schedules, Triage

pytestmark = pytest.mark.asyncio


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


@asynccontextmanager
async def opened(store: Store, keys: MemoryKeys) -> AsyncIterator[Desk]:
    recorder = store.open()
    try:
        ledger = Ledger(recorder, keys)
        yield Desk(ledger, Directory.load(ledger))
    finally:
        await recorder.aclose()


def now() -> datetime:
    return MONDAY


async def publish(company: Company, *actions: Action, **more: Any) -> str:
    """A published rule that acts upon new tickets, unless it says otherwise; its number."""
    given: dict[str, Any] = {"on": ("logged",), "actions": actions, **more}
    id = await company.add(AssignmentRule, "draft", name="Rule", definition=RuleDefinition(**given))
    await company.desk.publish_definition(id, by=system())
    return (await company.desk.ledger.find(AssignmentRule, id)).number


async def log(company: Company, **more: Any) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann"), **more
    )
    return receipt.subject


async def follow(desk: Desk) -> Triage:
    """All that there is to do, done by a process of its own."""
    triage = Triage(desk, now=now)
    triage.position = desk.ledger.recorder.tracked("triage")[0]
    for _ in range(50):
        if triage.position >= desk.ledger.position():
            return triage
        await triage.step(1.0)
    raise AssertionError("The rules never come to an end.")


def applied(desk: Desk, id: UUID) -> list[Any]:
    found = (entry.event for entry in desk.ledger.history(id))
    return [event for event in found if isinstance(event, Incident.RuleApplied)]


async def test_a_rule_gives_tickets_to_the_members_of_a_team_in_turn(company: Company) -> None:
    desk, team = company.desk, company.service_desk
    await desk.add_member(team, company.people["bea"], by=system())
    number = await publish(company, Assign(team=team, member=Member()))
    ids = [await log(company) for _ in range(4)]

    await follow(desk)

    found = [await desk.ledger.find(Incident, id) for id in ids]
    bea, cem = company.people["bea"], company.people["cem"]
    assert [one.assignee for one in found] == [bea, cem, bea, cem]
    assert {one.team for one in found} == {team}
    why = applied(desk, ids[1])[0]
    assert (why.chosen, why.why) == (cem, "It is their turn.")
    assert [one.person for one in why.considered] == [bea, cem]
    assigned = desk.ledger.history(ids[1])[1].event.by
    assert assigned.actor == "assignment-rules"
    assert assigned.cause is not None
    assert (assigned.cause.rule, assigned.cause.rule_version) == (number, 1)
    logged = desk.ledger.history(ids[1])[0]
    assert (assigned.cause.event, assigned.correlation) == (
        logged.position,
        logged.event.by.command,
    )


async def test_who_has_the_least_to_do_and_the_skill_gets_the_ticket(company: Company) -> None:
    desk, team, people = company.desk, company.service_desk, company.people
    await company.hire("eve", company.operator, Role.AGENT)
    for name in ("bea", "eve"):
        await desk.add_member(team, people[name], by=system())
    for name in ("cem", "eve"):
        await desk.ledger.edit(
            Person, people[name], lambda one: one.set_skills(["mail"], by=system()), by=system()
        )
    await desk.assign(
        Incident, await log(company), team=team, assignee=people["cem"], by=company.signed("bea")
    )
    await publish(company, Assign(team=team, member=Member(by="least loaded", knows="service")))
    ids = [await log(company, category="software", service="mail") for _ in range(3)]
    other = await log(company, category="software", service="printing")

    await follow(desk)

    found = [(await desk.ledger.find(Incident, id)).assignee for id in ids]
    assert found == [people["eve"], people["eve"], people["cem"]] or found == [
        people["eve"],
        people["cem"],
        people["eve"],
    ]
    loads = {one.person: one.load for one in applied(desk, ids[1])[0].considered}
    assert loads == {people["cem"]: 1, people["eve"]: 1}
    assert applied(desk, other)[0].refused == ("assign: Nobody in the team can take it.",)


async def test_rules_act_in_their_order_and_each_sees_what_the_others_did(
    company: Company,
) -> None:
    first = await publish(company, Categorise(category="mail"), order=1)
    second = await publish(
        company, Prioritise(impact=1, urgency=1), when='ticket.category == "mail"', order=2
    )
    third = await publish(company, Propose(reason="Mail."), when="ticket.priority == 1", order=3)
    never = await publish(company, Categorise(category="web"), when="ticket.priority == 5")
    id = await log(company)

    await follow(company.desk)

    acted = [event.by.cause.rule for event in applied(company.desk, id)]
    assert acted == [first, second, third]
    assert never not in acted
    incident = await company.desk.ledger.find(Incident, id)
    assert (incident.category, incident.priority) == ("mail", 1)
    assert incident.is_major_proposed


async def test_two_rules_that_undo_each_other_end(company: Company) -> None:
    await publish(
        company,
        Categorise(category="a"),
        on=("logged", "categorised"),
        when='ticket.category != "a"',
    )
    await publish(
        company,
        Categorise(category="b"),
        on=("categorised",),
        when='ticket.category != "b"',
    )
    id = await log(company)

    await follow(company.desk)

    assert [event.did for event in applied(company.desk, id)] == [("categorise",)] * 2
    await company.desk.categorise(Incident, id, category="c", by=company.signed("bea"))
    await follow(company.desk)
    assert len(applied(company.desk, id)) <= 6


async def test_what_was_done_before_an_end_in_between_is_not_done_again(
    company: Company, tmp_path: Path
) -> None:
    await publish(company, Notify(people=("person:bea",)), Watch(people=("person:bea",)))
    ids = [await log(company) for _ in range(3)]
    await follow(company.desk)
    position = company.desk.ledger.position()

    company.desk.ledger.recorder.track("triage", 0)
    await follow(company.desk)
    async with open_desk(tmp_path) as other:
        other.ledger.recorder.track("triage", 0)
        await follow(other)

    assert company.desk.ledger.position() == position
    assert [len(applied(company.desk, id)) for id in ids] == [1, 1, 1]
    assert applied(company.desk, ids[0])[0].told == (company.people["bea"],)


async def test_a_rule_acts_upon_nothing_that_was_before_it_or_after_its_end(
    company: Company,
) -> None:
    before = await log(company)
    later = system(at=MONDAY + timedelta(hours=1))
    id = await company.add(
        AssignmentRule,
        "draft",
        name="Rule",
        definition=RuleDefinition(on=("logged",), actions=(Categorise(category="mail"),)),
    )
    await company.desk.publish_definition(id, by=later)
    during = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann", later.at)
    )
    end = system(at=MONDAY + timedelta(hours=2))
    await company.desk.ledger.edit(AssignmentRule, id, lambda rule: rule.retire(by=end), by=end)
    after = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann", end.at)
    )

    await follow(company.desk)

    found = [len(applied(company.desk, one)) for one in (before, during.subject, after.subject)]
    assert found == [0, 1, 0]


async def test_names_mean_what_they_meant_when_the_rule_was_published(company: Company) -> None:
    desk = company.desk
    await publish(
        company,
        Categorise(category="desk"),
        on=("commented",),
        when='ticket.team == "Service desk"',
    )
    await desk.rename_team(company.service_desk, "Helpdesk", by=system())
    id = await log(company, team=company.service_desk)
    await desk.comment(
        Incident, id, "Hello.", visibility=Visibility.PUBLIC, by=company.signed("bea")
    )

    await follow(desk)

    assert (await desk.ledger.find(Incident, id)).category == "desk"


async def test_a_rule_with_a_schedule_looks_at_open_tickets_once_a_period(
    company: Company,
) -> None:
    desk = company.desk
    await publish(
        company, Notify(people=("person:bea",)), on=(), every="1h", when="!ticket.is_assigned"
    )
    ids = [await log(company) for _ in range(5)]
    schedules = Schedules(desk, tickets_at_once=2)

    next = await schedules.keep(MONDAY, "sla-clock/0")
    assert next == MONDAY + timedelta(hours=1)
    assert [len(applied(desk, id)) for id in ids] == [0] * 5

    for minutes in (60, 61, 90):
        await schedules.keep(MONDAY + timedelta(minutes=minutes), "sla-clock/0")
    # Another process begins the period again, and does nothing twice.
    await Schedules(desk).keep(MONDAY + timedelta(minutes=95), "sla-clock/0")
    assert [len(applied(desk, id)) for id in ids] == [1] * 5

    await desk.assign(
        Incident, ids[0], team=None, assignee=company.people["bea"], by=company.signed("bea")
    )
    await schedules.keep(MONDAY + timedelta(hours=2), "sla-clock/0")
    assert [len(applied(desk, id)) for id in ids] == [1, 2, 2, 2, 2]


async def test_a_trial_tells_what_a_rule_would_do_and_records_nothing(company: Company) -> None:
    desk = company.desk
    ids = [await log(company), await log(company, category="mail")]
    rule = RuleDefinition(
        on=("logged",),
        when='ticket.category == ""',
        actions=(Assign(team=company.service_desk, member=Member()),),
    )
    id = await company.add(AssignmentRule, "draft", name="Rule", definition=rule)
    position = desk.ledger.position()

    trials = await desk.try_rule(id, rule, ids, company.signed("bea"))

    assert [trial.fits for trial in trials] == [True, False]
    assert trials[0].chosen is not None
    assert trials[0].chosen.person == company.people["cem"]
    assert [entry.topic for entry in trials[0].changes] == ["Incident.Assigned"]
    assert desk.ledger.position() == position


async def test_two_workers_give_each_ticket_once(store: Store) -> None:
    keys = MemoryKeys()
    async with opened(store, keys) as one, opened(store, keys) as other:
        company = await Company(one).build()
        team = company.service_desk
        await one.add_member(team, company.people["bea"], by=system())
        await publish(company, Assign(team=team, member=Member()))
        ids = [await log(company) for _ in range(12)]

        await asyncio.gather(follow(one), follow(other))

        assert [len(applied(one, id)) for id in ids] == [1] * 12
        found = [(await one.ledger.find(Incident, id)).assignee for id in ids]
        assert found.count(company.people["bea"]) == found.count(company.people["cem"]) == 6
