"""The mail that asks somebody for a decision, in plain text and as a simple page."""

from email.message import EmailMessage
from html import escape

from msgspec import Struct

from domain.desk.decisions import Decision
from domain.person import Person
from workflows.mail_sending import MailServer
from workflows.mail_writing import begun, moment

FACT_MAX = 2_000
"""Characters of what a record says that a mail repeats; the page has all."""


class Invitation(Struct, frozen=True, kw_only=True):
    decision: Decision
    link: str
    replies_to: str
    """Where a reply decides; empty where none does."""
    is_reminder: bool


def message(invitation: Invitation, to: Person, server: MailServer, *, id: str) -> EmailMessage:
    """The mail to a person. The same `id` gives the same Message-ID, by which a mail that was sent
    twice is known to be one."""
    decision = invitation.decision
    begin = "Reminder: " if invitation.is_reminder else ""
    subject = f"{begin}{decision.number}: your decision is asked: {decision.title}"
    made = begun(server, to, subject, id=id)
    if invitation.replies_to:
        made["Reply-To"] = invitation.replies_to
    made.set_content(_text(invitation, to))
    made.add_alternative(_page(invitation, to), subtype="html")
    return made


def _lines(invitation: Invitation, to: Person) -> list[tuple[str, str]]:
    decision = invitation.decision
    return [
        ("What", f"{decision.what} {decision.number}: {decision.title}"),
        ("Stage", decision.stage),
        ("Asked by", decision.asked_by or "the desk"),
        ("Until", moment(decision.until, to.zone)),
        ("To decide it", decision.next),
        *((label, _shortened(said)) for label, said in decision.facts),
    ]


def _how(invitation: Invitation) -> list[str]:
    decision = invitation.decision
    abstain = ", or abstain" if decision.may_abstain else ""
    signed = " It asks for your password." if decision.needs_signature else ""
    how = [f"Decide on the page behind the link, which is for you alone.{signed}"]
    if invitation.replies_to:
        how.append(
            "Or reply to this mail with one of these as the first line: approve, reject and why"
            f"{abstain}."
        )
    return how


def _text(invitation: Invitation, to: Person) -> str:
    facts = "\n".join(f"{label}: {said}" for label, said in _lines(invitation, to))
    how = "\n".join(_how(invitation))
    return f"Your decision is asked.\n\n{facts}\n\n{how}\n\n{invitation.link}\n"


def _page(invitation: Invitation, to: Person) -> str:
    rows = "".join(
        f"<tr><th align='left' valign='top'>{escape(label)}</th>"
        f"<td style='white-space: pre-line'>{escape(said)}</td></tr>"
        for label, said in _lines(invitation, to)
    )
    how = "".join(f"<p>{escape(line)}</p>" for line in _how(invitation))
    return (
        f"<html><body><p>Your decision is asked.</p><table cellpadding='4'>{rows}</table>{how}"
        f"<p><a href='{escape(invitation.link)}'>Look at it, and decide</a></p></body></html>\n"
    )


def _shortened(said: str) -> str:
    return said if len(said) <= FACT_MAX else f"{said[:FACT_MAX]} …"
