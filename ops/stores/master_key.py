"""The master key, under which the keys of people are wrapped. It is kept apart from both stores."""

import os
import secrets
import stat
import tempfile
from base64 import b64decode, b64encode
from hashlib import blake2b
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

MASTER_KEY_BYTES = 32


class MasterKeyUnusable(RuntimeError):
    """The master key is malformed, open to others, or not the one that is needed."""


class MasterKey:
    """Wraps keys (AES key wrap, RFC 3394). Never shows itself, only its fingerprint."""

    __slots__ = ("_secret", "fingerprint")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != MASTER_KEY_BYTES:
            raise MasterKeyUnusable(f"A master key has {MASTER_KEY_BYTES} bytes.")
        self._secret = secret
        self.fingerprint = blake2b(secret, digest_size=8, person=b"ledgerdesk name").hexdigest()

    def __repr__(self) -> str:
        return f"MasterKey({self.fingerprint})"

    @classmethod
    def new(cls) -> "MasterKey":
        return cls(secrets.token_bytes(MASTER_KEY_BYTES))

    @classmethod
    def from_text(cls, text: str) -> "MasterKey":
        """From base64, as in a setting. Raises MasterKeyUnusable."""
        try:
            secret = b64decode(text.strip(), validate=True)
        except ValueError:
            # The text is a secret, or was meant as one: no message quotes it.
            raise MasterKeyUnusable("A master key is given in base64.") from None
        return cls(secret)

    @classmethod
    def from_file(cls, path: Path) -> "MasterKey":
        """From a file that only its owner can read; it is created if there is none.

        Raises MasterKeyUnusable, also if others can read the file.
        """
        if not path.exists():
            cls.new().write(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise MasterKeyUnusable(
                f"{path} can be read by others (mode {mode:04o}). Close it: chmod 600 {path}"
            )
        return cls.from_text(path.read_text(encoding="ascii", errors="replace"))

    def write(self, path: Path) -> None:
        """Write a new file, durably. An existing file stays as it is."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(file, "w") as stream:
                stream.write(b64encode(self._secret).decode() + "\n")
                stream.flush()
                os.fsync(file)
            # Of several processes that start at once, the first to link gives the key to all.
            os.link(written, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(written)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def derived(self, purpose: str) -> bytes:
        """32 bytes for another purpose, from which the master key cannot be told."""
        return blake2b(
            purpose.encode(), key=self._secret, digest_size=32, person=b"ledgerdesk use"
        ).digest()

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self._secret, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises MasterKeyUnusable if it was wrapped under another key, or damaged."""
        try:
            return aes_key_unwrap(self._secret, wrapped)
        except InvalidUnwrap:
            raise MasterKeyUnusable(
                f"A key does not open under the master key {self.fingerprint}."
            ) from None
