"""Checkpoints signed by a PKCS#11 token, by the program that docs/audit.md shows."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.cli import app, guarded

MODULES = sorted(Path("/usr/lib").glob("**/libsofthsm2.so"))
DOCUMENT = Path(__file__).parents[2] / "docs/audit.md"
SHOWN = re.compile(r"^    (#!/bin/sh\n(?:    .*\n)+)", re.MULTILINE)
SHOWN_MODULE = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A token of SoftHSM with a new key pair in it, and what pkcs11-tool needs to reach it."""
    if not MODULES or not shutil.which("pkcs11-tool"):
        pytest.skip("SoftHSM and OpenSC (softhsm2, opensc) are not installed here.")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    monkeypatch.setenv("DESK_PIN", "1234")
    command("softhsm2-util --init-token --free --label desk --pin 1234 --so-pin 12345678")
    tool("--login --pin env:DESK_PIN --keypairgen --key-type EC:edwards25519 --label audit")
    return tmp_path


def command(line: str) -> None:
    subprocess.run(line.split(), check=True, capture_output=True, timeout=20)


def tool(options: str) -> None:
    command(f"pkcs11-tool --module {MODULES[0]} --token-label desk --id 01 {options}")


def run(*arguments: object) -> int:
    return guarded(lambda: app([*map(str, arguments)]))


def test_a_token_signs_the_checkpoints_and_its_public_key_verifies_them(
    token: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, bundle, public = token / "data", token / "bundle", token / "public.pem"
    tool(f"--read-object --type pubkey -o {public}")
    shown = SHOWN.search(DOCUMENT.read_text())
    assert shown
    assert SHOWN_MODULE in shown[1]
    signs = token / "sign"
    signs.write_text(shown[1].replace("\n    ", "\n").replace(SHOWN_MODULE, str(MODULES[0])))
    signs.chmod(0o700)
    monkeypatch.setenv("LEDGERDESK_AUDIT_SIGNER_COMMAND", str(signs))
    monkeypatch.setenv("LEDGERDESK_AUDIT_SIGNER_PUBLIC", str(public))

    first = ("zoe", "--name", "Zoe Zimmer", "--email", "zoe@desk.test")
    assert run("administrator", *first, "--data", data) == 0
    assert run("audit", "checkpoint", "--data", data) == 0
    assert run("audit", "export", bundle, "--data", data) == 0
    assert run("audit", "key", "--data", data) == 0

    key = capsys.readouterr().out.splitlines()[-1]
    assert not (data / "audit.key").exists()
    assert run("audit", "verify", bundle, "--key", key) == 0
