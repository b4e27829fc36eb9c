"""Service requests on their way to an approval, and to their fulfilment."""

from typing import Unpack
from uuid import UUID

from domain.desk.desk import Repeat
from domain.desk.rounds import Rounds, facts
from domain.ledger import Work
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.service_request import ServiceRequest


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
