"""Offerings at the desk: of live services alone, and of teams and processes that there are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.fulfilment_plan import PlannedTask
from domain.ids import record_id
from domain.offering import Item, Offering
from domain.rules import Refused
from domain.service import GATES, Service
from tests.domain.desks import Company, open_desk
from tests.domain.offerings import LAPTOP


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    async with open_desk(tmp_path) as desk:
        yield await Company(desk).build()


async def chartered(company: Company) -> UUID:
    """A service of Bea's that has passed all its gates."""
    desk, by = company.desk, company.signed("bea")
    receipt = await desk.propose_service(
        name="Workplace",
        description="All on a desk.",
        owner=company.people["bea"],
        team=company.service_desk,
        by=by,
    )
    id = receipt.subject

    def through(service: Service) -> None:
        service.begin_design(by=by)
        for gate in GATES:
            if gate == "acceptance":
                service.charter(by=by)
            service.write_gate(gate, "As ever.", by=by)
            service.take_up(gate, by=by)
            service.pass_gate("As ever.", by=by)

    await desk.ledger.edit(Service, id, through, by=company.signed("bea"))
    return id


async def go_live(company: Company, id: UUID) -> None:
    by = company.signed("bea")
    await company.desk.ledger.edit(Service, id, lambda service: service.go_live(by=by), by=by)


async def drafted(company: Company, item: Item) -> UUID:
    return await company.add(Offering, "draft", name="Laptop", definition=item)


async def test_only_of_a_live_service_something_is_offered(company: Company) -> None:
    desk, service = company.desk, await chartered(company)
    item = replace(LAPTOP, service=service, process=None, plan=())
    id = await drafted(company, item)

    with pytest.raises(Refused, match="is chartered, and only of what is live is ordered"):
        await desk.publish_definition(id, by=company.signed("dan"))
    await go_live(company, service)
    await desk.publish_definition(id, by=company.signed("dan"))

    assert (await desk.ledger.find(Offering, id)).published == item


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"service": record_id("SVC", 99)}, "service: there is no service SVC0000099"),
        (
            {"plan": (PlannedTask(title="a", team=record_id("TEA", 99)),)},
            r"plan\[0\].team: there is no team TEA0000099",
        ),
        ({"process": record_id("APR", 99)}, "process: there is no published process APR0000099"),
        (
            {"audience": "organisations", "organisations": (record_id("ORG", 99),)},
            "organisations: there is no organisation ORG0000099",
        ),
    ],
)
async def test_an_offering_names_what_there_is(
    company: Company, more: dict[str, Any], rule: str
) -> None:
    service = await chartered(company)
    await go_live(company, service)
    item = replace(LAPTOP, service=service, process=None, plan=())
    id = await drafted(company, replace(item, **more))

    with pytest.raises(Refused, match=rule):
        await company.desk.publish_definition(id, by=company.signed("dan"))


async def test_the_process_of_its_orders_governs_requests(company: Company) -> None:
    desk, service = company.desk, await chartered(company)
    await go_live(company, service)
    changes = await company.publish_process()
    requests = await company.publish_process(subjects=("request",))
    item = replace(LAPTOP, service=service, plan=())
    wrong = await drafted(company, replace(item, process=changes))
    right = await drafted(company, replace(item, process=requests))

    with pytest.raises(Refused, match="does not govern requests"):
        await desk.publish_definition(wrong, by=company.signed("dan"))
    await desk.publish_definition(right, by=company.signed("dan"))

    assert (await desk.ledger.find(Offering, right)).published_version == 1
