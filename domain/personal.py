"""Personal data in events: sealed under a key per person, so that losing the key is erasure.

What records say that have words of their own is sealed under the key of the record besides, so that
it can be read only as long as both keys are there.

What is sealed twice at the same place under the same key gives the same text. So a repeated
command writes the same bytes, and a nonce can repeat only where nothing new is told by it.
"""

from binascii import a2b_base64, b2a_base64
from collections.abc import Collection
from hashlib import blake2b
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from domain.key_tree import Part

ERASED = "[erased]"
"""What is read where the key of the person, or of the record, is gone."""

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
ALONE = "1."
"""Starts what is sealed under the key of a person: base64 of the nonce, the ciphertext and the tag
follow."""
TOGETHER = "\x02"
"""Starts what is sealed under the key of a record besides: no text that people write has it."""
_CIPHERS_MAX = 4_000


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
    part: Part = "words"
    """With what it goes, of a record that has words of its own."""


class KeyRing(Protocol):
    """The keys of people, by their ids, and of what records say."""

    def key(self, subject: str) -> bytes | None:
        """The key of a person, or None if it was destroyed or never made."""

    def ensure(self, subjects: Collection[str]) -> None:
        """Make the missing keys, durably. Raises Refused if one of the people was erased."""

    def destroy(self, subject: str) -> None:
        """Destroy the key of a person for ever, durably; and again without effect."""

    def words(self, record: UUID, part: Part) -> bytes | None:
        """The key of a part of what a record says, or None if it was destroyed."""

    def remove_words(self, removed: Collection[tuple[UUID, Part]]) -> None:
        """Destroy the keys of parts for ever, durably; and again without effect."""

    def removed_to(self) -> tuple[int, int]:
        """Up to which position of the ledger removals are carried out, and where the last was."""

    def note_removed_to(self, position: int, last: int) -> None:
        """Keep that, durably."""


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


def together(person: bytes | None, record: bytes) -> bytes:
    """The key that follows from that of a person, if it is one's, and that of a record."""
    return blake2b(
        record, key=person or b"", digest_size=KEY_BYTES, person=b"ledgerdesk both"
    ).digest()


def seal(key: bytes, text: str, aad: bytes, form: str = ALONE) -> str:
    """Encrypt a text for one place. Opens only with the same key and the same `aad`."""
    gcm, keyed_hash = _ciphers.get(key) or _make_ciphers(key)
    plain = text.encode()
    hashed = keyed_hash.copy()
    # The length keeps one place and text from hashing like another place and text.
    hashed.update(len(aad).to_bytes(8, "big"))
    hashed.update(aad)
    hashed.update(plain)
    nonce = hashed.digest()
    return _text_of(nonce + gcm.encrypt(nonce, plain, aad), form)


def unseal(key: bytes | None, sealed: str, aad: bytes) -> str:
    """The text that was sealed for this place, or ERASED without a key. Raises SealBroken."""
    if key is None:
        return ERASED
    gcm, _ = _ciphers.get(key) or _make_ciphers(key)
    try:
        form = TOGETHER if sealed.startswith(TOGETHER) else ALONE
        raw = a2b_base64(sealed[len(form) :])
        # Base64 can spell the same bytes in several ways; only one of them is what was sealed.
        if len(raw) < _NONCE_BYTES + _TAG_BYTES or _text_of(raw, form) != sealed:
            raise SealBroken
        return gcm.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], aad).decode()
    # A ValueError is text that is not ASCII, not base64, or SealBroken itself.
    except (InvalidTag, ValueError):
        raise SealBroken from None


def drop_ciphers() -> None:
    """Keep nothing of keys: some were destroyed, or others that follow from these."""
    _ciphers.clear()


def _text_of(raw: bytes, form: str) -> str:
    return form + b2a_base64(raw, newline=False).decode()


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
