"""The chaos itself: a desk under load whose processes are killed, and what comes out of it."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from ops.compose import open_ledger, open_view_store
from ops.settings import Settings
from projections.listings import ALL as VIEWS
from projections.runner import Projector
from projections.sqlite import SqliteViews
from tests.end_to_end.processes import until
from tests.proof.audit import Findings, all_entries, check_processes, examine
from tests.proof.company import Cast, found_company
from tests.proof.lateness import causes
from tests.proof.layouts import Layout, pause
from tests.proof.load import Client, Journal, clients
from workflows.reactor import FOLLOWER

KILLS_SECONDS = 480
"""How long the killing may take at most."""
QUIET_SECONDS = 90
STILL_SECONDS = 13
"""Longer than the longest wait of the load, and than Temporal takes to miss a killed worker."""


class Chaos:
    """One run. `seed` decides who does what and who dies when, as far as anybody can."""

    def __init__(self, layout: Layout, seed: int) -> None:
        self.layout = layout
        self.seed = seed
        self.random = Random(seed)
        self.journal = Journal()
        self.cast: Cast | None = None
        self.load_seconds = 0.0

    @property
    def settings(self) -> Settings:
        return self.layout.settings

    def run(self, kills: int) -> Findings:
        """Kill so many times under load, wait until all is quiet, and look at what happened."""
        self.cast = asyncio.run(found_company(self.settings, self.seed))
        try:
            self.layout.start()
            self._kill_under_load(kills)
            self._await_quiet()
            self.layout.await_watches()
        finally:
            self.layout.stop()
        found = asyncio.run(self._examine())
        self._check_views(found)
        return found

    def send_again(self, found: Findings) -> None:
        """Tell Temporal of the whole ledger once more. Nothing may come of it."""
        head = asyncio.run(self._rewind())
        try:
            self.layout.start()
            until(lambda: asyncio.run(self._told()) >= head, 90, "all sent again")
            self._await_still()
        finally:
            self.layout.stop()
        after = asyncio.run(self._head())
        if after != head:
            found.wrong("sent again", f"{after - head} more positions after sending all again")

    # Under load --------------------------------------------------------------------------

    def _kill_under_load(self, kills: int) -> None:
        assert self.cast is not None
        began = time.monotonic()
        people = clients(self.cast, self.settings.port, self.journal, self.seed)
        for client in people:
            client.start()
        try:
            pause(self.random, 2, 3)
            while self.layout.kills.total() < kills:
                if time.monotonic() - began > KILLS_SECONDS:
                    raise AssertionError(f"Only {self.layout.kills} within {KILLS_SECONDS} s.")
                if self.layout.kill(self.random):
                    pause(self.random, 0.2, 5.0)
                else:
                    pause(self.random, 0.05, 0.1)
            pause(self.random, 2, 3)
        finally:
            _send_home(people)
        self.load_seconds = time.monotonic() - began

    def _await_quiet(self) -> None:
        """Wait until nothing is due that has not happened. What never happens is found later."""
        deadline = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < deadline:
            if not asyncio.run(self._waiting()):
                break
            time.sleep(1)
        self._await_still()

    def _await_still(self) -> None:
        """Wait until the ledger has not grown for a while."""
        head, since = -1, time.monotonic()
        deadline = since + QUIET_SECONDS
        while time.monotonic() < min(since + STILL_SECONDS, deadline):
            if (now := asyncio.run(self._head())) != head:
                head, since = now, time.monotonic()
            time.sleep(0.2)

    async def _waiting(self) -> list[str]:
        found = Findings()
        async with open_ledger(self.settings) as ledger:
            check_processes(all_entries(ledger), found, datetime.now(UTC))
        return found.waiting

    async def _head(self) -> int:
        async with open_ledger(self.settings) as ledger:
            return ledger.position()

    # Afterwards --------------------------------------------------------------------------

    async def _examine(self) -> Findings:
        assert self.cast is not None
        people = {str(id) for id in self.cast.people.values()}
        async with open_ledger(self.settings) as ledger:
            found = await examine(ledger, self.journal.told, people, self.layout.deaths)
        for fault in self.journal.faults:
            found.wrong("faults", fault)
        accepted = [told for told in self.journal.told if told.is_accepted]
        found.counts["acknowledged"] = len(accepted)
        found.counts["refused"] = len(self.journal.told) - len(accepted)
        found.counts["repeated by clients"] = sum(told.attempts > 1 for told in accepted)
        found.counts["answered from receipts"] = sum(told.is_replayed for told in accepted)
        return found

    def _check_views(self, found: Findings) -> None:
        """The views, once caught up, are those that a fresh projector makes."""
        asyncio.run(self._compare_views(found))

    async def _compare_views(self, found: Findings) -> None:
        async with open_ledger(self.settings) as ledger:
            kept, fresh = open_view_store(self.settings), _fresh(self.layout.folder)
            try:
                projectors = [Projector(ledger, store, VIEWS) for store in (kept, fresh)]
                for projector in projectors:
                    projector.prepare()
                    projector.catch_up()
                old, new = projectors
                for name in old.views:
                    if old.digest(name) != new.digest(name):
                        found.wrong("views", f"{name} is not what a rebuild makes of the ledger")
                for status in old.status():
                    if status.set_aside:
                        found.wrong("views", f"{status.view} set {status.set_aside} events aside")
            finally:
                kept.close()
                fresh.close()

    async def _rewind(self) -> int:
        async with open_ledger(self.settings) as ledger:
            _, note = ledger.recorder.tracked(FOLLOWER)
            ledger.recorder.track(FOLLOWER, 0, note)
            return ledger.position()

    async def _told(self) -> int:
        async with open_ledger(self.settings) as ledger:
            return ledger.recorder.tracked(FOLLOWER)[0]

    def summary(self, found: Findings) -> str:
        """What happened, as a table for people."""
        layout = self.layout
        lines = [f"{type(layout).__name__}, seed {self.seed}, {self.load_seconds:.0f} s of load"]
        rows = [(f"killed {name}", count) for name, count in sorted(layout.kills.items())]
        rows += [(f"{name} ended otherwise", count) for name, count in layout.ends().items()]
        rows += [*found.counts.items(), ("violations", len(found.violations))]
        lines += [f"  {name:<33}{count:>7}" for name, count in rows]
        lines += [f"  {line}" for line in self._latest(found)]
        for kind in dict.fromkeys(kind for kind, _ in found.violations):
            whats = found.of(kind)
            lines += [f"  {len(whats)} times {kind}, such as", *(f"    {w}" for w in whats[:5])]
        return "\n".join(lines)

    def _latest(self, found: Findings) -> Iterator[str]:
        """The punctuality of all that was due, and the latest with the deaths that explain them."""
        if not found.moments:
            return
        late = [moment.late.total_seconds() for moment in found.moments]
        yield (
            f"{len(late)} moments, half within {late[len(late) // 2]:.3f} s, "
            f"{sum(one > 1 for one in late)} more than 1 s late, the latest {late[0]:.3f} s"
        )
        away = [death.back - death.at for death in self.layout.deaths if death.back]
        yield f"Temporal was away for at most {max(away, default=timedelta(0))}"
        for moment in found.moments[:5]:
            deaths = ", ".join(
                f"{death.name} {(death.at - moment.due).total_seconds():+.1f} s"
                for death in causes(moment, self.layout.deaths)
            )
            yield f"  {moment.late.total_seconds():.3f} s: {moment.what}; died: {deaths}"


def _fresh(folder: Path) -> SqliteViews:
    """Views of any ledger made anew: a digest is the same on every store."""
    path = folder / "fresh.db"
    path.unlink(missing_ok=True)
    return SqliteViews(path)


def _send_home(people: Sequence[Client]) -> None:
    for client in people:
        client.stopping.set()
    for client in people:
        client.join(150)
    left = [client.name for client in people if client.is_alive()]
    assert not left, f"{left} still wait for an answer."
