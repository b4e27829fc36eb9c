"""How the desk is laid out in processes, each started again whenever it ends, and how one dies."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from ops.ports import HOST, free_port
from ops.settings import Settings, load
from ops.stores.postmaster import dying_with_us
from ops.temporal_folder import read_stamp
from ops.temporal_server import TemporalServer, TemporalServerError
from tests.end_to_end.desks import LEDGERDESK
from tests.end_to_end.processes import environment, tree, until
from tests.proof.lateness import Death

AGAIN_SECONDS = 0.1
LOOK_SECONDS = 0.05
STOP_SECONDS = 30
READY_SECONDS = 90


class Kept:
    """A process that is started again until it is told to stop."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.command = command
        self.env = env
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.ends: Counter[int] = Counter()
        """The exit codes with which it ended before it was told to."""
        self._stopping = threading.Event()
        # The kernel ends the process with the thread that started it: this one lives as long.
        self._keeper = threading.Thread(target=self._keep, name=log.stem, daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int | None:
        process = self.process
        return process.pid if process is not None and process.poll() is None else None

    def stop(self) -> None:
        self._stopping.set()
        process = self.process
        if process is not None and process.poll() is None:
            process.terminate()
        self._keeper.join(STOP_SECONDS)
        if self._keeper.is_alive() and (process := self.process) is not None:
            process.kill()
            raise AssertionError(f"{self.log.stem} did not stop within {STOP_SECONDS} s.")

    def _keep(self) -> None:
        while not self._stopping.is_set():
            with self.log.open("ab") as output:
                self.process = subprocess.Popen(
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=self.env,
                    cwd=Path(__file__).parents[2],
                    preexec_fn=dying_with_us(),
                )
            if self._stopping.is_set():
                self.process.terminate()
            code = self.process.wait()
            if not self._stopping.wait(AGAIN_SECONDS):
                self.ends[code] += 1


class KeptTemporal:
    """A Temporal server that is started again until it is told to stop."""

    def __init__(self, folder: Path) -> None:
        self.server = TemporalServer(folder)
        self.server.start()
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="temporal keeper", daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int | None:
        return self.server.pid

    def stop(self) -> None:
        self._stopping.set()
        self._keeper.join(STOP_SECONDS)
        self.server.stop()

    def _keep(self) -> None:
        while not self._stopping.wait(AGAIN_SECONDS):
            if not self.server.is_alive:
                try:
                    self.server.start()
                except TemporalServerError:
                    continue  # It may take a moment until port and folder are free.


class Layout(ABC):
    """The processes of a desk, and the deaths of those that were killed."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.deaths: list[Death] = []
        self._watches: list[threading.Thread] = []

    @property
    def kills(self) -> Counter[str]:
        """How many were killed, by name."""
        return Counter(death.name for death in self.deaths)

    @property
    @abstractmethod
    def temporal_folder(self) -> Path:
        """Where the embedded Temporal keeps its database and its stamp."""

    @abstractmethod
    def start(self) -> None:
        """Start all, and return once the desk is ready."""

    @abstractmethod
    def stop(self) -> None:
        """Stop all in order."""

    @abstractmethod
    def victims(self) -> dict[str, int]:
        """The processes that run now, by name."""

    @abstractmethod
    def ends(self) -> Counter[str]:
        """How often a process ended otherwise than by kill -9 before it was told to, by name."""

    def kill(self, random: Random) -> str | None:
        """Kill one of the processes that run now; its name, None if it was gone already."""
        running = self.victims()
        if not running:
            return None
        name = random.choice(sorted(running))
        try:
            os.kill(running[name], signal.SIGKILL)
        except ProcessLookupError:
            return None
        self.deaths.append(Death(name, datetime.now(UTC)))
        if name in ("temporal", "supervisor"):
            watch = threading.Thread(target=self._await_temporal, args=(len(self.deaths) - 1,))
            watch.start()
            self._watches.append(watch)
        return name

    def await_watches(self) -> None:
        """Wait until it is known how long Temporal was away after each death."""
        for watch in self._watches:
            watch.join(READY_SECONDS)

    def _await_temporal(self, number: int) -> None:
        """Note when Temporal can be reached again after a death."""
        deadline = time.monotonic() + READY_SECONDS
        time.sleep(AGAIN_SECONDS)  # The kernel takes a moment to end a killed process.
        while time.monotonic() < deadline:
            stamp = read_stamp(self.temporal_folder / "temporal.json")
            if stamp is not None and _listens(stamp.ports.grpc):
                self.deaths[number] = self.deaths[number]._replace(back=datetime.now(UTC))
                return
            time.sleep(LOOK_SECONDS)

    def await_ready(self) -> None:
        url = f"http://127.0.0.1:{self.settings.port}/readyz"
        until(lambda: _answers(url), READY_SECONDS, f"ready, see {self.folder}")


class Embedded(Layout):
    """`ledgerdesk up` on SQLite. The supervisor can die, too."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, load(data=folder / "data", port=free_port()))
        self._up: Kept | None = None
        self._ends: Counter[int] = Counter()

    @property
    def temporal_folder(self) -> Path:
        return self.settings.data / "temporal"

    def start(self) -> None:
        settings = environment(
            data=self.settings.data,
            port=self.settings.port,
            temporal_port=0,
            temporal_ui_port=0,
            webhook_networks="127.0.0.0/8",
            log_level="warning",
        )
        self._up = Kept([str(LEDGERDESK), "up"], settings, self.folder / "up.log")
        self.await_ready()

    def stop(self) -> None:
        if self._up is not None:
            self._up.stop()
            self._ends += self._up.ends
            self._up = None

    def victims(self) -> dict[str, int]:
        supervisor = self._up.pid if self._up else None
        if supervisor is None:
            return {}
        found = {"supervisor": supervisor}
        for process in tree(supervisor):
            for name, sign in (
                ("serve", "ledgerdesk serve "),
                ("project", "ledgerdesk project "),
                ("temporal", "server start-dev "),
            ):
                # While it is being started, it is a launcher that goes by the same arguments.
                if sign in process.command and " -c " not in process.command:
                    found[name] = process.pid
        return found

    def ends(self) -> Counter[str]:
        told = (self.folder / "up.log").read_text(errors="replace")
        found = re.findall(r"^(.+) ended with code (-?[0-9]+); next start", told, re.MULTILINE)
        ends = Counter(name for name, code in found if int(code) != -signal.SIGKILL)
        return ends + Counter(supervisor=_not_killed(self._ends))


class Separate(Layout):
    """`serve`, `work`, `project` and Temporal on PostgreSQL, each by itself."""

    def __init__(self, folder: Path, database: str, program: Sequence[str]) -> None:
        super().__init__(
            folder, load(data=folder / "data", port=free_port(), database_url=database)
        )
        self.database = database
        self.program = program
        self._kept: dict[str, Kept] = {}
        self._temporal: KeptTemporal | None = None
        self._ends: dict[str, Counter[int]] = {}

    @property
    def temporal_folder(self) -> Path:
        return self.folder / "temporal"

    def start(self) -> None:
        self._temporal = KeptTemporal(self.temporal_folder)
        settings = environment(
            data=self.settings.data,
            port=self.settings.port,
            database_url=self.database,
            temporal_address=self._temporal.server.address,
            webhook_networks="127.0.0.0/8",
            log_level="warning",
        )
        for name in ("project", "work", "serve"):
            log = self.folder / f"{name}.log"
            self._kept[name] = Kept([*self.program, name], settings, log)
        self.await_ready()

    def stop(self) -> None:
        for name, kept in reversed(self._kept.items()):
            kept.stop()
            self._ends[name] = self._ends.get(name, Counter()) + kept.ends
        self._kept.clear()
        if self._temporal is not None:
            self._temporal.stop()
            self._temporal = None

    def victims(self) -> dict[str, int]:
        running = {name: kept.pid for name, kept in self._kept.items()}
        running["temporal"] = self._temporal.pid if self._temporal else None
        return {name: pid for name, pid in running.items() if pid is not None}

    def ends(self) -> Counter[str]:
        return Counter({name: _not_killed(codes) for name, codes in self._ends.items()})


def _not_killed(codes: Counter[int]) -> int:
    return codes.total() - codes[-signal.SIGKILL]


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def pause(random: Random, least: float, most: float) -> None:
    """Let the desk work for a while, so that it is not always killed at the same step."""
    time.sleep(random.uniform(least, most))
