"""What the workflow of a mail that asks for a rating is given: plain values."""

from uuid import UUID

from msgspec import Struct


class SurveyMail(Struct, frozen=True, kw_only=True):
    """The requester of a ticket is to be told that they are asked, by the event at a position."""

    ticket: UUID
    position: int
    is_reminder: bool = False


def workflow_id(mail: SurveyMail, number: str) -> str:
    return f"survey-mail/{number}/{mail.position}"
