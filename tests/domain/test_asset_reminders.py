from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.asset import Asset
from domain.asset_reminders import DAYS_BEFORE, next_reminder
from domain.ids import record_id
from tests.facts import new_facts
from tests.people import BEA, MONDAY, signed

ID = record_id("AST", 1)
LAST_DAY = MONDAY.date() + timedelta(days=60)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def laptop(last_day: date = LAST_DAY) -> Asset:
    asset = Asset.register(ID, name="Laptop", asset_class="laptop", by=BEA)
    asset.describe(ends={"warranty": last_day}, by=signed("bea", MONDAY))
    new_facts(asset)
    return asset


def reminded(asset: Asset, at: datetime) -> list[int]:
    asset.remind_of_ends(by=signed("clock", at))
    return [
        entry.event.days
        for entry in asset.collect_events()
        if isinstance(entry.event, Asset.EndReminded)
    ]


def test_each_reminder_is_given_once_at_the_start_of_its_day() -> None:
    asset = laptop()

    for days in DAYS_BEFORE:
        at = midnight(LAST_DAY - timedelta(days=days))
        assert asset.next_reminder is not None
        assert asset.next_reminder.at == at
        assert reminded(asset, at - timedelta(microseconds=1)) == []
        assert reminded(asset, at) == [days]
        assert reminded(asset, at) == []
    assert asset.next_reminder is None


def test_what_was_missed_is_made_up_for() -> None:
    assert reminded(laptop(), midnight(LAST_DAY)) == [30, 7, 0]


def test_what_was_past_when_it_was_written_down_is_not_reminded_of() -> None:
    asset = laptop(MONDAY.date() + timedelta(days=10))

    assert reminded(asset, MONDAY + timedelta(days=100)) == [7, 0]
    assert laptop(MONDAY.date() - timedelta(days=1)).next_reminder is None


def test_another_last_day_is_reminded_of_anew_and_none_not_at_all() -> None:
    asset = laptop()
    reminded(asset, midnight(LAST_DAY))

    asset.describe(ends={"warranty": LAST_DAY + timedelta(days=365)}, by=signed("bea", MONDAY))
    assert asset.next_reminder is not None
    asset.describe(ends={"warranty": None}, by=BEA)

    assert asset.next_reminder is None


def test_nobody_is_reminded_of_what_is_retired() -> None:
    asset = laptop()
    asset.retire(reason="Old.", by=BEA)

    assert reminded(asset, midnight(LAST_DAY)) == []


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.datetimes(datetime(2019, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),
)
def test_reminders_ascend_and_end(last_day: date, said: datetime) -> None:
    moments, after = [], said
    while (one := next_reminder("warranty", last_day, after)) is not None:
        moments.append(one.at)
        after = one.at

    wanted = [midnight(last_day - timedelta(days=days)) for days in DAYS_BEFORE]
    assert moments == [at for at in wanted if at > said]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_of_all_days_are_no_trouble(day: date) -> None:
    assert next_reminder("warranty", day, midnight(date.min)) is None or day == date.max
