"""Contracts over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from api.asset_records import TheCost
from api.commands import Asked, Command, Creation, Practice, begin
from api.fields import AssetRef, Name, OptionalName, PersonRef
from api.http.bodies import Body
from api.http.calls import Call
from api.tickets import Nothing, WithReason
from domain.asset_record import Cost
from domain.contract import COVERED_MAX, NOTICE_DAYS_MAX, Billing, Contract, Kind
from domain.desk import Desk
from domain.policy import About
from domain.recorder import Receipt

Day = Annotated[date, Field(strict=False)]
NoticeDays = Annotated[int, Field(ge=0, le=NOTICE_DAYS_MAX)]


class WithCost(Body):
    cost: TheCost | None = None

    def arguments(self) -> dict[str, Any]:
        given = super().arguments()
        if self.cost is not None:
            given["cost"] = Cost(Decimal(self.cost.amount), self.cost.currency)
        return given


class DraftContract(WithCost):
    name: Name
    supplier: Name
    kind: Kind = "other"
    reference: Annotated[OptionalName, Field(description="How the supplier calls it.")] = ""
    owner: PersonRef | None = None
    starts: Day | None = None
    last_day: Annotated[Day | None, Field(description="None for one without an end.")] = None
    notice_days: NoticeDays = 0
    billing: Billing = "yearly"


class AmendContract(WithCost):
    name: Name | None = None
    reference: OptionalName | None = None
    owner: PersonRef | None = None
    notice_days: NoticeDays | None = None
    billing: Billing | None = None


class RenewContract(WithCost):
    last_day: Day


class CoverAssets(Body):
    assets: Annotated[list[AssetRef], Field(max_length=COVERED_MAX)]


async def draft(desk: Desk, body: Any, asked: Asked, call: Call) -> Receipt:
    return await begin(Contract, Contract.draft)(desk, asked, **body.arguments())


PRACTICE = Practice(
    kind=Contract,
    plural="contracts",
    what="contract",
    title="Contracts",
    creation=Creation(
        name="draft",
        body=DraftContract,
        summary="Draft a contract",
        about=lambda call, _: About(organisation=call.caller.person.organisation),
        use=draft,
        example={
            "name": "Support of the servers",
            "supplier": "Metal Ltd",
            "kind": "support",
            "last_day": "2030-12-31",
            "notice_days": 90,
            "cost": {"amount": "1200.00", "currency": "EUR"},
        },
    ),
    commands=(
        Command(
            method=Contract.amend,
            body=AmendContract,
            summary="Correct what is known of it; what is not given stays as it is",
            example={"reference": "M-118", "billing": "monthly"},
        ),
        Command(
            method=Contract.cover,
            body=CoverAssets,
            summary="Name the assets that it is for, licences among them: these, and no others",
            example={"assets": []},
        ),
        Command(
            method=Contract.sign,
            body=Nothing,
            summary="Put it in force",
            description="Its last day is reminded of from then on, as those of assets are.",
        ),
        Command(
            method=Contract.renew,
            body=RenewContract,
            summary="Let it last longer, perhaps at another cost",
            example={"last_day": "2031-12-31"},
        ),
        Command(
            method=Contract.end,
            body=WithReason,
            summary="Say that it holds no longer, or never will",
            example={"reason": "The servers are gone."},
        ),
    ),
)
