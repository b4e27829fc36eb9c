"""What is ahead by the views is what is ahead by the ledger."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.alike import Alike
from domain.article import Article
from domain.article_content import Content
from domain.asset import Asset
from domain.change import Change
from domain.change_window import ChangeWindow
from domain.ids import as_id, record_id
from domain.incident import Incident
from domain.outlook import LedgerOutlook
from domain.problem import Problem
from projections import change_windows
from projections.change_windows import WINDOWS
from projections.outlook import ViewsOutlook
from projections.tables import instant_or_none
from projections.views import Views
from tests.domain.examples import RESTART
from tests.domain.stories import attempts
from tests.people import CUSTOMER, MONDAY, person, signed
from tests.projections.conftest import Kit, keep
from tests.projections.lives import entries_of, folded, lived, row_of

BY = signed("ann")


def change(kit: Kit, serial: int, *, scheduled: tuple[int, int] | None = None) -> Change:
    record = Change.propose(
        record_id("CHG", serial),
        title=f"Change {serial}",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=BY,
    )
    record.apply_template(record_id("TPL", 1), version=1, definition=RESTART, form={}, by=BY)
    record.submit(by=BY)
    if scheduled:
        start, end = (MONDAY + timedelta(days=day) for day in scheduled)
        record.schedule(start=start, end=end, by=signed("bea"))
    keep(kit.ledger, record)
    return record


def server(kit: Kit, serial: int, *others: int) -> UUID:
    asset = Asset.register(
        record_id("AST", serial), name=f"Server {serial}", asset_class="server", by=BY
    )
    for other in others:
        asset.relate(record_id("AST", other), type="runs on", by=BY)
    keep(kit.ledger, asset)
    return asset.id


async def test_the_changes_of_a_time_are_those_that_are_to_be_done(kit: Kit, views: Views) -> None:
    first, second = change(kit, 1, scheduled=(1, 3)), change(kit, 2, scheduled=(2, 4))
    change(kit, 3, scheduled=(8, 9))
    change(kit, 4)
    gone = change(kit, 5, scheduled=(1, 3))
    gone.cancel(reason="Not needed.", by=BY)
    keep(kit.ledger, gone)
    kit.projector().catch_up()
    since, until = MONDAY + timedelta(days=2), MONDAY + timedelta(days=5)

    for outlook in (ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger)):
        assert await outlook.scheduled(since, until) == [first.id, second.id]
        assert await outlook.in_approval() == []


async def test_what_is_overdue_by_the_views_is_overdue_by_the_ledger(
    kit: Kit, views: Views
) -> None:
    due = MONDAY + timedelta(days=2)
    late, noted, changes = record_id("CHG", 1), record_id("CHG", 2), []
    for id in (late, noted):
        record = Change.propose(
            id,
            title="Stop the leak",
            type="emergency",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=BY,
        )
        record.start_implementation(by=signed("bea"))
        changes.append(record)
    changes[1].note_overdue(by=signed("bea", due))
    for record in changes:
        keep(kit.ledger, record)
    kit.projector().catch_up()

    for outlook in (ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger)):
        assert await outlook.overdue(due - timedelta(seconds=1)) == []
        assert await outlook.overdue(due) == [late]


async def test_the_open_tickets_are_those_that_are_not_over_in_the_order_of_their_ids(
    kit: Kit, views: Views
) -> None:
    found = []
    for serial in (1, 2, 3, 12):
        incident = Incident.log(
            record_id("INC", serial),
            title="No mail",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=BY,
        )
        if serial == 2:
            incident.cancel(reason="Twice.", by=BY)
        elif serial == 3:
            incident.resolve(code="fixed", resolution="Done.", by=BY)
        keep(kit.ledger, incident)
        if serial != 2:
            found.append(incident.id)
    found.insert(0, change(kit, 7).id)
    kit.projector().catch_up()

    for outlook in (ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger)):
        assert await outlook.open_tickets(None, 10) == found
        assert await outlook.open_tickets(None, 2) == found[:2]
        assert await outlook.open_tickets(found[1], 10) == found[2:]


async def test_open_tickets_are_not_told_before_the_views_know_all_of_them(
    kit: Kit, views: Views
) -> None:
    change(kit, 1)
    kit.projector().catch_up()
    change(kit, 2)

    assert await ViewsOutlook(views, kit.ledger, wait=0.01).open_tickets(None, 10) is None


async def test_linked_are_the_tickets_of_a_kind_whichever_of_the_two_says_so(
    kit: Kit, views: Views
) -> None:
    said: Any = {"title": "No mail", "requester": None, "organisation": CUSTOMER}
    problem = Problem.raise_(record_id("PRB", 1), **said, by=BY)
    incidents = [Incident.log(record_id("INC", serial), **said, by=BY) for serial in (1, 2, 3)]
    incidents[0].link(problem.id, type="caused by", by=BY)
    problem.link(incidents[1].id, type="relates to", by=BY)
    problem.link(record_id("CHG", 1), type="relates to", by=BY)
    incidents[2].link(problem.id, type="caused by", by=BY)
    incidents[2].unlink(problem.id, type="caused by", by=BY)
    for record in (problem, *incidents):
        keep(kit.ledger, record)
    kit.projector().catch_up()

    for outlook in (ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger)):
        assert await outlook.linked(problem.id, "INC") == [incidents[0].id, incidents[1].id]
        assert await outlook.linked(incidents[1].id, "PRB") == [problem.id]
        assert await outlook.linked(incidents[2].id, "PRB") == []


async def test_alike_are_the_incidents_with_the_same_logged_since_then_the_latest_first(
    kit: Kit, views: Views
) -> None:
    asset = record_id("AST", 1)
    for serial, (service, hours) in enumerate(
        [("mail", 0), ("mail", 1), ("web", 2), ("mail", 3), ("mail", 4)], 1
    ):
        incident = Incident.log(
            record_id("INC", serial),
            title="No mail",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=signed("ann", MONDAY + timedelta(hours=hours)),
        )
        incident.categorise(category="software", service=service, by=BY)
        if serial in (2, 3):
            incident.link(asset, type="affects", by=BY)
        if serial == 5:
            incident.cancel(reason="Twice.", by=BY)
        keep(kit.ledger, incident)
    kit.projector().catch_up()
    cases = {
        Alike(category="software", service="mail"): [4, 2],
        Alike(category="software"): [4, 3, 2],
        Alike(assets=(asset,)): [3, 2],
        Alike(service="mail", assets=(asset, record_id("AST", 2))): [2],
        Alike(organisation=CUSTOMER): [4, 3, 2],
        Alike(category="hardware"): [],
    }

    for outlook in (ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger)):
        for alike, serials in cases.items():
            since = MONDAY + timedelta(hours=1)
            found = [record_id("INC", serial) for serial in serials]
            assert await outlook.alike(alike, since, 10) == found
            assert await outlook.alike(alike, since, 1) == found[:1]


async def test_the_relations_around_assets_are_those_on_the_ways_from_them(
    kit: Kit, views: Views
) -> None:
    random = Random(5)
    assets = [
        server(kit, serial, *{random.randrange(1, 25) for _ in range(2)} - {serial})
        for serial in range(1, 25)
    ]
    kit.projector().catch_up()
    outlook, exact = ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger)

    for depth in (1, 2, 5):
        starts = random.sample(assets, 2)
        found = await outlook.relations(starts, depth)
        assert found == await exact.relations(starts, depth)
    assert await outlook.relations([], 3) == []


async def test_as_long_as_the_views_are_not_built_the_ledger_is_read(
    kit: Kit, views: Views
) -> None:
    one = change(kit, 1, scheduled=(1, 3))
    app = server(kit, 1, 2)

    outlook = ViewsOutlook(views, kit.ledger, wait=0.01)

    assert await outlook.scheduled(MONDAY, MONDAY + timedelta(days=9)) == [one.id]
    assert await outlook.in_approval() == []
    assert await outlook.overdue(MONDAY) == []
    assert [relation.asset for relation in await outlook.relations([app], 2)] == [app]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_the_list_of_windows_agrees_with_the_window(data: st.DataObject) -> None:
    record: Any = lived(ChangeWindow, data.draw(attempts(ChangeWindow)))
    if record is None:
        return

    row = row_of(folded(change_windows.VIEW, entries_of(record)), WINDOWS, str(record.id))

    shown = record.versions[-1] if record.versions else record.draft_definition
    assert (row.name, row.version) == (record.name, record.version)
    assert as_id(row.author) == record.requester
    assert (row.approval_status, row.outstanding) == (record.approval, record.outstanding)
    assert (row.kind, row.starts) == (shown.kind, instant_or_none(shown.start))
    assert (row.published_version, row.is_retired) == (
        record.published_version,
        record.is_retired,
    )
    assert row.exceptions == {str(id): who for id, who in record.exceptions.items()}


@pytest.mark.parametrize("assets", [1, 300])
async def test_relations_are_asked_for_many_assets_at_once(
    kit: Kit, views: Views, assets: int
) -> None:
    kit.projector().catch_up()

    starts = [record_id("AST", number) for number in range(assets)]

    assert await views.relations_around(starts, 5) == []


async def test_what_is_done_and_not_closed_is_told_in_its_order(kit: Kit, views: Views) -> None:
    found = []
    for serial, days in ((1, 3), (2, 1), (3, 2), (4, 9)):
        incident = Incident.log(
            record_id("INC", serial),
            title="No mail",
            requester=person("ann"),
            organisation=CUSTOMER,
            by=BY,
        )
        at = replace(BY, at=BY.at + timedelta(days=days))
        incident.resolve(code="fixed", resolution="Done.", by=at)
        if serial == 3:
            incident.close(by=at)
        keep(kit.ledger, incident)
        found.append(incident.id)
    kit.projector().catch_up()

    for outlook in (ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger)):
        until = BY.at + timedelta(days=3)
        assert await outlook.done_before("incident", until, 10) == [found[1], found[0]]
        assert await outlook.done_before("incident", until, 1) == [found[1]]
        assert await outlook.done_before("question", until, 10) == []


async def test_articles_are_to_be_looked_at_again_in_the_order_of_their_moments(
    kit: Kit, views: Views
) -> None:
    found = []
    for serial, days in ((1, 30), (2, 10), (3, 20), (4, 90), (5, 10)):
        content = Content(title="E7", text="Open it.", review_after_days=days)
        article = Article.draft(record_id("KBA", serial), definition=content, by=BY)
        article.request_review(by=BY)
        if serial != 5:
            article.publish(by=signed("cem"))
        if serial == 3:
            article.fall_due(by=replace(BY, at=BY.at + timedelta(days=20)))
        keep(kit.ledger, article)
        found.append(article.id)
    outlooks = (ViewsOutlook(views, kit.ledger), LedgerOutlook(kit.ledger))
    until = MONDAY + timedelta(days=30)

    assert await outlooks[0].articles_to_review(until, 10) == ()
    kit.projector().catch_up()
    for outlook in outlooks:
        assert await outlook.articles_to_review(until, 10) == [found[1], found[0]]
        assert await outlook.articles_to_review(until, 1) == [found[1]]
