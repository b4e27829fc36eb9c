"""Ids and numbers: every record has a UUID, and people see its number.

The UUID is of version 8 (RFC 9562, section 5.8): the first four bytes spell the prefix of the
kind and the last 62 bits hold the serial, so that number and id are two spellings of one thing,
no look-up is needed between them, and the ids of one kind stand side by side in an index.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from domain.rules import NotFound

SERIAL_MAX = (1 << 62) - 1
_VERSION_AND_VARIANT = (8 << 76) | (0b10 << 62)
_WHERE_THEY_STAND = (0xF << 76) | (0b11 << 62)
_NUMBER = re.compile(r"([A-Z]{3})([0-9]{1,19})\Z")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


def record_id(prefix: str, serial: int) -> UUID:
    """The id of the record of a kind with this serial (0 to 2^62 - 1)."""
    if not 0 <= serial <= SERIAL_MAX:
        raise ValueError(f"{serial} is no serial.")
    return UUID(int=(_high(prefix) << 96) | _VERSION_AND_VARIANT | serial)


@lru_cache(maxsize=64)
def _high(prefix: str) -> int:
    code = prefix.encode("ascii")
    if not (len(code) == 3 and code.isalpha() and code.isupper()):
        raise ValueError(f"{prefix!r} is no prefix: three capital letters are needed.")
    return int.from_bytes(code + b"\0")


def named_id(prefix: str, *name: str) -> UUID:
    """The id of a record that is known by a name elsewhere: the same name gives the same id."""
    digest = blake2b("\0".join(name).encode(), digest_size=8, person=b"ledgerdesk").digest()
    return record_id(prefix, int.from_bytes(digest) & SERIAL_MAX)


def prefix_of(id: UUID) -> str:
    """The prefix of the kind that an id belongs to, or "" for an id that is not ours."""
    number = id.int
    if number & _WHERE_THEY_STAND != _VERSION_AND_VARIANT:
        return ""
    return _spelled(number >> 96)


@lru_cache(maxsize=1_000)
def _spelled(high: int) -> str:
    code, end = (high >> 8).to_bytes(3), high & 0xFF
    return code.decode("ascii") if code.isalpha() and code.isupper() and end == 0 else ""


def serial_of(id: UUID) -> int:
    return id.int & SERIAL_MAX


def number_of(id: UUID) -> str:
    """The number that people see, such as INC0001042."""
    return f"{prefix_of(id)}{serial_of(id):07d}"


def parse_reference(text: str) -> UUID:
    """The id that a UUID or a number stands for. Raises NotFound for anything else."""
    if match := _NUMBER.match(text):
        serial = int(match[2])
        if serial <= SERIAL_MAX:
            return record_id(match[1], serial)
    if _UUID.match(text):
        return UUID(text)
    raise NotFound(f"{text[:80]!r} is neither a number nor an id.")


def as_id(text: str) -> UUID | None:
    """The id that a text spells, None if it spells none: whoever acts may be no person."""
    return UUID(text) if _UUID.match(text) else None


def range_of(prefix: str) -> tuple[UUID, UUID]:
    """The smallest and the largest id of a kind."""
    return record_id(prefix, 0), record_id(prefix, SERIAL_MAX)


def ordered_id(milliseconds: int, randomness: int) -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7): time first, then 74 random bits."""
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    random_high = (randomness >> 62 & 0xFFF) << 64
    return UUID(int=high | 7 << 76 | random_high | 0b10 << 62 | randomness & SERIAL_MAX)
