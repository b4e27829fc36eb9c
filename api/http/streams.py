"""Answers that come part by part, until whoever asked has all of it or is gone."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from typing import Any

from api.http.answers import Answer, Header, Receive, Send

SEND_SECONDS = 10.0
"""How long a part may wait to be taken before the other side is taken for stuck."""
SOCKET_BUFFER_BYTES = 64 * 1024
"""What the system may hold for one that reads slowly; it would give each of them megabytes."""


class StreamAnswer(Answer):
    """Sent as it is made. One that does not take it in time is cut off, and holds nothing."""

    __slots__ = ("parts", "receive")

    def __init__(
        self,
        parts: AsyncGenerator[bytes],
        receive: Receive,
        headers: list[Header],
        media_type: bytes,
    ) -> None:
        super().__init__(200, b"", headers, media_type)
        self.parts = parts
        self.receive = receive

    async def send(self, send: Send, *, with_body: bool = True) -> None:
        headers = [*self.headers, (b"content-type", self.media_type)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if with_body:
            _bound(self.receive)
            sending = asyncio.create_task(self._send_parts(send))
            gone = asyncio.create_task(_gone(self.receive))
            try:
                await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                gone.cancel()
                sending.cancel()
                await asyncio.wait((sending,))
                await self.parts.aclose()
            if sending.cancelled():
                return
            sending.result()
        await send({"type": "http.response.body", "body": b""})

    async def _send_parts(self, send: Send) -> None:
        async for part in self.parts:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except TimeoutError:
                _cut_off(self.receive)
                return


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(receive: Receive) -> Any:
    # ASGI has no word for cutting off: the server's own way is found behind what it gave us.
    return getattr(getattr(receive, "__self__", None), "transport", None)


def _bound(receive: Receive) -> None:
    transport = _transport(receive)
    connected = transport.get_extra_info("socket") if transport else None
    if connected is not None:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)


def _cut_off(receive: Receive) -> None:
    transport = _transport(receive)
    if transport is not None:
        transport.abort()
