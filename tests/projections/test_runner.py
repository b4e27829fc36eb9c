"""The projector: every event counts once, in every view, whatever happens on the way."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.aggregate import Entry
from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Ledger, Work
from domain.recorder import Write
from domain.ticket import Visibility
from ops.stores.postgres import PostgresRecorder
from ops.stores.sqlite import SqliteRecorder
from projections import runner, ticket_lists
from projections.listings import ALL
from projections.postgres import PostgresViews
from projections.postgres_reader import PostgresReader
from projections.rows import Rows
from projections.runner import Projector
from projections.sqlite import SqliteViews
from projections.store import Transaction, WrongLedger
from projections.tables import Table
from projections.view import View
from projections.views import Views
from tests.keys import MemoryKeys
from tests.people import CUSTOMER, person, signed
from tests.projections.conftest import Kit, keep
from tests.projections.counting import CountRow, counting
from tests.stores import ROOT


def incident(serial: int, comments: int = 2) -> Incident:
    logged = Incident.log(
        record_id("INC", serial),
        title=f"Mail {serial} is slow",
        requester=person("ann"),
        organisation=CUSTOMER,
        by=signed("ann"),
    )
    for number in range(comments):
        logged.comment(f"{number}", visibility=Visibility.PUBLIC, by=signed("bea"))
    return logged


def log(ledger: Ledger, serial: int, comments: int = 2) -> int:
    return keep(ledger, incident(serial, comments))


def counts(projector: Projector, name: str = "counts") -> dict[str, tuple[int, int]]:
    table = projector.views[name].tables[0]
    return {row[0]: (row[1], row[2]) for row in projector.store.scan(table)}


def test_all_views_of_the_desk_reach_the_end_of_the_ledger(kit: Kit) -> None:
    head = log(kit.ledger, 1)

    projector = kit.projector()
    applied = projector.catch_up()

    assert applied == 3
    assert [(status.view, status.position, status.lag) for status in projector.status()] == [
        (view.name, head, 0) for view in ALL
    ]
    assert not any(status.set_aside for status in projector.status())


def test_catching_up_again_changes_nothing(kit: Kit) -> None:
    log(kit.ledger, 1)
    projector = kit.projector()
    projector.catch_up()
    before = {view.name: projector.digest(view.name) for view in ALL}

    assert projector.catch_up() == 0
    again = kit.projector()

    assert again.catch_up() == 0
    assert {view.name: again.digest(view.name) for view in ALL} == before


def test_a_page_that_is_not_committed_does_not_count(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PAGE", 4)
    for serial in range(1, 6):
        log(kit.ledger, serial)
    projector = kit.projector([counting()])
    projector.step()

    class Killed(BaseException):
        pass

    whole = projector.store.transaction

    @contextlib.contextmanager
    def killed_before_commit() -> Iterator[Transaction]:
        with whole() as transaction:
            yield transaction
            raise Killed

    monkeypatch.setattr(projector.store, "transaction", killed_before_commit)
    with pytest.raises(Killed):
        projector.step()
    successor = kit.projector([counting()])
    successor.catch_up()

    assert set(counts(successor).values()) == {(3, 3)}
    assert len(counts(successor)) == 5


def test_two_runners_never_apply_a_page_twice(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAGE", 2)
    for serial in range(1, 6):
        log(kit.ledger, serial)
    one, other = kit.projector([counting()]), kit.projector([counting()])
    stale = one.positions()
    other.step()

    # One plans its step from where the view was before the other's.
    monkeypatch.setattr(one, "positions", lambda: stale)
    one.step()
    monkeypatch.undo()
    while one.step() or other.step():
        pass

    assert set(counts(one).values()) == {(3, 3)}
    assert len(counts(one)) == 5


async def test_two_running_runners_follow_one_ledger(kit: Kit, views: Views) -> None:
    running = [asyncio.create_task(kit.projector([counting()]).run()) for _ in range(2)]

    for serial in range(1, 30):
        head = log(kit.ledger, serial, comments=1)
        await asyncio.sleep(0)
    try:
        assert await views.reached("counts", head, timeout=20)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    assert set(counts(kit.projector([counting()])).values()) == {(2, 2)}


def test_a_poison_event_is_set_aside_and_the_view_goes_on(
    kit: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    for serial in range(1, 4):
        log(kit.ledger, serial)
    poisoned, whole = counting(refuses=frozenset({5})), counting(name="others")

    projector = kit.projector([poisoned, whole])
    with caplog.at_level(logging.ERROR):
        projector.catch_up()

    assert [row for row in counts(projector).values()] == [(3, 3), (2, 3), (3, 3)]
    assert set(counts(projector, "others").values()) == {(3, 3)}
    [aside] = projector.store.aside("counts")
    assert (aside.position, aside.topic, aside.record) == (5, "Incident.Commented", "INC0000002")
    assert aside.error == "ValueError: This one is poison."
    assert "sets aside Incident.Commented at 5" in caplog.text
    assert {s.view: (s.set_aside, s.lag) for s in projector.status()} == {
        "counts": (1, 0),
        "others": (0, 0),
    }


def test_a_value_that_the_database_cannot_take_is_poison_too(kit: Kit) -> None:
    table = Table("numbers", 1, CountRow, key=("id",))

    def fold(entry: Entry, rows: Rows) -> None:
        rows.put(table, CountRow(str(entry.position), 1 << 80 if entry.position == 2 else 1, 0))

    log(kit.ledger, 1)
    projector = kit.projector([View("numbers", 1, (table,), fold)])
    projector.catch_up()

    assert list(counts(projector, "numbers")) == ["1", "3"]
    assert [aside.position for aside in projector.store.aside("numbers")] == [2]


def test_an_event_that_cannot_be_read_is_set_aside_in_all_views(kit: Kit) -> None:
    log(kit.ledger, 1)
    unknown = StoredEvent(record_id("INC", 1), 4, "Incident.Exploded", b"{}")
    kit.ledger.recorder.append_now(
        [Write(command=uuid4(), subject=record_id("INC", 1), version=4, events=[unknown])]
    )
    log(kit.ledger, 2)

    projector = kit.projector([counting(), ticket_lists.VIEW])
    projector.catch_up()

    assert {status.set_aside for status in projector.status()} == {1}
    assert {status.lag for status in projector.status()} == {0}
    [aside] = projector.store.aside("ticket_lists")
    assert "No event is called Incident.Exploded" in aside.error


def test_a_new_view_catches_up_without_holding_the_others_back(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "PAGE", 2)
    for serial in range(1, 4):
        log(kit.ledger, serial)
    kit.projector([counting()]).catch_up()
    head = log(kit.ledger, 4)

    projector = kit.projector([counting(), counting(name="later")])
    projector.step()
    after_one_step = projector.positions()
    projector.step()

    assert after_one_step == {"counts": head - 1, "later": 2}
    assert projector.positions() == {"counts": head, "later": 4}
    projector.catch_up()
    assert counts(projector, "later") == counts(projector, "counts")
    assert projector.positions() == {"counts": head, "later": head}


def test_an_outdated_view_is_built_anew(kit: Kit) -> None:
    log(kit.ledger, 1)
    kit.projector([counting(), counting(name="others")]).catch_up()

    projector = kit.projector([counting(version=2), counting(name="others")])

    assert projector.positions() == {"counts": 0, "others": 3}
    projector.catch_up()
    assert set(counts(projector).values()) == {(3, 3)}


def test_a_view_that_there_is_no_more_is_removed(kit: Kit) -> None:
    kit.projector([counting(), counting(name="others")])
    projector = Projector(kit.ledger, kit.store(), [counting()])

    projector.prepare(retired=["others", "never built"])

    assert projector.store.positions().keys() == {"counts"}
    kit.projector([counting(name="others")])


def test_a_runner_of_an_older_version_stops(kit: Kit) -> None:
    old = kit.projector([counting()])
    kit.projector([counting(version=2)])
    log(kit.ledger, 1)

    with pytest.raises(WrongLedger, match="View counts is now kept by a runner of version 2"):
        old.step()


def test_a_rebuilt_view_has_the_same_rows(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    for serial in range(1, 4):
        log(kit.ledger, serial)
    projector = kit.projector()
    projector.catch_up()
    before = {view.name: projector.digest(view.name) for view in ALL}

    monkeypatch.setattr(runner, "PAGE", 1)
    for view in ALL:
        projector.rebuild(view.name)
    emptied = projector.digest("ticket_lists")
    projector.catch_up()

    assert emptied != before["ticket_lists"]
    assert {view.name: projector.digest(view.name) for view in ALL} == before


def test_views_of_another_ledger_are_refused(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    log(kit.ledger, 1)
    kit.projector([counting()]).catch_up()
    monkeypatch.setattr(kit.ledger.recorder, "identity", lambda: "another")
    projector = Projector(kit.ledger, kit.store(), [counting()])

    with pytest.raises(WrongLedger, match=r"made from another ledger .* Rebuild them"):
        projector.prepare()
    projector.prepare(anew=True)
    projector.catch_up()

    assert set(counts(projector).values()) == {(3, 3)}


def test_views_ahead_of_their_ledger_are_refused(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    log(kit.ledger, 1)
    kit.projector([counting()]).catch_up()
    monkeypatch.setattr(kit.ledger, "position", lambda: 2)

    with pytest.raises(WrongLedger, match="at position 3, but the ledger ends at 2"):
        kit.projector([counting()])


async def test_a_running_projector_shows_an_event_at_once(kit: Kit, views: Views) -> None:
    projector = kit.projector()
    projector.moved.append(views.progress.tell)
    running = asyncio.create_task(projector.run())

    async def decide(work: Work) -> None:
        work.add(incident(7))

    try:
        receipt = await kit.ledger.run(signed("ann", command=uuid4()), decide)
        assert await views.reached("work_queue", receipt.position, timeout=20)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    row = await views.row("work_queue", record_id("INC", 7))
    assert row is not None
    assert row["title"] == "Mail 7 is slow"


def test_a_projector_killed_again_and_again_counts_every_event_once(kit: Kit) -> None:
    for serial in range(1, 400):
        log(kit.ledger, serial)
    projector = kit.projector([counting()])

    ends = []
    for _ in range(2):
        before = projector.positions()["counts"]
        with projector_process(kit) as process:
            until = monotonic() + 20
            while projector.positions()["counts"] == before and monotonic() < until:
                pass
            process.kill()
        ends.append(process.returncode)
    projector.catch_up()

    assert ends[0] == -SIGKILL
    assert len(counts(projector)) == 399
    assert set(counts(projector).values()) == {(3, 3)}


def projector_process(kit: Kit) -> Popen[bytes]:
    arguments = (kit.kind, kit.ledger_at, kit.where)
    return Popen(
        [sys.executable, "-m", "tests.projections.projector_process", *arguments], cwd=ROOT
    )


async def test_a_projector_outlives_the_loss_of_its_connection(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = PostgresRecorder(postgres_url)
    ledger = Ledger(recorder, MemoryKeys())
    projector = Projector(ledger, PostgresViews(postgres_url), [counting()])
    projector.prepare()
    views = Views(PostgresReader(postgres_url))
    log(ledger, 1)
    projector.catch_up()
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%views.%'"
            " AND pid <> pg_backend_pid()"
        )

    running = asyncio.create_task(projector.run())
    head = log(ledger, 2)
    try:
        assert await views.reached("counts", head, timeout=20)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await views.aclose()
        await recorder.aclose()
    rows = counts(projector)
    projector.store.close()

    assert set(rows.values()) == {(3, 3)}
    assert "cannot be reached" in caplog.text


def test_both_stores_keep_the_same_rows(postgres_url: str, tmp_path: Path) -> None:
    ledger = Ledger(SqliteRecorder(tmp_path / "ledger.db"), MemoryKeys())
    for serial in (1, 2, 30):
        ticket = incident(serial)
        ticket.categorise(category="Ärger", service="Über 💡", by=signed("bea"))
        ticket.prioritise(impact=1, urgency=3, by=signed("bea"))
        keep(ledger, ticket)
    stores = (SqliteViews(tmp_path / "views.db"), PostgresViews(postgres_url))
    digests = []

    for store in stores:
        projector = Projector(ledger, store, ALL)
        projector.prepare()
        projector.catch_up()
        digests.append({view.name: projector.digest(view.name) for view in ALL})
        store.close()

    assert digests[0] == digests[1]
