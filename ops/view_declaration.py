"""`ledgerdesk views declare`: a view of the desk's own making, from a file."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from rich.console import Console

from domain.declaration import Declaration, Language, declaration_of
from domain.declared_text import as_json, as_toml
from domain.declared_view import DeclaredView
from domain.desk import Desk
from domain.ids import number_of, ordered_id
from domain.provenance import Provenance
from domain.rules import DomainError, NotFound, Refused
from ops.compose import open_desk
from ops.problems import UserProblem
from ops.settings import Settings

BYTES_MAX = 256 * 1024
LANGUAGES: Mapping[str, Language] = {f".{one}": one for one in get_args(Language)}
"""The languages of declarations, by how their files end."""


async def declare(settings: Settings, file: Path, out: Console) -> None:
    """Declare what a file says, or revise the view that has the name.

    Raises UserProblem with the place of what is wrong.
    """
    declaration = read(file)
    async with open_desk(settings) as desk:
        try:
            number, version = await _recorded(desk, declaration)
        except DomainError as error:
            raise UserProblem(f"{file.name}: {error}") from None
    out.print(f"{declaration.name} is {number}, version {version}")


def read(file: Path) -> Declaration:
    """What a file declares. Raises UserProblem with the place of what is wrong."""
    language = LANGUAGES.get(file.suffix)
    if language is None:
        raise UserProblem(f"{file.name}: a declaration ends with one of {', '.join(LANGUAGES)}.")
    try:
        text = file.read_bytes()
    except OSError as error:
        raise UserProblem(f"{file}: {error.strerror}.") from None
    if len(text) > BYTES_MAX:
        raise UserProblem(f"{file.name}: at most {BYTES_MAX // 1024} KiB.")
    try:
        return declaration_of(text.decode(), language)
    except (ValueError, RecursionError, Refused) as error:
        raise UserProblem(f"{file.name}: {error}") from None


async def show(settings: Settings, name: str, form: str, out: Console) -> None:
    """Print what was declared under a name, as TOML or JSON. Raises UserProblem if nothing was."""
    async with open_desk(settings) as desk:
        try:
            view = await desk.declared_view(name)
        except NotFound as error:
            raise UserProblem(str(error)) from None
    found = Declaration(name=view.name, title=view.title, definition=view.definition)
    out.out(as_json(found) if form == "json" else as_toml(found), highlight=False, end="")


async def _recorded(desk: Desk, declaration: Declaration) -> tuple[str, int]:
    """The number of the view and its version."""
    try:
        view = await desk.declared_view(declaration.name)
    except NotFound:
        receipt = await desk.declare_view(
            name=declaration.name,
            title=declaration.title,
            definition=declaration.definition,
            by=_by(),
        )
        return number_of(receipt.subject), 1
    by = _by()

    def revise(view: DeclaredView) -> None:
        view.revise(title=declaration.title, definition=declaration.definition, by=by)

    await desk.ledger.edit(DeclaredView, view.id, revise, by=by)
    revised = await desk.ledger.find(DeclaredView, view.id)
    return revised.number, revised.definition_version


def _by() -> Provenance:
    now = datetime.now(UTC)
    command = ordered_id(int(now.timestamp() * 1000), secrets.randbits(74))
    return Provenance(actor="views-command", at=now, command=command, channel="cli")
