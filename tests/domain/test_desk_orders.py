"""Orders at the desk: requests of what is offered, with answers that fit, for its audience."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace

from domain.approval import Any as AnyOne
from domain.approval import Stage
from domain.approval_process import ApprovalProcess
from domain.desk.orders import Wanted
from domain.fulfilment_plan import PlannedTask
from domain.ids import parse_reference
from domain.json_values import WrongJson
from domain.offering import Item, Offering
from domain.provenance import Provenance
from domain.rules import Refused
from domain.service import Service
from domain.service_request import ServiceRequest, Status
from tests.domain.desks import Company, open_desk, system
from tests.domain.offerings import LAPTOP
from tests.domain.test_desk_offerings import chartered, go_live
from tests.people import MONDAY

STANDARD = {"kind": "standard"}
MANAGER = Stage(
    name="Manager",
    approvers=("manager-of:requester",),
    quorum=AnyOne(),
    patience="8h",
    on_timeout="reject",
)
FALLBACK = {"fallback": ("role:approver",)}


class Shop:
    """A live service of Bea's, and what is offered of it."""

    def __init__(self, company: Company, service: UUID) -> None:
        self.company = company
        self.service = service

    async def offer(self, **more: Any) -> UUID:
        given = {"service": self.service, "process": None, "plan": (), **more}
        item = replace(LAPTOP, **given)
        id = await self.company.add(Offering, "draft", name="Laptop", definition=item)
        await self.company.desk.publish_definition(id, by=self.company.signed("dan"))
        return id

    async def order(self, *wanted: Wanted, by: str = "ann", requester: str = "") -> list[UUID]:
        receipt = await self.company.desk.order(
            wanted,
            requester=self.company.people[requester or by],
            by=self.company.signed(by),
        )
        return [parse_reference(one) for one in msgspec.json.decode(receipt.answer)["requests"]]

    async def request(self, id: UUID) -> ServiceRequest:
        return await self.company.desk.ledger.find(ServiceRequest, id)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_desk(tmp_path) as desk:
        company = await Company(desk).build()
        service = await chartered(company)
        await go_live(company, service)
        yield Shop(company, service)


async def test_an_order_becomes_a_request_that_keeps_its_version(shop: Shop) -> None:
    laptop = await shop.offer()

    [id] = await shop.order(Wanted(offering=laptop, form=STANDARD))

    request = await shop.request(id)
    assert (request.offering, request.offering_version) == (laptop, 1)
    assert (request.requester, request.organisation) == (
        shop.company.people["ann"],
        shop.company.customer,
    )
    assert (request.category, request.service) == ("hardware", "Workplace")
    assert request.details == STANDARD


async def test_an_order_is_fulfilled_by_the_tasks_of_its_offering(shop: Shop) -> None:
    plan = (
        PlannedTask(title="Order it", team=shop.company.service_desk, compensation="Send it back"),
        PlannedTask(title="Hand it over", after=(1,)),
    )
    [id] = await shop.order(Wanted(offering=await shop.offer(plan=plan), form=STANDARD))
    desk, signed = shop.company.desk, shop.company.signed

    await desk.start_fulfilment(id, by=signed("bea"))
    await desk.ledger.edit(
        ServiceRequest,
        id,
        lambda request: request.complete_task(1, by=signed("bea")),
        by=signed("bea"),
    )
    half_way = await shop.request(id)
    await desk.ledger.edit(
        ServiceRequest,
        id,
        lambda request: request.cancel(reason="I leave.", by=signed("ann")),
        by=signed("ann"),
    )

    request = await shop.request(id)
    assert half_way.status is Status.IN_FULFILMENT
    assert half_way.task(1).team == shop.company.service_desk
    assert request.status is Status.BEING_UNDONE
    assert [task.compensates for task in request.tasks] == [0, 0, 1]


async def test_several_items_are_ordered_all_or_none(shop: Shop) -> None:
    laptop, screen = await shop.offer(), await shop.offer(form={}, category="")
    position = shop.company.desk.ledger.position()

    with pytest.raises(WrongJson) as refused:
        await shop.order(
            Wanted(offering=screen),
            Wanted(offering=laptop, form={"kind": "large"}, place="/more/0/form"),
        )
    assert shop.company.desk.ledger.position() == position
    ids = await shop.order(
        Wanted(offering=screen), Wanted(offering=laptop, form=STANDARD), by="bea", requester="ann"
    )

    assert refused.value.place == "/more/0/form"
    assert [one.pointer for one in refused.value.mistakes] == ["/reason"]
    requests = [await shop.request(id) for id in ids]
    assert [one.offering for one in requests] == [screen, laptop]
    assert {one.requester for one in requests} == {shop.company.people["ann"]}
    assert {one.proposer for one in requests} == {str(shop.company.people["bea"])}
    assert requests[0].category == "Workplace"


async def test_a_repeated_order_gets_the_first_answer(shop: Shop) -> None:
    laptop, ann = await shop.offer(), shop.company.people["ann"]
    by = Provenance(actor=str(ann), at=MONDAY, command=uuid4())

    first, again = [
        await shop.company.desk.order(
            [Wanted(offering=laptop, form=STANDARD)], requester=ann, by=by, is_repeatable=True
        )
        for _ in range(2)
    ]

    assert (first.answer, first.subject) == (again.answer, again.subject)
    assert again.is_repeat


