"""Sends the mail that asks somebody for a decision, if they are asked still."""

import logging

from temporalio import activity

from domain import decision_link
from domain.desk import Desk
from domain.desk.rounds import kind_of
from workflows.decision_mail_message import Invitation, message
from workflows.decision_mail_values import DecisionMail
from workflows.mail_sending import MailRefused, MailServer, send

log = logging.getLogger(__name__)


class DecisionMailActivities:
    def __init__(self, desk: Desk, server: MailServer, *, key: bytes, address: str) -> None:
        """`key` marks links, `address` is the one that people reach the desk at."""
        self.desk = desk
        self.server = server
        self.key = key
        self.address = address.rstrip("/")

    @activity.defn(name="decisions.mail")
    async def mail(self, mail: DecisionMail) -> str:
        """What came of it. Raises MailAway to be tried again."""
        desk, voter = self.desk, str(mail.voter)
        desk.directory.catch_up()
        person = desk.directory.person(mail.voter)
        if person is None or not person.is_active or not person.email:
            return "nobody to send it to"
        record = await desk.ledger.find(kind_of(mail.record), mail.record)
        standing = record.standing
        if record.round != mail.round or mail.stage not in standing.open:
            return "not asked any more"
        if voter not in standing.silent(mail.stage):
            return "not asked any more"
        asking = decision_link.asking(record, mail.stage, voter)
        link = f"{self.address}/decide/{decision_link.link(self.key, asking)}"
        replies = ""
        if self.server.replies_to and not record.needs_signature(mail.stage):
            replies = decision_link.reply_address(self.key, asking, self.server.replies_to)
        invitation = Invitation(
            decision=await desk.decision(record, mail.stage, voter),
            link=link,
            replies_to=replies,
            is_reminder=mail.is_reminder,
        )
        id = f"{record.number}.{mail.position}.{asking.stage}.{person.number}".lower()
        try:
            await send(self.server, message(invitation, person, self.server, id=id))
        except MailRefused as refused:
            log.warning("%s is not told of %s by mail: %s", person.number, record.number, refused)
            return "refused"
        return "sent"
