"""Files under the key of a person: sealed while they come in, opened at any place.

A sealed file is a header with a salt, the content in segments, and a tag that binds all of it to
the digest and the size of the content. Each file has a key of its own, made of the person's and the
salt; each segment is sealed under its number, so none can be moved, and any can be opened alone.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.personal import KEY_BYTES, SealBroken

MAGIC = b"LDF1"
SALT_BYTES = 16
SEGMENT_BYTES = 64 * 1024
TAG_BYTES = 16
_HEADER_BYTES = len(MAGIC) + SALT_BYTES
_LAST = b"\xff" * 12


class Sealer:
    """Seals the bytes of one file as they come. `salt` is random, and never used again."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        if len(salt) != SALT_BYTES:
            raise ValueError(f"A salt has {SALT_BYTES} bytes.")
        self._cipher = _cipher(key, salt)
        self._segment = 0
        self._rest = bytearray()
        self._size = 0
        self.header = MAGIC + salt

    def add(self, data: bytes) -> bytes:
        """What can be written so far, possibly nothing."""
        self._rest += data
        self._size += len(data)
        sealed = bytearray()
        while len(self._rest) > SEGMENT_BYTES:
            sealed += self._seal(bytes(self._rest[:SEGMENT_BYTES]))
            del self._rest[:SEGMENT_BYTES]
        return bytes(sealed)

    def finish(self, sha256: str) -> bytes:
        """The end of the file, whose content has this digest."""
        end = self._seal(bytes(self._rest))
        return end + self._cipher.encrypt(_LAST, b"", _bound(sha256, self._size))

    def _seal(self, segment: bytes) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._segment), segment, None)
        self._segment += 1
        return sealed


class SealedFile:
    """A sealed file to read from. Raises SealBroken if it is not the one of that digest."""

    def __init__(
        self, read: Callable[[int, int], bytes], stored_bytes: int, key: bytes, sha256: str
    ) -> None:
        header = read(0, _HEADER_BYTES)
        body = stored_bytes - _HEADER_BYTES - TAG_BYTES
        if header[: len(MAGIC)] != MAGIC or len(header) != _HEADER_BYTES or body < TAG_BYTES:
            raise SealBroken
        self._read = read
        self._cipher = _cipher(key, header[len(MAGIC) :])
        self.size = body - TAG_BYTES * -(-body // (SEGMENT_BYTES + TAG_BYTES))
        """Of the content, in bytes."""
        end = read(stored_bytes - TAG_BYTES, TAG_BYTES)
        try:
            self._cipher.decrypt(_LAST, end, _bound(sha256, self.size))
        except InvalidTag:
            raise SealBroken from None

    def parts(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The content from one byte to before another, a segment at a time. Raises SealBroken."""
        end = self.size if end is None else min(end, self.size)
        while start < end:
            number, skipped = divmod(start, SEGMENT_BYTES)
            part = self._segment(number)[skipped : skipped + end - start]
            yield part
            start += len(part)

    def _segment(self, number: int) -> bytes:
        sealed_bytes = SEGMENT_BYTES + TAG_BYTES
        length = min(SEGMENT_BYTES, self.size - number * SEGMENT_BYTES) + TAG_BYTES
        sealed = self._read(_HEADER_BYTES + number * sealed_bytes, length)
        try:
            return self._cipher.decrypt(_nonce(number), sealed, None)
        except (InvalidTag, ValueError):
            raise SealBroken from None


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes.")
    return AESGCM(blake2b(key=key, salt=salt, digest_size=32, person=b"ledgerdesk file").digest())


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(sha256: str, size: int) -> bytes:
    return bytes.fromhex(sha256) + size.to_bytes(8, "big")
