"""Checkpoints signed by a program of the operator, which alone has the key."""

import asyncio
import shlex
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.ids import record_id
from domain.incident import Incident
from domain.ledger import Work
from domain.proof.note import Verifier, verifier_text
from ops.audit.command_signer import CommandSigner, Unsigned, read_public
from ops.cli import app, guarded
from ops.compose import open_ledger
from ops.problems import UserProblem
from ops.settings import BadSettings, load
from tests.people import OPERATOR, person, signed

KEY = Ed25519PrivateKey.from_private_bytes(b"a seed that is the same each run")
PUBLIC = KEY.public_key()
VERIFIER = Verifier("desk.test/log", PUBLIC.public_bytes_raw())
SIGNING = """
import sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
key = Ed25519PrivateKey.from_private_bytes({seed!r})
sys.stdout.buffer.write(key.sign(sys.stdin.buffer.read()))
"""


def program(script: str) -> str:
    return shlex.join([sys.executable, "-c", script])


SIGNS = program(SIGNING.format(seed=KEY.private_bytes_raw()))


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "public.pem"
    path.write_bytes(PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def run(*arguments: object) -> int:
    return guarded(lambda: app(["audit", *map(str, arguments)]))


async def log_incident(data: Path, serial: int) -> None:
    by = signed("ann", command=uuid4())
    incident = Incident.log(
        record_id("INC", serial),
        title="No mail",
        requester=person("ann"),
        organisation=OPERATOR,
        by=by,
    )

    async def decide(work: Work) -> None:
        work.add(incident)

    async with open_ledger(load(data=data)) as ledger:
        await ledger.run(by, decide)


def test_a_log_goes_on_under_the_key_of_a_program_and_is_verified_by_both(
    tmp_path: Path,
    public: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, bundle = tmp_path / "data", tmp_path / "bundle"
    asyncio.run(log_incident(data, 1))
    assert run("checkpoint", "--data", data) == 0
    assert run("key", "--data", data) == 0
    old = capsys.readouterr().out.splitlines()[-1]
    (data / "audit.key").unlink()
    monkeypatch.setenv("LEDGERDESK_AUDIT_SIGNER_COMMAND", SIGNS)
    monkeypatch.setenv("LEDGERDESK_AUDIT_SIGNER_PUBLIC", str(public))
    asyncio.run(log_incident(data, 2))

    assert run("export", bundle, "--data", data) == 0
    assert run("key", "--data", data) == 0

    new = capsys.readouterr().out.splitlines()[-1]
    assert new == verifier_text(old.partition("+")[0], PUBLIC.public_bytes_raw())
    assert not (data / "audit.key").exists()
    assert run("verify", bundle, "--key", old, "--key", new) == 0
    assert run("verify", bundle, "--key", old) == 1
    assert run("key", "--new", "--data", data) == 2
    assert "The key is with LEDGERDESK_AUDIT_SIGNER_COMMAND." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            program("raise SystemExit('The token is locked.')"),
            "code 1 and signed nothing: The token",
        ),
        (program("print('c2lnbmVk')"), "wrote 9 bytes: a signature has 64"),
        (program("print(end='x' * 64)"), "not by the key in LEDGERDESK_AUDIT_SIGNER_PUBLIC"),
        (program(SIGNING.format(seed=b"another seed, and so another key")), "not by the key in"),
        ("/nowhere/sign --with 1", "/nowhere/sign cannot be run: No such file or directory."),
    ],
)
def test_what_a_program_does_wrong_is_told(command: str, why: str) -> None:
    with pytest.raises(Unsigned) as told:
        CommandSigner(command, VERIFIER).sign(b"a checkpoint")

    assert why in str(told.value)


def test_a_program_that_hangs_is_ended() -> None:
    signer = CommandSigner(
        program("import sys, threading; threading.Event().wait()"), VERIFIER, 0.2
    )

    with pytest.raises(Unsigned, match=r"did not sign within 0\.2 s"):
        signer.sign(b"a checkpoint")


def test_a_program_is_named_with_its_public_key_which_is_one_of_ed25519(
    tmp_path: Path, public: Path
) -> None:
    other = tmp_path / "other.pem"
    curve = generate_private_key(SECP256R1()).public_key()
    other.write_bytes(curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    empty = tmp_path / "empty.pem"
    empty.touch()

    assert read_public(public, VERIFIER.name).public == VERIFIER.public
    for path, why in (
        (other, "one of Ed25519"),
        (empty, "no public key in PEM"),
        (tmp_path / "none", "No such file"),
    ):
        with pytest.raises(UserProblem, match=why):
            read_public(path, VERIFIER.name)
    with pytest.raises(BadSettings, match="are given together"):
        load(data=tmp_path, audit_signer_command="sign")
    with pytest.raises(BadSettings, match="cannot be split into words"):
        load(data=tmp_path, audit_signer_command="sign '", audit_signer_public=public)
