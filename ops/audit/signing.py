"""The key that signs checkpoints: a file in the data folder, or with a program that the settings
name."""

import os
import secrets
import stat
import tempfile
from pathlib import Path

from domain.proof.note import BadKey, SeedSigner, Signer, require_name, verifier_text
from domain.transparency.store import LogState
from ops.audit.command_signer import CommandSigner, read_public
from ops.problems import UserProblem
from ops.processes import prepare_folder
from ops.settings import Settings


def key_file(settings: Settings) -> Path:
    return settings.audit_key or prepare_folder(settings) / "audit.key"


def open_signer(settings: Settings, state: LogState) -> Signer:
    """The signer of a log, with a new key for a new log. Raises UserProblem without its key."""
    name = settings.audit_origin or f"ledgerdesk/{state.ledger}"
    if settings.audit_signer_public is not None:
        # The name of a log is for ever, whoever holds its key.
        named = state.key.partition("+")[0] or name
        public = read_public(settings.audit_signer_public, named)
        return CommandSigner(settings.audit_signer_command, public)
    path = key_file(settings)
    if not path.exists():
        if state.key:
            raise UserProblem(
                f"The log is signed by {state.key}, and there is no {path}. Put its signing key "
                "there, or go on under another one: ledgerdesk audit key --new"
            )
        make_key(path, name)
    return read_key(path)


def can_sign(settings: Settings, state: LogState) -> bool:
    """Whether the key is here, or a new one may be made."""
    is_elsewhere = bool(settings.audit_signer_command)
    return is_elsewhere or key_file(settings).exists() or not state.key


def read_key(path: Path) -> SeedSigner:
    """Raises UserProblem for what is no key, or open to others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise UserProblem(f"Others can read {path}. Close it: chmod 600 {path}")
        return SeedSigner.of(path.read_text(encoding="utf-8", errors="replace").strip())
    except OSError as error:
        raise UserProblem(f"{path}: {error.strerror}.") from None
    except BadKey as error:
        raise UserProblem(f"{path}: {error}") from None


def make_key(path: Path, name: str) -> None:
    """Make a new key, durably; an existing file stays. Raises UserProblem for a bad name."""
    try:
        require_name(name)
    except BadKey as error:
        raise UserProblem(f"{name}: {error}") from None
    signer = SeedSigner(name, secrets.token_bytes(32))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(file, "w") as stream:
            stream.write(f"{signer.text}\n")
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


def replace_key(path: Path) -> Path | None:
    """Put a key aside, so that a new one can be made; where it is now."""
    if not path.exists():
        return None
    public = verifier_text(read_key(path).name, read_key(path).public)
    aside = path.with_name(f"{path.name}.{public.split('+')[1]}")
    path.rename(aside)
    return aside
