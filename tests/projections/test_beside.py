"""Views are built beside those that serve, compared with them, and put in their place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.ids import record_id
from projections import ticket_lists, work_queue
from projections.beside import Beside, Difference
from projections.listings import ALL
from projections.runner import Projector
from projections.store import Behind, WrongLedger
from projections.tables import Table
from projections.views import Views
from tests.projections.conftest import Kit
from tests.projections.counting import counting
from tests.projections.incidents import log

QUEUE = work_queue.QUEUE
ID = str(record_id("INC", 1))


@pytest.fixture
def serving(kit: Kit) -> Projector:
    for serial in range(1, 4):
        log(kit, serial)
    projector = kit.projector()
    projector.catch_up()
    return projector


@pytest.fixture
def beside(serving: Projector, tmp_path: Path) -> Iterator[Beside]:
    opened = Beside(serving, ALL, tmp_path / "beside.db")
    yield opened
    opened.close()


def spoil(projector: Projector, table: Table[Any] = QUEUE, **columns: Any) -> None:
    """Write a row of a view that the ledger does not tell of."""
    rows = projector.store.scan(table, is_whole=True)
    found = (dict(zip(table.stored_names, row, strict=True)) for row in rows)
    [row] = [row | columns for row in found if row["id"] == ID]
    with projector.store.transaction() as transaction:
        transaction.write(table, [tuple(row.values())], [])


def test_what_is_built_beside_is_the_same(serving: Projector, beside: Beside) -> None:
    for view in ALL:
        compared = beside.compare(view)

        assert (compared.differing, compared.examples) == (0, ())
        assert compared.position == serving.ledger.position()


def test_it_is_compared_at_the_place_of_what_serves(
    kit: Kit, serving: Projector, beside: Beside
) -> None:
    position = serving.ledger.position()
    log(kit, 4)

    compared = beside.compare(ticket_lists.VIEW)

    assert (compared.position, compared.differing) == (position, 0)


def test_each_row_that_differs_is_named(serving: Projector, beside: Beside) -> None:
    spoil(serving, title="Something else", comments=9)
    spoil(serving, id="no such ticket", number="INC9999999")
    with serving.store.transaction() as transaction:
        transaction.write(QUEUE, [], [(str(record_id("INC", 2)),)])

    compared = beside.compare(ticket_lists.VIEW)

    assert compared.differing == 3
    assert set(compared.examples) == {
        Difference(table=QUEUE.stored, key=(ID,), columns=("title", "comments")),
        Difference(
            table=QUEUE.stored, key=(str(record_id("INC", 2)),), columns=(), is_missing=True
        ),
        Difference(table=QUEUE.stored, key=("no such ticket",), columns=()),
    }


async def test_what_was_built_beside_serves_and_is_kept_on(
    kit: Kit, serving: Projector, beside: Beside, views: Views
) -> None:
    spoil(serving, title="Something else")
    log(kit, 4)

    for view in ALL:
        assert beside.switch(view) == kit.ledger.position()

    titles = {row["title"] for row in (await views.list_rows("work_queue")).rows}
    assert titles == {f"Incident {serial}" for serial in range(1, 5)}
    log(kit, 5)
    serving.catch_up()
    assert await views.count_rows("work_queue") == 5
    assert all(beside.compare(view).differing == 0 for view in ALL)


def test_what_serves_never_goes_back(kit: Kit, serving: Projector, beside: Beside) -> None:
    beside.projector.catch_up()
    log(kit, 4)
    serving.catch_up()
    before = serving.digest(ticket_lists.NAME)

    with pytest.raises(Behind):
        serving.store.switch(ticket_lists.VIEW, beside.store)

    assert serving.digest(ticket_lists.NAME) == before


def test_another_version_is_left_for_those_who_ask_it(kit: Kit, tmp_path: Path) -> None:
    log(kit, 1)
    old, others = counting(), counting(name="others")
    kit.projector([old, others]).catch_up()
    serving = Projector(kit.ledger, kit.store(), [counting(version=2), others])
    beside = Beside(serving, [counting(version=2)], tmp_path / "beside.db")

    beside.switch(counting(version=2))
    beside.close()

    assert serving.store.positions().keys() == {"counts", "counts v1", "others"}
    assert len(list(serving.store.scan(old.tables[0]))) == 1
    serving.prepare()
    assert serving.store.positions().keys() == {"counts", "others"}
    assert serving.positions()["counts"] == kit.ledger.position()


def test_an_earlier_release_leaves_the_views_of_a_later_one_alone(kit: Kit) -> None:
    kit.projector([counting(version=2)])

    with pytest.raises(WrongLedger, match="View counts is kept by a later release, in version 2"):
        kit.projector([counting(version=1)])
