"""How the writes of one event loop come together on SQLite."""

import asyncio
from pathlib import Path

import pytest

from domain.ids import record_id
from domain.recorder import LedgerRecorder, Write
from ops.stores import group_commit
from ops.stores.sqlite import SqliteRecorder
from tests.stores import write

THINGS = [record_id("THG", serial) for serial in range(1, 5)]


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
