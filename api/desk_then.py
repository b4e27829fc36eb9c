"""The desk as of the moment that is asked for: what it answers, it would have answered then."""

import asyncio
from datetime import datetime
from typing import NamedTuple

from api import history
from api.commands import Practice
from api.http.calls import Call
from api.reads import HIDDEN_AT_TIMES, find
from domain.aggregate import Aggregate
from domain.as_of import AsOf
from domain.desk import Desk
from domain.past_desk import PastDesk
from domain.past_ledger import PastLedger
from domain.policy import about, allow
from domain.rules import NotFound
from projections.past_outlook import PastOutlook


class Then(NamedTuple):
    now: datetime
    """The moment; of a position, when it was recorded."""
    desk: Desk
    """It answers, and does nothing unless it is that of now."""


async def then_of(call: Call, as_of: AsOf | None) -> Then:
    """The desk of a moment: for who is found to be allowed what is asked, as much may be read."""
    now = await history.now_of(call, as_of)
    return Then(now, call.context.desk if as_of is None else await _past(call, as_of))


async def _past(call: Call, as_of: AsOf) -> Desk:
    present = call.context.desk
    present.directory.catch_up()
    frozen = present.directory.frozen()
    # In a thread: what changed since is read of the ledger, which may be much.
    desk = await asyncio.to_thread(PastDesk, present.ledger, frozen, as_of)
    desk.outlook = PastOutlook(call.context.views, present.all_in_approval, desk.past)
    return desk


async def find_then(call: Call, practice: Practice, as_of: AsOf | None) -> Aggregate:
    """The record that the path names as it was, if the caller may do what the route is for. Raises
    NotFound if it was not there yet."""
    record = await find(call, practice)
    if as_of is None:
        return record
    past = await asyncio.to_thread(PastLedger(call.context.ledger, as_of).stood, record.id)
    if past is None:
        raise NotFound(f"{record.number} was not there yet.")
    if isinstance(past, HIDDEN_AT_TIMES):
        allow(call.caller.actor, call.route.act, about(past))
    return past
