"""`ledgerdesk process backtest`, run."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from domain.desk import Desk
from ops.cli import app, guarded
from ops.compose import open_desk
from ops.settings import load

DRAFT = """\
name: Managers first
subjects: [change]
when: subject.priority <= 3
order: 10
stages:
  - name: Manager
    approvers: ["manager-of:requester"]
    quorum: any
    patience: 8h
    on_timeout: reject
  - name: Security
    when: subject.category == "security"
    approvers: [person:bea]
    quorum: any
    patience: 4h
    on_timeout: reject
"""


def run(*arguments: str | Path) -> int:
    given = [str(argument) for argument in ("process", "backtest", *arguments)]
    return guarded(lambda: app(given))


def with_desk(folder: Path, work: Callable[[Desk], Coroutine[Any, Any, Any]]) -> Any:
    async def opened() -> Any:
        async with open_desk(load(None, data=folder)) as desk:
            return await work(desk)

    return asyncio.run(opened())
