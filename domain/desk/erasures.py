"""Erasures of people, and the names that become free by them."""

from typing import Unpack
from uuid import UUID

from domain.desk.desk import Base, Repeat
from domain.desk.people import email_claim, username_claim
from domain.ledger import Work
from domain.person import Person
from domain.provenance import Provenance
from domain.recorder import Receipt


class Erasures(Base):
    async def erase_person(
        self,
        id: UUID,
        *,
        expected: int | None = None,
        by: Provenance,
        **repeat: Unpack[Repeat],
    ) -> Receipt:
        """Confirm the erasure of a person: see `Person.erase`. Their names are free for others. The
        directory carries it out."""

        async def decide(work: Work) -> None:
            person = await work.get(Person, id, expected=expected)
            was_erased, username, email = person.is_erased, person.username, person.email
            person.erase(by=by)
            if not was_erased:
                work.release_claim(username_claim(username))
                if email:
                    work.release_claim(email_claim(email))

        return await self.ledger.run(by, decide, **repeat)
