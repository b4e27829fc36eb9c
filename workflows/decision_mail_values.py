"""What the workflow of a mail that asks for a decision is given: plain values."""

from uuid import UUID

from msgspec import Struct

QUEUE = "ledgerdesk-mail"
"""The task queue of mails: a mail server that is slow holds up nobody else."""


class DecisionMail(Struct, frozen=True, kw_only=True):
    """Somebody is to be told that they are asked, by the event at a position."""

    record: UUID
    round: int
    stage: str
    voter: UUID
    position: int
    is_reminder: bool = False


def workflow_id(mail: DecisionMail, number: str) -> str:
    return f"decision-mail/{number}/{mail.position}/{mail.stage}/{mail.voter}"
