"""What can be asked of the views, and how the answers come in pages."""

import asyncio
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.asset import Asset
from domain.change import Change
from domain.ids import record_id
from domain.incident import Incident
from domain.policy import Everything, OwnOrganisation, OwnTickets
from domain.ticket import Visibility
from projections import work_queue
from projections.listings import LISTINGS
from projections.progress import Progress
from projections.queries import BadQuery, Listing, Query, Span
from projections.store import NotBuilt
from projections.views import Views
from tests.domain.examples import RESTART
from tests.people import CUSTOMER, MONDAY, OPERATOR, person, signed
from tests.projections.conftest import Kit, keep


def log(kit: Kit, serial: int, who: str = "ann", organisation: UUID = CUSTOMER) -> Incident:
    """Incident `serial`, opened so many hours after Monday; every third is resolved."""
    incident = Incident.log(
        record_id("INC", serial),
        title=f"Incident {serial}",
        requester=person(who),
        organisation=organisation,
        by=signed(who, MONDAY + timedelta(hours=serial)),
    )
    if serial % 2:
        incident.prioritise(impact=1, urgency=2, by=signed("bea"))
    if serial % 3 == 0:
        incident.resolve(
            code="fixed",
            resolution="Done.",
            by=signed("bea", MONDAY + timedelta(hours=serial, days=serial % 2)),
        )
    keep(kit.ledger, incident)
    return incident


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["number"] for row in rows]


