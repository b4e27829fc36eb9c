"""Personal data in events: sealed under a key per person, so that losing the key is erasure.

What is sealed twice at the same place under the same key gives the same text. So a repeated
command writes the same bytes, and a nonce can repeat only where nothing new is told by it.
"""

from binascii import a2b_base64, b2a_base64
from collections.abc import Collection
from hashlib import blake2b
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

ERASED = "[erased]"
"""What is read where the key of the person is gone."""

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORM = "1."
"""Starts every sealed text and names its form: base64 of the nonce, the ciphertext and the tag."""
_CIPHERS_MAX = 50_000


class Personal(Struct, frozen=True):
    """Marks a field of an event as personal: `title: Annotated[str, Personal("requester")]`.

    The field is a str, a str or None, or a dict of JSON values: of that each value is sealed for
    itself, so that its names, and that there was a value, are known after an erasure.
    """

    subject: str
    """The field of the same event that holds the id of the person. `self` is the aggregate
    itself, `actor` is who signed the event. Where it names nobody, the field is stored plain."""
    since: int = 1
    """The version of the event from which on the field is sealed."""


class KeyRing(Protocol):
    """The keys of people, by their ids."""

    def key(self, subject: str) -> bytes | None:
        """The key of a person, or None if it was destroyed or never made."""

    def ensure(self, subjects: Collection[str]) -> None:
        """Make the missing keys, durably. Raises Refused if one of the people was erased."""

    def destroy(self, subject: str) -> None:
        """Destroy the key of a person for ever, durably; and again without effect."""


class KeyMissing(LookupError):
    """A person has no key: none was made yet, or it was destroyed."""

    def __init__(self, subject: str) -> None:
        super().__init__(f"{subject} has no key.")


class SealBroken(ValueError):
    """A sealed text was changed, moved to another place, or sealed under another key."""

    def __init__(self) -> None:
        super().__init__(
            "A sealed field cannot be opened: it was changed, moved, or sealed under another key."
        )


def seal(key: bytes, text: str, aad: bytes) -> str:
    """Encrypt a text for one place. Opens only with the same key and the same `aad`."""
    gcm, keyed_hash = _ciphers.get(key) or _make_ciphers(key)
    plain = text.encode()
    hashed = keyed_hash.copy()
    # The length keeps one place and text from hashing like another place and text.
    hashed.update(len(aad).to_bytes(8, "big"))
    hashed.update(aad)
    hashed.update(plain)
    nonce = hashed.digest()
    return _text_of(nonce + gcm.encrypt(nonce, plain, aad))


def unseal(key: bytes | None, sealed: str, aad: bytes) -> str:
    """The text that was sealed for this place, or ERASED without a key. Raises SealBroken."""
    if key is None:
        return ERASED
    gcm, _ = _ciphers.get(key) or _make_ciphers(key)
    try:
        raw = a2b_base64(sealed[len(_FORM) :])
        # Base64 can spell the same bytes in several ways; only one of them is what was sealed.
        if len(raw) < _NONCE_BYTES + _TAG_BYTES or _text_of(raw) != sealed:
            raise SealBroken
        return gcm.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], aad).decode()
    # A ValueError is text that is not ASCII, not base64, or SealBroken itself.
    except (InvalidTag, ValueError):
        raise SealBroken from None


def drop_ciphers(key: bytes) -> None:
    """Keep nothing of a key that was destroyed."""
    _ciphers.pop(key, None)


def _text_of(raw: bytes) -> str:
    return _FORM + b2a_base64(raw, newline=False).decode()


_ciphers: dict[bytes, tuple[AESGCM, blake2b]] = {}


def _make_ciphers(key: bytes) -> tuple[AESGCM, blake2b]:
    if len(key) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes.")
    # AES and the hash must not share a key: each could tell about the other.
    hash_key = blake2b(key, digest_size=32, person=b"ledgerdesk nonce").digest()
    made = AESGCM(key), blake2b(key=hash_key, digest_size=_NONCE_BYTES)
    if len(_ciphers) >= _CIPHERS_MAX:
        _ciphers.clear()
    _ciphers[key] = made
    return made
