"""Macros at work over HTTP: applied to a ticket, as far as the caller may do each step."""

from typing import Any
from uuid import UUID

from api.commands import Command
from api.families import policy_name
from api.fields import MacroRef
from api.http.bodies import Body
from api.http.calls import Call
from domain.desk import Desk
from domain.macro import Macro, Step, act_of
from domain.policy import about, allow
from domain.recorder import Receipt
from domain.rules import require
from domain.ticket import Ticket


class ApplyMacro(Body):
    macro: MacroRef


async def as_oneself(call: Call, record: Any, body: Any) -> dict[str, Any]:
    """Each step is what the caller may do to the ticket by themselves."""
    actor, what = call.caller.actor, policy_name(record)
    macro = await call.context.ledger.find(Macro, body.macro)
    teams = macro.definition.teams
    require(not teams or not actor.teams.isdisjoint(teams), "It is for members of its teams.")

    def may(step: Step) -> None:
        allow(actor, f"{what}.{act_of(step)}", about(record))

    return {"may": may}


def macro_of(kind: type[Ticket]) -> Command:
    async def use(desk: Desk, id: UUID, **fields: Any) -> Receipt:
        return await desk.apply_macro(kind, id, **fields)

    return Command(
        method=kind.apply_macro,
        body=ApplyMacro,
        summary="Do to it what a macro says: all of it, or nothing",
        description="Each step is what the caller may do without it; each event names the macro.",
        use=use,
        look_up=as_oneself,
        needs_version=False,
        example={"macro": "MAC0000001"},
    )
