"""`ledgerdesk administrator`: how a new desk gets its first person."""

import secrets
from datetime import UTC, datetime

from rich.console import Console

from api import tokens
from domain.ids import ordered_id
from domain.person import Role, Scope
from domain.provenance import Provenance
from ops.compose import open_desk
from ops.problems import UserProblem
from ops.settings import Settings


async def register(settings: Settings, username: str, name: str, email: str, out: Console) -> None:
    """Register an administrator of the operator's organisation, and print a token once.

    Raises UserProblem if there is an administrator already: the API adds the others.
    """
    async with open_desk(settings) as desk:
        if desk.directory.people_with_role(Role.ADMINISTRATOR):
            raise UserProblem("This desk has an administrator already, who can add others.")

        def by() -> Provenance:
            now = datetime.now(UTC)
            command = ordered_id(int(now.timestamp() * 1000), secrets.randbits(74))
            return Provenance(actor="administrator", at=now, command=command, channel="cli")

        company = await desk.register_organisation(name="Operator", is_operator=True, by=by())
        person = await desk.register_person(
            username=username,
            name=name,
            email=email,
            organisation=company.subject,
            roles=(Role.ADMINISTRATOR,),
            by=by(),
        )
        secret = tokens.secret_of(secrets.token_bytes(tokens.SECRET_BYTES))
        signed = by()
        await desk.issue_token(
            person.subject,
            token_id=signed.command,
            digest=tokens.digest(secret),
            hint=tokens.hint(secret),
            name="first token",
            scopes=tuple(Scope),
            expires=None,
            by=signed,
        )
        out.print(f"{username} is an administrator. Token, shown once:\n{secret}", markup=False)
