"""Types of tickets at the desk: their matrix holds everywhere, and their fields are needed."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.agreement import Agreement, EscalationStep
from domain.conditions import condition
from domain.desk.subjects import facts_of
from domain.escalation import take
from domain.field_definitions import FieldDefinition, Needed
from domain.fulfilment_plan import PlannedTask
from domain.incident import Incident
from domain.json_values import WrongJson
from domain.personal import ERASED
from domain.priority import Matrix
from domain.rules import Refused
from domain.service_request import ServiceRequest
from domain.ticket_type import Category, TicketType, TypeDefinition
from tests.domain.desks import Company, open_desk, system
from tests.domain.ticket_types import SITE_AND_MORE
from tests.keys import MemoryKeys

FLAT = Matrix(rows=((1, 1, 1), (2, 2, 2), (3, 3, 3)))
SITE_TO_RESOLVE = FieldDefinition(
    name="site",
    label="Site",
    type="choice",
    choices=("Berne", "Geneva"),
    needed=(Needed(at="resolve", when="ticket.priority in [1, 2]"),),
)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path, MemoryKeys()) as desk:
        yield await Company(desk).build()


async def define(company: Company, **definition: Any) -> UUID:
    receipt = await company.desk.define_ticket_type(
        ticket="incident", definition=TypeDefinition(**definition), by=system()
    )
    return receipt.subject


async def log(company: Company, **given: Any) -> UUID:
    receipt = await company.desk.log_incident(
        title="No mail", requester=company.people["ann"], by=company.signed("ann"), **given
    )
    return receipt.subject


async def incident(company: Company, id: UUID) -> Incident:
    return await company.desk.ledger.find(Incident, id)


async def set_fields(company: Company, id: UUID, **fields: Any) -> None:
    await company.desk.set_fields(Incident, id, fields=fields, by=company.signed("bea"))


async def test_a_ticket_is_of_a_category_that_its_type_has(company: Company) -> None:
    categories = (
        Category(name="hardware", subcategories=("screen", "mouse")),
        Category(name="other"),
    )
    await define(company, categories=categories)
    id = await log(company)

    async def categorise(category: str, subcategory: str = "") -> None:
        await company.desk.categorise(
            Incident,
            id,
            category=category,
            subcategory=subcategory,
            by=company.signed("bea"),
        )

    with pytest.raises(Refused, match=r"category: it is one of hardware, other\."):
        await categorise("hardwear")
    with pytest.raises(Refused, match=r"subcategory: it is one of screen, mouse\."):
        await categorise("hardware", "house")
    await categorise("other", "anything")
    await categorise("hardware", "mouse")

    assert (await incident(company, id)).subcategory == "mouse"
    with pytest.raises(Refused, match="category: it is one of"):
        await log(company, category="software")


@pytest.mark.parametrize(
    ("categories", "rule"),
    [
        ((Category(name="a"), Category(name="a")), "each is named once"),
        ((Category(name=" a"),), "no spaces around"),
        ((Category(name="a", subcategories=("",)),), r"categories\[0\].subcategories"),
    ],
)
async def test_categories_that_nobody_could_name_are_refused(
    company: Company, categories: tuple[Category, ...], rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        await define(company, categories=categories)


async def test_there_is_one_type_for_a_kind_of_ticket(company: Company) -> None:
    await define(company)

    with pytest.raises(Refused, match="a type for every incident already"):
        await define(company)


async def test_the_matrix_gives_the_priority_and_the_event_says_its_version(
    company: Company,
) -> None:
    before = await log(company, impact=2, urgency=3)
    type = await define(company, matrix=FLAT)
    after = await log(company, impact=2, urgency=3)

    assert (await incident(company, before)).priority == 4
    assert (await incident(company, after)).priority == 2
    event = company.desk.ledger.history(after)[1].event
    assert isinstance(event, Incident.Prioritised)
    assert (event.type, event.type_version) == (type, 1)


async def test_a_revision_is_another_version_and_changes_no_ticket_by_itself(
    company: Company,
) -> None:
    type = await define(company, matrix=FLAT)
    id = await log(company, impact=2, urgency=3)
    revised = TypeDefinition()
    by = company.signed("bea")
    await company.desk.ledger.edit(
        TicketType, type, lambda record: record.revise(definition=revised, by=by), by=by
    )

    assert (await incident(company, id)).priority == 2
    await company.desk.prioritise(Incident, id, impact=2, urgency=3, by=company.signed("bea"))

    assert (await incident(company, id)).priority == 4
    record = await company.desk.ledger.find(TicketType, type)
    assert [one.matrix for one in record.versions] == [FLAT, TypeDefinition().matrix]


async def test_an_escalation_raises_the_priority_by_the_matrix(company: Company) -> None:
    await define(company, matrix=FLAT)
    id = await log(company, impact=3, urgency=3)
    ticket = (await incident(company, id)).fork()
    step = EscalationStep(target="resolution", mark="100%", raise_priority=2)

    done = take(
        ticket,
        step,
        Agreement(calendar=company.office, targets=(), escalation=(step,)),
        company.desk.directory,
        reason="Late.",
        by=system("escalation"),
    )

    assert "raise priority" in done.did
    assert (ticket.impact, ticket.urgency, ticket.priority) == (2, 3, 2)


async def test_fields_are_checked_all_at_once_by_the_latest_version(company: Company) -> None:
    await define(company, fields=SITE_AND_MORE.fields)
    id = await log(company)

    with pytest.raises(WrongJson) as refused:
        await set_fields(company, id, site="Basel", seats=3, cost="much")
    await set_fields(company, id, site="Berne", seats=3, owner=str(company.people["cem"]))
    await set_fields(company, id, seats=None, site="Berne")

    assert len(refused.value.mistakes) == 2
    record = await incident(company, id)
    assert record.fields == {"site": "Berne", "owner": str(company.people["cem"])}
    event = company.desk.ledger.history(id)[-1].event
    assert isinstance(event, Incident.FieldsSet)
    assert (event.type_version, event.values, event.cleared) == (1, {}, ("seats",))


async def test_a_person_in_a_field_is_one_that_is_known(company: Company) -> None:
    await define(company, fields=SITE_AND_MORE.fields)
    id = await log(company)

    with pytest.raises(Refused, match="fields/owner: there is no person PER0000999"):
        await set_fields(company, id, owner="PER0000999")


async def test_without_a_type_there_are_no_fields(company: Company) -> None:
    id = await log(company)

    with pytest.raises(Refused, match="there are none for incidents"):
        await set_fields(company, id, site="Berne")


async def test_an_act_that_needs_a_field_waits_for_it(company: Company) -> None:
    await define(company, fields=(SITE_TO_RESOLVE,))
    urgent, trifle = await log(company, impact=1, urgency=1), await log(company)

    async def resolve(id: UUID) -> None:
        await company.desk.resolve(
            Incident, id, code="solved", resolution="Restarted.", by=company.signed("bea")
        )

    await resolve(trifle)
    with pytest.raises(WrongJson, match="Site is needed to resolve"):
        await resolve(urgent)
    await set_fields(company, urgent, site="Geneva")
    await resolve(urgent)

    assert (await incident(company, urgent)).status == "resolved"


async def test_what_a_cancellation_needs_is_needed_before_anything_is_undone(
    company: Company,
) -> None:
    needed = FieldDefinition(name="site", label="Site", type="text", needed=(Needed(at="cancel"),))
    await company.desk.define_ticket_type(
        ticket="request", definition=TypeDefinition(fields=(needed,)), by=system()
    )
    id = await company.add(
        ServiceRequest,
        "order",
        title="A laptop",
        requester=company.people["ann"],
        organisation=company.customer,
        plan=(
            PlannedTask(title="Order it", compensation="Send it back"),
            PlannedTask(title="Hand it over"),
        ),
    )
    desk, by = company.desk, company.signed("bea")
    await desk.start_fulfilment(id, by=by)

    async def act(what: Callable[[ServiceRequest], None]) -> None:
        await desk.ledger.edit(ServiceRequest, id, what, by=company.signed("bea"))

    await act(lambda request: request.complete_task(1, by=by))
    with pytest.raises(WrongJson, match="Site is needed to cancel"):
        await act(lambda request: request.cancel(reason="I leave.", by=by))

    assert (await desk.ledger.find(ServiceRequest, id)).status == "in fulfilment"


async def test_children_that_lack_a_field_are_not_resolved_with_their_parent(
    company: Company,
) -> None:
    await define(company, fields=(SITE_TO_RESOLVE,))
    parent, child = await log(company), await log(company, impact=1, urgency=1)
    await company.desk.link(Incident, child, parent, type="child of", by=company.signed("bea"))

    with pytest.raises(WrongJson, match="Site is needed"):
        await company.desk.resolve(
            Incident,
            parent,
            code="solved",
            resolution="Restarted.",
            children=["incident"],
            by=company.signed("bea"),
        )

    assert (await incident(company, parent)).status == "new"


async def test_personal_values_are_sealed_and_stand_in_no_state(company: Company) -> None:
    await define(company, fields=SITE_AND_MORE.fields)
    id = await log(company)
    await set_fields(company, id, note="Ring her mother.")

    record = await incident(company, id)
    stored = company.desk.ledger.recorder.select_history(id)[-1].state
    said = company.desk.ledger.history(id)[-1].event
    keys: Any = company.desk.ledger.mapper.keys
    keys.destroy(str(company.people["ann"]))
    erased = company.desk.ledger.history(id)[-1].event

    assert (record.fields, record.personal_fields) == ({}, ("note",))
    assert b"mother" not in stored
    assert isinstance(said, Incident.FieldsSet)
    assert isinstance(erased, Incident.FieldsSet)
    assert (said.personal, erased.personal) == ('{"note":"Ring her mother."}', ERASED)


async def test_conditions_of_processes_ask_for_fields_as_for_details(company: Company) -> None:
    await define(company, fields=SITE_AND_MORE.fields)
    id = await log(company)
    await set_fields(company, id, site="Berne", seats=3, tags=["b", "a"], note="Secret.")

    facts = facts_of(company.desk.directory, await incident(company, id))

    assert condition('subject.details["site"] == "Berne"', "request").holds(facts)
    assert facts["details"] == {"site": "Berne", "seats": "3", "tags": "a, b"}
