"""The demo company: a desk with people, rules and work under way, so that something moves.

Every step is a command with an id of its own, so that a start that was interrupted is finished by
the next one, and a finished one does nothing again.
"""

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid5

from api import tokens
from domain.desk import Desk
from domain.person import Scope
from domain.provenance import Provenance
from ops.demo_company import ACTOR, DEMO, PEOPLE, Company
from ops.settings import Settings

TOLD = ("ann", "bea", "cem")
"""Whose tokens the welcome shows."""


async def seed(desk: Desk, settings: Settings) -> None:
    """Make the company in a new ledger, and write the welcome to `demo.txt`.

    A ledger that began otherwise is somebody's own and stays as it is.
    """
    is_new = desk.ledger.position() == 0
    if not is_new and await desk.ledger.recorder.receipt(uuid5(DEMO, "company")) is None:
        return
    await Company(desk).seed()
    secrets_file = settings.data / "demo-tokens.json"
    kept: dict[str, str] = {}
    if secrets_file.exists():
        kept = json.loads(secrets_file.read_text(encoding="utf-8"))
    else:
        for username, _, _ in PEOPLE:
            kept[username] = tokens.secret_of(secrets.token_bytes(tokens.SECRET_BYTES))
        _write_private(secrets_file, json.dumps(kept, indent=2))
    for username, secret in kept.items():
        await _admit(desk, username, secret)
    (settings.data / "demo.txt").write_text(_welcome(settings, kept), encoding="utf-8")


async def _admit(desk: Desk, username: str, secret: str) -> None:
    """Issue the token of a demo person, once."""
    person = await desk.person_called(username)
    if person is None or any(token.digest == tokens.digest(secret) for token in person.tokens):
        return
    by = Provenance(
        actor=ACTOR,
        at=datetime.now(UTC),
        command=uuid5(DEMO, f"token {tokens.digest(secret)}"),
        channel="demo",
    )
    await desk.issue_token(
        person.id,
        token_id=uuid5(DEMO, f"token id {tokens.digest(secret)}"),
        digest=tokens.digest(secret),
        hint=tokens.hint(secret),
        name="demo",
        scopes=(Scope.READ, Scope.WRITE, Scope.ADMIN),
        expires=None,
        by=by,
        is_repeatable=True,
    )


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def _welcome(settings: Settings, secret_of: dict[str, str]) -> str:
    url = f"{settings.url}/api/v1"
    lines = [f"  token of {name:<7}{secret_of[name]}" for name in TOLD]
    return "\n".join(
        [
            *lines,
            "",
            "Try (all of it is in the README):",
            f"  export TOKEN={secret_of['ann']}",
            f'  curl -H "Authorization: Bearer $TOKEN" {url}/queue',
            f'  curl -H "Authorization: Bearer {secret_of["bea"]}" {url}/approvals',
            f'  curl -H "Authorization: Bearer $TOKEN" {url}/incidents/INC0000002/history',
            f'  curl -H "Authorization: Bearer $TOKEN" {url}/sla',
            "  .venv/bin/ledgerdesk history CHG0000001",
            "",
        ]
    )
