"""Begins the fulfilment of requests that have a plan, as soon as they may be fulfilled."""

from collections.abc import Callable

from domain.aggregate import Entry
from domain.desk.requests import BEGINNING
from domain.provenance import Cause, Provenance
from domain.service_request import ServiceRequest
from workflows.follower import Follower, stored_names


class Plans(Follower):
    """Follows the ledger, so that the teams of a plan find their tasks without being told."""

    name = "plans"
    actor = "plans"

    def topics(self) -> list[str]:
        return stored_names(ServiceRequest, {event.__name__ for event in BEGINNING})

    async def see_to(self, entry: Entry, sign: Callable[[str, Cause], Provenance]) -> int:
        return await self.desk.begin_plan(entry, sign)
