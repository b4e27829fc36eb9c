"""Ratings by link: what whoever is asked is shown, and their score.

A score that comes so goes the way of every other: the same policy, and the same rules of the
ticket.
"""

from datetime import datetime

from msgspec import Struct

from domain.desk.desk import Base
from domain.feed.wanted import what_of
from domain.person import Person
from domain.policy import about, allow
from domain.provenance import Provenance
from domain.rating_link import Invitation, require_invited
from domain.recorder import Receipt
from domain.rules import Forbidden
from domain.satisfaction import Satisfaction
from domain.wording import title_of


class Rating(Struct, frozen=True, kw_only=True):
    """What somebody is asked to rate, in words for them."""

    number: str
    what: str
    title: str
    person: str
    until: datetime


class Ratings(Base):
    async def rating(self, invitation: Invitation, at: datetime) -> Rating:
        """What somebody is asked to rate at a moment. Raises Over and Superseded where that is not
        asked any more, and Forbidden for somebody who may not rate."""
        ticket, person, until = await self._invited(invitation, at)
        return Rating(
            number=ticket.number,
            what=ticket.what,
            title=title_of(self.ledger.history(ticket.id)),
            person=person.name,
            until=until,
        )

    async def rate_as_asked(
        self, invitation: Invitation, score: int, *, comment: str = "", by: Provenance
    ) -> Receipt:
        """Rate as one was asked to, signed by the requester. The same command twice counts once.
        Raises as `rating` does."""
        await self._invited(invitation, by.at)

        def rate(ticket: Satisfaction) -> None:
            require_invited(ticket, invitation, by.at)
            ticket.rate(score, comment=comment, by=by)

        return await self.ledger.edit(
            Satisfaction, invitation.ticket, rate, by=by, is_repeatable=True
        )

    async def _invited(
        self, invitation: Invitation, at: datetime
    ) -> tuple[Satisfaction, Person, datetime]:
        ticket = await self.ledger.find(Satisfaction, invitation.ticket)
        until = require_invited(ticket, invitation, at)
        self.directory.catch_up()
        person = self.directory.person(invitation.person)
        if person is None or not person.is_active:
            raise Forbidden("Your account at this desk is not active.")
        allow(self.directory.actor(person), f"{what_of(type(ticket))}.rate", about(ticket))
        return ticket, person, until
