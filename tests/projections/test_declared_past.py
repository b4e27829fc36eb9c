"""What rows of declared views were: from the first event on, whenever the view was declared."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from domain.aggregate import Entry
from domain.declared_definition import Rule, ViewDefinition
from projections.declared import Declared, listing_of
from projections.past import AsOf
from projections.queries import Listing
from projections.view import View
from projections.views import Views
from tests.people import MONDAY, signed
from tests.projections.conftest import Kit, keep
from tests.projections.declaring import BY_TEAM, COUNTED, ID, NAME, declared, lived, projecting
from tests.projections.lives import folded

GONE = Rule(on=("Incident.Reopened",), when="row.reopened == 3", removes=True)
WITH_AN_END = replace(BY_TEAM, rules=(GONE, *BY_TEAM.rules))
"""Rows go, and come again."""

AWKWARD = msgspec.convert(
    {
        "columns": [
            {"name": name, "type": "text"}
            for name in ("held", "known", "filed", "later_than", "bands", "column1")
        ],
        "key": {"held": "record.number", "filed": "event.topic"},
        "rules": [{"on": ["Incident.*"], "set": {"bands": "by.day"}}],
    },
    ViewDefinition,
)
"""Columns that are called as statements about the past call things."""

FIELDS = ("category", "reopened", "minutes_pending")


async def asked(views: Views, the: Listing, as_of: AsOf) -> set[tuple[Any, ...]]:
    page = await views.list_rows(the, as_of=as_of, fields=FIELDS)
    return {tuple(row[name] for name in FIELDS) for row in page.rows}


def folded_now(view: View, entries: Sequence[Entry]) -> set[tuple[Any, ...]]:
    table = view.tables[0]
    rows = [dict(zip(table.names, row, strict=True)) for row in folded(view, entries).scan(table)]
    return {tuple(row[name] for name in FIELDS) for row in rows}


async def test_rows_are_at_each_position_and_moment_what_was_folded_by_then(
    kit: Kit, views: Views
) -> None:
    for serial in range(1, 5):
        lived(kit, serial, times=2)
    entries = kit.ledger.after(0)
    declared(kit, WITH_AN_END)
    projecting(kit).catch_up()
    the = listing_of(NAME, ID, 1, WITH_AN_END)
    view = Declared(NAME, ID, 1, WITH_AN_END).view

    for count, last in enumerate(entries, 1):
        moment = last.event.by.effective_at
        by_then = [entry for entry in entries if entry.event.by.effective_at <= moment]
        assert await asked(views, the, AsOf(position=last.position)) == folded_now(
            view, entries[:count]
        )
        assert await asked(views, the, AsOf(moment=moment)) == folded_now(view, by_then)
    assert await asked(views, the, AsOf(position=0)) == set()


async def test_filters_counts_and_facets_are_those_of_then(kit: Kit, views: Views) -> None:
    for serial in range(1, 4):
        lived(kit, serial)
    declared(kit)
    projecting(kit).catch_up()
    the = listing_of(NAME, ID, 1, BY_TEAM)
    half = AsOf(position=kit.ledger.position() // 2)

    page = await views.list_rows(the, filters={"reopened": 5}, as_of=half)
    facets = await views.facets(the, ["reopened"], as_of=half)

    assert [row["category"] for row in page.rows] == ["mail"]
    assert await views.count_rows(the, filters={"reopened": 5}) == 3
    assert await views.count_rows(the, filters={"reopened": 5}, as_of=half) == 1
    assert facets["reopened"]["values"] == [{"value": 2, "count": 1}, {"value": 5, "count": 1}]


async def test_the_next_version_covers_the_past_as_well(kit: Kit, views: Views) -> None:
    record = declared(kit)
    lived(kit, 1)
    projecting(kit).catch_up()
    end = kit.ledger.position()
    lived(kit, 2)
    record.revise(title="Counted", definition=COUNTED, by=signed("olga"))
    keep(kit.ledger, record)
    projecting(kit).catch_up()

    page = await views.list_rows(listing_of(NAME, ID, 2, COUNTED), as_of=AsOf(position=end))

    assert page.rows == [{"category": "mail", "times": 5}]


async def test_any_name_of_a_column_does(kit: Kit, views: Views) -> None:
    lived(kit, 1, times=1)
    end = kit.ledger.position()
    declared(kit, AWKWARD)
    projecting(kit).catch_up()
    the = listing_of(NAME, ID, 1, AWKWARD)

    for as_of in (AsOf(position=end), AsOf(moment=MONDAY + timedelta(days=1), position=end)):
        page = await views.list_rows(the, filters={"later_than": ""}, as_of=as_of)
        assert len(page.rows) == 7
