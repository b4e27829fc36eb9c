from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.asset_record import Cost
from domain.contract import Contract
from domain.ids import record_id
from domain.rules import Refused
from tests.people import BEA, MONDAY, signed

LAST_DAY = MONDAY.date() + timedelta(days=60)


def contract(**more: Any) -> Contract:
    said: dict[str, Any] = {"name": "Support", "supplier": "Metal Ltd", "last_day": LAST_DAY}
    return Contract.draft(record_id("CON", 1), **{**said, **more}, by=BEA)


def reminded(record: Contract, day: date) -> list[int]:
    record.collect_events()
    record.remind_of_ends(by=signed("clock", datetime.combine(day, time(), UTC)))
    return [entry.event.days for entry in record.collect_events()]  # type: ignore[attr-defined]  # all are reminders


def test_a_contract_is_reminded_of_while_it_is_in_force() -> None:
    record = contract()
    assert reminded(record, LAST_DAY) == []

    record.sign(by=signed("bea", MONDAY + timedelta(days=40)))

    assert record.next_reminder is not None
    assert reminded(record, LAST_DAY) == [7, 0]
    record.renew(LAST_DAY + timedelta(days=365), by=signed("bea", MONDAY + timedelta(days=60)))
    assert reminded(record, LAST_DAY + timedelta(days=365)) == [30, 7, 0]
    record.end(reason="Enough.", by=BEA)
    assert record.next_reminder is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"starts": LAST_DAY + timedelta(days=1)}, "does not come before the first"),
        ({"notice_days": 3_651}, "notice_days"),
        ({"cost": Cost(Decimal("-1"), "EUR")}, "an amount from 0"),
        ({"supplier": " "}, "The supplier is needed"),
    ],
)
def test_a_contract_says_what_can_be(said: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused, match=rule):
        contract(**said)


def test_a_contract_without_an_end_is_not_renewed() -> None:
    record = contract(last_day=None)
    record.sign(by=BEA)

    with pytest.raises(Refused, match="beyond its last day"):
        record.renew(LAST_DAY, by=BEA)


def test_what_has_ended_stays_as_it_was() -> None:
    record = contract()
    record.end(reason="Never signed.", by=BEA)

    with pytest.raises(Refused, match="stays as it was"):
        record.amend(name="Another", by=BEA)
    with pytest.raises(Refused, match="stays as it was"):
        record.cover([record_id("AST", 1)], by=BEA)
    with pytest.raises(Refused, match="Only a draft"):
        record.sign(by=BEA)
