"""Several processes at one ledger: order, exactness, durability."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen
from uuid import UUID

from domain.ids import record_id
from domain.recorder import LedgerRecorder
from tests.stores import Store, write

PATIENCE_SECONDS = 60
WRITERS = 4
COMMANDS = 400


@contextmanager
def running(*processes: Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def said(process: Popen[str]) -> list[list[str]]:
    """The lines of a process, split into words, as they come."""
    assert process.stdout
    return [line.split() for line in process.stdout]


async def test_a_reader_of_a_growing_ledger_misses_nothing(
    store: Store, recorder: LedgerRecorder
) -> None:
    """Four processes write, and one reads on from where it was."""
    total = WRITERS * COMMANDS
    writers = [
        store.process("append", 1 + number * COMMANDS, COMMANDS, 2) for number in range(WRITERS)
    ]
    seen: list[int] = []

    with running(*writers):
        until = time.monotonic() + PATIENCE_SECONDS
        last = 0
        while any(writer.poll() is None for writer in writers) and time.monotonic() < until:
            page = recorder.select_notifications(last, 1000, inclusive_of_start=False)
            seen += [row.id for row in page]
            last = seen[-1] if seen else 0
        acknowledged = [int(words[1]) for writer in writers for words in said(writer)]
        assert [writer.wait() for writer in writers] == [0] * WRITERS
    seen += [row.id for row in recorder.select_notifications(last, total, inclusive_of_start=False)]

    assert seen == list(range(1, total + 1))
    assert sorted(acknowledged) == seen


async def test_of_processes_that_want_one_version_one_gets_it(
    store: Store, recorder: LedgerRecorder
) -> None:
    versions = 100
    processes = [store.process("contend", 1, versions) for _ in range(3)]

    with running(*processes):
        answers = [words for process in processes for words in said(process)]

    refused = [version for version, answer in answers if answer == "IntegrityError"]
    won = [int(version) for version, answer in answers if answer.isdigit()]
    assert sorted(won) == list(range(1, versions + 1))
    assert len(refused) == 2 * versions
    assert await recorder.version(record_id("THG", 1)) == versions


async def test_serials_are_given_to_one_process_only(store: Store) -> None:
    processes = [store.process("reserve", 60) for _ in range(3)]

    with running(*processes):
        given = [[int(words[0]) for words in said(process)] for process in processes]

    everything = [serial for serials in given for serial in serials]
    assert sorted(everything) == list(range(1, len(everything) + 1))
    assert all(serials == sorted(serials) for serials in given)


async def test_what_was_acknowledged_survives_kill_9(
    store: Store, recorder: LedgerRecorder
) -> None:
    acknowledged: dict[int, int] = {}
    first = 1

    def keep(line: str) -> None:
        if line.endswith("\n"):
            words = line.split()
            acknowledged[int(words[0])] = int(words[1])

    for kills in range(1, 6):
        process = store.process("append", first, 1_000_000, 16)
        with running(process):
            assert process.stdout
            for _ in range(40 * kills):
                keep(process.stdout.readline())
            process.kill()
            for line in process.stdout.readlines():
                keep(line)
        first += 1_000_000

    stored = recorder.select_kind("THG")
    found = {row.originator_id: row.id for row in stored}
    assert len(found) == len(stored)
    assert {serial: found.get(record_id("THG", serial)) for serial in acknowledged} == acknowledged
    for serial, position in list(acknowledged.items())[::50]:
        again = await recorder.append(write(serial, 1, command=UUID(int=serial)))
        assert (again.is_repeat, again.position) == (True, position)
    assert [row.id for row in recorder.select_notifications(1, len(stored) + 1)] == list(
        range(1, len(stored) + 1)
    )


async def test_who_waits_wakes_for_an_event_of_another_process(
    store: Store, recorder: LedgerRecorder
) -> None:
    waiting = asyncio.ensure_future(recorder.wait(0, PATIENCE_SECONDS))

    process = store.process("append", 1, 1, 1)
    with running(process):
        await waiting
        woke = time.monotonic()
        await asyncio.to_thread(process.wait, PATIENCE_SECONDS)

    # Between its commit and its end, a process needs longer than a waiter to wake.
    assert waiting.result() == 1
    assert time.monotonic() - woke < PATIENCE_SECONDS / 2
