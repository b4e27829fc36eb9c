"""Sends the mail that asks a requester for a rating, if they are asked still."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from temporalio import activity

from domain import rating_link
from domain.decision_link import Over, Superseded
from domain.desk import Desk
from domain.rating_link import Invitation
from domain.rules import Forbidden
from domain.satisfaction import Satisfaction
from workflows.mail_sending import MailRefused, MailServer, send
from workflows.survey_mail_message import message
from workflows.survey_mail_values import SurveyMail

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class SurveyMailActivities:
    def __init__(
        self,
        desk: Desk,
        server: MailServer,
        *,
        key: bytes,
        address: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`key` marks links, `address` is the one that people reach the desk at."""
        self.desk = desk
        self.server = server
        self.key = key
        self.address = address.rstrip("/")
        self.now = now

    @activity.defn(name="surveys.mail")
    async def mail(self, mail: SurveyMail) -> str:
        """What came of it. Raises MailAway to be tried again."""
        desk = self.desk
        ticket = await desk.ledger.find(Satisfaction, mail.ticket)
        planned, requester = ticket.planned, ticket.requester
        if planned is None or requester is None or mail.position != self._asked_at(ticket):
            return "not asked any more"
        desk.directory.catch_up()
        person = desk.directory.person(requester)
        if person is None or not person.is_active or not person.email:
            return "nobody to send it to"
        invitation = Invitation(ticket=ticket.id, resolution=planned.resolution, person=requester)
        try:
            rating = await desk.rating(invitation, self.now())
        except (Over, Superseded, Forbidden) as over:
            log.info("%s is not asked of %s: %s", person.number, ticket.number, over)
            return "not asked any more"
        made = message(
            rating,
            person,
            self.server,
            link=f"{self.address}/rate/{rating_link.link(self.key, invitation)}",
            is_reminder=mail.is_reminder,
            id=f"{ticket.number}.{mail.position}".lower(),
        )
        try:
            await send(self.server, made)
        except MailRefused as refused:
            log.warning("%s is not asked of %s by mail: %s", person.number, ticket.number, refused)
            return "refused"
        return "sent"

    def _asked_at(self, ticket: Satisfaction) -> int:
        """The position at which its requester was asked or reminded last: a mail that went out of
        date before it could be sent is left to the one that came after it."""
        asking = (Satisfaction.RatingAsked, Satisfaction.RatingReminded)
        history = self.desk.ledger.history(ticket.id)
        return max((one.position for one in history if isinstance(one.event, asking)), default=0)
