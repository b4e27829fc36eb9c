"""Gives the workaround of a known error to the incidents that are linked to it."""

from collections.abc import Callable

from domain.aggregate import Entry
from domain.desk.workarounds import SPREADING
from domain.provenance import Cause, Provenance
from domain.ticket import Ticket
from workflows.follower import Follower, stored_names


class KnownErrors(Follower):
    """Follows the ledger, and sees to it that a workaround reaches those who wait for it."""

    name = "known-errors"
    actor = "known-errors"

    def topics(self) -> list[str]:
        return stored_names(Ticket, {event.__name__ for event in SPREADING})

    async def see_to(self, entry: Entry, sign: Callable[[str, Cause], Provenance]) -> int:
        return await self.desk.spread_workarounds(entry, sign)
