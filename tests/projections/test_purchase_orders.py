"""The list of purchase orders, and their reminders, tell what the records say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.asset_reminders import AssetReminders
from domain.purchase_order import AWAITED, PurchaseOrder
from projections import asset_reminders, purchase_orders
from projections.tables import instant_or_none
from tests.domain.stories import attempts
from tests.projections.lives import entries_of, folded, lived, row_of, rows_of


@settings(max_examples=50)
@given(data=st.data())
def test_an_order_is_listed_and_reminded_of_as_it_is(data: st.DataObject) -> None:
    record = lived(PurchaseOrder, data.draw(attempts(PurchaseOrder)))
    if record is None:
        return
    assert isinstance(record, PurchaseOrder)
    entries = entries_of(record)

    row = row_of(folded(purchase_orders.VIEW, entries), purchase_orders.ORDERS, str(record.id))
    reminders = folded(asset_reminders.VIEW, entries)

    assert (row.supplier, row.status, row.total) == (record.supplier, record.status, record.total)
    assert row.expected_on == (record.expected_on.isoformat() if record.expected_on else None)
    assert [line["received"] for line in row.lines] == list(record.received)
    open_price = sum(
        line.price * left for line, left in zip(record.lines, record.outstanding, strict=True)
    )
    assert row.outstanding == (open_price if record.status in AWAITED else 0)
    assert sorted(row.assets) == sorted(map(str, record.assets))
    due = record.next_reminder
    ahead = [one.next_at for one in rows_of(reminders, asset_reminders.AHEAD) if one.next_at]
    assert ahead == ([instant_or_none(due.at)] if due else [])
    reminded = [one for one in entries if isinstance(one.event, AssetReminders.EndReminded)]
    assert len(rows_of(reminders, asset_reminders.REMINDERS)) == len(reminded)
