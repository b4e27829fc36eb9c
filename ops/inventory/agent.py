"""What the agent does: print what the machine is, or bring the register of a desk up to it."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.inventory.machine import machine
from ops.inventory.packages import digest_of, packages
from ops.inventory.sending import Desk, NotTaken

TOKEN_MAX = 1_000
TYPE = "Computer"


def report() -> None:
    """Print the machine as NDJSON."""
    found = packages()
    _write({**machine(), "packages": len(found), "packages_digest": digest_of(found)})


def report_packages() -> None:
    """Print each installed package as NDJSON."""
    host = machine()["hostname"]
    for one in packages():
        _write({"host": host, **one._asdict()})


def send(to: str, token_file: Path | None, type: str = TYPE) -> None:
    """Bring the register of a desk up to the machine, and print what became of it. Raises
    NotTaken."""
    if token_file is None:
        raise NotTaken("--token-file: a desk takes it in the name of somebody.")
    found = packages()
    row = {**machine(), "packages": len(found), "packages_digest": digest_of(found)}
    sent = Desk(to, _token(token_file), type).send(row)
    told = f"{sent.asset}: {sent.action}"
    sys.stdout.write(f"{told} {', '.join(sent.changed)}\n" if sent.changed else f"{told}\n")


def _write(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _token(file: Path) -> str:
    try:
        return file.read_text()[:TOKEN_MAX].strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise NotTaken(f"{file}: {reason}.") from None