@pytest.mark.parametrize(
    ("who", "more", "is_for_them"),
    [
        ("ann", {}, True),
        ("ann", {"audience": "agents"}, False),
        ("bea", {"audience": "agents"}, True),
    ],
)
async def test_an_offering_is_ordered_by_its_audience_alone(
    shop: Shop, who: str, more: dict[str, Any], is_for_them: bool
) -> None:
    laptop = await shop.offer(**more)
    wanted = Wanted(offering=laptop, form=STANDARD)

    if is_for_them:
        assert len(await shop.order(wanted, by=who)) == 1
    else:
        with pytest.raises(Refused, match="is not offered to PER"):
            await shop.order(wanted, by=who)


async def test_an_offering_of_some_organisations_is_for_their_people(shop: Shop) -> None:
    company = shop.company
    laptop = await shop.offer(audience="organisations", organisations=(company.customer,))
    wanted = Wanted(offering=laptop, form=STANDARD)

    with pytest.raises(Refused, match="is not offered to PER"):
        await shop.order(wanted, by="bea")

    assert len(await shop.order(wanted, by="bea", requester="ann")) == 1


async def test_nothing_is_ordered_of_a_service_that_is_not_live(shop: Shop) -> None:
    laptop, by = await shop.offer(), shop.company.signed("bea")
    await shop.company.desk.ledger.edit(
        Service,
        shop.service,
        lambda service: service.begin_retirement(reason="Old.", by=by),
        by=by,
    )

    with pytest.raises(Refused, match="is not live"):
        await shop.order(Wanted(offering=laptop, form=STANDARD))


async def test_what_is_retired_is_not_ordered(shop: Shop) -> None:
    laptop = await shop.offer()
    await shop.company.desk.ledger.edit(
        Offering, laptop, lambda offering: offering.retire(by=system()), by=system()
    )

    with pytest.raises(Refused, match="is not offered"):
        await shop.order(Wanted(offering=laptop, form=STANDARD))


async def governed(shop: Shop) -> tuple[UUID, UUID, UUID]:
    """A request of an offering that names its process, which governs no other request."""
    company = shop.company
    process = await company.publish_process(
        MANAGER, subjects=("request",), when='subject.category == "none"', **FALLBACK
    )
    item: Item = replace(LAPTOP, service=shop.service, process=process, plan=())
    laptop = await company.add(Offering, "draft", name="Laptop", definition=item)
    await company.desk.publish_definition(laptop, by=company.signed("dan"))
    [id] = await shop.order(Wanted(offering=laptop, form=STANDARD))
    return id, laptop, process


async def test_an_order_is_approved_by_the_process_of_its_offering(shop: Shop) -> None:
    desk, company = shop.company.desk, shop.company
    id, _, process = await governed(shop)

    waiting = await shop.request(id)
    with pytest.raises(Refused, match="Only a new or approved request can be fulfilled"):
        await desk.start_fulfilment(id, by=company.signed("bea"))
    await desk.vote(id, "approve", by=company.signed("max"))
    await desk.start_fulfilment(id, by=company.signed("bea"))

    assert (waiting.status, waiting.standing.process) == (Status.IN_APPROVAL, process)
    assert [stage.voters for stage in waiting.stages] == [(str(company.people["max"]),)]
    assert (await shop.request(id)).status is Status.IN_FULFILMENT


async def test_an_order_of_what_a_process_governs_is_submitted_once_and_others_are_not(
    shop: Shop,
) -> None:
    company = shop.company
    await company.publish_process(
        MANAGER, subjects=("request",), when='subject.category == "hardware"', **FALLBACK
    )
    laptop, screen = await shop.offer(), await shop.offer(form={}, category="software")
    ann = company.people["ann"]
    by = Provenance(actor=str(ann), at=MONDAY, command=uuid4())
    wanted = [Wanted(offering=laptop, form=STANDARD), Wanted(offering=screen)]

    for _ in range(2):
        receipt = await company.desk.order(wanted, requester=ann, by=by, is_repeatable=True)

    numbers = msgspec.json.decode(receipt.answer)["requests"]
    governed, other = [await shop.request(parse_reference(one)) for one in numbers]
    assert (governed.status, governed.round) == (Status.IN_APPROVAL, 1)
    assert (other.status, other.round) == (Status.REQUESTED, 0)
    events = company.desk.ledger.history(governed.id)
    assert {entry.event.by.command for entry in events} == {by.command}


async def test_nothing_is_ordered_that_nobody_could_approve(shop: Shop) -> None:
    company = shop.company
    laptop, screen = await shop.offer(), await shop.offer(form={}, category="software")
    await company.publish_unchecked(
        MANAGER, subjects=("request",), when='subject.category == "hardware"'
    )
    await company.leave("max")
    position = company.desk.ledger.position()

    with pytest.raises(Refused, match=r"OFR0000001 cannot be approved: Manager: nobody is found"):
        await shop.order(Wanted(offering=screen), Wanted(offering=laptop, form=STANDARD))

    assert company.desk.ledger.position() == position


async def test_nothing_is_ordered_without_the_approval_it_is_offered_with(shop: Shop) -> None:
    desk = shop.company.desk
    _, laptop, process = await governed(shop)
    await desk.ledger.edit(
        ApprovalProcess, process, lambda one: one.retire(by=system()), by=system()
    )

    with pytest.raises(Refused, match="is not in use: it is ordered once the offering names"):
        await shop.order(Wanted(offering=laptop, form=STANDARD))
