"""What an endpoint gives back: a status, a body and headers, sent as they are."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from msgspec.json import Encoder

Header = tuple[bytes, bytes]
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON = b"application/json"


class Answer:
    __slots__ = ("body", "headers", "media_type", "status")

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        headers: list[Header] | None = None,
        media_type: bytes = JSON,
    ) -> None:
        self.status = status
        self.body = body
        # A list of its own, to which others add: several answers may be given the same one.
        self.headers = list(headers) if headers is not None else []
        self.media_type = media_type

    async def send(self, send: Send, *, with_body: bool = True) -> None:
        headers = self.headers
        if self.status not in (204, 304):
            headers = [
                *headers,
                (b"content-type", self.media_type),
                (b"content-length", b"%d" % len(self.body)),
            ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body if with_body else b""})


def json(value: Any, status: int = 200, headers: list[Header] | None = None) -> Answer:
    return Answer(status, dumps(value), headers)


_encode = Encoder().encode


def dumps(value: Any) -> bytes:
    """JSON of what records, events and views are made of."""
    return _encode(value)
