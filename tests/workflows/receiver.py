"""A receiver of webhooks on a port of its own, which answers as it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: int, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Said", *headers, "", ""]).encode()


class Sent(Struct, frozen=True):
    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def happened(self) -> str:
        return str(self.event["type"].removeprefix("org.ledgerdesk."))

    @property
    def position(self) -> int:
        return int(self.event["id"])


class Receiver:
    """`says` gives the answer to each request."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.says: Callable[[Sent], bytes] = lambda _: OK
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?of=desk"

    @property
    def positions(self) -> list[int]:
        return [sent.position for sent in self.sent]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *lines = head.split("\r\n")[:-2]
            headers = dict(one.split(": ", 1) for one in lines)
            body = await reader.readexactly(int(headers["content-length"]))
            sent = Sent(line, headers, body)
            self.sent.append(sent)
            writer.write(self.says(sent))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()
