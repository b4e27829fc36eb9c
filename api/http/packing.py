"""Bodies made smaller for whoever takes that: with zstd where it is taken, else with gzip."""

import gzip
import re
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Literal

from api.http.answers import Answer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Coding = Literal["zstd", "gzip"]

BYTES_MIN = 1_000
"""Smaller bodies go in one packet anyhow."""
GZIP_LEVEL = 5
ZSTD_LEVEL = 3
_GZIP = 16 + zlib.MAX_WBITS
_TEXTS = re.compile(rb"(text/|application/([a-z.-]+\+)?(json|xml)|image/svg)")
_WEIGHT = re.compile(r"q=([01](\.\d{0,3})?)\Z")


def taken(accept_encoding: str) -> Coding | None:
    """What a client takes, by its Accept-Encoding; of two that it likes as well, zstd."""
    weights = {}
    for coding in accept_encoding.lower().split(","):
        name, _, parameter = coding.partition(";")
        weight = _WEIGHT.match(parameter.replace(" ", ""))
        weights[name.strip()] = float(weight[1]) if weight else 1.0
    # Who takes anything is not asked for more than gzip: everybody has that.
    likes = {"zstd": weights.get("zstd", 0.0), "gzip": weights.get("gzip", weights.get("*", 0.0))}
    if not any(likes.values()):
        return None
    return "zstd" if likes["zstd"] >= likes["gzip"] else "gzip"


def pack(answer: Answer, accept_encoding: str) -> None:
    """Make the body of an answer smaller, if it is worth it.

    What has an ETag stays as it is: the tag would have to be another one, and If-Match compares it.
    """
    if len(answer.body) < BYTES_MIN or not _TEXTS.match(answer.media_type):
        return
    headers = dict(answer.headers)
    if b"etag" in headers or b"content-encoding" in headers:
        return
    vary = headers.get(b"vary")
    varying = b"accept-encoding" if vary is None else vary + b", accept-encoding"
    answer.headers = [one for one in answer.headers if one[0] != b"vary"]
    answer.headers.append((b"vary", varying))
    coding = taken(accept_encoding)
    if coding is not None:
        answer.body = _packed(answer.body, coding)
        answer.headers.append((b"content-encoding", coding.encode()))


def _packed(body: bytes, coding: Coding) -> bytes:
    if coding == "zstd":
        return zstd.compress(body, ZSTD_LEVEL)
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


async def packed(parts: AsyncIterator[bytes], coding: Coding) -> AsyncGenerator[bytes]:
    """The parts as one file, each to be read as soon as it is there."""
    if coding == "zstd":
        frame = zstd.ZstdCompressor(ZSTD_LEVEL)
        async for part in parts:
            yield frame.compress(part, frame.FLUSH_BLOCK)
        yield frame.flush()
        return
    packer = zlib.compressobj(GZIP_LEVEL, wbits=_GZIP)
    async for part in parts:
        yield packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
