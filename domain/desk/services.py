"""Services of the portfolio with who answers for them."""

from collections.abc import Sequence
from typing import Any, Unpack
from uuid import UUID

from domain.desk.desk import Base, Repeat
from domain.ledger import Work
from domain.person import name_digest
from domain.provenance import Provenance
from domain.recorder import Receipt
from domain.service import Service

NAME_TAKEN = "name: another service has this name."


def service_claim(name: str) -> str:
    """The name under which the ledger knows which service is called so."""
    return f"service:{name_digest(name)}"


class Services(Base):
    async def propose_service(
        self, *, by: Provenance, fingerprint: bytes = b"", is_repeatable: bool = False, **said: Any
    ) -> Receipt:
        """Propose a service under a name that no other has that is not retired: see
        `Service.propose`."""
        number: list[UUID] = []

        async def decide(work: Work) -> None:
            self._check_named(**said)
            if not number:
                number.append(await self.ledger.next_id(Service))
            service = work.add(Service.propose(number[0], **said, by=by))
            work.claim(service_claim(service.name), service.id, NAME_TAKEN)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    async def amend_service(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        fingerprint: bytes = b"",
        is_repeatable: bool = False,
        **said: Any,
    ) -> Receipt:
        """Correct what is said of a service. A name that is given up is free for others."""

        async def decide(work: Work) -> None:
            service = await work.get(Service, id, expected=expected)
            self._check_named(**said)
            before = service.name
            service.amend(**said, by=by)
            if name_digest(before) != name_digest(service.name):
                work.release_claim(service_claim(before))
                work.claim(service_claim(service.name), id, NAME_TAKEN)

        return await self.ledger.run(
            by, decide, fingerprint=fingerprint, is_repeatable=is_repeatable
        )

    def _check_named(
        self,
        *,
        owner: UUID | None = None,
        team: UUID | None = None,
        customers: Sequence[UUID] | None = None,
        **_: Any,
    ) -> None:
        if owner is not None:
            self.active_person("owner", owner)
        if team is not None:
            self.active_team("team", team)
        for customer in customers or ():
            self.active_organisation("customers", customer)

    # The end ---------------------------------------------------------------------------------

    async def retire_service(
        self,
        id: UUID,
        *,
        reason: str,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Retire a service: its name is free for another one."""

        async def decide(work: Work) -> None:
            service = await work.get(Service, id, expected=expected)
            service.retire(reason=reason, by=by)
            work.release_claim(service_claim(service.name))

        return await self.ledger.run(by, decide, **repeat)
