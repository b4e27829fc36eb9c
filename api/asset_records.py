"""What the register keeps of an asset, over HTTP: type, attributes, particulars, licences."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from api.commands import Command
from api.fields import AssetTypeRef, Name, OptionalName, PersonRef
from api.http.bodies import Body
from domain.asset import Asset
from domain.asset_attributes import ATTRIBUTES_MAX, INTEGER_MAX, TEXT_MAX
from domain.asset_record import ENTITLED_MAX, Cost
from domain.asset_reminders import End
from domain.desk import Desk
from domain.rules import Refused

Whole = Annotated[int, Field(ge=-INTEGER_MAX, le=INTEGER_MAX)]
Said = Annotated[str, Field(max_length=TEXT_MAX, pattern=r"^[^\x00]*$")]
Attributes = Annotated[
    dict[Name, bool | Whole | Said],
    Field(
        max_length=ATTRIBUTES_MAX,
        description="By name, as its type has them. A decimal and a date are texts; other records "
        "are named by number or id.",
    ),
]
Changes = Annotated[
    dict[Name, bool | Whole | Said | None],
    Field(max_length=ATTRIBUTES_MAX, description="By name; null takes an attribute away."),
]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Amount = Annotated[
    str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$", description="Such as 1249.00.")
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as EUR.")]


class TheCost(Body):
    amount: Amount
    currency: Currency


class Classify(Body):
    type: AssetTypeRef
    attributes: Attributes = {}


class SetAttributes(Body):
    attributes: Changes


class Describe(Body):
    owner: PersonRef | None = None
    location: OptionalName | None = None
    cost: TheCost | None = None
    supplier: OptionalName | None = None
    contract: OptionalName | None = None
    ends: Annotated[
        dict[End, Day | None] | None,
        Field(max_length=4, description="The last days of what was agreed; null takes one away."),
    ] = None

    def arguments(self) -> dict[str, Any]:
        fields = super().arguments()
        if self.cost is not None:
            fields["cost"] = Cost(Decimal(self.cost.amount), self.cost.currency)
        if self.ends is not None:
            fields["ends"] = {name: day and _day(name, day) for name, day in self.ends.items()}
        return fields


class Entitle(Body):
    installations: Annotated[int, Field(ge=0, le=ENTITLED_MAX)]


def _day(name: str, day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise Refused(f"ends.{name}: there is no date {day}.") from None


COMMANDS = (
    Command(
        method=Asset.classify,
        body=Classify,
        summary="Give it a type, with all its attributes",
        description="All mistakes are told at once, each with its place.",
        use=Desk.classify_asset,
        example={"type": "ATY0000001", "attributes": {"serial number": "C02XK1"}},
    ),
    Command(
        method=Asset.set_attributes,
        body=SetAttributes,
        summary="Change attributes; others stay as they are",
        description="They are checked by the latest version of its type.",
        use=Desk.set_asset_attributes,
        example={"attributes": {"memory": 64}},
    ),
    Command(
        method=Asset.describe,
        body=Describe,
        summary="Say who answers for it, where it is, what it costs, and until when",
        example={
            "location": "Rack 4",
            "cost": {"amount": "1249.00", "currency": "EUR"},
            "ends": {"warranty": "2029-06-30"},
        },
    ),
    Command(
        method=Asset.entitle,
        body=Entitle,
        summary="Say how many installations a licence is good for",
        example={"installations": 50},
    ),
)
