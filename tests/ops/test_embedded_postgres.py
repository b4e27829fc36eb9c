import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ops.stores.embedded_postgres import SOCKET_PATH_BYTES_MAX, EmbeddedPostgres
from ops.stores.postgres_install import Account, PostgresUnavailable, find_programs
from ops.stores.postmaster import is_server, pid_file_lines
from tests.ports import taking
from tests.postgres import new_postgres_folder

ROOT = Path(__file__).parents[2]

# The thread that starts the server ends at once: that must not take the server down.
OWNER = """
import sys, threading
from pathlib import Path
from ops.stores.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
thread = threading.Thread(target=server.start)
thread.start()
thread.join()
print(server.url, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = new_postgres_folder()
    yield made
    if (made / "data").exists():
        # Whoever started a server in the test: as its owner we stop it before its files go.
        with EmbeddedPostgres(made):
            pass
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def durable_server() -> Iterator[EmbeddedPostgres]:
    made = new_postgres_folder()
    with EmbeddedPostgres(made) as server:
        yield server
    shutil.rmtree(made)


@contextmanager
def another_owner(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that owns the server, and the URL it got."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdin
    assert owner.stdout
    try:
        yield owner, owner.stdout.readline().strip()
    finally:
        owner.kill()
        owner.wait()
        owner.stdin.close()
        owner.stdout.close()


def asked(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row
    return row[0]


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


def server_pid(folder: Path) -> int:
    return int(pid_file_lines(folder / "data")[0])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("max_connections", "100"),
        ("listen_addresses", "127.0.0.1"),
        ("TimeZone", "UTC"),
    ],
)
def test_the_server_is_durable_and_closed_to_the_network(
    durable_server: EmbeddedPostgres, setting: str, value: str
) -> None:
    assert asked(durable_server.url, f"SHOW {setting}") == value


def test_text_is_sorted_by_code_point_and_cased_by_unicode(
    durable_server: EmbeddedPostgres,
) -> None:
    assert asked(durable_server.url, "SELECT 'Z' < 'a' AND upper('é') = 'É'") is True


def test_it_answers_by_socket_too(durable_server: EmbeddedPostgres) -> None:
    assert asked(durable_server.socket_url, "SELECT inet_server_addr() IS NULL") is True


@pytest.mark.parametrize("way", ["url", "socket_url"])
def test_nobody_gets_in_without_the_password(durable_server: EmbeddedPostgres, way: str) -> None:
    url: str = getattr(durable_server, way)
    scheme, _, rest = url.partition("://")
    host = rest.partition("@")[2]

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"{scheme}://ledgerdesk:wrong@{host}")


def test_the_password_is_kept_from_other_accounts_and_from_messages(
    durable_server: EmbeddedPostgres,
) -> None:
    password = durable_server.url.partition("ledgerdesk:")[2].partition("@")[0]

    assert (durable_server.folder / "access.json").stat().st_mode & 0o077 == 0
    assert (durable_server.folder / "server.log").stat().st_mode & 0o077 == 0
    assert password not in repr(durable_server)
    assert password not in (durable_server.folder / "server.log").read_text()
    assert not list(durable_server.folder.glob("*.half"))


def test_databases_are_created_once_and_dropped_with_their_connections(
    durable_server: EmbeddedPostgres,
) -> None:
    url = durable_server.create_database('odd "name"/%')
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (it int)")

    again = durable_server.create_database('odd "name"/%')

    assert again == url
    assert asked(again, "SELECT count(*) FROM kept") == 0
    with psycopg.connect(url):
        durable_server.drop_database('odd "name"/%')
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_database_can_be_a_copy_of_another(durable_server: EmbeddedPostgres) -> None:
    with psycopg.connect(durable_server.create_database("pattern")) as connection:
        connection.execute("CREATE TABLE kept (it int)")

    url = durable_server.create_database("copy", template="pattern")

    assert asked(url, "SELECT count(*) FROM kept") == 0


def test_a_second_start_continues_at_the_same_address(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        url = server.url
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS it")

    with EmbeddedPostgres(folder) as server:
        assert server.url == url
        assert asked(url, "SELECT it FROM kept") == 7


def test_a_stopped_server_is_gone(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    url, pid = server.url, server_pid(folder)

    server.stop()

    assert not server.is_running
    assert not is_server(pid, folder / "data")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with pytest.raises(PostgresUnavailable, match="was not started"):
        _ = server.url


def test_when_its_port_was_taken_it_moves(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        port = int(server.url.partition("127.0.0.1:")[2].partition("/")[0])

    with socket.create_server(("127.0.0.1", port)), EmbeddedPostgres(folder) as server:
        assert f":{port}/" not in server.url
        assert asked(server.url, "SELECT 1") == 1


def test_when_another_is_quicker_at_its_port_it_moves(folder: Path) -> None:
    def chosen() -> int | None:
        access = folder / "access.json"
        return json.loads(access.read_text())["port"] if access.exists() else None

    with taking(chosen) as taken, EmbeddedPostgres(folder, durable=False) as server:
        assert asked(server.url, "SELECT 1") == 1
        assert f":{taken[0]}/" not in server.url


def test_a_second_start_is_a_guest_that_does_not_stop_the_server(folder: Path) -> None:
    with another_owner(folder) as (_, url):
        guest = EmbeddedPostgres(folder)
        guest.start()

        assert guest.url == url
        assert not guest.is_owner
        guest.stop()
        assert asked(url, "SELECT 1") == 1


def test_starts_at_once_make_one_server(folder: Path) -> None:
    servers = [EmbeddedPostgres(folder) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(EmbeddedPostgres.start, servers))

    assert len({server.url for server in servers}) == 1
    assert [server.is_owner for server in servers].count(True) == 1
    for server in sorted(servers, key=lambda server: server.is_owner):
        assert asked(server.url, "SELECT 1") == 1
        server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells a child that we died.")
def test_the_server_does_not_outlive_a_killed_owner(folder: Path) -> None:
    with another_owner(folder) as (owner, url):
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS it")
        pid = server_pid(folder)

        owner.kill()

        wait_until(lambda: not is_server(pid, folder / "data"))

    with EmbeddedPostgres(folder) as server:
        assert server.is_owner
        assert asked(server.url, "SELECT it FROM kept") == 7


def test_the_next_owner_replaces_the_server_that_a_killed_one_left(folder: Path) -> None:
    with another_owner(folder) as (owner, _):
        before = server_pid(folder)
        owner.kill()
        owner.wait()

        with EmbeddedPostgres(folder) as server:
            assert server.is_owner
            assert server_pid(folder) != before
            assert asked(server.url, "SELECT 1") == 1


def test_a_killed_server_starts_again_with_what_it_acknowledged(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS it")
        os.kill(server_pid(folder), signal.SIGKILL)
        wait_until(lambda: not server.is_running)

        server.start()

        assert asked(server.url, "SELECT it FROM kept") == 7


def test_the_number_of_another_process_in_the_pid_file_does_not_matter(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        left = (folder / "data/postmaster.pid").read_text().splitlines()
    left[0] = str(os.getpid())
    (folder / "data/postmaster.pid").write_text("\n".join(left) + "\n")

    with EmbeddedPostgres(folder, durable=False) as server:
        assert asked(server.url, "SELECT 1") == 1


def test_a_first_start_that_was_cut_short_is_made_anew(folder: Path) -> None:
    (folder / "data.half").mkdir()
    (folder / "data.half/PG_VERSION").write_text("18\n")

    with EmbeddedPostgres(folder, durable=False) as server:
        assert asked(server.url, "SELECT 1") == 1


def test_in_a_long_path_the_socket_lies_elsewhere_and_goes_with_the_server(folder: Path) -> None:
    deep = folder / ("long" * 30)
    if os.geteuid() == 0:
        folder.chmod(0o711)

    with EmbeddedPostgres(deep, durable=False) as server:
        assert asked(server.socket_url, "SELECT 1") == 1
        where = asked(server.url, "SHOW unix_socket_directories")
        assert isinstance(where, str)
        assert len(where) < SOCKET_PATH_BYTES_MAX - 20
        assert Path(where).stat().st_mode & 0o777 == 0o700
    assert not Path(where).exists()


def test_settings_that_fit_nothing_are_told_with_the_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EmbeddedPostgres.settings, "shared_buffers", "none")

    with pytest.raises(PostgresUnavailable, match="shared_buffers"):
        EmbeddedPostgres(folder, durable=False).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root runs PostgreSQL as another account.")
class Locked(Account):
    """An account that may not reach the installed package."""

    def can(self, test: str, path: Path) -> bool:
        return "site-packages" not in path.parts and super().can(test, path)


def test_where_the_package_cannot_be_reached_a_copy_of_it_runs(folder: Path) -> None:
    account = Locked()
    folder.chmod(0o711)

    programs = find_programs(account, folder)

    assert programs.is_relative_to(folder)
    for program in ("postgres", "initdb"):
        told = subprocess.run(
            [programs / program, "--version"], capture_output=True, text=True, **account.arguments()
        )
        assert (told.returncode, told.stderr) == (0, "")
        assert "PostgreSQL" in told.stdout
    assert find_programs(account, folder) == programs


def test_root_is_told_when_the_folder_is_closed_to_the_account(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with pytest.raises(PostgresUnavailable, match=r"cannot run as root.*cannot reach"):
        EmbeddedPostgres(tmp_path / "inner").start()

    assert tmp_path.stat().st_mode & 0o777 == 0o700
