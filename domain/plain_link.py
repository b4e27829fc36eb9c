"""What links are made of that name records alone, and end with a mark by the key of the desk."""

import re
from base64 import b32encode
from hmac import compare_digest, digest
from uuid import UUID

from domain.decision_link import Forged
from domain.ids import parse_reference
from domain.rules import NotFound


def sealed(key: bytes, purpose: str, said: str) -> str:
    """What is said, with its mark behind it. One purpose has no use for the marks of another."""
    return f"{said}.{_mark(key, purpose, said).decode()}"


def unsealed(key: bytes, purpose: str, shape: re.Pattern[str], text: str) -> re.Match[str]:
    """What a link says, by the shape of what was sealed. Raises Forged."""
    said, _, mark = text.rpartition(".")
    match = shape.fullmatch(said)
    given = mark.encode(errors="replace")
    # A desk without a key has made no links.
    if not key or match is None or not compare_digest(given, _mark(key, purpose, said)):
        raise Forged("This link was cut short or changed, or is none of this desk.")
    return match


def named(number: str) -> UUID:
    """The record of a number. Raises Forged."""
    try:
        return parse_reference(number)
    except NotFound:
        raise Forged("It names nothing of this desk.") from None


def _mark(key: bytes, purpose: str, said: str) -> bytes:
    return b32encode(digest(key, f"{purpose} link {said}".encode(), "sha256")[:20]).lower()
