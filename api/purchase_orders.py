"""Purchase orders over HTTP."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from api.asset_records import Attributes, Currency
from api.commands import Asked, Command, Creation, Practice
from api.fields import (
    AssetRef,
    AssetTypeRef,
    ContractRef,
    Name,
    OptionalName,
    OrganisationRef,
    PersonRef,
    Reason,
)
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason
from domain.desk import Desk
from domain.desk.purchasing import Unit
from domain.policy import About
from domain.purchase_lines import LINES_MAX, PRICE_MAX, QUANTITY_MAX, WARRANTY_MONTHS_MAX, Line
from domain.purchase_order import UNITS_MAX, PurchaseOrder
from domain.recorder import Receipt

Day = Annotated[date, Field(strict=False)]
LineNumber = Annotated[int, Field(ge=1, le=LINES_MAX, description="From 1.")]
Quantity = Annotated[int, Field(ge=1, le=UNITS_MAX)]


class TheLine(Body):
    item: Name
    quantity: Annotated[int, Field(ge=1, le=QUANTITY_MAX)]
    price: Annotated[
        int,
        Field(ge=0, le=PRICE_MAX, description="Of one, in minor units of the currency: cents."),
    ]
    type: Annotated[
        AssetTypeRef | None, Field(description="The type of the assets that it brings.")
    ] = None
    asset_class: Annotated[
        OptionalName,
        Field(description="Their class, without a type. Without both, it brings no assets."),
    ] = ""
    contract: ContractRef | None = None
    cost_centre: OptionalName = ""
    warranty_months: Annotated[int, Field(ge=0, le=WARRANTY_MONTHS_MAX)] = 0


Lines = Annotated[list[TheLine], Field(max_length=LINES_MAX)]


class WithLines(Body):
    lines: Lines | None = None

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        if self.lines is not None:
            given["lines"] = [Line(**line.arguments()) for line in self.lines]
        return given


class DraftOrder(WithLines):
    supplier: Name
    currency: Currency
    lines: Lines = []
    reference: Annotated[OptionalName, Field(description="How the supplier calls it.")] = ""
    owner: PersonRef | None = None
    organisation: Annotated[
        OrganisationRef | None, Field(description="Whose assets it brings; yours, if not said.")
    ] = None
    expected_on: Day | None = None


class AmendOrder(WithLines):
    supplier: Name | None = None
    reference: OptionalName | None = None
    owner: PersonRef | None = None


class PlaceOrder(Body):
    expected_on: Day | None = None


class ExpectOrder(Body):
    day: Day


class TheUnit(Body):
    name: OptionalName = ""
    tag: OptionalName = ""
    attributes: Attributes = {}


class ReceiveGoods(Body):
    line: LineNumber
    quantity: Quantity
    units: Annotated[
        list[TheUnit],
        Field(max_length=UNITS_MAX, description="What is known of the first of the new assets."),
    ] = []
    delivery: Annotated[OptionalName, Field(description="How the supplier calls it.")] = ""

    def arguments(self) -> dict[str, Any]:
        return {
            **super().arguments(),
            "units": [Unit(**unit.arguments()) for unit in self.units],
        }


class SendGoodsBack(Body):
    line: LineNumber
    quantity: Quantity
    assets: Annotated[list[AssetRef], Field(max_length=UNITS_MAX)] = []
    reason: Reason


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    said = body.arguments()
    said["organisation"] = body.organisation or call.caller.person.organisation
    return await desk.draft_order(**said, **asked.keywords)


_LINE = {
    "item": "Notebook 14",
    "quantity": 5,
    "price": 118900,
    "asset_class": "laptop",
    "cost_centre": "4711",
    "warranty_months": 36,
}

PRACTICE = Practice(
    kind=PurchaseOrder,
    plural="purchase-orders",
    what="purchase_order",
    title="Purchase orders",
    creation=Creation(
        name="draft",
        body=DraftOrder,
        summary="Draft a purchase order",
        about=lambda call, _: About(organisation=call.caller.person.organisation),
        use=draft,
        example={
            "supplier": "Boxes Ltd",
            "currency": "EUR",
            "lines": [_LINE],
            "expected_on": "2030-12-31",
        },
    ),
    commands=(
        Command(
            method=PurchaseOrder.amend,
            body=AmendOrder,
            use=Desk.amend_order,
            summary="Correct what it says; what is not given stays as it is",
            description="Supplier and lines stay once it is placed.",
            example={"reference": "B-2207", "lines": [_LINE]},
        ),
        Command(
            method=PurchaseOrder.place,
            body=PlaceOrder,
            summary="Order it of the supplier",
            example={"expected_on": "2030-12-31"},
        ),
        Command(
            method=PurchaseOrder.expect,
            body=ExpectOrder,
            summary="Say when all of it is to come now",
            description="Later than that it is reminded of.",
            example={"day": "2031-01-31"},
        ),
        Command(
            method=PurchaseOrder.receive,
            body=ReceiveGoods,
            use=Desk.receive_goods,
            summary="Take in a delivery of a line",
            description="Each unit of a line that brings assets is one in stock, with its price, "
            "its supplier and its warranty.",
            example={
                "line": 1,
                "quantity": 2,
                "units": [{"name": "nb-01", "tag": "A-1201"}],
                "delivery": "D-88",
            },
        ),
        Command(
            method=PurchaseOrder.send_back,
            body=SendGoodsBack,
            use=Desk.send_goods_back,
            summary="Give units of a line back to the supplier",
            description="The assets among them are retired.",
            example={"line": 1, "quantity": 1, "assets": [], "reason": "The screen is cracked."},
        ),
        Command(
            method=PurchaseOrder.close,
            body=Nothing,
            summary="Say that all is done: what has not come is not awaited any more",
        ),
        Command(
            method=PurchaseOrder.cancel,
            body=WithReason,
            summary="Call it off before anything has come",
            example={"reason": "The budget was cut."},
        ),
    ),
)
