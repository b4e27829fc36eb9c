"""Replies to mails that asked for a decision: each is a vote, or is told why it is none."""

import re
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from uuid import UUID, uuid5

from msgspec import Struct

from domain.approval import Vote
from domain.decision_link import Reply, replied
from domain.desk import Desk
from domain.desk.rounds import kind_of
from domain.provenance import Provenance
from domain.rules import DomainError, Refused
from ops.mail_received import Received
from workflows.mail_sending import MailServer

CHANNEL = "mail"
WORDS = "Write approve, reject and why, or abstain as the first line of your reply."
_SAID = re.compile(r"(approve|reject|abstain)(d|ed|s)?\b[\s.,:;!-]*(.*)", re.IGNORECASE)
_COMMANDS = UUID("6a1c8d3e-71f5-8b02-8f6e-6465636d6169")
"""The name space of the ids of votes that come by mail."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a mail: a sentence, and the answer to whoever wrote it, if they get one."""

    said: str
    answer: EmailMessage | None = None


async def take(
    desk: Desk, server: MailServer, key: bytes, mail: Received, raw: bytes, at: datetime
) -> Outcome:
    """Vote by a mail. `key` marks the addresses of the desk."""
    if mail.is_automatic:
        return Outcome(said="A program wrote it: it is left unanswered.")
    if not any(_is_known(person.email, mail.sender) for person in desk.directory.people()):
        # What strangers write is not answered: their addresses are often those of others.
        return Outcome(said="Nobody of this desk wrote it: it is left unanswered.")
    try:
        return await _vote(desk, server, key, mail, raw, at)
    except DomainError as refused:
        return Outcome(said=str(refused), answer=_answer(server, mail, str(refused)))


async def _vote(
    desk: Desk, server: MailServer, key: bytes, mail: Received, raw: bytes, at: datetime
) -> Outcome:
    reply = _asked(server, mail)
    known_by = mail.message_id or sha256(raw).hexdigest()
    command = uuid5(_COMMANDS, f"{reply.mark} {known_by}")
    if await desk.ledger.recorder.receipt(command) is not None:
        return Outcome(said="This mail has been counted.")
    voter = desk.voter(reply.voter)
    if voter.email.casefold() != mail.sender:
        raise Refused("This decision is asked of another mail address than yours.")
    record = await desk.ledger.find(kind_of(reply.record), reply.record)
    asking = reply.asking(key, record)
    vote, comment = _decided(mail)
    by = Provenance(actor=str(voter.id), at=at, command=command, channel=CHANNEL)
    await desk.decide(asking, vote, comment=comment, by=by)
    return Outcome(said=f"{record.number}: {vote}, by {voter.number}.")


def _is_known(email: str, sender: str) -> bool:
    return email != "" and email.casefold() == sender


def _asked(server: MailServer, mail: Received) -> Reply:
    local, _, domain = server.replies_to.casefold().rpartition("@")
    for address in mail.recipients:
        begin, _, end = address.casefold().rpartition("@")
        if begin.startswith(f"{local}+") and end == domain and (reply := replied(address)):
            return reply
    raise Refused("Your mail names no decision: reply to the mail that asked you for it.")


def _decided(mail: Received) -> tuple[Vote, str]:
    """The vote and its comment. Only a rejection says more than the word."""
    said = _SAID.fullmatch(mail.lines[0]) if mail.lines else None
    if said is None:
        raise Refused(WORDS)
    word, comment = said[1].lower(), said[3].strip()
    if word == "reject":
        why = comment or next((line for line in mail.lines[1:] if line), "")
        return "reject", why
    if comment:
        raise Refused(WORDS)
    return ("approve" if word == "approve" else "abstain"), ""


def _answer(server: MailServer, mail: Received, refusal: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = server.sender
    made["To"] = mail.sender
    subject = " ".join(mail.subject.split())[:120]
    made["Subject"] = f"Not counted: {subject}"
    made["Date"] = formatdate(usegmt=True)
    made["Auto-Submitted"] = "auto-replied"
    if re.fullmatch(r"<[^<>\s]{1,300}>", mail.message_id):
        made["In-Reply-To"] = mail.message_id
    made.set_content(
        f"Your mail was not counted as a decision.\n\n{refusal}\n\n"
        "The link in the mail that asked you, and the desk itself, take your decision too.\n"
    )
    return made
