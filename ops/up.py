"""`ledgerdesk up`: the whole desk on one machine, in one process tree."""

import asyncio
import contextlib
import fcntl
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from ops.ports import free_port
from ops.problems import UserProblem
from ops.processes import listen, prepare_folder, settle, until_stopped
from ops.settings import PREFIX, Settings
from ops.supervisor import Supervisor
from ops.temporal_server import TemporalServer, TemporalServerError

READY_SECONDS = 60.0

out = Console(highlight=False, soft_wrap=True)


def up(settings: Settings, *, with_demo: bool, config: Path | None) -> None:
    """Run until SIGINT or SIGTERM. Raises UserProblem if the desk cannot start."""
    folder = prepare_folder(settings)
    with _alone_in(folder):
        # Said here and now; a child that cannot listen would be started again and again.
        settings = settings.model_copy(update={"port": settings.port or free_port()})
        listen(settings).close()
        asyncio.run(_up(settings, folder, with_demo=with_demo, config=config))


async def _up(settings: Settings, folder: Path, *, with_demo: bool, config: Path | None) -> None:
    temporal = None
    if settings.temporal_address is None:
        temporal = TemporalServer(
            folder / "temporal",
            port=settings.temporal_port,
            ui_port=settings.temporal_ui_port,
            namespace=settings.temporal_namespace,
        )
    supervisor = Supervisor(temporal, lambda line: out.print(line, markup=False))
    settle()
    async with until_stopped() as stopped:
        try:
            try:
                await supervisor.start_temporal()
            except TemporalServerError as error:
                raise UserProblem(str(error)) from None
            if temporal is not None:
                # Children find the server that runs here like any other.
                os.environ[f"{PREFIX}TEMPORAL_ADDRESS"] = temporal.address
                os.environ[f"{PREFIX}TEMPORAL_UI_URL"] = temporal.ui_address
            common = ["--data", str(folder), *(["--config", str(config)] if config else [])]
            port = ["--port", str(settings.port)]
            program = str(Path(sys.executable).with_name("ledgerdesk"))
            supervisor.start("project", [program, "project", *common])
            demo = ["--demo"] if with_demo else []
            supervisor.start("serve", [program, "serve", "--with-worker", *common, *port, *demo])
            if await _is_ready(settings, stopped):
                _print_welcome(settings, folder, temporal, with_demo=with_demo)
            await stopped.wait()
            out.print("stopping …")
        finally:
            await supervisor.stop()
    out.print("stopped")


async def _is_ready(settings: Settings, stopped: asyncio.Event) -> bool:
    """Wait until everything answers. False if the desk was stopped before, or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while not stopped.is_set():
        if await asyncio.to_thread(_answers, f"http://{settings.host}:{settings.port}/readyz"):
            return True
        if time.monotonic() > deadline:
            out.print("The desk is not ready yet; `ledgerdesk doctor` says what is missing.")
            deadline = float("inf")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), 0.1)
    return False


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


def _print_welcome(
    settings: Settings, folder: Path, temporal: TemporalServer | None, *, with_demo: bool
) -> None:
    out.print(f"ready {settings.url}", markup=False)
    out.print(f"  API reference   {settings.url}/docs")
    if temporal is not None:
        out.print(f"  Temporal        {temporal.ui_address}")
    out.print(f"  data folder     {folder}", markup=False)
    if with_demo:
        welcome = folder / "demo.txt"
        if welcome.exists():
            out.print(welcome.read_text(encoding="utf-8"), markup=False)
    out.print("Ctrl-C stops everything; the next start goes on where this one ends.")


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One desk a folder. Raises UserProblem if another runs there."""
    with (folder / "desk.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserProblem(f"A desk is running in {folder} already.") from None
        yield
