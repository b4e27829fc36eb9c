"""What every process of the desk opens: keys, ledger, directory, views, Temporal."""

import asyncio
import ctypes
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
import uvloop

from ops.problems import UserProblem
from ops.settings import Settings


def prepare_folder(settings: Settings) -> Path:
    """The data folder, made for its owner's eyes only."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.data.absolute()


def listen(settings: Settings) -> socket.socket:
    """A socket bound to where the API listens. Raises UserProblem if the port is taken."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise UserProblem(
            f"{settings.host}:{settings.port}: {error.strerror}. Set another port by --port."
        ) from None
    return listening


def configure_logging(level: str, process: str) -> None:
    """One JSON object a line on standard error, with the process that wrote it."""
    logging.basicConfig(level=level.upper(), format="%(message)s", force=True)
    for noisy in ("uvicorn.access", "temporalio", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level.upper()),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def settle() -> None:
    """Let the garbage collector leave alone what was made at the start, and look less often.

    A desk holds many records and makes little that refers to itself: looking through all of them
    again and again took a third of the time of a command.
    """
    gc.collect()
    _give_back()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _give_back() -> None:
    """Return to the system what the C library keeps of the memory that the start took."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a process of the desk to its end on the fast event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


@asynccontextmanager
async def until_stopped() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set, so that a process ends in its own order."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
