"""Lists of the views: filtered, sorted, in pages, and for those who may see them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import record_id
from domain.ledger import Ledger
from projections import work_queue
from projections.queries import BadQuery, Listing, Query, Span
from projections.views import Views
from tests.keys import MemoryKeys
from tests.people import MONDAY, person
from tests.projections.conftest import Kit
from tests.projections.incidents import log, numbers, paged
from tests.stores import Store


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store that the tests of this file share, as they only read."""
    if request.param == "sqlite":
        yield Store("sqlite", str(tmp_path_factory.mktemp("lists") / "ledger.db"))
        return
    server, name = request.getfixturevalue("postgres_server"), f"test_{uuid4().hex}"
    yield Store("postgres", server.create_database(name))
    server.drop_database(name)


@pytest.fixture(scope="module")
def queue(shared_store: Store) -> Iterator[Kit]:
    """Seven incidents of Ann's."""
    recorder = shared_store.open()
    views_at = (
        shared_store.where if shared_store.kind == "postgres" else f"{shared_store.where}-views"
    )
    kit = Kit(Ledger(recorder, MemoryKeys()), shared_store.where, shared_store.kind, views_at)
    for serial in range(1, 8):
        log(kit, serial)
    kit.projector().catch_up()
    yield kit
    kit.close()
    asyncio.run(recorder.aclose())


@pytest.fixture
async def views(queue: Kit) -> AsyncIterator[Views]:
    opened = Views(queue.reader())
    yield opened
    await opened.aclose()


@pytest.mark.parametrize(
    "sort",
    [(), ("number",), ("-number",), ("-priority",), ("priority", "-opened_at"), ("resolved_at",)],
)
async def test_pages_leave_out_nothing_and_repeat_nothing(
    views: Views, sort: tuple[str, ...]
) -> None:
    whole = await views.list_rows("work_queue", sort=sort)

    assert await paged(views, "work_queue", sort=sort) == whole.rows
    assert len(whole.rows) == 7
    assert whole.next is None


async def test_a_list_is_sorted_with_nothing_as_last(views: Views) -> None:
    rising = await views.list_rows("work_queue", sort=["resolved_at"])
    falling = await views.list_rows("work_queue", sort=["-resolved_at"])

    assert numbers(rising.rows)[:2] == ["INC0000006", "INC0000003"]
    assert numbers(falling.rows)[:2] == ["INC0000003", "INC0000006"]
    assert rising.rows[-1]["resolved_at"] is falling.rows[-1]["resolved_at"] is None


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": "resolved"}, [3, 6]),
        ({"status": ["resolved", "assigned"]}, [3, 6]),
        ({"is_open": True, "priority": 2}, [1, 5, 7]),
        ({"is_open": "false"}, [3, 6]),
        ({"priority": None}, [2, 4, 6]),
        ({"number": "INC0000004"}, [4]),
        ({"id": "INC0000004"}, [4]),
        ({"id": str(record_id("INC", 4))}, [4]),
        ({"requester": person("ann"), "priority": "2", "is_open": "true"}, [1, 5, 7]),
        ({"opened_at": Span(MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=4))}, [2, 3]),
        ({"opened_at": Span(until="2026-03-02T12:00:00+01:00")}, [1]),
        ({"title": "x' OR '1'='1"}, []),
        ({"title": "100%"}, []),
    ],
)
async def test_filters_find_what_they_say(
    views: Views, filters: Mapping[str, Any], found: list[int]
) -> None:
    page = await views.list_rows("work_queue", filters=filters)
    count = await views.count_rows("work_queue", filters=filters)

    assert numbers(page.rows) == [f"INC{serial:07d}" for serial in found]
    assert count == len(found)


async def test_only_the_fields_asked_for_are_answered(views: Views) -> None:
    page = await views.list_rows("work_queue", fields=["number", "is_open"], limit=1)

    assert page.rows == [{"number": "INC0000001", "is_open": True}]


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"filters": {"colour": "red"}}, "filter.colour"),
        ({"filters": {"1=1; --": "x"}}, "filter.1=1; --"),
        ({"filters": {"priority": "high"}}, "filter.priority"),
        ({"filters": {"priority": 1 << 70}}, "filter.priority"),
        ({"filters": {"is_open": "perhaps"}}, "filter.is_open"),
        ({"filters": {"team": "the first"}}, "filter.team"),
        ({"filters": {"opened_at": "2026-03-02T09:00:00"}}, "filter.opened_at"),
        ({"filters": {"title": "a\0b"}}, "filter.title"),
        ({"filters": {"title": "\ud800"}}, "filter.title"),
        ({"filters": {"status": []}}, "filter.status"),
        ({"sort": ["colour"]}, "sort"),
        ({"sort": ["--number"]}, "sort"),
        ({"fields": ["number", "colour"]}, "fields"),
        ({"limit": 0}, "limit"),
        ({"limit": 251}, "limit"),
        ({"after": ("INC0000001", "x", "y")}, "cursor"),
        ({"after": ("nobody",)}, "cursor"),
    ],
)
async def test_what_the_view_does_not_know_is_refused_with_its_place(
    views: Views, asked: dict[str, Any], place: str
) -> None:
    with pytest.raises(BadQuery) as refused:
        await views.list_rows("work_queue", **asked)

    assert refused.value.place == place


async def test_one_row_is_found_by_its_key(views: Views) -> None:
    by_number, by_position = (
        await views.row("work_queue", "INC0000002"),
        await views.row("timeline", 1),
    )

    assert by_number is not None
    assert by_position is not None
    assert (by_number["number"], by_position["number"]) == ("INC0000002", "INC0000001")
    assert await views.row("work_queue", record_id("INC", 99)) is None
    with pytest.raises(BadQuery):
        await views.row("timeline", "first")


@given(
    values=st.lists(st.tuples(st.sampled_from([None, 1, 2]), st.integers(1, 3)), max_size=12),
    first=st.sampled_from(["priority", "-priority"]),
    second=st.sampled_from(["version", "-version"]),
)
def test_seeking_finds_exactly_the_rows_behind_the_cursor(
    values: list[tuple[int | None, int]], first: str, second: str
) -> None:
    """Compared with an order and a search in plain Python."""
    rows = [(a, b, f"{place:02d}") for place, (a, b) in enumerate(values)]
    down = (first[0] == "-", second[0] == "-", second[0] == "-")

    def rank(row: tuple[int | None, int, str]) -> tuple[Any, ...]:
        a, b, id = row
        return (
            (a is None, 0 if a is None else -a if down[0] else a),
            -b if down[1] else b,
            tuple(-ord(c) for c in id) if down[2] else tuple(map(ord, id)),
        )

    listing = Listing(work_queue.QUEUE, "work_queue")
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE {listing.table.stored} (priority, version, id)")
    connection.executemany(f"INSERT INTO {listing.table.stored} VALUES (?, ?, ?)", rows)
    ordered = sorted(rows, key=rank)
    for place in range(len(rows) + 1):
        query = Query(listing, "")
        orders = query.order([first, second])
        if place:
            # Ids of the test are no UUIDs: the cursor is given as it is stored.
            query.seek_stored(orders, ordered[place - 1])
        statement = query.statement(["priority", "version", "id"], orders, 100)
        assert connection.execute(statement, query.parameters).fetchall() == ordered[place:]
    connection.close()
