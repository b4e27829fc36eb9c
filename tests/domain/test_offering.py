"""Offerings: what makes an item that can be ordered, and what is published of it."""

import pytest
from msgspec.structs import replace

from domain.definition import digest
from domain.fulfilment_plan import PlannedTask
from domain.ids import record_id
from domain.json_values import WrongJson
from domain.offering import Item, Offering, Price
from domain.rules import Refused
from tests.domain.offerings import FOR_BAKERY, LAPTOP
from tests.people import BEA, CUSTOMER

OFFERING = record_id("OFR", 1)


def test_an_offering_is_drafted_published_and_retired() -> None:
    offering = Offering.draft(OFFERING, name="Laptop", definition=LAPTOP, by=BEA)
    offering.publish(by=BEA)
    offering.revise(FOR_BAKERY, by=BEA)
    offering.publish(by=BEA)

    assert offering.versions == (LAPTOP, FOR_BAKERY)
    assert digest(LAPTOP) != digest(FOR_BAKERY)
    offering.retire(by=BEA)
    assert offering.published is None
    assert offering.definition_of(1) == LAPTOP


@pytest.mark.parametrize(
    ("item", "rule"),
    [
        (replace(LAPTOP, category=" hardware"), "category: it has no spaces around it"),
        (replace(LAPTOP, price=Price(amount="1,5", currency="CHF")), r"price.amount: a decimal"),
        (replace(LAPTOP, price=Price(amount="01", currency="CHF")), r"price.amount: a decimal"),
        (replace(LAPTOP, price=Price(amount="1.00001", currency="CHF")), r"price.amount"),
        (replace(LAPTOP, price=Price(amount="1", currency="francs")), r"price.currency: a curr"),
        (replace(LAPTOP, plan=(PlannedTask(title=" "),)), r"plan\[0\]: a task needs a title"),
        (
            replace(LAPTOP, plan=(PlannedTask(title="a", after=(1,)),)),
            r"plan\[0\].after: 1 is no task before it",
        ),
        (
            replace(LAPTOP, plan=(PlannedTask(title="a"), PlannedTask(title="b", after=(1, 1)))),
            r"plan\[1\].after: each task is named once",
        ),
        (replace(LAPTOP, plan=(PlannedTask(title="a"),) * 201), "plan: it has at most 200 tasks"),
        (replace(LAPTOP, organisations=(CUSTOMER,)), "organisations: they are named for the aud"),
        (
            replace(LAPTOP, audience="organisations", organisations=(CUSTOMER, CUSTOMER)),
            "organisations: each is named once",
        ),
    ],
)
def test_an_item_that_cannot_be_ordered_is_refused(item: Item, rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        Offering.draft(OFFERING, name="Wrong", definition=item, by=BEA)


def test_a_wrong_form_is_refused_with_the_place_of_each_mistake() -> None:
    form = {"type": "object", "properties": {"a": {"type": "text"}}, "required": [1]}
    offering = Offering.draft(OFFERING, name="Laptop", definition=LAPTOP, by=BEA)

    with pytest.raises(WrongJson) as refused:
        offering.revise(replace(LAPTOP, form=form), by=BEA)

    assert [one.pointer for one in refused.value.mistakes] == ["/required", "/properties/a/type"]
    assert offering.draft_definition == LAPTOP
