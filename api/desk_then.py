"""The desk as of the moment that is asked for: what it answers, it would have answered then."""

import asyncio
from datetime import datetime
from typing import NamedTuple

from api import history
from api.commands import Practice
from api.http.calls import Call
from api.reads import HIDDEN_AT_TIMES, entries_of, find
from domain.aggregate import Aggregate
from domain.as_of import AsOf, until
from domain.desk import Desk
from domain.past_directory import PastDirectory
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
    records = present.directory.records()

    # In a thread: what changed since is read of the ledger, which may be much.
    def made() -> tuple[PastLedger, PastDirectory]:
        ledger = PastLedger(present.ledger, as_of)
        return ledger, PastDirectory(records, ledger)

    ledger, directory = await asyncio.to_thread(made)
    desk = Desk(ledger, directory)
    desk.outlook = PastOutlook(call.context.views, present.all_in_approval, ledger)
    return desk


async def find_then(call: Call, practice: Practice, as_of: AsOf | None) -> Aggregate:
    """The record that the path names as it was, if the caller may do what the route is for. Raises
    NotFound if it was not there yet."""
    record = await find(call, practice)
    if as_of is None:
        return record
    past = type(record)(record.id)
    for entry in until(await entries_of(call, record.id), as_of):
        past.replay(entry)
    if past.version == 0:
        raise NotFound(f"{record.number} was not there yet.")
    if isinstance(past, HIDDEN_AT_TIMES):
        allow(call.caller.actor, call.route.act, about(past))
    return past
