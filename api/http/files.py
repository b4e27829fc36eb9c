"""Answers that are files: sent part by part, whole or one range of them."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from starlette.concurrency import iterate_in_threadpool

from api.http.answers import Answer, Header, Send
from api.http.errors import Problem

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._-]")
OPENS_NOWHERE: list[Header] = [(b"content-security-policy", b"default-src 'none'; sandbox")]
"""Besides the policy of all answers, as both hold: a browser that opens the file runs nothing."""


class Span(NamedTuple):
    """From one byte to before another."""

    start: int
    end: int


class FileAnswer(Answer):
    __slots__ = ("length", "parts")

    def __init__(
        self,
        status: int,
        parts: Iterator[bytes],
        length: int,
        headers: list[Header],
        media_type: str,
    ) -> None:
        known = _MEDIA_TYPE.fullmatch(media_type)
        super().__init__(
            status,
            b"",
            headers,
            media_type.encode() if known else b"application/octet-stream",
        )
        self.parts = parts
        self.length = length

    async def send(self, send: Send, *, with_body: bool = True) -> None:
        headers = [
            *self.headers,
            (b"content-type", self.media_type),
            (b"content-length", b"%d" % self.length),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if with_body:
            async for part in iterate_in_threadpool(self.parts):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def span_of(asked: str, size: int) -> Span | None:
    """The bytes that a Range header asks for; None for the whole file, as for what it cannot read.

    Raises Problem for a range that is not in the file.
    """
    found = _RANGE.fullmatch(asked.replace(" ", ""))
    if found is None or found.group(1) + found.group(2) == "":
        return None
    first, last = found.groups()
    if first == "":
        span = Span(max(0, size - int(last)), size)
    else:
        span = Span(int(first), min(size, int(last) + 1) if last else size)
        if last and int(last) < int(first):
            return None
    if span.start >= span.end:
        raise Problem(
            "out_of_range",
            f"The file has {size} bytes.",
            headers=[(b"content-range", b"bytes */%d" % size)],
        )
    return span


def disposition(name: str, *, is_shown: bool = False) -> Header:
    """Save it under a name, or show it: in ASCII for those who know no more, and as it is."""
    plain = _UNSAFE.sub("_", name)
    full = quote(name, safe="", errors="replace")
    kind = "inline" if is_shown else "attachment"
    value = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}"
    return b"content-disposition", value.encode("ascii")
