"""Cursors of lists: where a page ended, signed, so that only what we gave out comes back."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import blake2b
from typing import Any

import msgspec

from api.http.errors import Problem

CURSOR_MAX = 2_000
_SIGNATURE_BYTES = 16


def sign(key: bytes, place: list[Any], question: str) -> str:
    """A cursor for a place (the sort keys of the last row), good for one question only."""
    body = msgspec.json.encode(place)
    return urlsafe_b64encode(_signature(key, body, question) + body).decode().rstrip("=")


def read(key: bytes, cursor: str, question: str) -> list[Any]:
    """The place that a cursor marks. Raises Problem for anything that we did not sign."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (Error, ValueError):
        raw = b""
    signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if len(cursor) > CURSOR_MAX or not hmac.compare_digest(
        signature, _signature(key, body, question)
    ):
        raise Problem(
            "bad_query",
            "cursor: this is no cursor of this list. Start without one, and change neither "
            "the order nor the filters between the pages.",
        )
    place: list[Any] = msgspec.json.decode(body)
    return place


def _signature(key: bytes, body: bytes, question: str) -> bytes:
    keyed = blake2b(key=key[:64], digest_size=_SIGNATURE_BYTES, person=b"ld cursor")
    keyed.update(question.encode("utf-8", "surrogatepass"))
    keyed.update(b"\0")
    keyed.update(body)
    return keyed.digest()
