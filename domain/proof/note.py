"""Signed notes (C2SP signed-note): a text, a blank line, and a line for each signature.

    — <key name> base64(key id || signature)

A key id is the first four bytes of SHA-256(key name || 0A || type || public key). The types that
are known here are 01, Ed25519 over the text, and 04, a timestamped cosignature (C2SP
tlog-cosignature): eight bytes of POSIX seconds, then Ed25519 over `cosignature/v1`, `time
<seconds>` and the text, each of the first two ended by a newline. One pair of keys signs both; the
type keeps their ids apart, and the first line keeps what they sign apart.

A verifier key is `<key name>+<key id in hex>+<base64(type || public key)>`, a signing key
`PRIVATE+KEY+<key name>+<key id in hex>+<base64(type || seed)>`.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
_DASH = "\u2014 "
_PRIVATE = "PRIVATE+KEY+"


class BadKey(ValueError):
    """A text is no key. The message does not quote it: it may be a secret."""


class BadNote(ValueError):
    """A note is malformed, or not signed by the key."""


class Signature(NamedTuple):
    name: str
    id: bytes
    value: bytes


class Note(NamedTuple):
    text: str
    """With the final newline, without the blank line."""
    signatures: tuple[Signature, ...]


class Signer(Protocol):
    """What holds the private key: a file, a PKCS#11 token, a key management service."""

    @property
    def name(self) -> str: ...

    @property
    def public(self) -> bytes:
        """The 32 bytes of the Ed25519 public key (RFC 8032)."""

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the Ed25519 signature."""


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def verifier_text(name: str, public: bytes, kind: bytes = ED25519) -> str:
    """The verifier key as text."""
    id = key_id(name, kind, public).hex()
    return f"{name}+{id}+{b64encode(kind + public).decode()}"


class Verifier:
    """A public key under its name. It knows both signatures of the holder of the private key."""

    def __init__(self, name: str, public: bytes) -> None:
        require_name(name)
        self.name = name
        self.public = public
        self.id = key_id(name, ED25519, public)
        self.cosigner_id = key_id(name, COSIGNATURE, public)
        try:
            self._key = Ed25519PublicKey.from_public_bytes(public)
        except ValueError:
            raise BadKey("A public key has 32 bytes.") from None

    @classmethod
    def of(cls, text: str) -> "Verifier":
        """Of a verifier key. Raises BadKey."""
        name, kind, public = _parts(text)
        if kind not in (ED25519, COSIGNATURE):
            raise BadKey("A verifier key is of an unknown type.")
        verifier = cls(name, public)
        if text != verifier_text(name, public, kind):
            raise BadKey("The id of a verifier key does not fit it.")
        return verifier

    def __str__(self) -> str:
        return verifier_text(self.name, self.public)

    def is_by(self, message: bytes, signature: bytes) -> bool:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SeedSigner:
    """Signs with a key in memory."""

    def __init__(self, name: str, seed: bytes) -> None:
        require_name(name)
        if len(seed) != 32:
            raise BadKey("A signing key has 32 bytes.")
        self._name = name
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @classmethod
    def of(cls, text: str) -> "SeedSigner":
        """Of a signing key. Raises BadKey."""
        if not text.startswith(_PRIVATE):
            raise BadKey("A signing key begins with PRIVATE+KEY+.")
        name, kind, seed = _parts(text.removeprefix(_PRIVATE))
        if kind != ED25519:
            raise BadKey("A signing key is of an unknown type.")
        signer = cls(name, seed)
        if text != signer.text:
            raise BadKey("The id of a signing key does not fit it.")
        return signer

    def __repr__(self) -> str:
        return f"SeedSigner({self._name})"

    @property
    def name(self) -> str:
        return self._name

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def text(self) -> str:
        """The signing key. It is a secret."""
        id = key_id(self._name, ED25519, self.public).hex()
        return f"{_PRIVATE}{self._name}+{id}+{b64encode(ED25519 + self._seed).decode()}"

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def require_name(name: str) -> None:
    """Raises BadKey for what cannot name a key."""
    if not name or "+" in name or any(c.isspace() or c < " " or c == "\x7f" for c in name):
        raise BadKey("The name of a key is not empty and has neither blanks nor plus signs.")


def signed(text: str, signer: Signer, seconds: int | None = None) -> str:
    """A note of a text that ends with a newline; with `seconds`, also cosigned at that time."""
    message = text.encode()
    lines = [
        _line(signer.name, key_id(signer.name, ED25519, signer.public), signer.sign(message)),
    ]
    if seconds is not None:
        stamp = seconds.to_bytes(8)
        id = key_id(signer.name, COSIGNATURE, signer.public)
        lines.append(_line(signer.name, id, stamp + signer.sign(_cosigned(seconds, text))))
    return f"{text}\n{''.join(lines)}"


def parse(note: str) -> Note:
    """The parts of a note. Raises BadNote."""
    if len(note) > NOTE_BYTES_MAX or any(c < " " and c != "\n" for c in note):
        raise BadNote("A note is too long, or has control characters.")
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("A note has no signatures.")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise BadNote("A note has too many signatures.")
    return Note(text + "\n", signatures)


def check(note: Note, verifier: Verifier) -> int | None:
    """Check that a key signed a note; the latest time in seconds at which it also cosigned it.

    Raises BadNote if it did not sign, or if one of its signatures is wrong.
    """
    if not is_signed_by(note, verifier):
        raise BadNote(f"It is not signed by {verifier}.")
    times: list[int] = []
    for name, id, value in note.signatures:
        if name != verifier.name:
            continue
        if id == verifier.id:
            if not verifier.is_by(note.text.encode(), value):
                raise BadNote(f"The signature of {name} does not fit the text.")
        elif id == verifier.cosigner_id:
            seconds = int.from_bytes(value[:8])
            if len(value) != 72 or not verifier.is_by(_cosigned(seconds, note.text), value[8:]):
                raise BadNote(f"The cosignature of {name} does not fit the text.")
            times.append(seconds)
    return max(times, default=None)


def is_signed_by(note: Note, verifier: Verifier) -> bool:
    """Whether a note has a signature under the name and an id of a key, right or wrong."""
    ids = (verifier.id, verifier.cosigner_id)
    return any(name == verifier.name and id in ids for name, id, _ in note.signatures)


def _cosigned(seconds: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _line(name: str, id: bytes, signature: bytes) -> str:
    return f"{_DASH}{name} {b64encode(id + signature).decode()}\n"


def _signature(line: str) -> Signature:
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        value = b64decode(encoded, validate=True)
    except ValueError:
        value = b""
    # Base64 can spell the same bytes in several ways; only one of them is what was signed.
    is_spelled = b64encode(value).decode() == encoded
    if not line.startswith(_DASH) or not blank or not name or len(value) < 5 or not is_spelled:
        raise BadNote("A note has a malformed signature.")
    return Signature(name, value[:4], value[4:])


def _parts(text: str) -> tuple[str, bytes, bytes]:
    """The name, the type and the key."""
    parts = text.split("+", 2)
    try:
        name, _, encoded = parts
        data = b64decode(encoded, validate=True)
    except ValueError:
        raise BadKey("A key is written as name+id+base64.") from None
    if len(data) != 33:
        raise BadKey("An Ed25519 key has 32 bytes.")
    return name, data[:1], data[1:]
