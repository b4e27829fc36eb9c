"""Bearer tokens: `ld_pat_`, 32 random bytes, and a checksum that tells a typing error at once.

The prefix lets scanners find leaked secrets. The desk keeps the SHA-256 alone. The secret in the
address of a calendar's feed begins with `ld_ics_`, and is no bearer token.
"""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from zlib import crc32

PREFIX = "ld_pat_"
FEED_PREFIX = "ld_ics_"
SECRET_BYTES = 32
_FORM = re.compile(r"ld_(?:pat|ics)_[A-Za-z0-9_-]{43}[0-9a-f]{8}\Z")


def secret_of(randomness: bytes, prefix: str = PREFIX) -> str:
    """The secret that is shown once. Takes 32 random bytes."""
    if len(randomness) != SECRET_BYTES:
        raise ValueError(f"A token is made of {SECRET_BYTES} bytes.")
    stem = prefix + urlsafe_b64encode(randomness).decode().rstrip("=")
    return stem + _checksum(stem)


def is_token(text: str, prefix: str = PREFIX) -> bool:
    is_one = text.startswith(prefix) and _FORM.match(text) is not None
    return is_one and _checksum(text[:-8]) == text[-8:]


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def hint(secret: str) -> str:
    """The part of a secret that may be shown later: enough to tell tokens apart."""
    return secret[: len(PREFIX) + 4]


def claim(digest: str) -> str:
    """The name under which the ledger knows whose token it is."""
    return f"token:{digest}"


def _checksum(stem: str) -> str:
    return f"{crc32(stem.encode()):08x}"
