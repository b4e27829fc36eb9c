from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.ids import record_id
from domain.purchase_lines import Line, cost_of, warranty_until
from domain.purchase_order import PurchaseOrder
from domain.rules import Refused
from tests.people import BEA, MONDAY, signed

LAPTOPS = Line(item="Laptop", quantity=3, price=99_950, asset_class="laptop")
CABLES = Line(item="Cable", quantity=10, price=450)
THREE = tuple(record_id("AST", serial) for serial in (1, 2, 3))
DUE = MONDAY.date() + timedelta(days=10)


def placed(*lines: Line) -> PurchaseOrder:
    order = PurchaseOrder.draft(
        record_id("PUR", 1),
        supplier="Boxes Ltd",
        currency="EUR",
        lines=lines or (LAPTOPS, CABLES),
        expected_on=DUE,
        by=BEA,
    )
    order.place(by=BEA)
    return order


def test_an_order_is_received_in_several_deliveries() -> None:
    order = placed()

    order.receive(1, 2, assets=THREE[:2], by=BEA)
    first = (order.status, order.outstanding, order.is_gone)
    order.receive(2, 10, by=BEA)
    order.receive(1, 1, assets=THREE[2:], by=BEA)

    assert first == ("partly received", (1, 10), False)
    assert (order.status, order.outstanding, order.is_gone) == ("received", (0, 0), True)
    assert order.total == 3 * 99_950 + 10 * 450
    assert order.assets == dict.fromkeys(THREE, 1)


def test_what_is_sent_back_is_still_to_come() -> None:
    order = placed(LAPTOPS)
    order.receive(1, 3, assets=THREE, by=BEA)

    order.send_back(1, 1, assets=THREE[1:2], reason="It is cracked.", by=BEA)
    partly = order.status
    order.send_back(1, 2, assets=(THREE[0], THREE[2]), reason="So are these.", by=BEA)

    assert (partly, order.status, order.outstanding) == ("partly received", "ordered", (3,))
    assert order.assets == {}


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        (lambda one: one.receive(1, 4, assets=THREE, by=BEA), "of line 1, 3 are still to come"),
        (lambda one: one.receive(1, 2, assets=THREE, by=BEA), "this delivery brings 2"),
        (lambda one: one.receive(2, 1, assets=THREE[:1], by=BEA), "this delivery brings 0"),
        (lambda one: one.receive(3, 1, by=BEA), "no line 3"),
        (lambda one: one.receive(0, 1, by=BEA), "no line 0"),
        (lambda one: one.receive(2, 0, by=BEA), "1 to 200"),
        (lambda one: one.send_back(1, 1, reason="x", by=BEA), "Only what was received"),
        (lambda one: one.close(by=BEA), "else it is cancelled"),
        (lambda one: one.amend(lines=[CABLES], by=BEA), "before the order is placed"),
        (lambda one: one.place(by=BEA), "Only a draft"),
    ],
)
def test_what_cannot_be_done_with_a_placed_order_is_refused(
    act: Callable[[PurchaseOrder], None], rule: str
) -> None:
    order = placed()

    with pytest.raises(Refused, match=rule):
        act(order)


def test_only_what_a_line_brought_is_sent_back() -> None:
    order = placed(LAPTOPS, LAPTOPS)
    order.receive(1, 1, assets=THREE[:1], by=BEA)
    order.receive(2, 1, assets=THREE[1:2], by=BEA)

    with pytest.raises(Refused, match="name 1 that this line brought"):
        order.send_back(1, 1, assets=THREE[1:2], reason="Wrong.", by=BEA)
    with pytest.raises(Refused, match="of line 1, 1 were received"):
        order.send_back(1, 2, assets=THREE[:2], reason="Wrong.", by=BEA)


def test_a_late_delivery_is_reminded_of_until_all_has_come() -> None:
    def reminded(day: date) -> list[int]:
        order.collect_events()
        order.remind_of_ends(by=signed("clock", datetime.combine(day, time(), UTC)))
        return [entry.event.days for entry in order.collect_events()]  # type: ignore[attr-defined]  # all are reminders

    order = placed(LAPTOPS)

    assert reminded(DUE) == []
    assert reminded(DUE + timedelta(days=1)) == [-1]
    order.expect(DUE + timedelta(days=20), by=signed("bea", MONDAY + timedelta(days=12)))
    assert reminded(DUE + timedelta(days=20)) == []
    assert reminded(DUE + timedelta(days=60)) == [-1, -7, -30]
    order.receive(1, 3, assets=THREE, by=BEA)
    assert order.next_reminder is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"currency": "euro"}, "three capital letters"),
        ({"supplier": " "}, "The supplier is needed"),
        ({"lines": [Line(item="x", quantity=0, price=1)]}, r"lines\[0\].quantity"),
        ({"lines": [Line(item="x", quantity=1, price=-1)]}, r"lines\[0\].price"),
        ({"lines": [CABLES, Line(item="", quantity=1, price=1)]}, r"lines\[1\].item"),
    ],
)
def test_an_order_says_what_can_be(said: dict[str, Any], rule: str) -> None:
    given = {"supplier": "Boxes Ltd", "currency": "EUR", **said}

    with pytest.raises(Refused, match=rule):
        PurchaseOrder.draft(record_id("PUR", 1), **given, by=BEA)


def test_an_order_without_lines_is_not_placed() -> None:
    order = PurchaseOrder.draft(record_id("PUR", 1), supplier="Boxes Ltd", currency="EUR", by=BEA)

    with pytest.raises(Refused, match="at least one"):
        order.place(by=BEA)


@pytest.mark.parametrize(
    ("price", "currency", "amount"),
    [(118_900, "EUR", "1189.00"), (5, "USD", "0.05"), (1_500, "JPY", "1500"), (1, "KWD", "0.001")],
)
def test_minor_units_are_those_of_the_currency(price: int, currency: str, amount: str) -> None:
    assert cost_of(price, currency).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("received", "months", "until"),
    [
        (date(2026, 3, 2), 36, date(2029, 3, 1)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
        (date(2026, 3, 2), 0, None),
        (date(9999, 3, 2), 12, None),
    ],
)
def test_a_warranty_lasts_its_months_from_the_day_of_receipt(
    received: date, months: int, until: date | None
) -> None:
    assert warranty_until(received, months) == until
