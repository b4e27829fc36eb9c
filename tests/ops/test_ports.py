import socket
from pathlib import Path

import pytest

from ops import ports
from ops.ports import free_port, is_free


def test_a_port_where_somebody_listens_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert not is_free(port)
        assert free_port(port) != port
    assert is_free(port)
    assert free_port(port) == port


def test_a_port_that_a_connection_took_is_not_free() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as connection,
    ):
        assert not is_free(connection.getsockname()[1])


def test_no_outgoing_connection_can_take_a_free_port() -> None:
    first, last = map(int, ports.OUTGOING.read_text().split())

    chosen = {free_port() for _ in range(50)}

    assert not [port for port in chosen if first <= port <= last]
    assert len(chosen) > 40


@pytest.mark.parametrize("told", ["1024 65535", None])
def test_there_is_a_port_whatever_the_kernel_keeps_for_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    monkeypatch.setattr(ports, "OUTGOING", tmp_path / "range")
    if told is not None:
        (tmp_path / "range").write_text(told)

    assert is_free(free_port())
