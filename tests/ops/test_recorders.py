"""One suite for every store of the ledger."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, ProgrammingError

from domain.ids import record_id
from domain.recorder import ClaimTaken, LedgerRecorder, Receipt, Write
from tests.stores import Store, events, write

A, B, C = record_id("THG", 1), record_id("THG", 2), record_id("OTH", 1)


async def outcomes(recorder: LedgerRecorder, *writes: Write) -> list[Receipt | BaseException]:
    """What becomes of writes that arrive at the same time."""
    return await asyncio.gather(*map(recorder.append, writes), return_exceptions=True)


async def positions(recorder: LedgerRecorder, id: UUID) -> list[tuple[int, int]]:
    return [(row.originator_version, row.id) for row in recorder.select_history(id)]


# Versions ------------------------------------------------------------------------------------


async def test_a_receipt_names_the_record_and_the_position_of_the_last_event(
    recorder: LedgerRecorder,
) -> None:
    await recorder.append(write(A, 1, 2))
    told = write(B, 1, 2, 3, fingerprint=b"asked", answer=b'"told"')

    receipt = await recorder.append(told)

    assert receipt == Receipt(
        command=told.command,
        subject=B,
        version=3,
        position=5,
        fingerprint=b"asked",
        answer=b'"told"',
    )
    assert await positions(recorder, B) == [(1, 3), (2, 4), (3, 5)]


async def test_a_taken_version_refuses_its_write_alone(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1))
    before, stale, after = write(B, 1), write(A, 1, 2), write(A, 2)

    first, second, third = await outcomes(recorder, before, stale, after)

    assert isinstance(second, IntegrityError)
    assert not isinstance(second, ClaimTaken)
    assert [r.position for r in (first, third) if isinstance(r, Receipt)] == [2, 3]
    assert await recorder.receipt(stale.command) is None


async def test_of_two_writes_on_one_version_the_first_wins(recorder: LedgerRecorder) -> None:
    first, second, third = await outcomes(recorder, write(A, 1), write(A, 1), write(A, 2))

    assert isinstance(first, Receipt)
    assert isinstance(second, IntegrityError)
    assert isinstance(third, Receipt)
    assert await positions(recorder, A) == [(1, 1), (2, 2)]


async def test_a_write_that_repeats_a_version_within_itself_is_refused_alone(
    recorder: LedgerRecorder,
) -> None:
    first, second = await outcomes(recorder, write(A, 1, 1), write(B, 1))

    assert isinstance(first, IntegrityError)
    assert isinstance(second, Receipt)
    assert await recorder.version(A) == 0


async def test_what_the_store_cannot_take_fails_alone(recorder: LedgerRecorder) -> None:
    poison = write(A, 1, events=events(A, 1, state=b"\xff"))
    huge = write(A, 1 << 70)

    one, two, three = await outcomes(recorder, poison, write(B, 1), huge)

    assert isinstance(one, OperationalError)
    assert isinstance(two, Receipt)
    assert isinstance(three, OperationalError)
    assert isinstance(await recorder.append(write(A, 1)), Receipt)


async def test_who_leaves_before_the_commit_leaves_the_others_alone(
    recorder: LedgerRecorder,
) -> None:
    leaving = asyncio.ensure_future(recorder.append(write(A, 1)))
    staying = asyncio.ensure_future(recorder.append(write(B, 1)))
    await asyncio.sleep(0)
    leaving.cancel()

    receipt = await staying

    assert receipt.subject == B
    assert leaving.cancelled()
    assert await recorder.version(A) == 1


# Receipts ------------------------------------------------------------------------------------


async def test_a_repeat_gets_the_first_receipt_and_records_nothing(
    recorder: LedgerRecorder,
) -> None:
    command = write(A, 1, fingerprint=b"asked", answer=b"1")
    first = await recorder.append(command)
    await recorder.append(write(B, 1))

    again = await recorder.append(
        write(A, 2, command=command.command, fingerprint=b"other", answer=b"2")
    )

    assert again.is_repeat
    assert (again.subject, again.version, again.position) == (A, 1, first.position)
    assert (again.fingerprint, again.answer) == (b"asked", b"1")
    assert again == await recorder.receipt(command.command)
    assert await recorder.version(A) == 1


async def test_a_command_that_records_nothing_has_a_receipt_too(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1))
    nothing = write(A)

    first = await recorder.append(nothing)
    again = await recorder.append(nothing)

    assert (first.position, first.is_repeat) == (1, False)
    assert (again.position, again.is_repeat) == (1, True)


async def test_the_same_command_twice_at_once_is_recorded_once(recorder: LedgerRecorder) -> None:
    command = write(A, 1)

    first, second, other = await outcomes(recorder, command, command, write(B, 1))

    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert isinstance(other, Receipt)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert first.position == second.position
    assert other.position == 2


# Claims --------------------------------------------------------------------------------------


async def test_a_claimed_name_is_refused_to_other_records(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, claims=[("name:x", A)]))

    before, taken, after = await outcomes(
        recorder,
        write(A, 2, claims=[("name:x", A)]),
        write(B, 1, claims=[("name:y", B), ("name:x", B)]),
        write(C, 1, claims=[("name:z", C)]),
    )

    assert isinstance(before, Receipt)
    assert isinstance(taken, ClaimTaken)
    assert taken.name == "name:x"
    assert isinstance(after, Receipt)
    assert await recorder.claimed("name:x") == A
    assert await recorder.claimed("name:y") is None
    assert await recorder.claimed("name:z") == C


async def test_of_two_claims_at_once_the_first_wins(recorder: LedgerRecorder) -> None:
    first, second = await outcomes(
        recorder, write(A, 1, claims=[("name:x", A)]), write(B, 1, claims=[("name:x", B)])
    )

    assert isinstance(first, Receipt)
    assert isinstance(second, ClaimTaken)
    assert await recorder.version(B) == 0


async def test_a_released_name_is_free(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, claims=[("name:x", A)]))

    await recorder.append(write(A, 2, releases=["name:x"], claims=[("name:y", A)]))
    await recorder.append(write(B, 1, claims=[("name:x", B)]))

    assert await recorder.claimed("name:x") == B
    assert await recorder.claimed("name:y") == A


async def test_a_refused_write_releases_nothing(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, claims=[("name:x", A)]))

    with pytest.raises(IntegrityError):
        await recorder.append(write(A, 1, releases=["name:x"]))

    assert await recorder.claimed("name:x") == A


async def test_a_repeat_claims_nothing(recorder: LedgerRecorder) -> None:
    command = write(A, 1, claims=[("name:x", A)])
    await recorder.append(command)
    await recorder.append(write(A, 2, releases=["name:x"]))

    again = await recorder.append(command)

    assert again.is_repeat
    assert await recorder.claimed("name:x") is None


# All or none ---------------------------------------------------------------------------------


async def test_many_writes_at_once_are_recorded_all(recorder: LedgerRecorder) -> None:
    receipts = recorder.append_now([write(A, 1, 2), write(A, 3), write(B, 1), write(B)])

    assert [receipt.position for receipt in receipts] == [2, 3, 4, 4]
    assert recorder.append_now([]) == []


@pytest.mark.parametrize(
    "bad",
    [write(B, 1), write(C, 1, claims=[("name:x", C)]), write(C, 1, 1)],
    ids=["a version that is there", "a claim that is taken", "a version twice"],
)
async def test_many_writes_at_once_are_recorded_all_or_none(
    recorder: LedgerRecorder, bad: Write
) -> None:
    await recorder.append(write(B, 1, claims=[("name:x", B)]))
    good = write(A, 1)

    with pytest.raises(IntegrityError):
        recorder.append_now([good, bad])

    assert await recorder.version(A) == 0
    assert await recorder.receipt(good.command) is None
    assert recorder.max_notification_id() == 1


async def test_many_writes_may_be_in_part_repeats(recorder: LedgerRecorder) -> None:
    old = write(A, 1)
    recorder.append_now([old])

    receipts = recorder.append_now([old, write(B, 1)])

    assert [(receipt.position, receipt.is_repeat) for receipt in receipts] == [
        (1, True),
        (2, False),
    ]


# Reading -------------------------------------------------------------------------------------


async def test_a_stream_is_read_from_and_to_a_version(recorder: LedgerRecorder) -> None:
    await recorder.append(write(A, 1, 2, 3, 4))
    await recorder.append(write(B, 1))

    assert await recorder.stream(A) == events(A, 1, 2, 3, 4)
    assert await recorder.stream(A, after=1, until=3) == events(A, 2, 3)
    assert await recorder.stream(C) == []
    assert (await recorder.version(A), await recorder.version(C)) == (4, 0)


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
