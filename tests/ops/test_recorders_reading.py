"""What is read of a ledger, waited for in it and counted by it, and what many do to it at once."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import ProgrammingError

from domain.ids import record_id
from domain.recorder import LedgerRecorder, Receipt
from tests.stores import Store, events, write

A, B, C = record_id("THG", 1), record_id("THG", 2), record_id("OTH", 1)


# Reading -------------------------------------------------------------------------------------


async def test_a_stream_is_read_from_and_to_a_version(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, 2, 3, 4))
    await recorder.append(write(B, 1))

    assert await recorder.stream(A) == events(A, 1, 2, 3, 4)
    assert await recorder.stream(A, after=1, until=3) == events(A, 2, 3)
    assert await recorder.stream(C) == []
    assert (await recorder.version(A), await recorder.version(C)) == (4, 0)


async def test_what_became_of_many_records_is_asked_at_once_each_from_its_own_version(
    recorder: LedgerRecorder,
) -> None:
    for version in range(1, 5):
        await recorder.append(write(A, version))
        await recorder.append(write(B, version))

    asked = [(A, 1), (B, 3), (A, 3), (C, 1), (B, 4), (A, 9)] * 100
    found = await asyncio.gather(*(recorder.stream(id, after=after) for id, after in asked))

    assert found == [
        events(id, *range(after + 1, 5)) if id in (A, B) else [] for id, after in asked
    ]


async def test_what_is_recorded_while_others_ask_is_found_by_who_asks_next(
    recorder: LedgerRecorder,
) -> None:
    await recorder.append(write(A, 1))
    for version in range(2, 30):
        others = [asyncio.ensure_future(recorder.stream(A, after=1)) for _ in range(3)]
        await recorder.append(write(A, version))

        assert await recorder.stream(A, after=version - 1) == events(A, version)
        await asyncio.gather(*others)


async def test_who_leaves_while_it_is_asked_leaves_the_others_alone(
    recorder: LedgerRecorder,
) -> None:
    await recorder.append(write(A, 1, 2))
    asking = [asyncio.ensure_future(recorder.stream(A, after=1)) for _ in range(5)]
    await asyncio.sleep(0)

    asking[0].cancel()

    assert await asyncio.gather(*asking[1:]) == [events(A, 2)] * 4


async def test_a_kind_is_read_record_by_record(recorder: LedgerRecorder) -> None:
    for version in (1, 2):
        for id in (B, C, A):
            await recorder.append(write(id, version))

    rows = recorder.select_kind("THG")

    assert [(row.originator_id, row.originator_version, row.id) for row in rows] == [
        (A, 1, 3),
        (A, 2, 6),
        (B, 1, 1),
        (B, 2, 4),
    ]


async def test_a_snapshot_is_replaced_by_later_ones_only(recorder: LedgerRecorder) -> None:
    assert await recorder.snapshot(A) is None

    await recorder.keep_snapshot(A, 2, b"two")
    await recorder.keep_snapshot(A, 1, b"one")

    assert await recorder.snapshot(A) == (2, b"two")


async def test_a_follower_finds_its_place_again(recorder: LedgerRecorder) -> None:
    assert recorder.tracked("reactor") == (0, "")

    recorder.track("reactor", 7, "a note")
    recorder.track("other", 9)
    recorder.track("reactor", 5)

    assert recorder.tracked("reactor") == (5, "")
    assert recorder.tracked("other") == (9, "")


async def test_a_follower_is_moved_on_by_whoever_knows_where_it_was(
    recorder: LedgerRecorder,
) -> None:
    recorder.track("feed/b", 7, "a note")
    recorder.track("feed/a%", 3)
    recorder.track("feeder", 1)

    moved = [recorder.move("feed/b", was, 9) for was in (6, 7, 7)]

    assert moved == [False, True, False]
    assert not recorder.move("feed/c", 0, 1)
    assert recorder.tracked_all("feed/") == [("feed/a%", 3, ""), ("feed/b", 9, "a note")]
    recorder.untrack("feed/b")
    assert recorder.tracked_all("feed/") == [("feed/a%", 3, "")]


# Serials -------------------------------------------------------------------------------------


async def test_serials_run_on_and_leave_out_what_was_used(recorder: LedgerRecorder) -> None:
    assert await recorder.reserve("THG", 1) == 1
    assert await recorder.reserve("THG", 10) == 2
    assert await recorder.reserve("OTH", 1) == 1

    recorder.advance_serial("THG", 500)
    recorder.advance_serial("THG", 50)

    assert await recorder.reserve("THG", 1) == 501


# Waiting -------------------------------------------------------------------------------------


async def test_who_waits_wakes_for_an_event(recorder: LedgerRecorder) -> None:
    assert await recorder.wait(0, 0.1) == 0
    waiting = asyncio.ensure_future(recorder.wait(0, 10))
    await asyncio.sleep(0)

    await recorder.append(write(A, 1, 2))
    appended = time.perf_counter()

    assert await waiting == 2
    assert time.perf_counter() - appended < 0.5


async def test_who_waits_wakes_for_an_event_of_another_thread(recorder: LedgerRecorder) -> None:
    assert await recorder.wait(0, 0.1) == 0
    waiting = asyncio.ensure_future(recorder.wait(0, 10))
    await asyncio.sleep(0)

    await asyncio.to_thread(recorder.append_now, [write(A, 1)])

    assert await waiting == 1


async def test_who_waits_for_what_is_there_waits_not_at_all(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, 2))

    assert await recorder.wait(1, 10) == 2
    assert await recorder.wait(2, 0) == 2


async def test_who_waits_in_vain_gets_the_latest_position(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1))
    started = time.perf_counter()

    assert await recorder.wait(1, 0.1) == 1
    assert 0.09 < time.perf_counter() - started < 5


async def test_who_waits_at_another_recorder_wakes_within_milliseconds(
    store: Store, recorder: LedgerRecorder
) -> None:
    other = store.open()
    assert await other.wait(0, 0.2) == 0
    delays = []
    for version in range(1, 8):
        waiting = asyncio.ensure_future(other.wait(version - 1, 10))
        await asyncio.sleep(0)
        await recorder.append(write(A, version))
        appended = time.perf_counter()

        assert await waiting == version
        delays.append(time.perf_counter() - appended)

    assert sorted(delays)[len(delays) // 2] < 0.1
    await other.aclose()


# Many at once --------------------------------------------------------------------------------


async def test_readers_do_not_queue_behind_a_writer(store: Store, recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1))

    with writing_elsewhere(store):
        waiting = asyncio.ensure_future(recorder.append(write(A, 2)))
        async with asyncio.timeout(5):
            for _ in range(20):
                assert await recorder.version(A) == 1
                assert recorder.max_notification_id() == 1
                await asyncio.sleep(0.002)
        assert not waiting.done()

    assert (await waiting).position == 2


async def test_event_loops_of_several_threads_share_a_recorder(recorder: LedgerRecorder) -> None:
    def thread(first: int) -> list[Receipt]:
        async def main() -> list[Receipt]:
            return await asyncio.gather(*(recorder.append(write(first + n, 1)) for n in range(50)))

        return asyncio.run(main())

    with ThreadPoolExecutor(4) as threads:
        receipts = [r for rs in threads.map(thread, (1000, 2000, 3000, 4000)) for r in rs]

    assert sorted(receipt.position for receipt in receipts) == list(range(1, 201))


async def test_a_ledger_keeps_its_identity_and_each_has_its_own(store: Store) -> None:
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda _: store.open(), range(4)))

    assert len({recorder.identity() for recorder in opened}) == 1
    assert UUID(opened[0].identity()).version == 4
    for recorder in opened:
        await recorder.aclose()


async def test_a_ledger_of_another_schema_is_not_opened(store: Store) -> None:
    await store.open().aclose()
    run(store, "UPDATE {ledger} SET schema_version = 99")

    with pytest.raises(ProgrammingError, match="99"):
        store.open()


async def test_closing_commits_what_waits(store: Store) -> None:
    recorder = store.open()
    waiting = asyncio.ensure_future(recorder.append(write(A, 1)))
    await asyncio.sleep(0)

    await recorder.aclose()

    assert (await waiting).position == 1


@contextmanager
def writing_elsewhere(store: Store) -> Iterator[None]:
    """As long as this lasts, another writer is in the middle of a transaction."""
    if store.kind == "sqlite":
        with sqlite3.connect(store.where, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        other.close()
        return
    with psycopg.connect(store.where) as server:
        server.execute("SELECT ledger.append" + str(tuple(["{}"] * 15)))
        yield


def run(store: Store, statement: str) -> None:
    if store.kind == "sqlite":
        with sqlite3.connect(store.where) as file:
            file.execute(statement.format(ledger="ledger"))
        file.close()
    else:
        with psycopg.connect(store.where) as server:
            server.execute(statement.format(ledger="ledger.identity").encode())
