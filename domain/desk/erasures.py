"""Erasures of people, and the names that become free by them."""

from datetime import datetime
from typing import Unpack
from uuid import UUID

from domain import retention
from domain.desk.desk import Base, Repeat
from domain.desk.people import email_claim, username_claim
from domain.ledger import Work
from domain.person import Person
from domain.provenance import Provenance
from domain.recorder import Receipt


class Erasures(Base):
    def kept_too_long(self, at: datetime) -> list[tuple[datetime, Person]]:
        """The people whose erasure is to be asked for, as their organisation keeps them no longer,
        each with the moment until which it did."""
        self.directory.catch_up()
        organisations = {one.id: one for one in self.directory.organisations()}
        return retention.due(self.directory.people(), organisations, at)

    async def end_retention(self, id: UUID, *, by: Provenance, **repeat: Unpack[Repeat]) -> Receipt:
        """Ask for the erasure of a person whom their organisation keeps no longer, if that is still
        so."""

        async def decide(work: Work) -> None:
            person = await work.get(Person, id)
            organisation = self.directory.organisation(person.organisation)
            until = retention.kept_until(person, organisation)
            if organisation is not None and until is not None and until <= by.at:
                reason = (
                    f"{organisation.number} keeps people for {organisation.retention_days} days."
                )
                person.request_erasure(reason=reason, by=by)

        return await self.ledger.run(by, decide, **repeat)

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
