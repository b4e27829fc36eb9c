import asyncio
import json
import os
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ops.ports import free_port
from ops.temporal_client import connect, namespace_id
from ops.temporal_folder import Ports, read_stamp
from ops.temporal_server import TemporalServer, TemporalServerError
from tests.ops.temporal_servers import kill, listens, until
from tests.ports import taking
from tests.temporal import worker
from tests.workflows.sample_workflows import Nap, Sleeper


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TemporalServer]:
    with TemporalServer(tmp_path / "temporal") as running:
        yield running


async def test_a_started_server_answers_clients_and_shows_its_page(server: TemporalServer) -> None:
    client = await connect(server.address)

    assert await client.service_client.check_health()
    await until(lambda: listens(server.ui_address))
    with urllib.request.urlopen(server.ui_address, timeout=10) as page:
        assert page.status == 200
    with urllib.request.urlopen(server.metrics_address, timeout=10) as metrics:
        assert b"service_requests" in metrics.read()


async def test_it_listens_to_this_machine_only(server: TemporalServer) -> None:
    inodes = {
        os.readlink(descriptor)[8:-1]
        for descriptor in Path(f"/proc/{server.pid}/fd").iterdir()
        if os.readlink(descriptor).startswith("socket:")
    }
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    local = {row[1].split(":")[0] for row in rows if row[9] in inodes and row[3] == "0A"}

    assert local == {"0100007F"}


async def test_turns_are_quick_and_the_database_has_a_write_ahead_log(
    server: TemporalServer,
) -> None:
    """Past the first 20 turns, where an untuned server makes each wait for 50 ms."""
    client = await connect(server.address)
    naps = []

    async with worker(client, [Sleeper]) as queue:
        for number in range(80):
            began = time.monotonic()
            await client.execute_workflow(
                Sleeper.run, Nap(timedelta(0), "none"), id=f"nap-{number}", task_queue=queue
            )
            naps.append(time.monotonic() - began)

    assert sorted(naps[40:])[10] < 0.04
    assert (server.folder / "temporal.db-wal").exists()


async def test_what_was_accepted_survives_kill_9(server: TemporalServer) -> None:
    client = await connect(server.address)
    async with worker(client, [Sleeper], task_queue="naps"):
        handle = await client.start_workflow(
            Sleeper.run, Nap(timedelta(seconds=1.5), "cat"), id="nap", task_queue="naps"
        )
        await handle.signal(Sleeper.hear, "before")
        assert await handle.query(Sleeper.heard) == ("before",)  # no turn is under way
        before = await namespace_id(client)

        kill(server)
        await until(lambda: not server.is_alive)
        server.start()

        woken = await asyncio.wait_for(handle.result(), timeout=30)
        assert woken.signals == ("before",)
        assert await namespace_id(client) == before


async def test_a_replaced_database_is_told_by_the_namespace_id(tmp_path: Path) -> None:
    async def identity() -> str:
        with TemporalServer(tmp_path / "temporal") as server:
            return await namespace_id(await connect(server.address))

    first = await identity()
    assert await identity() == first
    for file in (tmp_path / "temporal").iterdir():
        file.unlink()
    assert await identity() != first


def test_the_same_folder_keeps_its_ports_while_they_are_free(tmp_path: Path) -> None:
    with TemporalServer(tmp_path) as first:
        addresses = (first.address, first.ui_address, first.metrics_address)
    with TemporalServer(tmp_path) as second:
        assert (second.address, second.ui_address, second.metrics_address) == addresses
    taken = "127.0.0.1", int(addresses[0].split(":")[1])
    with socket.create_server(taken), TemporalServer(tmp_path) as third:
        assert third.address != addresses[0]
        assert third.ui_address == addresses[1]


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = TemporalServer(tmp_path, port=port)

        with pytest.raises(TemporalServerError, match=f"Port {port} of 127.0.0.1.* is in use"):
            server.start()

    assert not server.is_alive


@pytest.mark.parametrize("name", Ports.__struct_fields__)
def test_a_chosen_port_that_another_takes_first_is_replaced(tmp_path: Path, name: str) -> None:
    def stamped() -> int | None:
        stamp = read_stamp(tmp_path / "temporal.json")
        return getattr(stamp.ports, name) if stamp else None

    with taking(stamped) as taken, TemporalServer(tmp_path) as server:
        assert listens(server.address)

    assert taken
    assert taken != [stamped()]


def test_a_wanted_port_that_another_takes_first_is_named(tmp_path: Path) -> None:
    port = free_port()
    server = TemporalServer(tmp_path, port=port)

    with (
        taking(lambda: port if (tmp_path / "temporal.json").exists() else None),
        pytest.raises(TemporalServerError, match=f"Port {port} of 127.0.0.1.* is in use"),
    ):
        server.start()

    assert not server.is_alive


def test_a_server_comes_back_at_its_address_although_its_other_ports_are_taken(
    server: TemporalServer,
) -> None:
    address, metrics = server.address, server.metrics_address
    server.stop()

    with socket.create_server(("127.0.0.1", int(metrics.split(":")[2].removesuffix("/metrics")))):
        server.start()

        assert listens(address)
        assert server.address == address
        assert server.metrics_address != metrics


def test_a_folder_in_use_is_refused_with_the_process_that_uses_it(
    server: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.temporal_folder.LOCK_SECONDS", 0.1)

    with pytest.raises(TemporalServerError, match=rf"\(process {server.pid}\) uses"):
        TemporalServer(server.folder).start()

    assert server.is_alive


@pytest.mark.parametrize("stamp", ["of another version", "missing", "broken"])
def test_a_database_of_another_version_is_refused_and_untouched(tmp_path: Path, stamp: str) -> None:
    with TemporalServer(tmp_path):
        pass
    file = tmp_path / "temporal.json"
    match stamp:
        case "of another version":
            file.write_text(file.read_text().replace("Server 1.", "Server 0."))
        case "missing":
            file.unlink()
        case "broken":
            file.write_text("{")
    database = (tmp_path / "temporal.db").read_bytes()

    with pytest.raises(TemporalServerError, match=f"Delete the folder {re.escape(str(tmp_path))}:"):
        TemporalServer(tmp_path).start()

    assert (tmp_path / "temporal.db").read_bytes() == database


def test_a_database_whose_making_was_interrupted_is_made_anew(tmp_path: Path) -> None:
    with TemporalServer(tmp_path):
        pass
    file = tmp_path / "temporal.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"finished": False}))
    (tmp_path / "temporal.db").write_bytes(b"half a schema")

    with TemporalServer(tmp_path) as server:
        assert server.is_alive

    assert json.loads(file.read_text())["finished"]
