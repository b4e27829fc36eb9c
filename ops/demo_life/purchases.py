"""Purchase orders at all stages: a draft, one that is placed, one of which a part has come, and one
that is done with."""

from datetime import timedelta
from typing import NamedTuple

from domain.purchase_lines import Line
from domain.purchase_order import PurchaseOrder
from ops.demo_life.company import Company
from ops.demo_life.timeline import Scene

DELIVERED = timedelta(days=30)


class Purchase(NamedTuple):
    line: Line
    is_placed: bool = True
    deliveries: tuple[int, ...] = ()


PURCHASES = {
    "Nordwind Software": Purchase(
        Line(item="Support hours", quantity=40, price=12_500, cost_centre="4100"), is_placed=False
    ),
    "Kabel & Kern": Purchase(
        Line(item="Patch cable 3 m", quantity=200, price=390, cost_centre="4200")
    ),
    "Bildwerk": Purchase(
        Line(
            item='Screen 27"',
            quantity=6,
            price=28_900,
            asset_class="Screen",
            cost_centre="4300",
            warranty_months=36,
        ),
        deliveries=(2,),
    ),
    "Blattwerk": Purchase(
        Line(item="Toner black", quantity=24, price=6_450, cost_centre="4300"),
        deliveries=(10, 14),
    ),
}
"""By supplier."""


async def buy(scene: Scene, company: Company) -> None:
    agent, owner = company.members["Workplace"][0], company.members["Change Advisory Board"][0]
    for supplier, purchase in PURCHASES.items():
        receipt = await scene.do(
            scene.desk.draft_order,
            supplier=supplier,
            currency="EUR",
            lines=[purchase.line],
            owner=owner,
            organisation=company.operator,
            expected_on=(scene.now + DELIVERED).date(),
            actor=agent,
        )
        order = receipt.subject
        if purchase.is_placed:
            await scene.act(PurchaseOrder.place, order, actor=owner)
        for quantity in purchase.deliveries:
            await scene.do(scene.desk.receive_goods, order, line=1, quantity=quantity, actor=agent)
        if sum(purchase.deliveries) == purchase.line.quantity:
            await scene.act(PurchaseOrder.close, order, actor=agent)
