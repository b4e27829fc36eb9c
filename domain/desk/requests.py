"""Service requests on their way to an approval, and to their fulfilment."""

import logging
from collections.abc import Callable
from typing import Unpack
from uuid import UUID

from domain.aggregate import Entry
from domain.desk.desk import Repeat
from domain.desk.rounds import Rounds, facts
from domain.ids import number_of, prefix_of
from domain.ledger import Work
from domain.provenance import Cause, Provenance
from domain.recorder import Receipt
from domain.request_moves import READY
from domain.rules import DomainError, Outdated
from domain.service_request import ServiceRequest

BEGINNING = (ServiceRequest.Ordered, ServiceRequest.Approved)
"""The events upon which the plan of a request may begin."""

log = logging.getLogger(__name__)


class Requests(Rounds):
    async def submit_request(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Submit a request to the process that governs it. Raises Refused if none does, or nobody
        can be asked."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            request = await work.get(ServiceRequest, id, expected=expected)
            request.require_ready()
            known = await facts(request, self)
            request.submit(**await self.submission_of(request, known, "such requests"), by=by)
            await self.follow_round(request, by)

        return await self.ledger.run(by, decide, **repeat)

    async def start_fulfilment(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Begin to fulfil a request: at once where no process governs it, else once approved."""
        self.directory.catch_up()

        async def decide(work: Work) -> None:
            request = await work.get(ServiceRequest, id, expected=expected)
            process = await self.governing(request, await facts(request, self))
            request.start_fulfilment(needs_approval=process is not None, by=by)

        return await self.ledger.run(by, decide, **repeat)

    async def begin_plan(self, entry: Entry, sign: Callable[[str, Cause], Provenance]) -> int:
        """Begin to fulfil a request that has a plan, upon its order where no process governs it, or
        upon its approval. How many were begun."""
        id = entry.originator_id
        if prefix_of(id) != ServiceRequest.prefix or not isinstance(entry.event, BEGINNING):
            return 0
        request = await self.ledger.find(ServiceRequest, id)
        is_ours = request.offering is not None and entry.event.by.channel != "imported"
        if not (is_ours and request.tasks and request.status in READY):
            return 0
        assert request.offering is not None
        cause = Cause(
            event=entry.position,
            rule=number_of(request.offering),
            rule_version=request.offering_version,
        )
        by = sign(f"{request.number}/{entry.position}", cause)
        try:
            receipt = await self.start_fulfilment(id, by=by, is_repeatable=True)
        except Outdated:
            raise
        except DomainError as error:
            # One that waits for an approval, or was cancelled meanwhile, must not hold up others.
            log.info("%s does not begin: %s", request.number, error)
            return 0
        return int(not receipt.is_repeat)
