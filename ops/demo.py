"""The demo company: a desk with people, rules and work under way, so that something moves.

Every step is a command with an id of its own, so that a start that was interrupted is finished by
the next one, and a finished one does nothing again.
"""

import asyncio
import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid5

from api import tokens
from api.passwords import Passwords
from domain.desk import Desk
from domain.person import Person, Scope
from domain.provenance import Provenance
from ops.demo_catalogue import open_catalogue
from ops.demo_company import ACTOR, DEMO, PEOPLE, Company
from ops.settings import Settings

TOLD = ("ann", "bea", "cem")
"""Whose tokens the welcome shows."""
SIGNING_IN = (*TOLD, "dora", "eli", "olga", "rita")
"""Who can sign in on the pages, all with one password that is made for this desk."""


async def seed(desk: Desk, settings: Settings) -> None:
    """Make the company in a new ledger, and write the welcome to `demo.txt`.

    A ledger that began otherwise is somebody's own and stays as it is.
    """
    is_new = desk.ledger.position() == 0
    if not is_new and await desk.ledger.recorder.receipt(uuid5(DEMO, "company")) is None:
        return
    company = Company(desk)
    await company.seed()
    secrets_file = settings.data / "demo-tokens.json"
    kept: dict[str, str] = {}
    if secrets_file.exists():
        kept = json.loads(secrets_file.read_text(encoding="utf-8"))
    else:
        for username, _, _ in PEOPLE:
            kept[username] = tokens.secret_of(secrets.token_bytes(tokens.SECRET_BYTES))
        _write_private(secrets_file, json.dumps(kept, indent=2))
    async with asyncio.TaskGroup() as group:
        password = group.create_task(_let_sign_in(desk, settings))
        group.create_task(open_catalogue(company))
        for username, secret in kept.items():
            group.create_task(_admit(desk, username, secret))
    welcome = _welcome(settings, kept, password.result())
    (settings.data / "demo.txt").write_text(welcome, encoding="utf-8")


async def _let_sign_in(desk: Desk, settings: Settings) -> str:
    """Give those of the demo people a password who have none yet; which one it is."""
    file = settings.data / "demo-password.txt"
    if not file.exists():
        _write_private(file, secrets.token_urlsafe(9))
    password = file.read_text(encoding="utf-8")
    people = [await desk.person_called(username) for username in SIGNING_IN]
    without = [person for person in people if person is not None and not person.password]
    if without:
        hash = await Passwords().hash(password)
        await asyncio.gather(*(_set_password(desk, person, hash) for person in without))
    return password


async def _set_password(desk: Desk, person: Person, hash: str) -> None:
    by = Provenance(
        actor=ACTOR,
        at=datetime.now(UTC),
        command=uuid5(DEMO, f"password of {person.username}"),
        channel="demo",
    )
    await desk.ledger.edit(
        Person, person.id, lambda record: record.set_password(hash, by=by), by=by
    )


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


def _welcome(settings: Settings, secret_of: dict[str, str], password: str) -> str:
    url = f"{settings.url}/api/v1"
    lines = [f"  token of {name:<7}{secret_of[name]}" for name in TOLD]
    return "\n".join(
        [
            f"  sign in         {settings.url}/sign-in as {', '.join(SIGNING_IN)}",
            f"  password        {password}",
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
