"""The embedded desk as one process tree: started in order, watched, and stopped together."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from ops.temporal_server import TemporalServer

STEADY_SECONDS = 30.0
FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 10.0
STOP_SECONDS = 15.0

SPARING = {"MALLOC_ARENA_MAX": "2"}
"""Else the C library keeps a heap for each thread that reads, and gives little of it back."""

# A killed supervisor takes its children along at once: without Temporal they would take seconds to
# end in order, and keep the port from the next start.
_LAUNCH = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


class Child:
    """One process of ours, started again whenever it dies."""

    def __init__(self, name: str, command: Sequence[str], report: Callable[[str], None]) -> None:
        self.name = name
        self.command = command
        self.report = report
        self.process: asyncio.subprocess.Process | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        process = self.process
        return process.pid if process is not None and process.returncode is None else None

    async def run(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while not self._stopping:
            started = time.monotonic()
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid())),
                *self.command,
                env=SPARING | os.environ,
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops us in order
            )
            code = await self.process.wait()
            if self._stopping:
                return
            if time.monotonic() - started > STEADY_SECONDS:
                delay = FIRST_DELAY_SECONDS
            self.report(f"{self.name} ended with code {code}; next start in {delay:g} s.")
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)

    async def stop(self) -> None:
        """Ask the process to end, and kill it after 15 s."""
        self._stopping = True
        process = self.process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Supervisor:
    """Runs Temporal, if it is embedded, and the processes of the desk, until told to stop."""

    def __init__(self, temporal: TemporalServer | None, report: Callable[[str], None]) -> None:
        self.temporal = temporal
        self.report = report
        self.children: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start_temporal(self) -> None:
        """Raises TemporalServerError if it does not come up."""
        if self.temporal is not None:
            await asyncio.to_thread(self.temporal.start)
            self._tasks.append(asyncio.create_task(self.temporal.watch(self.report)))

    def start(self, name: str, command: Sequence[str]) -> Child:
        child = Child(name, command, self.report)
        self.children.append(child)
        self._tasks.append(asyncio.create_task(child.run()))
        return child

    async def stop(self) -> None:
        """Stop the children, the last one first, and then Temporal."""
        for child in reversed(self.children):
            await child.stop()
        if self.temporal is not None:
            await asyncio.to_thread(self.temporal.stop)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
