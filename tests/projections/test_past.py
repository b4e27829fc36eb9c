"""What lists were: at any moment, and as the ledger told by any position."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.aggregate import Aggregate, Entry
from domain.policy import OwnTickets
from projections import past, recent, ticket_lists, work_queue
from projections.listings import ALL, LISTINGS
from projections.past import AsOf, Ended, band
from projections.queries import Listing, Page, Query
from projections.sqlite import SqliteViews
from projections.tables import Table
from projections.views import Views
from tests.domain.kinds import EVERY_KIND
from tests.domain.stories import attempts
from tests.people import MONDAY, person, signed
from tests.projections.conftest import Kit, keep
from tests.projections.incidents import log, numbers, paged
from tests.projections.lives import definitions, entries_of, folded, lived

PAST = [(view, table) for view in ALL for table in view.tables if table.past is not None]


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def test_every_list_keeps_what_it_was_but_those_of_tokens_and_of_what_never_changes() -> None:
    without = {name for name, listing in LISTINGS.items() if listing.table.past is None}

    assert without == {"timeline", "tokens"}


@pytest.mark.parametrize("exponent", range(27))
def test_a_band_holds_what_held_for_less_than_a_power_of_four(exponent: int) -> None:
    assert band(4**exponent - 1) == exponent
    assert band(4**exponent) == exponent + 1


@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), kind=st.sampled_from(EVERY_KIND))
def test_each_list_is_at_any_moment_and_position_what_was_folded_by_then(
    data: st.DataObject, kind: type[Aggregate]
) -> None:
    record = lived(kind, data.draw(attempts(kind)))
    assume(record is not None)
    assert record is not None
    entries = in_order(entries_of(*definitions(), record))
    moments = sorted({entry.event.by.effective_at for entry in entries})
    asked: list[AsOf] = [AsOf(position=position) for position in range(len(entries) + 1)]
    asked += [AsOf(moment=moment) for moment in moments]
    asked += [
        AsOf(moment=moment, position=position)
        for moment in moments
        for position in (0, len(entries) // 2, len(entries))
    ]

    for view, table in PAST:
        if not any(view.concerns(entry) for entry in entries):
            continue
        store = folded(view, entries, page=data.draw(st.integers(1, 5)))
        for as_of in asked:
            was = folded(view, heard(entries, as_of))
            expected = sorted(map(repr, was.scan(table)))
            assert sorted(map(repr, rows_as_of(store, table, as_of))) == expected
        now = [repr(row) for row in store.scan(table, is_whole=True)]
        versions = map(past.standing, store.scan_past(table))
        assert now == sorted(repr(version) for version in versions if version is not None)


def in_order(entries: list[Entry]) -> list[Entry]:
    """The same, none of which takes effect before the one before it."""
    latest = MONDAY - timedelta(days=365)
    for entry in entries:
        latest = max(latest, entry.event.by.effective_at)
        entry.event = structs.replace(
            entry.event, by=structs.replace(entry.event.by, effective=latest)
        )
    return entries


def heard(entries: list[Entry], as_of: AsOf) -> list[Entry]:
    """The entries that had been recorded and had taken effect."""
    return [
        entry
        for entry in entries
        if (as_of.position is None or entry.position <= as_of.position)
        and (as_of.moment is None or entry.event.by.effective_at <= as_of.moment)
    ]


def rows_as_of(store: SqliteViews, table: Table[Any], as_of: AsOf) -> list[tuple[Any, ...]]:
    query = Query(Listing(table, ""), "", as_of)
    statement = query.statement(table.names, query.order([]), 1_000)
    rows = store._connection.execute(statement, query.parameters)
    truths = [column.kind == "boolean" for column in table.columns]
    return [
        tuple(
            bool(value) if is_truth and value is not None else value
            for value, is_truth in zip(row, truths, strict=True)
        )
        for row in rows
    ]


async def test_a_list_is_filtered_and_sorted_as_of_a_moment(kit: Kit, views: Views) -> None:
    for serial in range(1, 8):
        log(kit, serial)
    kit.projector().catch_up()

    async def seen(as_of: AsOf, **filters: Any) -> list[str]:
        page = await views.list_rows("work_queue", filters=filters, sort=["-number"], as_of=as_of)
        assert await views.count_rows("work_queue", filters=filters, as_of=as_of) == len(page.rows)
        return numbers(page.rows)

    assert await seen(AsOf(moment=at(0))) == []
    assert await seen(AsOf(moment=at(2))) == ["INC0000002", "INC0000001"]
    assert await seen(AsOf(moment=at(6)), is_open=False) == ["INC0000006"]
    assert await seen(AsOf(moment=at(200)), status="resolved") == ["INC0000006", "INC0000003"]
    assert await seen(AsOf(position=1)) == ["INC0000001"]
    assert await seen(AsOf(position=4, moment=at(2))) == ["INC0000002", "INC0000001"]


async def test_pages_of_the_past_follow_one_another(kit: Kit, views: Views) -> None:
    for serial in range(1, 8):
        log(kit, serial)
    kit.projector().catch_up()
    as_of = AsOf(moment=at(5))

    first = await views.list_rows("work_queue", limit=3, as_of=as_of)
    second = await views.list_rows("work_queue", limit=3, after=first.next, as_of=as_of)

    assert numbers(first.rows + second.rows) == [f"INC{serial:07d}" for serial in range(1, 6)]
    assert second.next is None


ORDERS = [
    sign + column.name
    for column in work_queue.QUEUE.columns
    for sign in ("", "-")
    if column.kind != "json"
]
FILTERS: list[dict[str, Any]] = [
    {},
    {"is_open": True},
    {"is_open": False, "kind": "incident"},
    {"status": ["new", "resolved"]},
    {"requester": str(person("eve"))},
]
WHEN = (
    AsOf(moment=at(5)),
    AsOf(position=9),
    AsOf(moment=at(7), position=12),
    AsOf(moment=at(900)),
)


async def test_a_list_of_the_past_pages_alike_in_every_order(kit: Kit, views: Views) -> None:
    for serial in range(1, 12):
        incident = log(kit, serial, "eve" if serial % 4 else "ann")
        if serial % 5 == 0:
            incident.assign(team=None, assignee=person("bea"), by=signed("bea", at(serial + 3)))
            keep(kit.ledger, incident)
    kit.projector().catch_up()
    chance = Random(3)

    for order in ORDERS:
        for filters in chance.sample(FILTERS, 2):
            as_of = chance.choice(WHEN)
            asked: dict[str, Any] = {"filters": filters, "as_of": as_of}
            whole = await views.list_rows("work_queue", sort=["number"], **asked)
            assert await paged(views, "work_queue", sort=[order], **asked) == sorted_by(
                order, whole.rows
            )
            assert await views.count_rows("work_queue", **asked) == len(whole.rows)


def sorted_by(order: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By one column, and by the ids in the same direction; nothing comes last."""
    name, is_descending = order.removeprefix("-"), order.startswith("-")
    there = [row for row in rows if row[name] is not None]
    missing = [row for row in rows if row[name] is None]
    return [
        *sorted(there, key=lambda row: (row[name], row["id"]), reverse=is_descending),
        *sorted(missing, key=lambda row: str(row["id"]), reverse=is_descending),
    ]


