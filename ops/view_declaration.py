"""`ledgerdesk views declare`: a view of the desk's own making, from a file."""

import secrets
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console

from domain.declared_definition import ViewDefinition
from domain.declared_view import DeclaredView
from domain.desk import Desk
from domain.ids import number_of, ordered_id
from domain.provenance import Provenance
from domain.rules import DomainError, NotFound
from ops.compose import open_desk
from ops.problems import UserProblem
from ops.settings import Settings

BYTES_MAX = 256 * 1024


class Declaration(Struct, frozen=True, kw_only=True):
    """What a file says."""

    name: str
    title: str
    definition: ViewDefinition


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
    """What a TOML file declares. Raises UserProblem with the place of what is wrong."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise UserProblem(f"{file}: {error.strerror}.") from None
    if len(text) > BYTES_MAX:
        raise UserProblem(f"{file.name}: at most {BYTES_MAX // 1024} KiB.")
    try:
        return declaration_of(text.decode())
    except (ValueError, RecursionError) as error:
        raise UserProblem(f"{file.name}: {error}") from None


def declaration_of(text: str) -> Declaration:
    """Raises ValueError with the place: a line and column, or the path of a field."""
    said: dict[str, Any] = tomllib.loads(text)
    whole: dict[str, Any] = {name: said.pop(name) for name in ("name", "title") if name in said}
    if unknown := sorted(said.keys() - set(ViewDefinition.__struct_fields__)):
        raise ValueError(f"there is no field {unknown[0]} in a declaration.")
    whole["definition"] = said
    return msgspec.convert(whole, Declaration)


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
