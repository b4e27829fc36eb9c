"""The list of contracts, and their reminders, tell what the records say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.asset_reminders import AssetReminders
from domain.contract import Contract
from projections import asset_reminders, contracts
from projections.tables import instant_or_none
from tests.domain.stories import attempts
from tests.projections.lives import entries_of, folded, lived, row_of, rows_of


@settings(max_examples=25)
@given(data=st.data())
def test_a_contract_is_listed_and_reminded_of_as_it_is(data: st.DataObject) -> None:
    record = lived(Contract, data.draw(attempts(Contract)))
    if record is None:
        return
    assert isinstance(record, Contract)
    entries = entries_of(record)

    row = row_of(folded(contracts.VIEW, entries), contracts.CONTRACTS, str(record.id))
    reminders = folded(asset_reminders.VIEW, entries)

    assert (row.name, row.supplier, row.status) == (record.name, record.supplier, record.status)
    assert row.last_day == (record.last_day.isoformat() if record.last_day else None)
    assert (row.cost, row.billing) == (
        str(record.cost.amount) if record.cost else "",
        record.billing,
    )
    assert row.covered == tuple(map(str, record.covered))
    assert row.owner == (str(record.owner) if record.owner else None)
    due = record.next_reminder
    ahead = [one.next_at for one in rows_of(reminders, asset_reminders.AHEAD) if one.next_at]
    assert ahead == ([instant_or_none(due.at)] if due else [])
    reminded = [one for one in entries if isinstance(one.event, AssetReminders.EndReminded)]
    assert len(rows_of(reminders, asset_reminders.REMINDERS)) == len(reminded)
