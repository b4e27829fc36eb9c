"""Whoever sees to a bulk job and is killed: `python -m tests.api.bulk_process FOLDER JOB COMMITS
[URL]`.

The end comes right after so many transactions, before anybody is told of the last.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from api.bulk_runner import BulkRunner
from api.context import Context
from api.settings import now
from domain.ids import parse_reference
from domain.recorder import Receipt, Write
from ops.compose import open_desk, open_files, open_views
from ops.settings import Settings
from tests.api.house import SETTINGS


async def main(folder: str, job: str, commits: str, url: str = "") -> None:
    stores = Settings(data=Path(folder), database_url=SecretStr(url) if url else None)
    async with open_desk(stores) as desk, open_views(stores) as views:
        files = open_files(stores, desk.ledger.mapper.keys)
        runner = BulkRunner(Context(desk, views, SETTINGS, now, files=files))
        die_after(int(commits), desk.ledger.recorder)
        while not await runner.turn(parse_reference(job)):
            pass


def die_after(commits: int, recorder: Any) -> None:
    append, left = recorder.append_now, [None] * commits

    def append_now(writes: Sequence[Write]) -> list[Receipt]:
        receipts: list[Receipt] = append(writes)
        left.pop()
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return receipts

    recorder.append_now = append_now


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
