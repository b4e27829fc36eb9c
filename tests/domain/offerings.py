"""What is offered, for the tests that try anything."""

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.fulfilment_plan import PlannedTask
from domain.ids import record_id
from domain.offering import Item, Price
from tests.people import CUSTOMER

LAPTOP = Item(
    service=record_id("SVC", 1),
    description="On your desk in a week.",
    category="hardware",
    form={
        "type": "object",
        "properties": {
            "kind": {"enum": ["standard", "large"]},
            "reason": {"type": "string", "minLength": 1},
        },
        "required": ["kind"],
        "additionalProperties": False,
        "if": {"properties": {"kind": {"const": "large"}}},
        "then": {"required": ["reason"]},
    },
    price=Price(amount="1299.90", currency="CHF"),
    process=record_id("APR", 2),
    plan=(
        PlannedTask(title="Order it", team=record_id("TEA", 1), compensation="Send it back"),
        PlannedTask(title="Make an account"),
        PlannedTask(title="Hand it over", after=(1, 2)),
    ),
)
FOR_BAKERY = replace(
    LAPTOP, price=None, process=None, audience="organisations", organisations=(CUSTOMER,)
)
ITEMS = st.sampled_from(
    [
        LAPTOP,
        LAPTOP,
        FOR_BAKERY,
        FOR_BAKERY,
        replace(LAPTOP, form={}),
        replace(LAPTOP, form={"type": "text"}),
        replace(LAPTOP, price=Price(amount="-1", currency="CHF")),
        replace(LAPTOP, organisations=(CUSTOMER,)),
    ]
)