async def paged(views: Views, name: str, **asked: Any) -> list[dict[str, Any]]:
    """All rows of a list, read page by page."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = await views.list_rows(name, limit=2, after=after, **asked)
        rows += page.rows
        if page.next is None:
            return rows
        after = page.next


@pytest.fixture
def queue(kit: Kit) -> Kit:
    for serial in range(1, 8):
        log(kit, serial)
    kit.projector().catch_up()
    return kit


async def test_views_that_are_not_built_say_so(kit: Kit, views: Views) -> None:
    with pytest.raises(NotBuilt):
        await views.list_rows("work_queue")

    assert await views.positions() == {}
    assert not await views.reached("work_queue", 1, timeout=0.05)


@pytest.mark.parametrize(
    "sort",
    [(), ("number",), ("-number",), ("-priority",), ("priority", "-opened_at"), ("resolved_at",)],
)
async def test_pages_leave_out_nothing_and_repeat_nothing(
    queue: Kit, views: Views, sort: tuple[str, ...]
) -> None:
    whole = await views.list_rows("work_queue", sort=sort)

    assert await paged(views, "work_queue", sort=sort) == whole.rows
    assert len(whole.rows) == 7
    assert whole.next is None


async def test_a_list_is_sorted_with_nothing_as_last(queue: Kit, views: Views) -> None:
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
    queue: Kit, views: Views, filters: Mapping[str, Any], found: list[int]
) -> None:
    page = await views.list_rows("work_queue", filters=filters)
    count = await views.count_rows("work_queue", filters=filters)

    assert numbers(page.rows) == [f"INC{serial:07d}" for serial in found]
    assert count == len(found)


async def test_only_the_fields_asked_for_are_answered(queue: Kit, views: Views) -> None:
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
    queue: Kit, views: Views, asked: dict[str, Any], place: str
) -> None:
    with pytest.raises(BadQuery) as refused:
        await views.list_rows("work_queue", **asked)

    assert refused.value.place == place


async def test_people_see_only_the_rows_that_they_may(kit: Kit, views: Views) -> None:
    log(kit, 1, "ann", CUSTOMER)
    log(kit, 2, "dan", CUSTOMER)
    log(kit, 4, "eve", OPERATOR)
    watched = log(kit, 5, "eve", OPERATOR)
    watched.watch(person("ann"), by=signed("eve"))
    watched.watch(person("dan"), by=signed("eve"))
    watched.unwatch(person("dan"), by=signed("eve"))
    keep(kit.ledger, watched)
    kit.projector().catch_up()

    async def seen(visibility: Everything | OwnOrganisation | OwnTickets) -> list[str]:
        return numbers((await views.list_rows("work_queue", visibility=visibility)).rows)

    assert await seen(Everything()) == ["INC0000001", "INC0000002", "INC0000004", "INC0000005"]
    assert await seen(OwnOrganisation(CUSTOMER)) == ["INC0000001", "INC0000002"]
    assert await seen(OwnTickets(person("ann"))) == ["INC0000001", "INC0000005"]
    assert await seen(OwnTickets(person("dan"))) == ["INC0000002"]
    assert await views.count_rows("work_queue", visibility=OwnTickets(person("bea"))) == 0


@pytest.mark.parametrize("name", LISTINGS)
@pytest.mark.parametrize("visibility", [OwnOrganisation(CUSTOMER), OwnTickets(person("eve"))])
async def test_a_list_shows_nothing_to_those_whom_it_does_not_concern(
    kit: Kit, views: Views, name: str, visibility: OwnOrganisation | OwnTickets
) -> None:
    log(kit, 1, "ann", OPERATOR)
    kit.projector().catch_up()

    assert await views.count_rows(name, visibility=visibility) == 0


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


async def test_the_page_of_a_ticket_has_all_that_was_said(kit: Kit, views: Views) -> None:
    incident = log(kit, 1)
    incident.comment("Try again.", visibility=Visibility.PUBLIC, by=signed("bea"))
    incident.comment("It is the proxy.", visibility=Visibility.INTERNAL, by=signed("bea"))
    incident.link(record_id("PRB", 1), type="caused by", by=signed("bea"))
    incident.attach(
        name="log.txt", media_type="text/plain", size=3, sha256="a" * 64, by=signed("ann")
    )
    incident.watch(person("cem"), by=signed("ann"))
    other = log(kit, 2)
    other.link(incident.id, type="duplicates", by=signed("bea"))
    keep(kit.ledger, incident, other)
    kit.projector().catch_up()

    page = await views.ticket(incident.id, with_internal=True)
    outside = await views.ticket(incident.id, with_internal=False)

    assert page is not None
    assert outside is not None
    assert [comment["text"] for comment in page["comments"]] == ["Try again.", "It is the proxy."]
    assert [comment["text"] for comment in outside["comments"]] == ["Try again."]
    assert [link["other"] for link in page["links"]] == [str(record_id("PRB", 1))]
    assert [link["ticket"] for link in page["linked_from"]] == [str(other.id)]
    assert [file["name"] for file in page["attachments"]] == ["log.txt"]
    assert page["watchers"] == [str(person("cem"))]
    assert page["version"] == incident.version
    assert await views.ticket(record_id("INC", 9), with_internal=True) is None


async def test_one_row_is_found_by_its_key(queue: Kit, views: Views) -> None:
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


async def test_the_history_of_a_record_comes_in_order(kit: Kit, views: Views) -> None:
    incident = log(kit, 1)
    incident.comment("It is the proxy.", visibility=Visibility.INTERNAL, by=signed("bea"))
    keep(kit.ledger, incident)
    kit.projector().catch_up()

    history = await views.history(incident.id)
    outside = await views.history(incident.id, with_internal=False)
    rest = await views.history(incident.id, after_version=1, limit=1)

    assert [row["topic"] for row in history] == [
        "Incident.Logged",
        "Incident.Prioritised",
        "Incident.Commented",
    ]
    assert history[1]["fields"] == {"impact": 1, "urgency": 2, "priority": 2}
    assert history[1]["actor"] == str(person("bea"))
    assert [row["version"] for row in outside] == [1, 2]
    assert [row["version"] for row in rest] == [2]


async def test_the_calendar_shows_what_overlaps_a_time_range(kit: Kit, views: Views) -> None:
    for serial, (start, end) in enumerate([(1, 3), (2, 4), (4, 6), (7, 8)], 1):
        change = Change.propose(
            record_id("CHG", serial),
            title=f"Change {serial}",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=signed("ann"),
        )
        change.apply_template(
            record_id("TPL", 1), version=1, definition=RESTART, form={}, by=signed("ann")
        )
        change.submit(by=signed("ann"))
        change.schedule(
            start=MONDAY + timedelta(days=start),
            end=MONDAY + timedelta(days=end),
            by=signed("bea"),
        )
        keep(kit.ledger, change)
    kit.projector().catch_up()

    async def shown(since: int, until: int) -> list[str]:
        return numbers(
            await views.calendar(MONDAY + timedelta(days=since), MONDAY + timedelta(days=until))
        )

    assert await shown(3, 5) == ["CHG0000002", "CHG0000003"]
    assert await shown(0, 30) == [f"CHG000000{serial}" for serial in (1, 2, 3, 4)]
    assert await shown(6, 7) == []


async def test_the_impact_of_an_asset_goes_up_and_down_and_round(kit: Kit, views: Views) -> None:
    # 1 runs on 2, 2 runs on 3, 4 depends on 2, and 3 depends on 1 again.
    relations = {1: [2], 2: [3], 3: [1], 4: [2]}
    for serial, others in relations.items():
        asset = Asset.register(
            record_id("AST", serial),
            name=f"Server {serial}",
            asset_class="server",
            by=signed("ann"),
        )
        for other in others:
            asset.relate(record_id("AST", other), type="runs on", by=signed("ann"))
        keep(kit.ledger, asset)
    kit.projector().catch_up()

    async def reached(direction: Any, depth: int) -> list[tuple[str, int]]:
        rows = await views.impact(record_id("AST", 2), direction=direction, depth=depth)
        return [(row["number"], row["distance"]) for row in rows]

    assert await reached("up", 5) == [("AST0000001", 1), ("AST0000004", 1), ("AST0000003", 2)]
    assert await reached("up", 1) == [("AST0000001", 1), ("AST0000004", 1)]
    assert await reached("down", 5) == [("AST0000003", 1), ("AST0000001", 2)]
    both = await views.relations(record_id("AST", 2))
    assert [(row["asset"], row["other"]) for row in both] == [
        (str(record_id("AST", a)), str(record_id("AST", b))) for a, b in ((1, 2), (2, 3), (4, 2))
    ]
    with pytest.raises(BadQuery):
        await views.impact(record_id("AST", 2), depth=11)


# Waiting ---------------------------------------------------------------------------------


async def test_waiting_ends_when_another_process_has_moved_the_view(kit: Kit, views: Views) -> None:
    projector = kit.projector()
    waiting = asyncio.create_task(views.reached("work_queue", 1, timeout=20))
    await asyncio.sleep(0)
    log(kit, 2)

    assert not waiting.done()
    projector.catch_up()

    assert await waiting


async def test_waiting_ends_after_its_time(kit: Kit, views: Views) -> None:
    kit.projector()

    assert not await views.reached("sla_board", 1, timeout=0.05)


async def test_those_who_wait_share_one_look_and_are_told_at_once() -> None:
    looks = 0

    async def look() -> dict[str, int]:
        nonlocal looks
        looks += 1
        return {"board": 1}

    progress = Progress(look)
    waiting = [asyncio.create_task(progress.reached("board", 5, timeout=20)) for _ in range(50)]
    while looks < 52:
        await asyncio.sleep(0)
    progress.tell({"board": 5})

    assert all(await asyncio.gather(*waiting))
    assert await progress.reached("board", 4, timeout=0)
    await progress.aclose()
