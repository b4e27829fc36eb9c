"""Links that stand on two tickets over HTTP: what is done to one is done to the other as well."""

import re
from typing import Any

from api.http.calls import Call
from domain.desk.families import is_mutual
from domain.policy import about, allow
from domain.rules import Forbidden, NotFound
from domain.ticket import Ticket

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


async def check_relative(call: Call, record: Any, body: Any) -> dict[str, Any]:
    """Where a link stands on both, whoever makes it may link both."""
    if is_mutual(body.other, body.type):
        other = await call.context.ledger.find(Ticket, body.other)
        act = call.route.act.partition(".")[2]
        allow(call.caller.actor, f"{policy_name(other)}.{act}", about(other))
    return {}


async def who_may_resolve(call: Call, record: Any, body: Any) -> dict[str, Any]:
    actor = call.caller.actor

    def may(child: Ticket) -> bool:
        try:
            allow(actor, f"{policy_name(child)}.resolve", about(child))
        except (Forbidden, NotFound):
            return False
        return True

    return {"may": may}


def policy_name(ticket: Ticket) -> str:
    """What the policy calls the kind of a ticket."""
    return _CAPITAL.sub("_", type(ticket).__name__).lower()
