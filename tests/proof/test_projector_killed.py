"""A projector that is killed at random moments counts each event once."""

import asyncio
import contextlib
import multiprocessing
import os
import secrets
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from signal import SIGKILL
from time import monotonic

import pytest
from rich.console import Console

from domain.incident import Incident
from domain.ledger import Ledger
from domain.rules import Refused
from ops import views
from ops.compose import open_ledger, open_view_store
from ops.project import project
from ops.settings import Settings
from projections.listings import ALL
from projections.store import ViewStore
from tests.projections.conftest import keep
from tests.projections.test_search import incident
from tests.projections.test_view_changes import ACTS

pytestmark = pytest.mark.proof

KILLS = int(os.environ.get("PROJECTOR_KILLS", "100"))
SEED = int(os.environ.get("PROJECTOR_SEED", "0")) or secrets.randbelow(1_000_000) + 1
MOMENT_SECONDS = (0.05, 0.5)
PAUSE_SECONDS = 0.001
PATIENCE_SECONDS = 20.0


def run_projector(settings: Settings) -> None:
    asyncio.run(project(settings))


class Projectors:
    """One projector after another, each a process of its own that is forked off one that has
    imported all that it needs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["ops.project", "tests.proof.test_projector_killed"])

    def start(self) -> BaseProcess:
        process = self._context.Process(target=run_projector, args=(self._settings,))
        process.start()
        return process


class Desk:
    """Something happens again and again, while projectors follow."""

    def __init__(self, ledger: Ledger, store: ViewStore, chance: Random) -> None:
        self._ledger = ledger
        self._store = store
        self._chance = chance
        self._tickets: list[Incident] = []

    def positions(self) -> list[int]:
        return [position for _, position in self._store.positions().values()] or [0]

    async def go_on(self, seconds: float) -> None:
        end = monotonic() + seconds
        while monotonic() < end:
            await self._happen()

    async def go_on_until_moved(self) -> None:
        """Raises TimeoutError if no view gets on."""
        before = max(self.positions())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while max(self.positions()) == before:
                await self._happen()

    async def _happen(self) -> None:
        tickets = self._tickets
        if not tickets or self._chance.random() < 0.1:
            tickets.append(incident(len(tickets) + 1, f"Printer {len(tickets)} jams"))
        ticket = self._chance.choice(tickets[-50:])
        with contextlib.suppress(Refused):
            self._chance.choice(ACTS)(ticket, self._chance)
        keep(self._ledger, ticket)
        await asyncio.sleep(PAUSE_SECONDS)


async def killed(settings: Settings, chance: Random) -> tuple[int, int]:
    """Kill projectors while they follow, and every fifth while it starts; how many events there
    are, and at how many kills views were behind."""
    projectors, behind = Projectors(settings), 0
    store = open_view_store(settings)
    async with open_ledger(settings) as ledger:
        desk = Desk(ledger, store, chance)
        try:
            for number in range(KILLS):
                process = projectors.start()
                try:
                    if number % 5:
                        await desk.go_on_until_moved()
                    await desk.go_on(chance.uniform(*MOMENT_SECONDS))
                finally:
                    process.kill()
                    process.join()
                assert process.exitcode == -SIGKILL
                behind += min(desk.positions()) < ledger.position()
        finally:
            store.close()
        return ledger.position(), behind


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_each_event_is_counted_once_whenever_the_projector_is_killed(
    kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {"database_url": request.getfixturevalue("postgres_url")} if kind == "postgres" else {}
    settings = Settings.model_validate({"data": tmp_path, "audit_log": False, **given})

    events, behind = asyncio.run(killed(settings, Random(SEED)))

    # Raises where a row is not as it is when all is folded anew.
    asyncio.run(views.verify(settings, Console(quiet=True)))
    with capsys.disabled():
        print(f"\n{kind}: {KILLS} kills, views were behind at {behind}; {events} events,")
        print(f"{len(ALL)} views, no difference. PROJECTOR_SEED={SEED}")
    assert behind > 0
