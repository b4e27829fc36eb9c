"""What mails of the desk have in common."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.person import Person
from workflows.mail_sending import MailServer

SUBJECT_MAX = 150


def begun(server: MailServer, to: Person, subject: str, *, id: str) -> EmailMessage:
    """A mail to a person, without its text. The same `id` gives the same Message-ID, by which a
    mail that was sent twice is known to be one."""
    made = EmailMessage()
    made["From"] = server.sender
    made["To"] = formataddr((_line(to.name), to.email))
    made["Subject"] = _line(subject)[:SUBJECT_MAX]
    made["Date"] = formatdate(usegmt=True)
    made["Message-ID"] = f"<{id}@{server.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    return made


def moment(at: datetime, zone: str) -> str:
    """A moment in words, as the wall clock of a zone shows it; in UTC if there is no such zone."""
    try:
        there = at.astimezone(ZoneInfo(zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        there = at
    return there.strftime("%A, %d %B %Y, %H:%M %Z")


def _line(said: str) -> str:
    """A text as a header takes it: on one line."""
    return " ".join(said.split())
