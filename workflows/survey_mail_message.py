"""The mail that asks a requester for a rating, in plain text."""

from email.message import EmailMessage

from domain.desk.ratings import Rating
from domain.person import Person
from workflows.mail_sending import MailServer
from workflows.mail_writing import begun, moment


def message(
    rating: Rating, to: Person, server: MailServer, *, link: str, is_reminder: bool, id: str
) -> EmailMessage:
    """The mail to a requester. The same `id` gives the same Message-ID."""
    begin = "Reminder: " if is_reminder else ""
    about = f"{rating.number}: {rating.title}"
    made = begun(server, to, f"{begin}How well was it done? {about}", id=id)
    made.set_content(
        f"How well was it done? This is about your {rating.what} {about}\n\n"
        "Say it on the page behind the link, which is for you alone: a score, and a few words if\n"
        f"you like. You can rate it once, until {moment(rating.until, to.zone)}.\n\n"
        f"{link}\n"
    )
    return made
