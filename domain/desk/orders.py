"""Orders of offerings: each item becomes a service request, in one command for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack
from uuid import UUID

import msgspec
from msgspec import Struct

from domain import form_answers
from domain.approval_process import ApprovalProcess
from domain.approval_round import ApprovalRounds
from domain.desk.desk import Repeat
from domain.desk.requests import Requests
from domain.desk.rounds import facts
from domain.ids import number_of
from domain.ledger import Work
from domain.life_cycle import Channel
from domain.offering import Item, Offering
from domain.person import Person
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.rules import Refused, require
from domain.service import Service, Status
from domain.service_request import ServiceRequest
from domain.subjects import Value

ITEMS_MAX = 20


class Wanted(Struct, frozen=True, kw_only=True):
    """An item of an order: an offering with the answers to its form. `place` is the JSON pointer
    to those in what was sent."""

    offering: UUID
    form: Mapping[str, Any] = {}
    place: str = "/form"


class Orders(Requests):
    async def order(
        self,
        wanted: Sequence[Wanted],
        *,
        requester: UUID,
        description: str = "",
        channel: Channel = "portal",
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Order one or several offerings for a person, all of them or none, and submit to approval
        what a process governs. The receipt is that of the first request; its answer names all of
        them."""
        self.directory.catch_up()
        numbers: list[UUID] = []

        async def decide(work: Work) -> None:
            await self._place(
                work,
                numbers,
                wanted,
                person=self.active_person("requester", requester),
                description=description,
                channel=channel,
                by=by,
            )

        return await self.ledger.run(by, decide, **repeat)

    async def _place(
        self,
        work: Work,
        numbers: list[UUID],
        wanted: Sequence[Wanted],
        *,
        person: Person,
        description: str,
        channel: Channel,
        by: Provenance,
    ) -> None:
        """Make a request of each item. `numbers` keeps those that were drawn from one try of the
        command to the next."""
        require(0 < len(wanted) <= ITEMS_MAX, f"An order has 1 to {ITEMS_MAX} items.")
        while len(numbers) < len(wanted):
            numbers.append(await self.ledger.next_id(ServiceRequest))
        drawn = numbers[: len(wanted)]
        for id, one in zip(drawn, wanted, strict=True):
            request = await self._requested(id, one, person, description, channel, by)
            await self._submit_if_governed(request, by)
            work.add(request)
        work.answer = msgspec.json.encode({"requests": list(map(number_of, drawn))})

    async def _requested(
        self,
        id: UUID,
        wanted: Wanted,
        person: Person,
        description: str,
        channel: Channel,
        by: Provenance,
    ) -> ServiceRequest:
        offering = await self.ledger.find(Offering, wanted.offering)
        item, service = self.offered_to(person, offering)
        form_answers.check(item.form, wanted.form, place=wanted.place)
        request = ServiceRequest.order(
            id,
            title=offering.name,
            description=description,
            requester=person.id,
            organisation=person.organisation,
            channel=channel,
            offering=offering.id,
            offering_version=offering.published_version,
            form=wanted.form,
            plan=item.plan,
            by=by,
        )
        request.categorise(category=item.category or service.name, service=service.name, by=by)
        return request

    async def _submit_if_governed(self, request: ServiceRequest, by: Provenance) -> None:
        known = await facts(request, self)
        if await self.governing(request, known) is None:
            return
        try:
            submission = await self.submission_of(request, known, "such requests")
        except Refused as refused:
            ordered = number_of(request.offering) if request.offering else "it"
            raise Refused(f"offering: {ordered} cannot be approved: {refused}") from None
        request.submit(**submission, by=by)
        await self.follow_round(request, by)

    def offered_to(self, person: Person, offering: Offering) -> tuple[Item, Service]:
        """What is offered to a person, and of which service. Raises Refused if it is not."""
        item = offering.published
        if item is None:
            raise Refused(f"offering: {offering.number} is not offered.")
        service = self._orderable(offering, item)
        require(
            self._is_for(item, person),
            f"offering: {offering.number} is not offered to {person.number}.",
        )
        return item, service

    def _orderable(self, offering: Offering, item: Item) -> Service:
        """The service of an item. Raises Refused unless it is live."""
        service = self.directory.service(item.service)
        if service is None or service.status is not Status.LIVE:
            raise Refused(
                f"offering: {number_of(item.service)} is not live, of which {offering.number} is."
            )
        return service

    def _is_for(self, item: Item, person: Person) -> bool:
        match item.audience:
            case "public":
                return True
            case "organisations":
                return person.organisation in item.organisations
        return self.directory.is_operator(person.organisation)

    async def governing(
        self, record: ApprovalRounds, known: Mapping[str, Value]
    ) -> ApprovalProcess | None:
        """For an order, the process that its offering names. Raises Refused if that was retired:
        an order does not go without the approval that it was offered with."""
        if not isinstance(record, ServiceRequest) or record.offering is None:
            return await super().governing(record, known)
        offering = await self.ledger.find(Offering, record.offering)
        named = offering.definition_of(record.offering_version).process
        if named is None:
            return await super().governing(record, known)
        process = self.directory.approval_process(named)
        if process is None or process.published is None:
            raise Refused(
                f"{number_of(named)}, by which {offering.number} is approved, is not in use: "
                "it is ordered once the offering names another."
            )
        return process
