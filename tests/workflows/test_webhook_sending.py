"""Where webhooks may go, and that nothing on the other side holds them up."""

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from domain.feed.addresses import is_public
from tests.workflows.receiver import Receiver, answer, receiving
from workflows import webhook_sending
from workflows.webhook_sending import Answered, Sender

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def post(url: str, *, allowed: Any = LOOPBACK) -> Answered:
    sender = Sender(allowed)
    try:
        return await sender.post(url, {"webhook-id": "1"}, b"{}")
    finally:
        sender.close()


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
        *("240.0.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:53aa:64c:0:fbff:80ff:fffe"),
        *("fd00:ec2::254", "2001:db8::1"),
    ],
)
def test_an_address_that_is_not_public_is_known(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_known(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"]
)
async def test_nothing_is_sent_to_an_address_that_is_not_public(
    receiver: Receiver, host: str
) -> None:
    for scheme in ("http", "https"):
        answered = await post(f"{scheme}://{host}:{receiver.port}/", allowed=())
        assert answered == Answered(0, "The address is not a public one.")

    assert receiver.sent == []


async def test_it_is_sent_to_what_was_checked_under_the_name_that_was_given(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = socket.getaddrinfo
    looked_up = []

    def look_up(host: str, port: int, *more: Any) -> Any:
        looked_up.append(host)
        # A second look-up of the name would find another address.
        return found("127.0.0.1" if looked_up.count(host) == 1 else "127.0.0.2", port, *more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    answered = await post(f"http://hooks.example:{receiver.port}/a/b?c=d")

    assert answered == Answered(204)
    [sent] = receiver.sent
    assert sent.line == "POST /a/b?c=d HTTP/1.1"
    assert sent.headers["host"] == f"hooks.example:{receiver.port}"
    assert looked_up.count("hooks.example") == 1


async def test_plain_http_does_not_go_to_public_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)

    answered = await post("http://example.org/", allowed=())

    assert answered == Answered(0, "Only HTTPS goes to public addresses.")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (answer(200), Answered(200)),
        (answer(500), Answered(500)),
        (answer(302, "location: http://127.0.0.1/"), Answered(302, "Redirects are not followed.")),
        (answer(429, "Retry-After: 120"), Answered(429, "", 120)),
        (answer(103) + answer(204), Answered(204)),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Answered(0, "What answers speaks no HTTP.")),
        (b"", Answered(0, "The connection ended before the answer did.")),
        (
            b"HTTP/1.1 200 OK\r\nx: " + b"x" * 40_000,
            Answered(0, "The head of the answer has more than 16384 bytes."),
        ),
        (answer(200) + b"x" * 1_000_000, Answered(200)),
    ],
)
async def test_what_is_answered_is_told(receiver: Receiver, said: bytes, told: Answered) -> None:
    receiver.says = lambda _: said

    assert await post(receiver.url) == told


async def test_one_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook_sending, "SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        answered = await post(f"http://127.0.0.1:{deaf.getsockname()[1]}/")

    assert answered == Answered(0, "No answer within 0 s.")


async def test_nobody_there_and_no_such_name_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    refused, unknown = await asyncio.gather(
        post(f"http://127.0.0.1:{port}/"), post("https://no-such-name.invalid/")
    )

    assert (refused.status, unknown.status) == (0, 0)
    assert refused.error
    assert unknown.error


async def test_tls_with_whoever_it_is_not_is_refused(receiver: Receiver) -> None:
    receiver.says = lambda _: b""

    answered = await post(f"https://127.0.0.1:{receiver.port}/")

    assert answered.status == 0
    assert answered.error
