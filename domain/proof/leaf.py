r"""A leaf: one event exactly as it is stored, at its place.

The encoding, all integers big-endian (and below 2^63), no padding:

    bytes  content
    4      4C 44 45 01 (`LDE` and the version of this format)
    8      the position in the ledger, from 1; the leaf of position p has index p - 1
    16     the id of the stream, as the 16 bytes of its UUID
    8      the version within the stream, from 1
    4      T, the length of the topic
    4      R, the length of the recorded time
    4      S, the length of the state
    T      the topic, UTF-8
    R      the recorded time: the string `at` of the object `by` in the state, as it stands there
           (RFC 3339), or nothing where the state has none
    S      the state: the stored bytes, in which personal fields are sealed; so losing the key of a
           person changes no leaf

Nothing follows. The hash of a leaf is SHA-256(00 || encoding). What is logged of a leaf, so that it
can be named when it is gone, is that hash, the stream and the version: 56 bytes.
"""

from struct import Struct
from typing import NamedTuple
from uuid import UUID

MAGIC = b"LDE\x01"
_HEAD = Struct(">4sq16sqIII")
HEAD_BYTES = _HEAD.size
IDENTITY = slice(12, 36)
"""Where the stream and the version stand in an encoded leaf."""
HASH_BYTES = 32
IDENTITY_BYTES = 24
LOGGED_BYTES = HASH_BYTES + IDENTITY_BYTES


class Malformed(ValueError):
    """Bytes are not what they are said to be."""


class Leaf(NamedTuple):
    position: int
    stream: bytes
    version: int
    topic: bytes
    recorded: bytes
    state: bytes

    def encoded(self) -> bytes:
        """Raises struct.error for what does not fit."""
        head = _HEAD.pack(
            MAGIC,
            self.position,
            self.stream,
            self.version,
            len(self.topic),
            len(self.recorded),
            len(self.state),
        )
        return b"".join((head, self.topic, self.recorded, self.state))


def decode(data: bytes) -> Leaf:
    """The leaf of an encoding. Raises Malformed."""
    if len(data) < HEAD_BYTES:
        raise Malformed("A leaf is cut off.")
    magic, position, stream, version, topic, recorded, state = _HEAD.unpack_from(data)
    if magic != MAGIC:
        raise Malformed("A leaf is of an unknown format.")
    topic_end = HEAD_BYTES + topic
    recorded_end = topic_end + recorded
    if len(data) != recorded_end + state:
        raise Malformed("A leaf is longer or shorter than it says.")
    return Leaf(
        position,
        stream,
        version,
        data[HEAD_BYTES:topic_end],
        data[topic_end:recorded_end],
        data[recorded_end:],
    )


def version_in(identity: bytes) -> int:
    """The version of a stream and version, as they stand in an encoded leaf."""
    return int.from_bytes(identity[16:], signed=True)


def name_of(stream: bytes) -> str:
    """What people call a stream: the number that its id spells, or else the id.

    An id of ours begins with three capital letters and 00, is of version 8, and ends with the
    serial in 62 bits.
    """
    number = int.from_bytes(stream)
    prefix = stream[:3]
    is_ours = stream[3] == 0 and stream[6] >> 4 == 8 and stream[8] >> 6 == 2
    if is_ours and prefix.isalpha() and prefix.isupper():
        return f"{prefix.decode()}{number & ((1 << 62) - 1):07d}"
    return str(UUID(bytes=stream))