STRETCHES = ((), (timedelta(hours=1),), (timedelta(minutes=1), timedelta(hours=90)))


@pytest.mark.parametrize("stretches", STRETCHES)
async def test_what_had_changed_last_is_found_in_stretches_of_any_length(
    kit: Kit, views: Views, monkeypatch: pytest.MonkeyPatch, stretches: tuple[timedelta, ...]
) -> None:
    monkeypatch.setattr(recent, "STRETCHES", stretches)
    for serial in range(1, 12):
        log(kit, serial)
    kit.projector().catch_up()

    for hours in (0, 1, 4, 60, 400):
        as_of = AsOf(moment=at(hours))
        oldest_first = await views.list_rows("work_queue", sort=["updated_at"], as_of=as_of)
        found: list[dict[str, Any]] = []
        page = Page([], ())
        while page.next is not None:
            after = page.next or None
            page = await views.list_rows(
                "work_queue", sort=["-updated_at"], limit=2, after=after, as_of=as_of
            )
            found += page.rows
        assert found == oldest_first.rows[::-1]


async def test_people_see_of_the_past_what_they_might_see_then(kit: Kit, views: Views) -> None:
    incident = log(kit, 1, "eve")
    incident.watch(person("dan"), by=signed("eve", at(2)))
    incident.unwatch(person("dan"), by=signed("eve", at(4)))
    keep(kit.ledger, incident)
    kit.projector().catch_up()

    async def seen(hours: float) -> int:
        return await views.count_rows(
            "work_queue", visibility=OwnTickets(person("dan")), as_of=AsOf(moment=at(hours))
        )

    assert [await seen(hours) for hours in (1, 3, 5)] == [0, 1, 0]


async def test_a_view_that_is_rebuilt_has_the_same_past(kit: Kit) -> None:
    for serial in range(1, 8):
        log(kit, serial)
    projector = kit.projector([ticket_lists.VIEW])
    for _ in range(3):
        projector.step()
    before = projector.digest("ticket_lists")
    versions = len(list(projector.store.scan_past(work_queue.QUEUE)))

    projector.rebuild("ticket_lists")
    projector.catch_up()

    assert versions > 7
    assert projector.digest("ticket_lists") == before


def test_what_is_stored_of_versions_ends_where_the_next_begins() -> None:
    key = ("a",)
    versions = [past.Version(5, 1, ("x",)), past.Version(3, 2, None), past.Version(9, 4, ("y",))]

    stored = list(past.versions_of(key, past.Begun(4, 1), versions))

    assert stored == [
        Ended(key, 1, 5, 1, band(1), band(0)),
        ("x", 5, 5, 1, 2, band(0), band(1)),
        ("y", 9, past.ENDLESS, 4, past.ENDLESS, past.OPEN_BAND, past.OPEN_BAND),
    ]
