"""The packages that are installed on a machine, as the package systems tell that it has."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

SECONDS_MAX = 120


class Package(NamedTuple):
    system: str
    name: str
    version: str


def packages() -> list[Package]:
    """All of them, sorted. A system that is not there, or fails, tells none."""
    return sorted({one for tell in (_dpkg, _rpm, _pip) for one in tell()})


def digest_of(found: Iterable[Package]) -> str:
    """What differs as soon as a package or a version does."""
    told = "\n".join("\t".join(one) for one in found)
    return sha256(told.encode()).hexdigest()[:32]


def _dpkg() -> Iterator[Package]:
    shown = "${Package}\t${Version}\t${db:Status-Status}\n"
    for name, version, status in _table("dpkg-query", "-W", "-f", shown, columns=3):
        if status == "installed":
            yield Package("dpkg", name, version)


def _rpm() -> Iterator[Package]:
    shown = "%{NAME}\t%{VERSION}-%{RELEASE}\n"
    for name, version in _table("rpm", "-qa", "--qf", shown, columns=2):
        yield Package("rpm", name, version)


def _pip() -> Iterator[Package]:
    told = _run("pip3", "list", "--format", "json", "--disable-pip-version-check")
    try:
        listed = json.loads(told or "[]")
    except ValueError:
        return
    for one in listed:
        yield Package("pip", one["name"], one["version"])


def _table(*command: str, columns: int) -> Iterator[Sequence[str]]:
    rows = (line.split("\t") for line in _run(*command).splitlines())
    return (row for row in rows if len(row) == columns)


def _run(*command: str) -> str:
    program = shutil.which(command[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=SECONDS_MAX,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")
