"""A signer whose private key is with a program of the operator: a PKCS#11 token, a key management
service. The program reads what is signed from its input, and writes the 64 bytes of the Ed25519
signature to its output."""

import shlex
import subprocess
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from domain.proof.note import BadKey, Verifier
from ops.problems import UserProblem

ANSWER_SECONDS = 10.0
SIGNATURE_BYTES = 64
SAID_MAX = 300


class Unsigned(UserProblem):
    """The program did not sign, which it may do the next time."""


class CommandSigner:
    def __init__(self, command: str, verifier: Verifier, seconds: float = ANSWER_SECONDS) -> None:
        """`command` is split as a shell does it, and no shell runs it."""
        self._arguments = shlex.split(command)
        self._verifier = verifier
        self._seconds = seconds

    @property
    def name(self) -> str:
        return self._verifier.name

    @property
    def public(self) -> bytes:
        return self._verifier.public

    def sign(self, message: bytes) -> bytes:
        """Raises Unsigned unless the program answers in time, and by the public key."""
        program = self._arguments[0]
        try:
            done = subprocess.run(
                self._arguments,
                input=message,
                capture_output=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unsigned(f"{program} did not sign within {self._seconds:g} s.") from None
        except OSError as error:
            raise Unsigned(f"{program} cannot be run: {error.strerror}.") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[-SAID_MAX:]
            raise Unsigned(
                f"{program} ended with code {done.returncode} and signed nothing: {said}"
            )
        if len(done.stdout) != SIGNATURE_BYTES:
            raise Unsigned(
                f"{program} wrote {len(done.stdout)} bytes: a signature has {SIGNATURE_BYTES}, and "
                "neither base64 nor a line end."
            )
        if not self._verifier.is_by(message, done.stdout):
            raise Unsigned(
                f"What {program} signed is not by the key in LEDGERDESK_AUDIT_SIGNER_PUBLIC."
            )
        return done.stdout


def read_public(path: Path, name: str) -> Verifier:
    """The key in a PEM file (RFC 8410), under a name. Raises UserProblem."""
    try:
        key = load_pem_public_key(path.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise UserProblem(f"{path}: the key is to be one of Ed25519.")
        return Verifier(name, key.public_bytes_raw())
    except OSError as error:
        raise UserProblem(f"{path}: {error.strerror}.") from None
    except BadKey as error:
        raise UserProblem(f"{name}: {error}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UserProblem(f"{path}: there is no public key in PEM in it.") from None
