"""Attachments in a folder: a file each, in sub-folders by the start of its name."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from domain.files import Stored

COMING = "coming"
"""The folder of files under no name yet; what a crash leaves there is removed with the orphans."""


class FolderFiles:
    """Files of one host, for any number of processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._coming = folder / COMING
        for made in (folder, self._coming):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)
        _sync(folder)

    def begin(self) -> "Coming":
        return Coming(self)

    def open(self, name: str) -> "FolderFile | None":
        path = self.path(name)
        try:
            return FolderFile(path, path.stat().st_size)
        except FileNotFoundError:
            return None

    def stored(self) -> Iterator[Stored]:
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):
                yield Stored(path.name, _written(path))

    def remove(self, name: str) -> bool:
        path = self.path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync(path.parent)
        return True

    def remove_unless_newer(self, name: str, at: datetime) -> bool:
        for path in (self.path(name), self._coming / name):
            with self.naming(), suppress(FileNotFoundError):
                if _written(path) <= at:
                    path.unlink()
                    return True
        return False

    def path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    @contextmanager
    def naming(self) -> Iterator[None]:
        """While a file gets its name or loses it, no other does."""
        with (self._folder / ".naming").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def place(self, coming: Path, name: str) -> None:
        path = self.path(name)
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(self._folder)
        with self.naming():
            os.replace(coming, path)
        _sync(path.parent)

    def coming(self) -> tuple[int, Path]:
        number, path = tempfile.mkstemp(dir=self._coming)
        return number, Path(path)


class FolderFile(NamedTuple):
    path: Path
    size: int

    def read(self, start: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(length)


class Coming:
    def __init__(self, folder: FolderFiles) -> None:
        self._folder = folder
        number, self._path = folder.coming()
        self._file = os.fdopen(number, "wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def keep(self, name: str) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._folder.place(self._path, name)

    def drop(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _sync(folder: Path) -> None:
    """Make what stands in a folder durable."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
