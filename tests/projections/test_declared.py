"""Views that are declared while the projector runs: they cover all that ever happened."""

import sys
from signal import SIGKILL
from subprocess import Popen
from time import monotonic

import pytest
from msgspec.structs import replace

from domain.declared_definition import Rule
from projections import runner
from projections.declared import listing_of, view_name
from projections.views import Views
from tests.people import signed
from tests.projections.conftest import Kit, keep
from tests.projections.declaring import (
    BY_TEAM,
    COUNTED,
    ID,
    NAME,
    declared,
    lived,
    projecting,
    reopened,
    rows_of,
)
from tests.stores import ROOT

FIRST, SECOND = view_name(NAME, ID, 1), view_name(NAME, ID, 2)


async def test_a_view_covers_what_happened_before_and_after_it_was_declared(
    kit: Kit, views: Views
) -> None:
    for serial in range(1, 91):
        lived(kit, serial)
    projector = projecting(kit)
    projector.catch_up()
    declared(kit)
    for serial in range(91, 100):
        lived(kit, serial)

    projector.catch_up()

    expected = reopened(range(1, 100))
    assert kit.ledger.position() > 2_000
    assert {name: row[0] for name, row in rows_of(projector).items()} == expected
    assert {name: row[2] for name, row in rows_of(projector).items()} == {
        name: count * 7 for name, count in expected.items()
    }
    page = await views.list_rows(
        listing_of(NAME, ID, 1, BY_TEAM),
        filters={"is_often": True},
        sort=("-reopened", "category"),
        fields=("category", "reopened"),
    )
    assert page.rows == [
        {"category": name, "reopened": expected[name]} for name in ("", "mail", "network")
    ]


def test_another_projector_and_one_that_begins_later_have_it_too(kit: Kit) -> None:
    lived(kit, 1)
    one, other = projecting(kit), projecting(kit)
    one.catch_up()
    declared(kit)
    one.step()
    lived(kit, 2)

    other.catch_up()
    one.catch_up()
    later = projecting(kit)
    later.catch_up()

    for projector in (one, other, later):
        assert projector.positions()[FIRST] == kit.ledger.position()
        assert {name: row[0] for name, row in rows_of(projector).items()} == {
            "mail": 5,
            "": 5,
        }


def test_the_next_version_takes_its_place_when_it_has_got_as_far(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PAGE", 5)
    record = declared(kit)
    lived(kit, 1)
    projector = projecting(kit)
    projector.catch_up()

    record.revise(title="Counted", definition=COUNTED, by=signed("olga"))
    keep(kit.ledger, record)

    seen = []
    while projector.step():
        seen.append({name for name in projector.store.positions() if "@" in name})
    assert {FIRST, SECOND} in seen
    assert all(FIRST in there or there == {SECOND} for there in seen)
    assert seen[-1] == {SECOND} or not projector.step()
    assert {name for name in projector.positions() if "@" in name} == {SECOND}
    assert rows_of(projector) == {"mail": (5,)}


def test_a_retired_view_is_dropped_by_whichever_projector(kit: Kit) -> None:
    record = declared(kit)
    lived(kit, 1)
    one, other = projecting(kit), projecting(kit)
    one.catch_up()
    other.catch_up()

    record.retire(by=signed("olga"))
    keep(kit.ledger, record)
    one.catch_up()
    other.catch_up()

    assert {FIRST} & (one.positions().keys() | other.positions().keys()) == set()
    assert FIRST not in one.store.positions()


def test_an_event_for_which_an_expression_has_no_answer_is_set_aside(kit: Kit) -> None:
    rule = Rule(on=("Incident.Reopened",), set={"reopened": "1 / (1 - row.reopened)"})
    declared(kit, replace(BY_TEAM, rules=(BY_TEAM.rules[0], rule)))
    lived(kit, 1, times=3)
    projector = projecting(kit)

    projector.catch_up()

    aside = projector.store.aside(FIRST)
    assert rows_of(projector)["mail"][0] == 1
    assert [one.topic for one in aside] == ["Incident.Reopened"] * 2
    assert "divides by zero" in aside[0].error


def test_a_rule_that_removes_leaves_no_row(kit: Kit) -> None:
    gone = Rule(on=("Incident.Resolved",), when='row.category == "mail"', removes=True)
    declared(kit, replace(BY_TEAM, rules=(*BY_TEAM.rules, gone)))
    for serial in (1, 2, 3):
        lived(kit, serial, times=1)
    projector = projecting(kit)
    projector.catch_up()

    assert rows_of(projector)["mail"][:1] == (1,)
    assert rows_of(projector)["mail"][2] == 0
    assert rows_of(projector)["network"][2] == 7


def test_all_views_made_anew_are_the_same(kit: Kit) -> None:
    declared(kit)
    for serial in (1, 2, 3):
        lived(kit, serial)
    projector = projecting(kit)
    projector.catch_up()
    before = projector.digest(FIRST)

    projector.prepare(anew=True)
    projector.catch_up()

    assert projector.digest(FIRST) == before


def test_a_projector_that_is_killed_counts_each_event_once(kit: Kit) -> None:
    declared(kit)
    for serial in range(1, 20):
        lived(kit, serial)
    projector = projecting(kit)
    ends = []
    for _ in range(2):
        before = projector.positions().get(FIRST, 0)
        with another(kit) as process:
            until = monotonic() + 20
            while projector.store.positions().get(FIRST, (0, 0))[1] <= before:
                assert monotonic() < until
            process.kill()
        ends.append(process.returncode)
    projector.catch_up()

    assert ends[0] == -SIGKILL
    assert {name: row[0] for name, row in rows_of(projector).items()} == reopened(range(1, 20))


def another(kit: Kit) -> Popen[bytes]:
    arguments = (kit.kind, kit.ledger_at, kit.where, "declared")
    return Popen(
        [sys.executable, "-m", "tests.projections.projector_process", *arguments], cwd=ROOT
    )
