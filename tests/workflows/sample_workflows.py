"""Small workflows that try out the server, apart from any rule of the desk."""

import asyncio
from datetime import datetime, timedelta

import msgspec
from temporalio import workflow


class Nap(msgspec.Struct, frozen=True):
    for_: timedelta
    reason: str


class Woken(msgspec.Struct, frozen=True):
    nap: Nap
    at: datetime
    signals: tuple[str, ...] = ()


@workflow.defn
class Sleeper:
    """Sleeps as long as it is told, hears signals meanwhile, and says when it woke."""

    def __init__(self) -> None:
        self._heard: list[str] = []

    @workflow.run
    async def run(self, nap: Nap) -> Woken:
        await asyncio.sleep(nap.for_.total_seconds())
        return Woken(nap, workflow.now(), tuple(self._heard))

    @workflow.signal
    def hear(self, word: str) -> None:
        self._heard.append(word)

    @workflow.query
    def heard(self) -> tuple[str, ...]:
        return tuple(self._heard)
