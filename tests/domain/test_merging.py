"""Tickets are merged and split, both ways round, and stand afterwards as if they had not been."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import clock_steps
from domain.desk import Desk
from domain.directory import Directory
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger
from domain.merging import Mergeable
from domain.problem import Problem
from domain.promises import RESOLUTION
from domain.question import Question
from domain.rules import Refused
from domain.service_request import ServiceRequest
from domain.situation import situation_of
from domain.situation_events import after
from domain.ticket import Visibility
from domain.wall_clock import micros
from tests.domain.arguments import LAPTOP_PLAN
from tests.domain.changes import stage
from tests.domain.clock_lives import ONE_HOUR, TEN_HOURS, Life, at, hours_of
from tests.domain.desks import Company, open_desk
from tests.keys import MemoryKeys
from tests.people import ANN, BEA, CEM
from tests.stores import Store

OTHER = record_id("INC", 2)
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "start": ("start", {}),
    "assign": ("assign", {"team": record_id("TEA", 1), "assignee": None}),
    "pend": ("pend", {"reason": "customer"}),
    "wait": ("pend", {"reason": "vendor"}),
    "resume": ("resume", {}),
    "respond": ("respond", {}),
    "prioritise": ("prioritise", {"impact": 1, "urgency": 2}),
}
UNTOUCHED = {"version", "pending"}


def tried(life: Life, when: str, name: str) -> None:
    command, arguments = ACTS[name]
    try:
        life.act(when, command, **arguments)
    except Refused:
        return


def state(life: Life) -> dict[str, Any]:
    return {name: value for name, value in vars(life.ticket).items() if name not in UNTOUCHED}


@given(
    before=st.lists(st.sampled_from(sorted(ACTS)), max_size=5),
    after_it=st.lists(st.sampled_from(sorted(ACTS)), max_size=3),
    gap=st.sampled_from(["tue 11:00", "tue 16:59", "wed 09:00", "sat 12:00"]),
)
@settings(max_examples=60)
def test_a_merge_that_is_undone_leaves_everything_as_if_it_had_not_been(
    before: list[str], after_it: list[str], gap: str
) -> None:
    merged, never = Life(), Life()
    for life in (merged, never):
        life.promise("mon 10:00", TEN_HOURS, ONE_HOUR)
        for hour, name in enumerate(before, 11):
            tried(life, f"mon {hour}:00", name)

    merged.act("mon 17:00", "merge", into=OTHER)
    ended = merged.clocks
    merged.act(gap, "unmerge")

    assert {clock.state for clock in ended.clocks} <= {"cancelled", "met"}
    assert state(merged) == state(never)
    assert situation_of(merged.ticket) == after(merged.events) == after(never.events)
    for life in (merged, never):
        for minute, name in enumerate(after_it):
            tried(life, f"sun 12:{minute:02}", name)
    end = micros(at("sun 20:00"))
    hours = hours_of(record_id("CAL", 1), 1)
    for one, other in zip(merged.clocks.clocks, never.clocks.clocks, strict=True):
        assert clock_steps.settle(one, end, hours) == clock_steps.settle(other, end, hours)


def test_a_deadline_that_passed_in_between_was_missed_at_its_moment() -> None:
    life = Life()
    life.promise("mon 10:00", ONE_HOUR, TEN_HOURS)
    life.act("mon 10:30", "merge", into=OTHER)
    life.act("tue 10:00", "unmerge")

    clock = clock_steps.settle(
        life.clock("first response"), micros(at("tue 10:00")), hours_of(record_id("CAL", 1), 1)
    )
    assert clock.breached_at == at("mon 11:00")
    assert life.clock(RESOLUTION).state == "running"
    assert [span.why for span in life.spans("tue 12:00") if not span.ran] == [
        "outside business hours"
    ]


def test_a_merged_ticket_is_over_and_may_be_talked_on() -> None:
    life = Life()
    life.act("mon 10:30", "merge", into=OTHER)

    life.say("mon 11:00", "ann")

    assert (life.ticket.status, life.ticket.is_over) == ("merged", True)
    for command, arguments in (("start", {}), ("resolve", {"code": "a", "resolution": "b"})):
        with pytest.raises(Refused):
            life.act("mon 11:30", command, **arguments)
    with pytest.raises(Refused, match="merged into INC0000002 already"):
        life.act("mon 11:30", "merge", into=record_id("INC", 3))
    life.act("mon 11:30", "merge", into=OTHER)
    assert life.events[-1].by.at == at("mon 11:00")


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def log(company: Company, who: str = "ann", **more: Any) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people[who], by=company.signed(who), **more
    )
    return receipt.subject


async def merge(company: Company, id: UUID, into: UUID, **more: Any) -> None:
    await company.desk.merge(Incident, id, into=into, by=company.signed("bea"), **more)


async def say(company: Company, id: UUID, said: str) -> int:
    receipt = await company.desk.comment(
        Incident, id, said, visibility=Visibility.PUBLIC, by=company.signed("ann")
    )
    return receipt.position


async def test_merges_are_undone_one_by_one_in_any_order(company: Company) -> None:
    a, b, c = [await log(company) for _ in range(3)]
    await merge(company, c, b)
    await merge(company, b, a)

    root = await company.desk.ledger.find(Incident, a)
    assert [one.id for one in await company.desk.merged_into(root, 10)] == [b, c]
    with pytest.raises(Refused, match=f"was merged into {root.number}: that is the one"):
        await merge(company, a, b)
    with pytest.raises(Refused, match="No incident is merged into itself"):
        await merge(company, a, a)

    for id in (c, b):
        await company.desk.unmerge(Incident, id, by=company.signed("bea"))
    found = [await company.desk.ledger.find(Incident, id) for id in (a, b, c)]
    assert [(one.status, one.absorbed, one.merged_into) for one in found] == [("new", (), None)] * 3


async def test_a_ticket_is_merged_within_its_organisation_unless_it_is_said(
    company: Company,
) -> None:
    await company.hire("pat", company.operator)
    ours, theirs = await log(company, "ann"), await log(company, "pat")

    with pytest.raises(Refused, match="belongs to another organisation"):
        await merge(company, ours, theirs)
    with pytest.raises(Refused, match="is no incident"):
        await merge(company, ours, record_id("QST", 1))
    await merge(company, ours, theirs, across_organisations=True)

    assert (await company.desk.ledger.find(Incident, ours)).merged_into == theirs


async def test_a_split_is_undone_and_the_comments_are_back(company: Company) -> None:
    desk = company.desk
    id = await log(company, category="mail", impact=2, urgency=2)
    first, second = await say(company, id, "No mail."), await say(company, id, "No web.")
    other = await log(company)

    with pytest.raises(Refused, match="has none at"):
        await desk.split(
            Incident, other, comments=[first], title="No web", by=company.signed("bea")
        )
    made = await desk.split(
        Incident, id, comments=[second], title="No web", by=company.signed("bea")
    )

    part = await desk.ledger.find(Incident, made.subject)
    source = await desk.ledger.find(Incident, id)
    assert (part.split_from, part.split_comments) == (id, (second,))
    assert (part.category, part.priority, part.requester) == (
        source.category,
        source.priority,
        source.requester,
    )
    assert source.parts == (part.id,)

    await desk.undo_split(Incident, part.id, by=company.signed("bea"))
    part, source = await desk.ledger.find(Incident, part.id), await desk.ledger.find(Incident, id)
    assert (part.status, part.merged_into, part.split_from) == ("merged", id, None)
    assert (source.parts, source.absorbed) == ((), (part.id,))
    with pytest.raises(Refused, match="was not split off another one"):
        await desk.undo_split(Incident, other, by=company.signed("bea"))


@pytest.mark.parametrize(
    ("kind", "begin", "status"),
    [
        (Question, "ask", "asked"),
        (Problem, "raise_", "new"),
        (ServiceRequest, "order", "requested"),
    ],
)
async def test_other_tickets_are_merged_and_split_likewise(
    company: Company, kind: type[Mergeable], begin: str, status: str
) -> None:
    desk, by = company.desk, company.signed
    said_of = {"requester": company.people["ann"], "organisation": company.customer}
    ids = [await company.add(kind, begin, title="Which?", **said_of) for _ in range(2)]
    said = await desk.comment(kind, ids[0], "On 3.", visibility=Visibility.PUBLIC, by=by("ann"))

    await desk.merge(kind, ids[0], into=ids[1], by=by("bea"))
    merged = await desk.ledger.find(kind, ids[0])
    assert (merged.status, merged.is_over, merged.is_called_off) == ("merged", True, True)
    await desk.unmerge(kind, ids[0], by=by("bea"))
    part = await desk.split(kind, ids[0], comments=[said.position], title="On 3?", by=by("bea"))
    await desk.undo_split(kind, part.subject, by=by("bea"))

    assert (await desk.ledger.find(kind, ids[0])).status == status
    assert (await desk.ledger.find(kind, part.subject)).merged_into == ids[0]


async def test_a_proposed_problem_is_merged_and_stands_proposed_again(company: Company) -> None:
    proposed = await company.add(Problem, "propose", title="Recurring incidents: mail")
    known = await company.add(Problem, "raise_", title="Mail", requester=None, organisation=None)

    await company.desk.merge(Problem, proposed, into=known, by=company.signed("bea"))
    await company.desk.unmerge(Problem, proposed, by=company.signed("bea"))

    assert (await company.desk.ledger.find(Problem, proposed)).status == "proposed"


def laptop() -> ServiceRequest:
    return ServiceRequest.order(
        record_id("REQ", 1),
        title="A laptop",
        requester=None,
        organisation=None,
        plan=LAPTOP_PLAN,
        by=ANN,
    )


def test_a_request_is_merged_with_its_tasks_and_goes_on_where_it_was() -> None:
    request = laptop()
    request.start_fulfilment(by=BEA)
    request.complete_task(1, by=BEA)

    request.merge(record_id("REQ", 2), by=BEA)

    with pytest.raises(Refused, match="that is over cannot be changed"):
        request.complete_task(2, by=BEA)
    with pytest.raises(Refused, match="REQ0000001 was merged into REQ0000002"):
        request.absorb(record_id("REQ", 3), by=BEA)
    request.unmerge(by=BEA)
    request.complete_task(2, by=BEA)
    request.complete_task(3, by=BEA)
    assert request.status == "fulfilled"


def test_a_request_in_approval_or_being_undone_takes_part_in_no_merge_of_its_own() -> None:
    request = laptop()
    request.submit(stages=(stage("CAB", "cem"),), by=ANN)

    with pytest.raises(Refused, match="one in approval once that is decided"):
        request.merge(record_id("REQ", 2), by=BEA)
    request.vote("approve", hours=None, by=CEM)
    request.start_fulfilment(by=BEA)
    request.complete_task(1, by=BEA)
    request.cancel(reason="Not needed.", by=ANN)

    assert request.status == "being undone"
    with pytest.raises(Refused, match="Nothing is merged into a request that is over"):
        request.absorb(record_id("REQ", 3), by=BEA)


@asynccontextmanager
async def opened(store: Store, keys: MemoryKeys) -> AsyncIterator[Desk]:
    recorder = store.open()
    try:
        ledger = Ledger(recorder, keys)
        yield Desk(ledger, Directory.load(ledger))
    finally:
        await recorder.aclose()


async def test_merged_in_both_directions_at_the_same_moment_one_survives(store: Store) -> None:
    keys = MemoryKeys()
    async with opened(store, keys) as one, opened(store, keys) as other:
        company = await Company(one).build()
        pairs = [(await log(company), await log(company)) for _ in range(10)]

        async def race(desk: Desk, id: UUID, into: UUID) -> str:
            try:
                await desk.merge(Incident, id, into=into, by=company.signed("bea"))
            except Refused as refused:
                return str(refused)
            return ""

        races = [(race(one, a, b), race(other, b, a)) for a, b in pairs]
        answers = await asyncio.gather(*(asyncio.gather(*race) for race in races))

        for (a, b), said in zip(pairs, answers, strict=True):
            assert sorted(map(bool, said)) == [False, True]
            assert "that is the one to merge with" in max(said) or "already" in max(said)
            found = {id: await one.ledger.find(Incident, id) for id in (a, b)}
            assert sorted(str(ticket.status) for ticket in found.values()) == ["merged", "new"]
            survivor = next(ticket for ticket in found.values() if ticket.status == "new")
            assert len(survivor.absorbed) == 1
