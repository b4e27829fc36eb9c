"""What can be asked of the views, and how the answers come in pages."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.asset import Asset
from domain.change import Change
from domain.ids import record_id
from domain.policy import Everything, OwnOrganisation, OwnTickets
from domain.ticket import Visibility
from projections.listings import LISTINGS
from projections.progress import Progress
from projections.queries import BadQuery
from projections.store import NotBuilt
from projections.views import Views
from tests.domain.examples import RESTART
from tests.people import CUSTOMER, MONDAY, OPERATOR, person, signed
from tests.projections.conftest import Kit, keep
from tests.projections.incidents import log, numbers


async def test_views_that_are_not_built_say_so(kit: Kit, views: Views) -> None:
    with pytest.raises(NotBuilt):
        await views.list_rows("work_queue")

    assert await views.positions() == {}
    assert not await views.reached("work_queue", 1, timeout=0.05)


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


@pytest.mark.parametrize("visibility", [OwnOrganisation(CUSTOMER), OwnTickets(person("eve"))])
async def test_a_list_shows_nothing_to_those_whom_it_does_not_concern(
    kit: Kit, views: Views, visibility: OwnOrganisation | OwnTickets
) -> None:
    log(kit, 1, "ann", OPERATOR)
    kit.projector().catch_up()

    seen = {name: await views.count_rows(name, visibility=visibility) for name in LISTINGS}
    assert seen == dict.fromkeys(LISTINGS, 0)


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
