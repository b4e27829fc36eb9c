"""The plan of an order begins by itself, once, as soon as the order may be fulfilled."""

import pytest

from domain.desk.orders import Wanted
from domain.fulfilment_plan import PlannedTask
from domain.service_request import ServiceRequest, Status
from tests.domain.test_desk_orders import FALLBACK, MANAGER, STANDARD, Shop
from tests.domain.test_desk_orders import shop as shop
from tests.people import MONDAY
from workflows.plans import Plans

pytestmark = pytest.mark.asyncio

PLAN = (PlannedTask(title="Order it"), PlannedTask(title="Hand it over", after=(1,)))


async def follow(shop: Shop) -> None:
    """All that there is to do, done by a process of its own that sees to all from the beginning."""
    desk = shop.company.desk
    plans = Plans(desk, now=lambda: MONDAY)
    for _ in range(50):
        if plans.position >= desk.ledger.position():
            return
        await plans.step(1.0)
    raise AssertionError("It never comes to an end.")


async def test_what_no_process_governs_begins_at_once_if_it_has_a_plan(shop: Shop) -> None:
    planned, bare = await shop.offer(plan=PLAN), await shop.offer(form={})
    ids = await shop.order(Wanted(offering=planned, form=STANDARD), Wanted(offering=bare))

    for _ in range(2):
        await follow(shop)

    assert [(await shop.request(id)).status for id in ids] == [
        Status.IN_FULFILMENT,
        Status.REQUESTED,
    ]
    ledger = shop.company.desk.ledger
    ordered, *_, started = ledger.history(ids[0])
    assert isinstance(started.event, ServiceRequest.FulfilmentStarted)
    cause = started.event.by.cause
    assert (started.event.by.actor, cause and cause.event) == ("plans", ordered.position)
    assert cause is not None
    assert (cause.rule, cause.rule_version) == ("OFR0000001", 1)


async def test_what_is_approved_begins_then_and_what_is_rejected_or_cancelled_does_not(
    shop: Shop,
) -> None:
    company = shop.company
    desk, signed = company.desk, company.signed
    process = await company.publish_process(MANAGER, subjects=("request",), **FALLBACK)
    laptop = await shop.offer(plan=PLAN, process=process)
    wanted = [Wanted(offering=laptop, form=STANDARD)] * 3
    approved, rejected, cancelled = await shop.order(*wanted)
    await follow(shop)
    waiting = (await shop.request(approved)).status
    for id in (approved, cancelled):
        await desk.vote(id, "approve", by=signed("max"))
    await desk.vote(rejected, "reject", comment="No money.", by=signed("max"))
    await desk.ledger.edit(
        ServiceRequest,
        cancelled,
        lambda request: request.cancel(reason="I leave.", by=signed("ann")),
        by=signed("ann"),
    )

    await follow(shop)

    assert waiting is Status.IN_APPROVAL
    assert [(await shop.request(id)).status for id in (approved, rejected, cancelled)] == [
        Status.IN_FULFILMENT,
        Status.REJECTED,
        Status.CANCELLED,
    ]
