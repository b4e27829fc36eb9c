"""The folder of the embedded Temporal server: its lock, its stamp and the ports it keeps."""

import fcntl
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import msgspec

from ops.ports import free_port

LOCK_SECONDS = 5.0


class TemporalServerError(RuntimeError):
    """The embedded Temporal server could not do what was asked; the text says what to do."""


class Ports(msgspec.Struct, frozen=True):
    grpc: int
    ui: int
    http: int
    metrics: int


class Stamp(msgspec.Struct, frozen=True):
    """What stands beside the database: who wrote it, and where its server was found."""

    version: str
    ports: Ports
    finished: bool
    """False until the server was healthy once: before, the database may be half made."""


def locked(path: Path) -> IO[str]:
    """`path`, open and locked; the lock holds until every process that inherits it has ended."""
    file = path.open("a+")
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > deadline:
                break
        time.sleep(0.05)
    with file:
        file.seek(0)
        raise TemporalServerError(
            f"Another Temporal server (process {file.read() or 'unknown'}) uses {path.parent}. "
            "Stop it, or use another folder."
        )


def read_stamp(stamp: Path) -> Stamp | None:
    try:
        return msgspec.json.decode(stamp.read_bytes(), type=Stamp)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_stamp(path: Path, stamp: Stamp) -> None:
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(msgspec.json.encode(stamp))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def choose_ports(wanted: Mapping[str, int], last: Ports | None) -> Ports:
    """The `wanted` ports by name; where one is 0 or missing, the `last` if free, else any free."""
    kept = {} if last is None else msgspec.structs.asdict(last)
    chosen = {name: port for name, port in wanted.items() if port}
    for name in Ports.__struct_fields__:
        port = chosen.get(name) or free_port(kept.get(name, 0))
        while name not in chosen and port in chosen.values():
            port = free_port()
        chosen[name] = port
    return Ports(**chosen)
