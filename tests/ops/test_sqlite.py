"""How files of SQLite are opened, and how the writes of one event loop come together on it."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Timer

import pytest

from domain.ids import record_id
from domain.recorder import LedgerRecorder, Write
from ops.stores import group_commit
from ops.stores.master_key import MasterKey
from ops.stores.sqlite import SqliteRecorder
from ops.stores.sqlite_keys import SqliteKeys
from projections import sqlite_file
from projections.sqlite import SqliteViews
from projections.sqlite_file import connect
from tests.stores import write

THINGS = [record_id("THG", serial) for serial in range(1, 5)]


def open_ledger(path: Path) -> None:
    asyncio.run(SqliteRecorder(path).aclose())


def open_keys(path: Path) -> None:
    SqliteKeys(path, MasterKey(b"k" * 32)).close()


def open_views(path: Path) -> None:
    SqliteViews(path).close()


@pytest.mark.parametrize("open_file", [open_ledger, open_keys, open_views])
def test_a_new_file_that_another_is_making_is_opened_when_it_lets_go(
    tmp_path: Path, open_file: Callable[[Path], None]
) -> None:
    path = tmp_path / "new.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        letting_go = Timer(0.1, other.rollback)
        letting_go.start()

        open_file(path)

        letting_go.join()
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_another_keeps_for_long_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS_MAX", 0.05)
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connect(tmp_path / "new.db", "FULL")


def test_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    together = Barrier(8)

    def open_file(path: Path) -> None:
        together.wait(10)
        open_ledger(path)

    with ThreadPoolExecutor(8) as threads:
        for number in range(5):
            list(threads.map(open_file, [tmp_path / f"{number}.db"] * 8))


async def append_after(recorder: LedgerRecorder, turns: int, write: Write) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
    await recorder.append(write)


async def transactions(recorder: SqliteRecorder, *arrivals: int) -> int:
    """In how many transactions writes are committed that arrive after so many turns each."""
    commits: list[str] = []
    recorder._writer._connection.set_trace_callback(
        lambda statement: commits.append(statement) if statement == "COMMIT" else None
    )
    await asyncio.gather(
        *(
            append_after(recorder, turns, write(thing, 1))
            for turns, thing in zip(arrivals, THINGS, strict=False)
        )
    )
    return len(commits)


async def test_writes_share_a_transaction_as_long_as_every_turn_brings_more(
    tmp_path: Path,
) -> None:
    recorder = SqliteRecorder(tmp_path / "ledger.db")

    together = await transactions(recorder, 0, 0, 1, 2)

    await recorder.aclose()
    assert together == 1


async def test_a_lone_write_waits_for_no_company(tmp_path: Path) -> None:
    recorder = SqliteRecorder(tmp_path / "ledger.db")

    apart = await transactions(recorder, 0, 3)

    await recorder.aclose()
    assert apart == 2


async def test_writes_that_keep_arriving_are_committed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "GATHERED_MAX", 2)
    recorder = SqliteRecorder(tmp_path / "ledger.db")

    in_pairs = await transactions(recorder, 0, 0, 1, 1)

    await recorder.aclose()
    assert in_pairs == 2
