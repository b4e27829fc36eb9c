"""Attachments in a bucket of an S3-compatible store.

Each sending of a file makes an object of its own, `NAME/WHEN`, in one request: it is there whole or
not at all, whoever was killed, and whoever removes an old one never meets the new one.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

from domain.files import FilesUnavailable, Stored

if TYPE_CHECKING:
    from obstore.store import S3Config

AHEAD_BYTES = 1024 * 1024
"""So much is fetched at least by a request for the middle of a file."""
MEMORY_BYTES = 1024 * 1024
"""What is larger waits on disk, sealed, until all of it has come."""
PATIENCE = timedelta(seconds=20)
TRIES = 3


class Credentials(NamedTuple):
    access_key: str
    secret_key: str


class S3Files:
    """Files of any number of hosts. All methods raise FilesUnavailable."""

    def __init__(
        self, address: str, *, endpoint: str = "", region: str, credentials: Credentials | None
    ) -> None:
        """`address` is `s3://BUCKET` or `s3://BUCKET/PREFIX`. Without an endpoint it is Amazon's;
        without credentials they are what Amazon's own tools would take."""
        parts = urlsplit(address)
        config: S3Config = {"region": region}
        if endpoint:
            config["endpoint"] = endpoint
        if credentials:
            config["access_key_id"], config["secret_access_key"] = credentials
        self._store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config=config,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": PATIENCE,
            },
            retry_config={"max_retries": TRIES, "retry_timeout": PATIENCE},
        )

    def begin(self) -> "Coming":
        return Coming(self)

    def open(self, name: str) -> "S3File | None":
        objects = self._objects(name)
        return S3File(self._store, *objects[-1]) if objects else None

    def stored(self) -> Iterator[Stored]:
        """The same name comes again for each of its objects."""
        for one in self._under(None):
            name, _, _ = one.path.partition("/")
            yield Stored(name, one.at)

    def remove(self, name: str) -> bool:
        objects = self._objects(name)
        self._delete(objects)
        return bool(objects)

    def remove_unless_newer(self, name: str, at: datetime) -> bool:
        objects = self._objects(name)
        old = [one for one in objects if one.at <= at]
        self._delete(old)
        return bool(old) and len(old) == len(objects)

    def put(self, name: str, content: bytes) -> None:
        """Have a file, and no longer what was there under its name before."""
        # The store knows when, but to the second alone.
        path = f"{name}/{time.time_ns():016x}-{secrets.token_hex(4)}"
        with _answering():
            # In parts, a sender that is killed would leave some that nobody sees.
            self._store.put(path, content, use_multipart=False)
        # Whoever sends at the same time sees the same order: the latest stays.
        self._delete(self._objects(name)[:-1])

    def _objects(self, name: str) -> "list[_Object]":
        """All of a name, the latest at the end, in the order in which everybody sees them."""
        return sorted(self._under(f"{name}/"))

    def _under(self, prefix: str | None) -> "Iterator[_Object]":
        with _answering():
            for page in self._store.list(prefix, chunk_size=1000):
                for meta in page:
                    yield _Object(meta["last_modified"], meta["path"], meta["size"])

    def _delete(self, objects: "list[_Object]") -> None:
        with _answering():
            for one in objects:
                self._store.delete(one.path)


class _Object(NamedTuple):
    at: datetime
    path: str
    size: int


class S3File:
    """One object, to read from in one thread at a time."""

    def __init__(self, store: S3Store, at: datetime, path: str, size: int) -> None:
        self._store = store
        self._path = path
        self.size = size
        self._ahead = (0, b"")

    def read(self, start: int, length: int) -> bytes:
        length = min(length, self.size - start)
        begin, data = self._ahead
        if not begin <= start <= start + length <= begin + len(data):
            begin = start
            data = self._fetched(start, min(max(length, AHEAD_BYTES), self.size - start))
            if len(data) > length:
                self._ahead = (begin, data)
        return data[start - begin : start - begin + length]

    def _fetched(self, start: int, length: int) -> bytes:
        if length <= 0:
            return b""
        with _answering():
            return bytes(self._store.get_range(self._path, start=start, length=length))


class Coming:
    def __init__(self, files: S3Files) -> None:
        self._files = files
        self._file = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 - until it is kept or dropped

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def keep(self, name: str) -> None:
        self._file.seek(0)
        self._files.put(name, self._file.read())
        self._file.close()

    def drop(self) -> None:
        self._file.close()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # What the store says may name accounts and keys: it goes nowhere.
        raise FilesUnavailable(
            f"The store of attachments does not do it ({type(error).__name__})."
        ) from None
